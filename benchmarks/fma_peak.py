"""The machine's f32 FMA peak on one core, as ``dldt bench --per-layer`` measures it.

python -m benchmarks.fma_peak
"""

from __future__ import annotations

import argparse

from dldt.tools import peaks


def fma_peak(seconds: float = 0.5) -> float:
    """GFLOP/s of one core: the best of several runs."""
    return peaks.fma_peak(seconds)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.parse_args()
    print(f"{fma_peak():.1f} GFLOP/s on one core")


if __name__ == "__main__":
    main()
