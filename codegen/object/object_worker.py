"""The child process that turns LLVM IR into objects; run as a script, it imports nothing of dldt.

Each message is four bytes of length (little endian) and the body. The first message is JSON that describes the machine.
After it, messages come in pairs: JSON options and the module's text. The answer to each pair is JSON, followed by one
message for each part that the JSON lists. LLVM ends the process on some inputs; the parent notices that.
"""

from __future__ import annotations

import json
import os
import re
import resource
import sys
from typing import Any, BinaryIO

import llvmlite.binding as llvm

_OF_LOCATIONS = re.compile(r"!llvm\.(dbg\.cu|module\.flags) = |!\d+ = (distinct )?!DI|!\d+ = !\{i32 2, !\"Debug Info")


def read_message(stream: BinaryIO) -> bytes | None:
    """The next message, or None at the end of the stream."""
    head = stream.read(4)
    return stream.read(int.from_bytes(head, "little")) if len(head) == 4 else None


def write_message(stream: BinaryIO, body: bytes) -> None:
    """Send one message."""
    stream.write(len(body).to_bytes(4, "little"))
    stream.write(body)
    stream.flush()


def create_machine(machine: dict[str, Any], level: int) -> Any:
    """LLVM's target machine for position-independent code of the small code model."""
    target = llvm.Target.from_triple(machine["triple"])
    return target.create_target_machine(
        cpu=machine["cpu"], features=machine["features"], opt=level, reloc="pic", codemodel="small"
    )


def compile_module(text: str, machine: dict[str, Any], options: dict[str, Any]) -> dict[str, bytes]:
    """One module's object, and on request its assembly and optimised IR."""
    tuned = create_machine(machine, options["level"])
    module = llvm.parse_assembly(text, llvm.create_context())
    module.triple = machine["triple"]
    module.data_layout = str(tuned.target_data)
    module.verify()
    tuning = llvm.create_pipeline_tuning_options(speed_level=options["level"])
    tuning.loop_vectorization = options["loop_vectorization"]
    tuning.slp_vectorization = options["slp_vectorization"]
    tuning.loop_unrolling = options["unrolling"]
    builder = llvm.create_pass_builder(tuned, tuning)
    builder.getModulePassManager().run(module, builder)
    result = {}
    if options["assembly"]:
        # Writing assembly changes a module, so it is written from a copy; the object is that of any compile.
        result["assembly"] = tuned.emit_assembly(module.clone()).encode()
        result["optimised_ir"] = without_locations(str(module)).encode()
        if "!dbg" in text:
            stripping = llvm.create_new_module_pass_manager()
            stripping.add_strip_symbols_pass()
            stripping.run(module, builder)
    result["object"] = tuned.emit_object(module)
    return result


def without_locations(text: str) -> str:
    """A module's text without debug locations: then its object has no lines in it."""
    kept = [line for line in text.splitlines() if not _OF_LOCATIONS.match(line)]
    return re.sub(r",? !dbg !\d+", "", "\n".join(kept)) + "\n"


def _limit_memory(bytes: int) -> None:
    """Not to more than the process may have already."""
    _, most = resource.getrlimit(resource.RLIMIT_AS)
    limit = bytes if most == resource.RLIM_INFINITY else min(bytes, most)
    resource.setrlimit(resource.RLIMIT_AS, (limit, most))


def main() -> None:
    """Serve modules until the parent closes the pipe."""
    requests, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    llvm.initialize_all_targets()
    llvm.initialize_all_asmprinters()
    llvm.initialize_native_asmparser()
    # The order of the micro-kernels' instructions is their schedule: LLVM's reordering would keep more values alive
    # than there are registers.
    llvm.set_option("", "-enable-misched=false")
    llvm.set_option("", "-pre-RA-sched=source")
    first = read_message(requests)
    if first is None:
        return
    machine = json.loads(first)
    if machine["memory"]:
        _limit_memory(machine["memory"])
    while (head := read_message(requests)) is not None:
        text = read_message(requests)
        if text is None:
            return
        try:
            parts = compile_module(text.decode(), machine, json.loads(head))
        except RuntimeError as error:
            write_message(answers, json.dumps({"error": str(error)}).encode())
            continue
        write_message(answers, json.dumps({"parts": list(parts)}).encode())
        for part in parts.values():
            write_message(answers, part)


if __name__ == "__main__":
    main()
