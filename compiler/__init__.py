"""The compiler's nouns: types, operations, the graph, its text and its IR."""
