import json
import subprocess
import sys

HEAVY = ["onnx", "tensorflow", "networkx", "llvmlite", "attrs", "attr", "dldt.compiler", "dldt.codegen", "dldt.tools"]


def modules_after(code):
    program = f"import sys, json\n{code}\nprint(json.dumps(sorted(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True)
    return set(json.loads(done.stdout))


def test_the_runtime_imports_numpy_and_the_standard_library(scale_path):
    loaded = modules_after(
        "import numpy, dldt.runtime\n"
        f"with dldt.runtime.load({str(scale_path)!r}) as model: model(numpy.ones(3, numpy.float32))"
    )
    assert [name for name in HEAVY if name in loaded] == []
    outside = {
        name.partition(".")[0] for name in loaded - modules_after("import numpy") if not name.startswith("dldt")
    } - set(sys.stdlib_module_names)
    assert outside == set()
