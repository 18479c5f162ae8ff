"""What is installed: the wheel holds every module, the runtime lives on numpy alone, the source archive builds."""

import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import numpy as np
import pytest

from tests.test_house_rules import BOXES, ROOT, tracked

BUILD = "import sys; from setuptools import build_meta; print(build_meta.{}({!r}))"


def build(kind, source, to):
    """The file that the build backend makes of a source tree."""
    code = BUILD.format(kind, str(to))
    done = subprocess.run([sys.executable, "-c", code], cwd=source, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return to / done.stdout.strip().splitlines()[-1]


@pytest.fixture(scope="session")
def clean_tree(tmp_path_factory):
    """A copy of what git knows, links as links: nothing that lies about in the checkout can reach the wheel."""
    tree = tmp_path_factory.mktemp("tree")
    for path in [*tracked(), *(ROOT / "src" / "dldt").iterdir()]:
        if path.name == "__pycache__":
            continue
        to = tree / path.relative_to(ROOT)
        to.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(path, to, follow_symlinks=False)
    return tree


@pytest.fixture(scope="session")
def wheel(clean_tree, tmp_path_factory):
    return build("build_wheel", clean_tree, tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="session")
def installed(wheel, tmp_path_factory):
    """A folder with the wheel's content and numpy: what a machine has after a plain installation."""
    folder = tmp_path_factory.mktemp("site")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    packages = Path(np.__file__).parent.parent
    for name in ("numpy", "numpy.libs"):
        if (packages / name).exists():
            (folder / name).symlink_to(packages / name)
    return folder


def python(site, *words):
    """A fresh interpreter that sees the standard library and ``site`` alone."""
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(site)}
    return subprocess.run([sys.executable, "-S", *words], env=environment, capture_output=True, text=True, check=False)


def modules(names):
    return {name for name in names if name.endswith((".py", ".h", ".c", "py.typed"))}


def test_the_wheel_holds_every_module(wheel):
    expected = {"dldt/__init__.py", "dldt/onnx_backend.py", "dldt/py.typed"}
    for path in tracked("*.py", "*.h", "*.c"):
        if path.relative_to(ROOT).parts[0] in BOXES:
            expected.add(f"dldt/{path.relative_to(ROOT)}")
    with zipfile.ZipFile(wheel) as archive:
        assert modules(archive.namelist()) == expected


def test_the_wheel_installs_both_commands(wheel):
    with zipfile.ZipFile(wheel) as archive:
        (name,) = [name for name in archive.namelist() if name.endswith("entry_points.txt")]
        text = archive.read(name).decode()
    assert "dldt = dldt.tools.main:main" in text
    assert "dldt-compile = dldt.tools.compile:main" in text


def test_a_plain_installation_needs_numpy_alone(wheel):
    with zipfile.ZipFile(wheel) as archive:
        (name,) = [name for name in archive.namelist() if name.endswith("METADATA")]
        lines = archive.read(name).decode().splitlines()
    needed = [line for line in lines if line.startswith("Requires-Dist:") and "extra ==" not in line]
    assert needed == ["Requires-Dist: numpy>=1.26"]
    extras = {line.split()[1] for line in lines if line.startswith("Provides-Extra:")}
    assert extras == {"compile", "tensorflow", "images", "test", "benchmarks"}


def test_the_source_archive_builds_the_same_wheel(clean_tree, wheel, tmp_path):
    with tarfile.open(build("build_sdist", clean_tree, tmp_path)) as archive:
        # Python 3.11 knows filters from 3.11.4 on.
        archive.extractall(tmp_path, **({"filter": "data"} if hasattr(tarfile, "data_filter") else {}))
    (tree,) = [path for path in tmp_path.iterdir() if path.is_dir()]
    again = build("build_wheel", tree, tmp_path)
    with zipfile.ZipFile(wheel) as one, zipfile.ZipFile(again) as other:
        assert modules(one.namelist()) == modules(other.namelist())


def test_the_runtime_imports_with_numpy_alone(installed):
    code = "import sys, dldt.runtime; print(sorted({n.split('.')[0] for n in sys.modules} & set(sys.argv[1:])))"
    done = python(installed, "-c", code, "onnx", "tensorflow", "networkx", "llvmlite", "attr", "attrs", "ml_dtypes")
    assert done.stderr == ""
    assert done.stdout == "[]\n"


@pytest.mark.parametrize("module", ["compile", "convert", "run", "bench", "inspect", "ops"])
def test_help_needs_no_extra(installed, module):
    done = python(installed, "-m", f"dldt.tools.{module}", "--help")
    assert done.returncode == 0
    assert done.stdout.startswith("usage: dldt")


def test_help_does_not_import_numpy(installed):
    code = "import sys, atexit; atexit.register(lambda: print('numpy' in sys.modules)); import dldt.tools.compile as c"
    assert python(installed, "-c", f"{code}; c.main(['--help'])").stdout.endswith("\nFalse\n")


@pytest.mark.parametrize(
    ("module", "program"), [("compile", "dldt-compile"), ("convert", "dldt convert"), ("inspect", "dldt inspect")]
)
def test_a_command_names_the_extra_that_it_needs(installed, module, program, tmp_path):
    model = tmp_path / "m.onnx"
    model.write_bytes(b"\x08\x08")
    done = python(installed, "-m", f"dldt.tools.{module}", str(model))
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.startswith(f"error: {program} needs the compile extra: pip install 'dldt[compile]' (no module ")
    assert done.stderr.count("\n") == 1
    assert os.listdir(tmp_path) == ["m.onnx"]
