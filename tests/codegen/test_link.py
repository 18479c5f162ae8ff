import hashlib
import shutil
import struct
import subprocess

import numpy as np
import pytest

from dldt import runtime
from dldt.codegen.host import resolve_target
from dldt.codegen.llvm.support import support_modules
from dldt.codegen.object.elf_object import read_object
from dldt.codegen.object.link import EXPORTS, link
from dldt.codegen.object.object import compile_modules
from dldt.codegen.target import TARGETS
from dldt.compiler.errors import InputError, InternalError
from dldt.runtime.format import read_artifact
from dldt.runtime.note import MACHINES
from tests.codegen.artifact import SCALE, SCALE_WEIGHTS, build, build_scale, describe, objects, scale_metadata
from tests.codegen.qemu import run_under_qemu

# Every kind of reference that LLVM makes: to tables, functions by their address, zeros, constants of each size, weights
# far away, functions of another module, and the memory functions.
REFERENCES = """; ModuleID = 'references'
@dldt_weights = external hidden global i8, align 64
@table = internal constant [2 x i64] [i64 2, i64 3]
@five = internal constant i64 5
@zeros = internal constant [4 x i64] zeroinitializer
@elsewhere = external hidden constant i64
@byte = internal constant i8 3
@short = internal constant i16 300
@word = internal constant i32 70000
@four = internal constant <4 x i32> <i32 1, i32 2, i32 3, i32 4>, align 16
declare i64 @far_away(i64)
declare void @llvm.memset.p0.i64(ptr, i8, i64, i1)
declare void @llvm.memmove.p0.p0.i64(ptr, ptr, i64, i1)
define internal i64 @double(i64 %x) noinline { %y = mul i64 %x, 2
  ret i64 %y }
define internal i64 @triple(i64 %x) noinline { %y = mul i64 %x, 3
  ret i64 %y }
define linkonce_odr hidden i64 @shared(i64 %x) noinline { %y = mul i64 %x, 10
  ret i64 %y }
define internal void @choose(i64 %x, ptr %to) noinline {
  switch i64 %x, label %other [ i64 0, label %a i64 1, label %b i64 2, label %c i64 3, label %d i64 4, label %e ]
a: store volatile i64 11, ptr %to
  ret void
b: store volatile i64 22, ptr %to
  ret void
c: store volatile i64 33, ptr %to
  ret void
d: store volatile i64 44, ptr %to
  ret void
e: store volatile i64 55, ptr %to
  ret void
other: store volatile i64 66, ptr %to
  ret void
}
define hidden void @dldt_main(ptr %request, i32 %tid, i32 %threads) {
  %inputs = load ptr, ptr %request
  %x = load ptr, ptr %inputs
  %outputs.at = getelementptr i8, ptr %request, i64 8
  %outputs = load ptr, ptr %outputs.at
  %y = load ptr, ptr %outputs
  %x0 = load i64, ptr %x

  %which = and i64 %x0, 1
  %entry = getelementptr i64, ptr @table, i64 %which
  %factor = load volatile i64, ptr %entry
  %doubled = icmp eq i64 %factor, 2
  %function = select i1 %doubled, ptr @double, ptr @triple
  %y0 = call i64 %function(i64 %x0)
  store i64 %y0, ptr %y

  %y1 = load volatile i64, ptr @five
  %y1.at = getelementptr i64, ptr %y, i64 1
  store i64 %y1, ptr %y1.at

  %zero.at = getelementptr i64, ptr @zeros, i64 %which
  %zero = load volatile i64, ptr %zero.at
  %there = load volatile i64, ptr @elsewhere
  %y2 = add i64 %zero, %there
  %y2.at = getelementptr i64, ptr %y, i64 2
  store i64 %y2, ptr %y2.at

  %y3.at = getelementptr i64, ptr %y, i64 3
  call void @choose(i64 %x0, ptr %y3.at)

  %near = call i64 @shared(i64 %x0)
  %far = call i64 @far_away(i64 %x0)
  %y4 = add i64 %near, %far
  %y4.at = getelementptr i64, ptr %y, i64 4
  store i64 %y4, ptr %y4.at

  %b = load volatile i8, ptr @byte
  %s = load volatile i16, ptr @short
  %w = load volatile i32, ptr @word
  %v = load volatile <4 x i32>, ptr @four, align 16
  %b64 = zext i8 %b to i64
  %s64 = zext i16 %s to i64
  %w64 = zext i32 %w to i64
  %v3 = extractelement <4 x i32> %v, i32 3
  %v64 = zext i32 %v3 to i64
  %t0 = add i64 %b64, %s64
  %t1 = add i64 %w64, %v64
  %y5 = add i64 %t0, %t1
  %y5.at = getelementptr i64, ptr %y, i64 5
  store i64 %y5, ptr %y5.at

  %y6.at = getelementptr i64, ptr %y, i64 6
  call void @llvm.memset.p0.i64(ptr %y6.at, i8 1, i64 %x0, i1 false)
  %moved = getelementptr i8, ptr %y6.at, i64 1
  call void @llvm.memmove.p0.p0.i64(ptr %moved, ptr %y6.at, i64 %x0, i1 false)

  %distant = getelementptr i8, ptr @dldt_weights, i64 20971527
  %last = load i8, ptr %distant
  %y7 = zext i8 %last to i64
  %y7.at = getelementptr i64, ptr %y, i64 7
  store i64 %y7, ptr %y7.at
  ret void
}
define i64 @dldt_arena_size(ptr %symbols) { ret i64 0 }
define void @dldt_output_shapes(ptr %symbols, ptr %dims) {
  store i64 8, ptr %dims
  ret void
}
"""
OTHER = """; ModuleID = 'other'
@elsewhere = hidden constant i64 77
define linkonce_odr hidden i64 @shared(i64 %x) noinline { %y = mul i64 %x, 10
  ret i64 %y }
define hidden i64 @far_away(i64 %x) { %y = call i64 @shared(i64 %x)
  %z = add i64 %y, 1
  ret i64 %z }
"""
REFERENCE_WEIGHTS = [(64, [bytes(range(7)), bytes((20 << 20) - 7)]), (4, [b"\0\0\0\0\0\0\0\xc8"])]
X = np.array([3, 0, 0, 0, 0, 0, 0, 0])
# 3 * 3 from the table; 5; 0 + 77; the fourth case; 30 + 31; 3 + 300 + 70000 + 4; four ones of which one was moved; 200.
Y = np.array([9, 5, 77, 44, 61, 70307, 0x01010101, 200])


