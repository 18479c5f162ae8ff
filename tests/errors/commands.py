"""Running the commands as a user does: in a process of their own."""

import subprocess
import sys


def command(name, *words, **options):
    """The finished process of ``dldt NAME words``."""
    line = [sys.executable, "-m", f"dldt.tools.{name}", *map(str, words)]
    return subprocess.run(line, capture_output=True, text=True, timeout=300, check=False, **options)


def refused(done, code, *texts):
    """The command ended with this exit code and a message that has these texts, without a traceback."""
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
    errors = [line for line in done.stderr.splitlines() if line.startswith("error")]
    assert len(errors) == 1, done.stderr
    for text in texts:
        assert text in done.stderr
