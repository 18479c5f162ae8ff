"""The text form of a graph: prints, and parses back to an equal graph.

    graph "model"
      %x f32[N,3,8,8] = Parameter()
      %w f32[5,3,1,1] = Const(@6f0c2a5b9d1e4f77)
      %conv f32[N,5,8,8] = Convolution(%x, %w) {strides=(1, 1), pads_begin=(0, 0), pads_end=(0, 0), dilations=(1, 1)}
      %relu f32[N,5,8,8] = ReLU(%conv)
      result "y" = %relu

One line a node, producers first: output types, operation (with its opset's number where there are several versions),
inputs (``_``: left out; ``%split:1``: another output than the first), attributes that are not the default. Sub-graphs
are indented below their node. A result that tells the rank of another one ends in ``rank_of "y"``. Small constants are
written out, large ones named by a digest of their content.
"""

from __future__ import annotations

from dldt.compiler.text_constants import constant_table
from dldt.compiler.text_parser import parse_graph
from dldt.compiler.text_printer import print_graph

__all__ = ["constant_table", "parse_graph", "print_graph"]
