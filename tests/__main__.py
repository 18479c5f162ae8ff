"""The one command that checks everything: ``python -m tests``; words after it go to pytest.

Runs ruff (lint and format), mypy, import-linter and pytest, all of them even when one fails; pytest comes last, so that
its summary ends the output. The exit code is 0 only when all passed.
"""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CHECKS = {
    "ruff check": ["ruff", "check", "."],
    "ruff format": ["ruff", "format", "--check", "."],
    "mypy": ["mypy"],
    "import-linter": ["lint-imports"],
}


def main(words):
    scripts = Path(sys.executable).parent
    environment = os.environ | {"PATH": f"{scripts}{os.pathsep}{os.environ.get('PATH', '')}", "DLDT_VERIFY": "1"}
    failed = []
    for name, command in CHECKS.items():
        print(f"== {name}", flush=True)
        if subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode:
            failed.append(name)
    workers = str(min(4, len(os.sched_getaffinity(0))))
    pytest = [sys.executable, "-m", "pytest", "-rs", "-n", workers, "--dist", "worksteal", *words]
    print(f"== {' '.join(pytest[2:])}", flush=True)
    code = subprocess.run(pytest, cwd=ROOT, env=environment, check=False).returncode
    if failed:
        print(f"failed before the tests: {', '.join(failed)}", file=sys.stderr, flush=True)
    return code or int(bool(failed))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
