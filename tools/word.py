"""A word that an option takes."""

from __future__ import annotations

from argparse import ArgumentTypeError


def word(text: str) -> str:
    """The text. Refuses the empty one, which would count as an option that is not given."""
    if not text.strip():
        raise ArgumentTypeError("an empty word is given; name something, or leave the option out")
    return text
