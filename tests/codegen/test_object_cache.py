"""The cache of compiled modules: what it holds is what LLVM made, and nothing else is taken from it."""

import os
import stat
import time
from pathlib import Path

import attrs
import numpy as np
import pytest

from dldt.codegen.cpus import CPUS
from dldt.codegen.object import object as object_module
from dldt.codegen.object.object import Optimisation, compile_modules
from dldt.codegen.object.object_cache import ObjectCache
from dldt.codegen.pipeline import compile_graph
from dldt.codegen.target import TARGETS
from dldt.compiler import ops
from dldt.compiler.graph import Graph
from dldt.compiler.types import DType, TensorType

TARGET = TARGETS["x86-64-v3"]
TEXT = "; ModuleID = 'k'\ndefine void @k(ptr %p) {\nstore float 3.0, ptr %p\nret void\n}\n"
PARTS = {"object": b"\x7fELF\0machine code\n", "assembly": b""}


@pytest.fixture
def compiled(monkeypatch):
    """The modules that LLVM was given."""
    seen = []

    class Counting(object_module.ObjectChild):
        def compile(self, text, options, timeout):
            seen.append(text)
            return super().compile(text, options, timeout)

    monkeypatch.setattr(object_module, "ObjectChild", Counting)
    return seen


def entries(folder):
    return sorted(folder.iterdir())


def test_a_module_is_compiled_once(tmp_path, compiled):
    other = TEXT.replace("3.0", "4.0")
    first = compile_modules([TEXT], TARGET, cache=ObjectCache(tmp_path))
    counts = []
    both = compile_modules([other, TEXT], TARGET, cache=ObjectCache(tmp_path), finished=counts.append)
    assert compiled == [TEXT, other]
    assert counts == [1, 2]
    assert both == compile_modules([other, TEXT], TARGET)
    assert both[1] == first[0]
    assert [stat.S_IMODE(path.stat().st_mode) for path in entries(tmp_path)] == [0o600, 0o600]


@pytest.mark.parametrize(
    ("target", "options"),
    [
        (attrs.evolve(TARGET, cpu=CPUS["haswell"]), {}),
        (attrs.evolve(TARGET, features=TARGET.features[:-1]), {}),
        (TARGET, {"optimisation": Optimisation(level=1)}),
        (TARGET, {"assembly": True}),
    ],
)
def test_what_decides_the_code_is_part_of_the_key(tmp_path, compiled, target, options):
    cache = ObjectCache(tmp_path)
    compile_modules([TEXT], TARGET, cache=cache)
    compile_modules([TEXT], target, cache=cache, **options)
    compile_modules([TEXT], target, cache=cache, **options)
    assert len(compiled) == 2


def test_assembly_comes_from_the_cache_as_well(tmp_path, compiled):
    made, again = (compile_modules([TEXT], TARGET, cache=ObjectCache(tmp_path), assembly=True) for _ in "ab")
    assert len(compiled) == 1
    assert made == again
    assert "store float 3.0" in again[0].optimised_ir.replace("3.000000e+00", "3.0")


def flip(path, at):
    body = bytearray(path.read_bytes())
    body[at] ^= 1
    path.write_bytes(body)


def swap(path):
    """An entry that is sound, but of another key."""
    cache = ObjectCache(path.parent)
    cache.store("0" * 64, {"object": b"foreign"})
    (path.parent / f"{'0' * 64}.object").replace(path)


def make_directory(path):
    path.unlink()
    path.mkdir()


