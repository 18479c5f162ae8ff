"""What a file looks like, from its first bytes: for messages about files of the wrong kind."""

from __future__ import annotations

_MAGIC = (
    (b"\x89PNG\r\n\x1a\n", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"GIF8", "a GIF picture"),
    (b"\x89HDF\r\n\x1a\n", "an HDF5 file (Keras .h5?)"),
    (b"PK\x03\x04", "a zip archive (PyTorch checkpoint or .keras file?)"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"\x7fELF", "an ELF program or library (an artifact of dldt?)"),
    (b"%PDF", "a PDF document"),
    (b"\x93NUMPY", "a numpy array"),
    (b"\x80\x02", "a Python pickle (PyTorch checkpoint?)"),
    (b"version https://git-lfs", "a Git LFS pointer: the file itself was not downloaded (git lfs pull)"),
    (b"<!DOCTYPE html", "an HTML page (a failed download?)"),
    (b"<html", "an HTML page (a failed download?)"),
    (b"<?xml", "an XML document"),
    (b"<net", "an OpenVINO IR (.xml)"),
)


def looks_like(head: bytes) -> str:
    """A few words on the kind of file that begins with ``head``; empty where nothing is recognised."""
    for magic, words in _MAGIC:
        if head.startswith(magic):
            return words
    if head[4:8] == b"TFL3":
        return "a TensorFlow Lite model"
    if head[:512].lstrip()[:1] == b"{":
        return "a JSON document"
    if head and all(byte in b"\t\n\r\f" or 32 <= byte < 127 for byte in head[:512]):
        return "a text file"
    return ""
