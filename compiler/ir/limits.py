"""What a file may ask of the IR reader; sound models stay far below each limit."""

from __future__ import annotations

MAX_XML_BYTES = 512 << 20
MAX_BIN_BYTES = 1 << 40
MAX_ELEMENTS = 4_000_000
MAX_DEPTH = 64
MAX_ATTRIBUTE = 1 << 20
MAX_TAG_BYTES = 4 << 20
MAX_RANK = 64
MAX_TENSOR_ELEMENTS = 1 << 40
MAX_BODY_NESTING = 16
