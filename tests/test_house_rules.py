"""The house rules that no linter knows: file sizes, names, packages, imports, private paths."""

import ast
import re
import statistics
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
BOXES = ("compiler", "frontends", "passes", "codegen", "runtime", "debug", "tools")
BANNED_NAMES = ("utils", "util", "helpers", "helper", "misc", "common")
OPTIONAL = {"onnx", "onnxruntime", "openvino", "PIL", "tensorflow", "cv2", "numpy"}


def tracked(*patterns):
    """The files that git knows or would add, once each (not through the links in src)."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", *patterns]
    try:
        listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("not a git checkout")
    return [ROOT / name for name in sorted(set(listed)) if (ROOT / name).is_file() and not name.startswith("src/")]


def sources():
    return [path for path in tracked("*.py") if path.relative_to(ROOT).parts[0] in BOXES]


def lines_of(path):
    return len(path.read_text(encoding="utf-8").splitlines())


def test_no_file_is_longer_than_500_lines():
    long = {str(path.relative_to(ROOT)): lines_of(path) for path in tracked("*.py") if lines_of(path) > 500}
    assert not long


def test_most_files_are_short():
    sizes = sorted(lines_of(path) for path in sources())
    assert statistics.median(sizes) <= 120
    assert sizes[int(len(sizes) * 0.9)] <= 300


def test_no_file_has_a_name_that_says_nothing():
    bad = [
        str(path.relative_to(ROOT))
        for path in tracked("*.py")
        for part in path.parts
        if Path(part).stem in BANNED_NAMES
    ]
    assert not bad


def test_every_class_name_has_one_meaning():
    defined = {}
    for path in sources():
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.ClassDef):
                defined.setdefault(node.name, []).append(str(path.relative_to(ROOT)))
    assert len(defined) > 300
    assert not {name: paths for name, paths in defined.items() if len(paths) > 1}


def test_every_folder_of_the_package_is_a_package():
    folders = {path.parent for path in sources()}
    assert not [str(folder.relative_to(ROOT)) for folder in folders if not (folder / "__init__.py").is_file()]


def test_every_module_says_what_it_is():
    silent = [str(path.relative_to(ROOT)) for path in sources() if not ast.get_docstring(ast.parse(path.read_text()))]
    assert not silent


def inner_imports(path):
    """The imports inside functions, but for those under TYPE_CHECKING."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            for inner in ast.walk(node):
                if isinstance(inner, ast.Import):
                    yield from (alias.name for alias in inner.names)
                elif isinstance(inner, ast.ImportFrom):
                    yield inner.module or "."


def test_imports_stand_at_the_top():
    """Inside functions only optional packages; the commands may put off anything, so that --help is quick and a command
    names the extra that it misses; the table of formats puts off the code that reads them."""
    found = {}
    for path in sources():
        box = path.relative_to(ROOT).parts[0]
        late = box == "tools" or (box == "frontends" and path.name == "format.py")
        bad = [n for n in inner_imports(path) if n.split(".")[0] not in OPTIONAL and not late]
        if bad:
            found[str(path.relative_to(ROOT))] = bad
    assert not found


def test_imports_are_absolute():
    relative = []
    for path in sources():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.level:
                relative.append(f"{path.relative_to(ROOT)}:{node.lineno}")
    assert not relative


SILENCED = re.compile(r"# (?:ruff: )?(?:type: ignore|noqa)\b.*")
REASONED = re.compile(r"type: ignore\[[a-z, -]+\]  # \w|noqa: [A-Z]+\d+(?:, [A-Z]+\d+)* +(?:- \w|\(\w)")


def test_a_silenced_check_has_its_reason_beside_it():
    bare = []
    for path in tracked("*.py"):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            found = SILENCED.search(line)
            if found and not REASONED.search(found[0]):
                bare.append(f"{path.relative_to(ROOT)}:{number}: {found[0]}")
    assert not bare


def test_no_file_names_a_private_path():
    """Nobody else has our home directories."""
    found = []
    for path in tracked():
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        found += [str(path.relative_to(ROOT)) for word in ("/home" + "/", "/root" + "/", "/work" + "/") if word in text]
    assert not found


def test_the_links_of_the_package_point_to_every_box():
    for box in BOXES:
        link = ROOT / "src" / "dldt" / box
        assert link.is_symlink()
        assert link.resolve() == ROOT / box
