import math
import os

import pytest

from dldt import runtime
from dldt.runtime.threads import available_threads, cgroup_quota, choose_threads, default_threads


@pytest.fixture(autouse=True)
def unset(monkeypatch):
    monkeypatch.delenv("DLDT_NUM_THREADS", raising=False)


def write(root, files):
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return str(root)


@pytest.mark.parametrize(
    ("files", "quota"),
    [
        ({}, math.inf),
        ({"proc/self/cgroup": "0::/\n", "sys/fs/cgroup/cpu.max": "max 100000\n"}, math.inf),
        ({"proc/self/cgroup": "0::/\n", "sys/fs/cgroup/cpu.max": "250000 100000\n"}, 2.5),
        ({"proc/self/cgroup": "0::/a/b\n", "sys/fs/cgroup/a/cpu.max": "150000 100000\n"}, 1.5),
        (
            {
                "proc/self/cgroup": "0::/a/b\n",
                "sys/fs/cgroup/a/cpu.max": "300000 100000\n",
                "sys/fs/cgroup/a/b/cpu.max": "50000 100000\n",
            },
            0.5,
        ),
        # In a container the path of the host is not there, and the mount is the container's own.
        ({"proc/self/cgroup": "0::/../../x\n", "sys/fs/cgroup/cpu.max": "100000 50000\n"}, 2),
        (
            {
                "proc/self/cgroup": "4:memory:/\n3:cpu,cpuacct:/docker/1\n",
                "sys/fs/cgroup/cpu,cpuacct/docker/1/cpu.cfs_quota_us": "400000\n",
                "sys/fs/cgroup/cpu,cpuacct/docker/1/cpu.cfs_period_us": "100000\n",
            },
            4,
        ),
        (
            {
                "proc/self/cgroup": "3:cpu,cpuacct:/docker/1\n",
                "sys/fs/cgroup/cpu/cpu.cfs_quota_us": "-1\n",
                "sys/fs/cgroup/cpu/cpu.cfs_period_us": "100000\n",
            },
            math.inf,
        ),
        ({"proc/self/cgroup": "0::/\n", "sys/fs/cgroup/cpu.max": "garbage\n"}, math.inf),
        ({"proc/self/cgroup": "0::/\n", "sys/fs/cgroup/cpu.max": "100000 0\n"}, math.inf),
        ({"proc/self/cgroup": "garbage\n:\n"}, math.inf),
    ],
)
def test_quota(tmp_path, files, quota):
    assert cgroup_quota(write(tmp_path, files)) == quota


def test_at_least_one_thread_and_no_more_than_processors(tmp_path):
    processors = len(os.sched_getaffinity(0))
    tight = {"proc/self/cgroup": "0::/\n", "sys/fs/cgroup/cpu.max": "10000 100000\n"}
    assert available_threads(write(tmp_path / "tight", tight)) == 1
    wide = tight | {"sys/fs/cgroup/cpu.max": "900000000 100000\n"}
    assert available_threads(write(tmp_path / "wide", wide)) == processors
    assert available_threads(str(tmp_path / "none")) == processors


def test_explicit_wins_over_the_environment(monkeypatch):
    monkeypatch.setenv("DLDT_NUM_THREADS", "7")
    assert choose_threads(3) == 3
    assert default_threads() == 7
    monkeypatch.setenv("DLDT_NUM_THREADS", "")
    assert default_threads() == available_threads()


@pytest.mark.parametrize("text", ["0", "-1", "two", "1.5", "99999"])
def test_a_bad_environment(monkeypatch, scale_path, text):
    monkeypatch.setenv("DLDT_NUM_THREADS", text)
    with pytest.raises(runtime.RuntimeInputError, match="DLDT_NUM_THREADS must be a number from 1 to 1024, not"):
        runtime.load(scale_path)


@pytest.mark.parametrize("threads", [0, -1, 1.0, "2", True, 1025])
def test_a_bad_argument(scale_path, threads):
    with pytest.raises(runtime.RuntimeInputError, match="threads must be a number from 1 to 1024, not"):
        runtime.load(scale_path, threads=threads)
