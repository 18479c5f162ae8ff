"""How many threads a model may use."""

from __future__ import annotations

import math
import os

from dldt.runtime.errors import RuntimeInputError
from dldt.runtime.shown import shown

VARIABLE = "DLDT_NUM_THREADS"
_MOST = 1024


def choose_threads(threads: int | None = None) -> int:
    """The number of threads: as told, else DLDT_NUM_THREADS, else what affinity and cgroup quota allow."""
    if threads is not None:
        return _check(threads, "threads")
    text = os.environ.get(VARIABLE, "").strip()
    if text:
        if not text.isdecimal():
            raise RuntimeInputError(f"{VARIABLE} must be a number from 1 to {_MOST}, not {shown(text)}")
        return _check(int(text), VARIABLE)
    return available_threads()


def default_threads() -> int:
    """The number of threads of a model that is loaded without naming one."""
    return choose_threads()


def available_threads(root: str = "/") -> int:
    """min(processors that we may run on, whole processors of the cgroup quota), and at least 1."""
    processors = len(os.sched_getaffinity(0))
    return max(1, math.floor(min(processors, cgroup_quota(root))))


def cgroup_quota(root: str = "/") -> float:
    """How many processors' worth of time the tightest of our cgroups (version 2 or 1) may use; infinite without one."""
    quotas = [math.inf]
    for line in _read(f"{root}/proc/self/cgroup").splitlines():
        _, controllers, path = (*line.split(":", 2), "", "")[:3]
        names = controllers.split(",")
        if not controllers:
            quotas += [_quota_2(folder) for folder in _folders(f"{root}/sys/fs/cgroup", path)]
        elif "cpu" in names:
            mounts = (f"{root}/sys/fs/cgroup/{controllers}", f"{root}/sys/fs/cgroup/cpu")
            mount = next((mount for mount in mounts if os.path.isdir(mount)), mounts[0])
            quotas += [_quota_1(folder) for folder in _folders(mount, path)]
    return min(quotas)


def _check(threads: object, what: str) -> int:
    if not isinstance(threads, int) or isinstance(threads, bool) or not 1 <= threads <= _MOST:
        raise RuntimeInputError(f"{what} must be a number from 1 to {_MOST}, not {shown(threads)}")
    return threads


def _folders(mount: str, path: str) -> list[str]:
    """The cgroup's folder and all above it, up to the mount (inside a container the path may not be visible)."""
    parts = [part for part in path.split("/") if part not in ("", "..")]
    return ["/".join([mount, *parts[:count]]) for count in range(len(parts), -1, -1)]


def _quota_2(folder: str) -> float:
    fields = _read(f"{folder}/cpu.max").split()
    return _ratio(*fields) if len(fields) == 2 else math.inf


def _quota_1(folder: str) -> float:
    return _ratio(_read(f"{folder}/cpu.cfs_quota_us").strip(), _read(f"{folder}/cpu.cfs_period_us").strip())


def _ratio(quota: str, period: str) -> float:
    if not quota.isdecimal() or not period.isdecimal() or int(period) == 0:
        return math.inf  # "max" or -1: no limit
    return int(quota) / int(period)


def _read(path: str) -> str:
    try:
        with open(path, encoding="ascii", errors="replace") as file:
            return file.read()
    except OSError:
        return ""