DAMAGE = {
    "empty": lambda path: path.write_bytes(b""),
    "foreign": lambda path: path.write_bytes(b"something else" * 100),
    "cut": lambda path: path.write_bytes(path.read_bytes()[:-1]),
    "longer": lambda path: path.write_bytes(path.read_bytes() + b"\0"),
    "hash": lambda path: flip(path, 0),
    "head": lambda path: flip(path, 33),
    "code": lambda path: flip(path, -1),
    "another's": swap,
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
def test_a_damaged_entry_is_ignored_and_written_anew(tmp_path, compiled, damage):
    cache = ObjectCache(tmp_path)
    good = compile_modules([TEXT], TARGET, cache=cache)
    [entry] = entries(tmp_path)
    damage(entry)
    assert compile_modules([TEXT], TARGET, cache=cache) == good
    assert len(compiled) == 2
    assert compile_modules([TEXT], TARGET, cache=cache) == good
    assert len(compiled) == 2


def link_to_self(path):
    path.unlink()
    path.symlink_to(path)


def make_pipe(path):
    path.unlink()
    os.mkfifo(path)


@pytest.mark.parametrize("replace", [make_directory, link_to_self, make_pipe])
def test_what_is_no_file_is_never_read(tmp_path, replace):
    cache = ObjectCache(tmp_path)
    cache.store("k", PARTS)
    replace(entries(tmp_path)[0])
    assert cache.load("k") is None
    cache.store("k", PARTS)  # over a directory it cannot, and says nothing


def test_a_cache_that_cannot_be_written_fails_nothing(tmp_path):
    gone = tmp_path / "gone"
    cache = ObjectCache(gone)
    assert compile_modules([TEXT], TARGET, cache=cache) == compile_modules([TEXT], TARGET)
    assert not gone.exists()


def test_the_least_recently_used_go_first(tmp_path):
    cache = ObjectCache(tmp_path, capacity=3600)
    for age, key in enumerate("abc"):
        cache.store(key, {"object": bytes(1000)})
        os.utime(tmp_path / f"{key}.object", (0, time.time() - 1000 + age))
    cache.trim()
    assert [path.name for path in entries(tmp_path)] == ["a.object", "b.object", "c.object"]
    assert cache.load("a") == {"object": bytes(1000)}
    cache.store("d", {"object": bytes(1000)})
    (tmp_path / "other").write_bytes(bytes(5000))
    cache.trim()
    assert [path.name for path in entries(tmp_path)] == ["a.object", "c.object", "d.object", "other"]


def test_the_directory(tmp_path, monkeypatch):
    def place():
        cache = ObjectCache.of_user()
        if cache is None:
            return None
        cache.store("k", PARTS)
        return next(path.parent for path in tmp_path.rglob("k.object"))

    monkeypatch.setenv("DLDT_CACHE", str(tmp_path / "named"))
    assert place() == tmp_path / "named"
    assert stat.S_IMODE((tmp_path / "named").stat().st_mode) == 0o700
    (tmp_path / "named/k.object").unlink()
    monkeypatch.delenv("DLDT_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    assert place() == tmp_path / "xdg/dldt"
    (tmp_path / "xdg/dldt/k.object").unlink()
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    assert place() == tmp_path / "home/.cache/dldt"
    for word in ("off", "0"):
        monkeypatch.setenv("DLDT_CACHE", word)
        assert place() is None


@pytest.mark.parametrize("mode", [0o777, 0o1777, 0o702, 0o720])
def test_a_directory_that_others_may_write_to_is_not_used(tmp_path, monkeypatch, mode):
    tmp_path.chmod(mode)
    monkeypatch.setenv("DLDT_CACHE", str(tmp_path))
    assert ObjectCache.of_user() is None
    tmp_path.chmod(0o700)
    assert ObjectCache.of_user() is not None


def test_a_directory_of_another_user_is_not_used(tmp_path, monkeypatch):
    monkeypatch.setenv("DLDT_CACHE", str(tmp_path))
    monkeypatch.setattr(os, "geteuid", lambda: tmp_path.stat().st_uid + 1)
    assert ObjectCache.of_user() is None


def test_a_file_where_the_directory_should_be(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    for name in ("file", "file/below"):
        monkeypatch.setenv("DLDT_CACHE", str(tmp_path / name))
        assert ObjectCache.of_user() is None


def test_artifacts_are_the_same_bytes_with_and_without(tmp_path, monkeypatch, compiled):
    folder = tmp_path / "cache"
    monkeypatch.setenv("DLDT_CACHE", str(folder))
    graph = Graph("model")
    x = graph.parameter("x", TensorType(DType.f32, (2, 8)))
    graph.result(ops.ReLU()(ops.MatMul()(x, graph.constant(np.ones((8, 4), np.float32)))), "y")
    made = []
    for number, cache in enumerate((False, True, True)):
        path = tmp_path / str(number) / "model.so"
        path.parent.mkdir()
        before = len(compiled)
        compile_graph(graph.copy(), path, TARGET, cache=cache)
        made.append((Path(path).read_bytes(), len(compiled) > before))
        assert folder.exists() == (number > 0)
    assert made[0][0] == made[1][0] == made[2][0]
    assert [fresh for _, fresh in made] == [True, True, False]
