"""A graph written as OpenVINO IR, version 10 or 11."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from dldt.compiler.atomic import atomic_write
from dldt.compiler.errors import UsageError
from dldt.compiler.graph import Graph
from dldt.compiler.ir.copies import with_copies
from dldt.compiler.ir.emit import emit_network
from dldt.compiler.ir.half_constants import with_half_constants
from dldt.compiler.ir.metadata import write_metadata
from dldt.compiler.ir.names import quote
from dldt.compiler.ir.read import VERSIONS
from dldt.compiler.ir.weights import WeightsWriter


def write_ir(
    graph: Graph, xml_path: str | os.PathLike[str], *, ir_version: int = 11, compress_to_fp16: bool = False
) -> tuple[Path, Path]:
    """Write ``graph`` to ``xml_path`` and its constants beside it (``.bin``), in f16 where ``compress_to_fp16`` says so
    and f16 can hold them; the two paths.

    Both files appear whole or not at all, the ``.xml`` last. Version 11 keeps free dims; version 10 has none. Raises
    UsageError for a wrong version or file name, InputError where the place cannot be written, UnsupportedError for
    operations and dims that the version cannot hold."""
    if ir_version not in VERSIONS:
        raise UsageError(f"IR version {ir_version} cannot be written; choose {' or '.join(map(str, VERSIONS))}")
    path = Path(xml_path)
    if path.suffix != ".xml":
        raise UsageError(f"cannot write {path}: the name of an IR must end in .xml")
    bin_path = path.with_suffix(".bin")
    written = with_copies(graph, all_inputs=ir_version == 10)
    written = with_half_constants(written) if compress_to_fp16 else written
    with atomic_write(path) as xml, atomic_write(bin_path) as binary:
        for text in ir_document(written, WeightsWriter(binary), ir_version):
            xml.write(text.encode())
        xml.flush()
        os.fsync(xml.fileno())  # now only renaming is left, so the pair stays a pair
    return path, bin_path


def ir_document(graph: Graph, weights: WeightsWriter, version: int) -> Iterator[str]:
    """The text of the ``.xml``, piece by piece; constants go to ``weights``."""
    yield '<?xml version="1.0"?>\n'
    yield f'<net name={quote(graph.name)} version="{version}">\n'
    yield from emit_network(graph, weights, version)
    yield from write_metadata(graph.metadata)
    yield "</net>\n"