def reference_metadata(target):
    return describe([("x", "i64", [8])], [("y", "i64", [8])], target=target, name="references")


@pytest.mark.parametrize("name", ["host", "x86-64-v2", "aarch64"])
def test_references_in_an_executable(name, tmp_path):
    target = resolve_target(name)
    inputs = {"x": X}
    run = run_under_qemu([REFERENCES, OTHER], REFERENCE_WEIGHTS, reference_metadata(target), inputs, target, tmp_path)
    assert (run["y"] & 0xFFFFFFFF).tolist() == Y.tolist()


def test_references_in_a_library(tmp_path):
    target = resolve_target("host")
    codes = compile_modules([REFERENCES, OTHER, *support_modules(target)], target)
    made = link(
        [code.object for code in codes], REFERENCE_WEIGHTS, reference_metadata(target), tmp_path / "m.so", target
    )
    assert made.size == (tmp_path / "m.so").stat().st_size
    assert made.weights == (20 << 20) + 8
    with runtime.load(tmp_path / "m.so", verify=True) as model:
        assert (model(X) & 0xFFFFFFFF).tolist() == Y.tolist()


def tool(name, *words):
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"{name} (binutils) is not installed")
    return subprocess.run([found, *words], capture_output=True, text=True, check=True, timeout=60).stdout


def test_exports_and_imports(tmp_path):
    path = build_scale(tmp_path / "m.so")
    listing = [line.split() for line in tool("nm", "-D", path).splitlines()]
    assert {words[-1] for words in listing} == {*EXPORTS, "dldt_metadata"}
    assert "U" not in {words[-2] for words in listing}


