"""Selection: what data choose, in n log n steps or fewer."""
