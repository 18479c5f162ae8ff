"""Only the target knows the machine: no other file of codegen spells an instruction set, or asks how wide vectors
are."""

import ast
import re
from pathlib import Path

import dldt.codegen
from dldt.codegen.cpus import CPUS
from dldt.codegen.target import TARGETS

ROOT = Path(dldt.codegen.__path__[0])
KNOWING = {"target.py", "cpus.py", "host.py"}
COMMON = {"fma", "bf16", "sha", "aes", "crc", "generic"}
"""Words that name other things as well: an operation, a type, hashes."""
ALLOWED = {
    ("llvm/arithmetic.py", "x86-64-v3"): "an error names a target that has what is missing",
    ("llvm/syscall.py", "x86_64"): "the numbers and the code of system calls, a table by architecture",
    ("llvm/syscall.py", "aarch64"): "the same",
    ("llvm/thread_pool.py", "x86_64"): "the pause of a waiting thread and the floating-point state, by architecture",
    ("llvm/thread_pool.py", "aarch64"): "the same",
    ("llvm/thread_pool.py", "llvm.x86"): "the same",
    ("llvm/thread_pool.py", "llvm.aarch64"): "the same",
    ("llvm/run_control.py", "x86_64"): "how fast the processor's counter ticks, by architecture",
    ("llvm/run_control.py", "aarch64"): "the same",
}
FIELDS = {"features", "vector_bits", "triple", "absent"}
"""Fields of a target that no choice and no emitter reads."""
READS = {
    ("object/object.py", "features"): "LLVM is told what the code may use",
    ("object/object.py", "absent"): "LLVM is told what the code may not use",
    ("object/object.py", "triple"): "LLVM is told what the code is for",
    ("object/object_worker.py", "triple"): "a module of LLVM's",
    ("plan/metadata.py", "features"): "the artifact says what it needs",
    ("llvm/builder.py", "triple"): "modules name their target",
}


def words():
    """The names of instruction sets, processors and architectures, and the beginnings of LLVM's instructions."""
    names = {feature for target in TARGETS.values() for feature in (*target.features, *target.absent)}
    names |= {*CPUS, *(row.llvm for row in CPUS.values()), "x86_64", "aarch64", "x86", "llvm.x86", "llvm.aarch64"}
    return sorted(names - COMMON, key=len, reverse=True)


def sources():
    return [p for p in sorted(ROOT.rglob("*.py")) if p.relative_to(ROOT).as_posix() not in KNOWING]


def docstrings(tree):
    """Texts that nobody reads but people: strings that stand alone."""
    return {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}


def spelled(tree, pattern):
    silent = docstrings(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in silent:
            yield from ((found[0], node.lineno) for found in pattern.finditer(node.value))


def test_no_other_file_spells_an_instruction_set():
    pattern = re.compile(rf"(?<![\w.-])(?:{'|'.join(map(re.escape, words()))})(?![\w-])")
    assert pattern.search("llvm.x86.avx512bf16.dpbf16ps")
    assert not pattern.search("R_X86_64_64 stream.py f32")
    found = {
        (path.relative_to(ROOT).as_posix(), word): line
        for path in sources()
        for word, line in spelled(ast.parse(path.read_text(encoding="utf-8")), pattern)
    }
    assert not {place: line for place, line in found.items() if place not in ALLOWED}
    assert set(ALLOWED) == set(found), "a reason that nobody needs"


def test_no_other_file_asks_what_only_the_target_is_to_know():
    found = {
        (path.relative_to(ROOT).as_posix(), node.attr): node.lineno
        for path in sources()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and node.attr in FIELDS
    }
    assert not {place: line for place, line in found.items() if place not in READS}
    assert set(READS) == set(found), "a reason that nobody needs"


def test_no_other_file_compares_the_architecture_or_the_width_of_vectors():
    """``arch`` is a key of tables, and lanes follow from the width."""
    found = []
    for path in sources():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Compare):
                continue
            sides = (node.left, *node.comparators)
            names = {side.attr for side in sides if isinstance(side, ast.Attribute)}
            numbers = {side.value for side in sides if isinstance(side, ast.Constant) and isinstance(side.value, int)}
            if "arch" in names or (names & {"lanes", "block"} and numbers & {4, 8, 16, 32, 64}):
                found.append(f"{path.relative_to(ROOT)}:{node.lineno}")
    assert not found
