"""The records of ``runtime/abi.py`` against the C header, a C compiler's layout, LLVM's, and what the IR reads."""

import re
import shutil
import subprocess
from pathlib import Path

import llvmlite.binding as llvm
import pytest

import dldt.runtime
from dldt.codegen.llvm.standalone import standalone_modules
from dldt.codegen.llvm.thread_pool import team_module
from dldt.codegen.target import TARGETS
from dldt.runtime import abi
from dldt.runtime.note import NOTE_SIZE, Note
from tests.codegen.artifact import scale_metadata

FOLDER = Path(dldt.runtime.__file__).parent
HEADER = (FOLDER / "dldt.h").read_text(encoding="utf-8")
LOADER = (FOLDER / "dldt_loader.c").read_text(encoding="utf-8")
STRUCTS = (abi.THREAD_POOL, abi.SLOT, abi.REQUEST)
LLVM_TYPES = {"int32_t": "i32", "uint32_t": "i32", "int64_t": "i64", "uint64_t": "i64"}

structs = pytest.mark.parametrize("struct", STRUCTS, ids=[struct.name for struct in STRUCTS])


@structs
def test_the_header_declares_the_same_members(struct):
    body = re.search(rf"typedef struct {struct.name} {{\n(.*?)\n}} {struct.name};", HEADER, re.DOTALL)[1]
    member = re.compile(r"  (\w.*?[ *])(\w+)(?:\[(\d+)\])?; +/\* @(\d+) ?(.*?) ?\*/")
    declared = [member.fullmatch(line).groups() for line in body.splitlines()]
    assert [
        (kind.strip(), name, int(count or 1), int(offset), text) for kind, name, count, offset, text in declared
    ] == [(field.type, field.name, field.length, field.offset, field.meaning) for field in struct.fields]


@structs
def test_every_member_but_the_reserved_ones_has_a_meaning(struct):
    assert all((field.meaning == "") == field.name.startswith("reserved") for field in struct.fields)


def test_the_header_defines_the_same_numbers():
    defined = {name: int(value) for name, value in re.findall(r"#define DLDT_(\w+) (\d+)", HEADER)}
    assert defined == {
        "ABI_MAJOR": abi.ABI_MAJOR,
        "ABI_MINOR": abi.ABI_MINOR,
        "ARENA_ALIGNMENT": abi.ARENA_ALIGNMENT,
        "SPIN_DEFAULT": abi.SPIN_DEFAULT,
        "SPIN_CROWDED": abi.SPIN_CROWDED,
        "CANCELLED": abi.CANCELLED,
        "DEADLINE_PASSED": abi.DEADLINE_PASSED,
        "NO_MEMORY": abi.NO_MEMORY,
        "CONDITION": abi.CONDITION,
    }
    assert f"(artifact ABI {abi.ABI_MAJOR})" in HEADER


def test_the_header_declares_the_same_functions():
    declared = {}
    for result, name, parameters in re.findall(r"^(\w+) dldt_(\w+)\((.*?)\);", HEADER, re.MULTILINE):
        declared[name] = (result, *(re.sub(r"\w+$", "", word).strip() for word in parameters.split(", ")))
    assert declared == abi.FUNCTIONS


def test_the_loader_reads_the_same_note():
    body = re.search(r"typedef struct note_body {\n(.*?)\n}", LOADER, re.DOTALL)[1]
    members = [name for names in re.findall(r"  uint\d+_t (.*);", body) for name in names.split(", ")]
    assert members == list(Note._fields[: len(members)])
    assert Note._fields[len(members) :] == ("head_sha256", "code_sha256", "weights_sha256")
    assert re.findall(r"(\d+) \+ sizeof\(note_body\)", LOADER) == [str(NOTE_SIZE - len_of_note_body(body))]


