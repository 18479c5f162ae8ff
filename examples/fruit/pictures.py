"""Pictures of fruit on a table, made by a program, and PNG files."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

import numpy as np

SIZE = 128
FRUIT = ("apple", "lime", "plum")
COLOURS = np.array([[200, 45, 40], [120, 190, 60], [95, 55, 135]])
"""Of the fruit, red, green and blue from 0 to 255; the same in drawings."""


def picture(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, list[tuple[int, np.ndarray]]]:
    """A picture [3, SIZE, SIZE] from 0 to 255, the class of each pixel (0: table), and (class, box) of each fruit."""
    rows, columns = np.mgrid[:SIZE, :SIZE]
    light = 150 + 50 * rng.uniform(-1, 1) * columns / SIZE + 40 * rng.uniform(-1, 1) * rows / SIZE
    image = light * np.array([1.0, 0.85, 0.65])[:, None, None]
    classes = np.zeros((SIZE, SIZE), np.int64)
    boxes: list[tuple[int, np.ndarray]] = []
    for _ in range(rng.integers(2, 5)):
        radius, kind = rng.uniform(10, 20), int(rng.integers(1, 4))
        x, y = rng.uniform(radius, SIZE - radius, 2)
        box = np.array([x - radius, y - radius, x + radius, y + radius])
        if any(_near(box, other) for _, other in boxes):
            continue
        inside = (columns - x) ** 2 + (rows - y) ** 2 < radius**2
        shade = 1.15 - 0.5 * ((columns - x + radius / 3) ** 2 + (rows - y + radius / 3) ** 2) / (2 * radius**2)
        colour = COLOURS[kind - 1] * rng.uniform(0.85, 1.15, 3)
        image = np.where(inside, colour[:, None, None] * shade, image)
        classes[inside] = kind
        boxes.append((kind, box))
    noisy = image + rng.normal(0, 6, image.shape)
    return np.clip(noisy, 0, 255).astype(np.float32), classes, boxes


def _near(a: np.ndarray, b: np.ndarray) -> bool:
    apart = (a[:2] + a[2:] - b[:2] - b[2:]) / 2
    return bool(np.hypot(*apart) < (a[2] - a[0] + b[2] - b[0]) / 2 + 4)


def write_png(path: Path, image: np.ndarray) -> None:
    """An RGB picture [3, H, W] from 0 to 255 as a file."""
    rows = np.clip(image, 0, 255).astype(np.uint8).transpose(1, 2, 0)
    lines = b"".join(b"\0" + row.tobytes() for row in rows)
    header = struct.pack(">IIBBBBB", rows.shape[1], rows.shape[0], 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(lines)), (b"IEND", b""))
    made = [struct.pack(">I", len(c)) + k + c + struct.pack(">I", zlib.crc32(k + c)) for k, c in chunks]
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + b"".join(made))


def larger(image: np.ndarray, factor: int) -> np.ndarray:
    """Each pixel as a square of pixels."""
    return image.repeat(factor, -1).repeat(factor, -2)
