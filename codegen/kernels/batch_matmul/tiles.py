"""The choice of a register tile for a batched matmul on a target, and of whether to pack."""

from __future__ import annotations

from dldt.codegen.kernels.batch_matmul.problem import Product, ProductTile
from dldt.codegen.kernels.register_tiles import CODE_LIMIT, parts, register_tiles, tile_cycles, unshared_rows
from dldt.codegen.target import Target

GUESS = 64
"""The number assumed for rows or columns whose count is free."""
STRIP = 128
"""Rows of a unit of work: enough that packing a column tile is cheap, few enough to share among threads."""
FEW_ROWS = 32
"""Below this number of rows, adjacent columns are read in place and not packed."""
FEW_COLUMNS = 3
"""Up to this number of columns, loops that compute dot products row by row beat vectors that are mostly empty."""


def choose_product_tile(product: Product, target: Target) -> ProductTile | None:
    """The tile with the fewest estimated cycles; None where plain loops are faster or no tile can read the operands."""
    if isinstance(product.columns, int) and product.columns <= FEW_COLUMNS:
        return None
    lanes = target.block
    rows = product.rows if isinstance(product.rows, int) else GUESS
    columns = product.columns if isinstance(product.columns, int) else GUESS
    best, best_cost = None, float("inf")
    row = product.arithmetic
    for height, width in register_tiles(target, row):
        if height > min(rows, _most_rows(product, target)) or width > -(-columns // lanes):
            continue
        tiles = [(r, n, c, m) for r, n in parts(rows, height) for c, m in parts(-(-columns // lanes), width)]
        cost = sum(n * m * tile_cycles(r, c, target, row) for r, n, c, m in tiles)
        if cost < best_cost * 0.999:
            best, best_cost = (height, width), cost
    if best is None:
        return None
    height, width = best
    steps = target.cpu.caches.line // (row.data.size * row.products)  # a cache line of a
    depth = row.steps(product.depth) if isinstance(product.depth, int) else steps
    chunk = max(1, min(steps, depth, CODE_LIMIT // (height * width)))
    chunk = 1 << (chunk.bit_length() - 1)
    packed = _packs(product, width * lanes, target)
    if packed is None:
        return None
    return ProductTile(height, width, lanes, chunk, -(-STRIP // height) * height, packed, row)


def _most_rows(product: Product, target: Target) -> int:
    """The most rows of a tile. Where the stride between rows is free, each row needs an address register of its own.
    Rows of which one element each is read at a time must not share too few sets of the first-level cache."""
    if not isinstance(product.a.line, int) or not isinstance(product.a.depth, int):
        return 6
    return unshared_rows(product.arithmetic.data.size * product.a.line, target) if product.a.line else 32


def _packs(product: Product, width: int, target: Target) -> bool | None:
    """Whether the columns are packed; None where they can be neither packed nor read in place."""
    row, depth = product.arithmetic, product.depth
    fits = isinstance(depth, int) and row.steps(depth) * row.vector_size(width) <= target.l2
    if row.is_integer:
        return True if fits and 1 in (product.b.line, product.b.depth) and product.a.depth == 1 else None
    if product.b.line == 1:
        few = isinstance(product.rows, int) and product.rows <= FEW_ROWS
        return fits and not few
    return True if fits and product.b.depth == 1 else None
