"""Artifacts of free sizes beside artifacts compiled for each size.

    python -m benchmarks.dynamic                                  networks of random weights
    python -m benchmarks.dynamic resnet --sizes 96x96 224x224
    python -m benchmarks.dynamic --target x86-64-v3 --rounds 30

Outputs are compared with onnxruntime's; the two artifacts run in turns, and their least times count.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import onnx

from benchmarks.arguments import target_name, whole_number
from benchmarks.free_networks import mobilenet, resnet, unet
from benchmarks.sessions import onnxruntime_outputs
from dldt import runtime
from dldt.tools.api import compile_model, read_model

NETWORKS: dict[str, Callable[[], onnx.ModelProto]] = {
    "resnet": resnet,
    "mobilenet": mobilenet,
    "unet": lambda: unet(deconvolution=True),
    "unet-resize": lambda: unet(deconvolution=False),
}
SIZES = ("64x64", "96x128", "224x224", "320x256", "480x640")


def main() -> int:
    """One line for each network and size."""
    arguments = _arguments()
    print(f"{'network':<12} {'size':>8} {'fixed ms':>9} {'free ms':>9} {'ratio':>6}  error")
    for name in arguments.networks or NETWORKS:
        with tempfile.TemporaryDirectory() as folder:
            _measure(name, Path(folder), arguments)
    return 0


def _measure(name: str, folder: Path, arguments: argparse.Namespace) -> None:
    source = folder / f"{name}.onnx"
    onnx.save(NETWORKS[name](), source)
    compile_model(read_model(source), folder / "free.so", arguments.target)
    with runtime.load(folder / "free.so", threads=arguments.threads) as free:
        for size in arguments.sizes:
            shape = (1, 3, *map(int, size.split("x")))
            feeds = {"x": np.random.default_rng(0).standard_normal(shape).astype(np.float32)}
            compile_model(read_model(source, inputs={"x": shape}), folder / "fixed.so", arguments.target)
            with runtime.load(folder / "fixed.so", threads=arguments.threads) as fixed:
                first, second = _least_times([fixed, free], feeds, arguments.rounds)
            (found,), (wanted,) = free.run(feeds).values(), onnxruntime_outputs(source, feeds)
            error = np.abs(found - wanted).max() / np.abs(wanted).max()
            print(f"{name:<12} {size:>8} {first:>9.2f} {second:>9.2f} {second / first:>6.2f}  {error:.0e}", flush=True)


def _least_times(models: Sequence[runtime.Model], feeds: dict[str, np.ndarray], rounds: int) -> list[float]:
    """The least milliseconds of each model, which run in turns."""
    times: list[list[float]] = [[] for _ in models]
    for _ in range(rounds):
        for model, own in zip(models, times, strict=True):
            started = time.perf_counter()
            model.run(feeds)
            own.append(1000 * (time.perf_counter() - started))
    return [min(own) for own in times]


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("networks", nargs="*", metavar="NETWORK", help=f"of {', '.join(NETWORKS)} (default: all)")
    parser.add_argument("--sizes", nargs="+", default=SIZES, metavar="HxW", help="rows and pixels of the images")
    parser.add_argument("--target", type=target_name, default="host", help="the target to compile for")
    parser.add_argument("--threads", type=whole_number, default=1, help="threads of each artifact (default: 1)")
    parser.add_argument("--rounds", type=whole_number, default=20, help="runs of each artifact (default: 20)")
    return parser.parse_args()


if __name__ == "__main__":
    raise SystemExit(main())