def test_other_tools_read_it(tmp_path):
    path = build_scale(tmp_path / "m.so")
    text = tool("readelf", "-aW", path)
    assert "Warning" not in text
    assert "Library soname: [m.so]" in text
    assert "NEEDED" not in text
    assert "There are no relocations in this file." in text
    assert "TEXTREL" not in text
    assert "RWE" not in text
    assert "<dldt_main>:" in tool("objdump", "-d", path)


def test_every_target_links(tmp_path):
    for name, target in TARGETS.items():
        path = build_scale(tmp_path / f"{name}.so", target=target)
        assert read_artifact(path, verify=True).metadata.target == name


def test_hashes_and_offsets_of_the_note(tmp_path):
    data = build_scale(tmp_path / "m.so").read_bytes()
    at = data.index(b"DLDT\0\0\0\0") + 8
    major, minor, machine, _ = struct.unpack_from("<4I", data, at)
    size, metadata, metadata_size, code, weights, weights_size = struct.unpack_from("<6Q", data, at + 16)
    hashes = [data[at + 104 + 32 * index :][:32] for index in range(3)]
    blank = data[: at + 104] + bytes(96) + data[at + 200 : code]
    assert (major, minor, machine, size) == (3, 0, struct.unpack_from("<H", data, 18)[0], len(data))
    assert hashes == [hashlib.sha256(part).digest() for part in (blank, data[code:weights], data[weights:])]
    assert data[metadata : metadata + metadata_size].startswith(b'{"arch":')
    assert data[metadata + metadata_size] == 0
    assert weights % 4096 == 0
    assert data[weights:] == np.float32([2] + [0] * 15 + [0, 1, 2, 3]).tobytes()
    assert weights_size == 80


def test_functions_of_the_note(tmp_path):
    path = build_scale(tmp_path / "m.so")
    data = path.read_bytes()
    at = data.index(b"DLDT\0\0\0\0") + 8
    listing = {words[2]: int(words[0], 16) for words in map(str.split, tool("nm", "-D", path).splitlines())}
    assert struct.unpack_from("<5Q", data, at + 64) == tuple(listing[name] for name in EXPORTS)


def test_equal_input_gives_equal_bytes(tmp_path):
    (tmp_path / "other").mkdir()
    first, second = build_scale(tmp_path / "m.so"), build_scale(tmp_path / "other" / "m.so")
    assert first.read_bytes() == second.read_bytes()


def try_link(tmp_path, modules, weights=(), replace=None):
    target = resolve_target("host")
    codes = [code.object for code in compile_modules([*modules, *support_modules(target)], target)]
    path = tmp_path / "m.so"
    try:
        return link(codes, weights, scale_metadata(target), path, target)
    finally:
        assert not any(tmp_path.iterdir()) or path.exists()


def refusal(tmp_path, *modules):
    with pytest.raises(InternalError) as caught:
        try_link(tmp_path, modules)
    assert not any(tmp_path.iterdir())
    return str(caught.value)


def test_nothing_may_be_imported(tmp_path):
    calls = SCALE.replace("entry:\n", "entry:\n  call void @zebra()\n  call void @expf()\n", 1)
    text = calls + "declare void @zebra()\ndeclare void @expf()\n"
    assert refusal(tmp_path, text) == (
        "the generated code refers to what nothing defines, and an artifact imports nothing: expf, zebra"
    )


def test_defined_twice(tmp_path):
    twice = "define hidden void @kernel() { ret void }\n"
    assert refusal(tmp_path, SCALE, twice, twice) == "defined more than once: kernel"
    mine = "@dldt_weights = hidden global i8 0\n"
    assert refusal(tmp_path, SCALE, mine) == "defined more than once: dldt_weights"


