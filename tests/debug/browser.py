"""A real browser without a window, to look at pages as a person does. Tests that need one skip, loudly, without it."""

from __future__ import annotations

import html
import os
import re
import shutil
import subprocess
import tempfile
import warnings
from pathlib import Path

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")


def browser() -> str:
    """The browser's program: DLDT_BROWSER, or one of the usual names. Skips the test where there is none."""
    found = os.environ.get("DLDT_BROWSER") or next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        warnings.warn(
            "the dump's page is NOT tested: no Chromium is installed (apt-get install chromium)", stacklevel=2
        )
        pytest.skip("no Chromium is installed (apt-get install chromium)")
    return found


def run_browser(*words: str) -> str:
    """What the browser prints. It may reach no network."""
    with tempfile.TemporaryDirectory(prefix="dldt-browser-") as profile:
        fixed = ("--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--proxy-server=127.0.0.1:9")
        done = subprocess.run(
            [browser(), *fixed, f"--user-data-dir={profile}", "--virtual-time-budget=4000", *words],
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


def page_source(page: Path, place: str = "") -> str:
    """The page's elements after its scripts have run. ``place``: what stands behind # in the address."""
    return run_browser("--dump-dom", f"file://{page}#{place}")


def page_text(page: Path, element: str, place: str = "") -> str:
    """The text of the element with this id; of all that the page shows below it."""
    source = page_source(page, place)
    found = re.search(rf'<(\w+)[^>]*id="{element}"[^>]*>(.*?)</\1>', source, re.DOTALL)
    assert found, f"the page has no element {element!r}"
    return html.unescape(re.sub(r"<[^>]+>", " ", found[2]))


def screenshot(page: Path, place: str, path: Path, query: str = "") -> None:
    """A picture of the page."""
    run_browser("--window-size=1200,760", f"--screenshot={path}", f"file://{page}{query}#{place}")
