"""The table of latencies, from numbers written by hand."""

import pytest

from benchmarks import latencies
from dldt.tools.roofline import Peaks

TIMES = {"open_ms": 1.0, "first_ms": 2.0, "rss_bytes": 3 << 20, "file_bytes": 1 << 20}
OURS = TIMES | {"median_ms": 2.0, "min_ms": 1.5, "error": 2.2e-7, "compared_with": "onnxruntime"}
SHARES = {"peak_share": 0.5, "roofline": 0.75}
PEERS = {"onnxruntime": TIMES | {"median_ms": 6.0, "min_ms": 5.0}, "openvino": {"failed": "no such file"}}
PEERS["openvino"]["file_bytes"] = 1 << 20
AGAINST = {"against": TIMES | {"median_ms": 2.5, "min_ms": 2.25, "error": 3e-7}, "against_ratio": 1.25}


def test_a_line_has_every_column():
    row = {"model": "m", "ratio": 2.5, "dldt": OURS} | SHARES | PEERS
    shown = "m 2.000 (1.500) 6.000 (5.000) - 2.50 50% 75% 1.0/2.0 1.0/2.0 -, 3 3 -, 1.0 1.0, 2e-07 -"
    assert " ".join(latencies.line(row).split()) == f"{shown}; openvino FAILED: no such file"


def test_a_line_with_another_version():
    row = {"model": "m", "ratio": 2.5, "dldt": OURS} | SHARES | PEERS | AGAINST
    shown = "m 2.000 (1.500) 2.500 (2.250) 6.000 (5.000) - 1.250 2.50 50% 75% 1.0/2.0 1.0/2.0 1.0/2.0 -, 3 3 3 -"
    shown += ", 1.0 1.0 1.0, 2e-07 3e-07 -; openvino FAILED: no such file"
    assert " ".join(latencies.line(row).split()) == shown


def test_a_table_of_two_versions_alone():
    """sqrt(1.25 * 0.8) = 1."""
    slow = {"against": {**AGAINST["against"], "median_ms": 1.6}, "against_ratio": 0.8}
    rows = [{"model": name, "dldt": OURS} | SHARES | found for name, found in (("fast", AGAINST), ("slow", slow))]
    rows.append({"model": "broken", "dldt": OURS, "against": {"failed": "no", "file_bytes": 1}} | SHARES)
    title, head, *lines, mean = latencies.table(rows, Peaks(1, 100.0, 10.0)).splitlines()[1:]
    assert title == "1 thread; 100 GFLOP/s, 10 GB/s from memory"
    assert head.split() == [
        "model",
        "ours",
        "against",
        "against",
        "peak",
        "roof",
        "open/first,",
        "RSS,",
        "file,",
        "error",
    ]
    shown = "fast 2.000 (1.500) 2.500 (2.250) 1.250 50% 75% 1.0/2.0 1.0/2.0, 3 3, 1.0 1.0, 2e-07 3e-07"
    assert " ".join(lines[0].split()) == shown
    assert lines[2].split()[:6] == ["broken", "2.000", "(1.500)", "-", "-", "50%"]
    assert lines[2].endswith("; against FAILED: no")
    assert all(line.index("50%") == lines[0].index("50%") for line in lines)
    wanted = "geometric mean of 2 ratios: 1.000; the least: 0.800 (slow); 1 failed (the other version's time to ours)"
    assert mean == wanted


def test_all_failed():
    row = {"model": "m", "error": "no luck"}
    *_, line, mean = latencies.table([row], Peaks(2, 100.0, 10.0)).splitlines()
    assert line == "m            FAILED  no luck"
    assert mean == "no model was measured; 1 failed"


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (3, "geometric mean of 2 ratios: 2.00; the least: 1.00 (large); 1 failed"),
        (2, "geometric mean of 2 ratios: 2.00; the least: 1.00 (large)"),
        (0, "no model was measured"),
    ],
)
def test_the_last_line_is_the_geometric_mean(count, text):
    """sqrt(4 * 1) = 2."""
    rows = [{"model": "small", "ratio": 4.0}, {"model": "large", "ratio": 1.0}, {"model": "broken", "error": "no"}]
    assert latencies.mean_line(rows[:count]) == text