def test_an_entry_that_is_missing(tmp_path):
    assert refusal(tmp_path, SCALE.replace("@dldt_output_shapes", "@shapes")) == (
        "the generated code does not define dldt_output_shapes"
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "@llvm.global_ctors = appending global [1 x { i32, ptr, ptr }] [{ i32, ptr, ptr } "
            "{ i32 1, ptr @f, ptr null }]\n@v = internal global i32 0\n"
            "define internal void @f() { store volatile i32 1, ptr @v\n ret void }\n",
            "the code wants to run at load time (section .ctors.65534), which an artifact may not do",
        ),
        (
            "@t = hidden thread_local global i32 1\n",
            "the code uses thread-local storage (section .tdata), which an artifact may not hold",
        ),
        ("@c = common global i32 0\n", "symbol c is of a kind (common, thread-local) that the linker does not place"),
        (
            '@big = hidden constant [8192 x i8] zeroinitializer, section ".rodata.big", align 65536\n',
            "section .rodata.big asks for an alignment of 65536 bytes",
        ),
        (
            "@count = hidden global i32 7\n",
            "section .data holds variables or addresses, which an artifact may not",
        ),
        (
            "@zeros = hidden global [9 x i32] zeroinitializer\n",
            "section .bss holds variables or addresses, which an artifact may not",
        ),
        (
            "@table = hidden constant [1 x ptr] [ptr @f]\ndefine internal void @f() { ret void }\n",
            "section .data.rel.ro holds variables or addresses, which an artifact may not",
        ),
        (
            "@here = constant i32 7\ndefine hidden i32 @look() { %v = load volatile i32, ptr @here\n ret i32 %v }\n",
            "the code needs relocation R_X86_64_REX_GOTPCRELX, and an artifact works wherever it is mapped, as it is",
        ),
    ],
)
def test_what_an_artifact_may_not_hold(tmp_path, text, message):
    assert refusal(tmp_path, SCALE, text) == message


FAR = (1 << 31) + (1 << 26)
"""An offset that no instruction holds."""


@pytest.mark.parametrize("name", TARGETS)
def test_code_adds_far_offsets_to_the_beginning_of_the_weights(name):
    target = TARGETS[name]
    (code,) = compile_modules([SCALE.replace("i64 64", f"i64 {FAR}")], target)
    item = read_object(code.object, MACHINES[target.arch])
    addends = [
        relocation.addend
        for section in item.sections
        for relocation in section.relocations
        if item.symbols[relocation.symbol].name == "dldt_weights"
    ]
    assert addends
    assert all(abs(addend) < 1 << 24 for addend in addends)


def test_weights_of_more_than_2_gib(tmp_path, pytestconfig):
    if not pytestconfig.getoption("--all-cases"):
        pytest.skip("it writes a file of 2 GiB: --all-cases")
    target, block = resolve_target("host"), bytes(1 << 26)
    weights = [(64, [np.float32([2.0]).tobytes()]), (FAR, [np.float32([0, 1, 2, 3]).tobytes()])]
    # The gap is made of blocks, since nothing of 2 GiB is held in memory.
    weights.insert(1, (64, (block[: FAR - 64 - at] for at in range(0, FAR - 64, len(block)))))
    path = tmp_path / "m.so"
    made = link(objects(SCALE.replace("i64 64", f"i64 {FAR}"), target), weights, scale_metadata(target), path, target)
    assert made.weights == FAR + 16
    with runtime.load(path) as model:
        np.testing.assert_array_equal(model(np.float32([1, 2, 3, 4])), np.float32([2, 5, 8, 11]))
    path.unlink()


def test_weights_are_asked_for_one_by_one(tmp_path):
    events = []

    def pieces():
        for index in range(3):
            events.append(f"asked {index}")
            yield 64, (bytes([index]) for index in [index])
            events.append(f"written {index}")

    target = resolve_target("host")
    made = link(objects(SCALE, target), pieces(), scale_metadata(target), tmp_path / "m.so", target)
    assert events == ["asked 0", "written 0", "asked 1", "written 1", "asked 2", "written 2"]
    assert made.weights == 129


def test_a_model_without_weights(tmp_path):
    zero = SCALE.replace("load float, ptr @dldt_weights", "fadd float 0.0, 3.0").replace(
        "load float, ptr %si", "fadd float 0.0, 1.0"
    )
    build(zero, scale_metadata(resolve_target("host")), tmp_path / "m.so")
    with runtime.load(tmp_path / "m.so", verify=True) as model:
        np.testing.assert_array_equal(model(np.float32([1, 2])), np.float32([4, 7]))


def test_a_place_that_cannot_be_written(tmp_path):
    target = resolve_target("host")
    with pytest.raises(InputError, match="there is no directory"):
        link(objects(SCALE, target), SCALE_WEIGHTS, scale_metadata(target), tmp_path / "no" / "m.so", target)