def len_of_note_body(body):
    widths = [int(bits) // 8 * len(names.split(",")) for bits, names in re.findall(r"  uint(\d+)_t (.*);", body)]
    return sum(widths) + 3 * 32


def test_a_c_compiler_lays_the_structs_out_like_this(tmp_path):
    compiler = shutil.which("gcc") or shutil.which("cc")
    if compiler is None:
        pytest.skip("no C compiler (gcc, cc) is installed")
    asked = [f"sizeof({struct.name})" for struct in STRUCTS]
    asked += [f"offsetof({struct.name}, {field.name})" for struct in STRUCTS for field in struct.fields]
    prints = "".join(f'  printf("%zu\\n", {expression});\n' for expression in asked)
    head = '#include <stddef.h>\n#include <stdio.h>\n#include "dldt.h"\nint main(void) {\n'
    (tmp_path / "main.c").write_text(f"{head}{prints}  return 0;\n}}\n")
    words = [compiler, "-std=c11", "-Wall", "-Werror", f"-I{FOLDER}", "main.c", "-o", "main"]
    subprocess.run(words, cwd=tmp_path, check=True, timeout=60)
    done = subprocess.run([tmp_path / "main"], capture_output=True, text=True, timeout=60, check=True)
    sizes = [struct.size for struct in STRUCTS]
    offsets = [field.offset for struct in STRUCTS for field in struct.fields]
    assert list(map(int, done.stdout.split())) == sizes + offsets


def data_layout(triple):
    """What LLVM knows of the sizes and alignments of a machine."""
    llvm.initialize_all_targets()
    llvm.initialize_all_asmprinters()
    machine = llvm.Target.from_triple(triple).create_target_machine()
    return llvm.create_target_data(str(machine.target_data))


@structs
@pytest.mark.parametrize("triple", sorted({target.triple for target in TARGETS.values()}))
def test_llvm_lays_the_structs_out_like_this(struct, triple):
    def of(field):
        kind = "ptr" if field.type.endswith("*") else LLVM_TYPES[field.type]
        return kind if field.length == 1 else f"[{field.length} x {kind}]"

    text = f"%s = type {{ {', '.join(map(of, struct.fields))} }}\n@g = external global %s"
    with llvm.parse_assembly(text, llvm.create_context()) as module:
        layout, kind = data_layout(triple), module.get_struct_type("s")
        offsets = [layout.get_element_offset(kind, position) for position in range(len(struct.fields))]
        assert offsets == [field.offset for field in struct.fields]
        assert layout.get_abi_size(kind) == struct.size


ADDRESSES = re.compile(r"%(?:at\.)?(\w+?)(?:\.at)? = getelementptr i8, ptr [%@](team|request), i64 (\d+)\n")


def read_members(text):
    """The members that a module's text reads or writes, by name, with their offsets."""
    found = {"team": {}, "request": {}}
    for name, base, offset in ADDRESSES.findall(text):
        assert found[base].setdefault(name, int(offset)) == int(offset)
    return found


@pytest.mark.parametrize("target", TARGETS.values(), ids=TARGETS)
def test_the_ir_reads_each_member_where_the_record_says(target):
    pool = {field.name: field.offset for field in abi.THREAD_POOL.fields if field.meaning}
    request = {field.name: field.offset for field in abi.REQUEST.fields}
    read = read_members(team_module(target))
    # The pool's first member is addressed as the pool itself.
    assert pool.pop("generation") == 0
    assert read["team"] == pool
    assert read["request"] == {name: request[name] for name in ("dims", "pool", "stop")}
    program, _ = standalone_modules(scale_metadata(target), target, threads=2)
    read = read_members(program)
    assert read["team"] == {"threads": pool["threads"]}
    filled = ("inputs", "outputs", "arena", "dims", "pool", "output_dims", "slots", "grow", "states")
    assert read["request"] == {name: request[name] for name in filled}
    assert f"@team = internal global [{abi.THREAD_POOL.size} x i8] zeroinitializer, align 64\n" in program
