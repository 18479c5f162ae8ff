"""Makes what run.py needs: utterances of five vowels as features, and a small network in Kaldi's own format.

    python examples/speech/train.py        (a minute; numpy alone)

The vowels are synthesised: harmonics of a voice, shaped by the two lowest resonances of the vowel. A frame of 10 ms has
the logarithms of 20 bands of its spectrum. The network reads 5 frames, then its own hidden layer at three times.
"""

from __future__ import annotations

import itertools
import struct
from pathlib import Path

import numpy as np

HERE = Path(__file__).parent
RATE, HOP, WINDOW, BANDS, HIDDEN = 8000, 80, 200, 20, 32
VOWELS = {"a": (730, 1090), "e": (530, 1840), "i": (270, 2290), "o": (570, 840), "u": (300, 870)}
CLASSES = ("-", *VOWELS)
SPLICE = (-2, -1, 0, 1, 2)
AGAIN = (-3, 0, 3)


def voice(vowel: str, seconds: float, random: np.random.Generator) -> np.ndarray:
    """A vowel as sound, or silence for "-"."""
    count = int(seconds * RATE)
    noise = 0.02 * random.standard_normal(count)
    if vowel == "-":
        return noise
    pitch = random.uniform(90, 220) * (1 + 0.1 * np.linspace(0, random.uniform(-1, 1), count))
    phase = 2 * np.pi * np.cumsum(pitch) / RATE
    formants = [f * random.uniform(0.93, 1.07) for f in VOWELS[vowel]]
    sound = np.zeros(count)
    for harmonic in range(1, 40):
        frequency = harmonic * pitch.mean()
        if frequency > RATE / 2:
            break
        strength = sum(1 / (1 + ((frequency - f) / 90) ** 2) for f in formants) / harmonic**0.5
        sound += strength * np.cos(harmonic * phase)
    return sound * random.uniform(0.3, 1.0) + noise


def features(sound: np.ndarray) -> np.ndarray:
    """[frames,20]"""
    starts = np.arange(0, len(sound) - WINDOW + 1, HOP)
    frames = sound[starts[:, None] + np.arange(WINDOW)] * np.hamming(WINDOW)
    power = np.abs(np.fft.rfft(frames, 256)) ** 2
    mel = np.linspace(0, 2595 * np.log10(1 + RATE / 2 / 700), BANDS + 2)
    edges = 700 * (10 ** (mel / 2595) - 1) / (RATE / 2) * 128
    bins = np.arange(129)
    rise = (bins - edges[:-2, None]) / (edges[1:-1] - edges[:-2])[:, None]
    fall = (edges[2:, None] - bins) / (edges[2:] - edges[1:-1])[:, None]
    return np.log(power @ np.clip(np.minimum(rise, fall), 0, None).T + 1e-3).astype(np.float32)


def utterance(random: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Features, and the class of each frame."""
    word = ["-", *random.choice(list(VOWELS), random.integers(3, 7)), "-"]
    sounds = [voice(vowel, random.uniform(0.12, 0.3), random) for vowel in word]
    found = features(np.concatenate(sounds))
    ends = np.cumsum([len(sound) for sound in sounds])
    middles = np.arange(len(found)) * HOP + WINDOW // 2
    return found, np.array([CLASSES.index(word[i]) for i in np.searchsorted(ends, middles, "right")])


def spliced(x: np.ndarray, offsets: tuple[int, ...]) -> np.ndarray:
    """Frames side by side; the first and the last one go on beyond the ends."""
    places = np.arange(len(x))
    return np.concatenate([x[np.clip(places + t, 0, len(x) - 1)] for t in offsets], 1)


def fit(x: np.ndarray, y: np.ndarray, hidden: int, random: np.random.Generator) -> list[np.ndarray]:
    """Weights and biases of x → (ReLU →) classes, by Adam on the cross entropy."""
    widths = [x.shape[1], *([hidden] if hidden else []), len(CLASSES)]
    weights = [random.standard_normal((b, a)) / a**0.5 for a, b in itertools.pairwise(widths)]
    values = [item for w in weights for item in (w, np.zeros(len(w)))]
    mean, square = [np.zeros_like(v) for v in values], [np.zeros_like(v) for v in values]
    for step in range(1, 1201):
        chosen = random.integers(0, len(x), 512)
        inner = [x[chosen]]
        for w, b in zip(values[:-2:2], values[1:-2:2], strict=True):
            inner.append(np.maximum(inner[-1] @ w.T + b, 0))
        scores = inner[-1] @ values[-2].T + values[-1]
        wrong = np.exp(scores - scores.max(1, keepdims=True))
        wrong /= wrong.sum(1, keepdims=True)
        wrong[np.arange(512), y[chosen]] -= 1
        slopes: list[np.ndarray] = []
        for layer in range(len(values) // 2 - 1, -1, -1):
            slopes = [wrong.T @ inner[layer] / 512, wrong.mean(0), *slopes]
            wrong = (wrong @ values[2 * layer]) * (inner[layer] > 0)
        for i, slope in enumerate(slopes):
            mean[i] += 0.1 * (slope - mean[i])
            square[i] += 0.001 * (slope**2 - square[i])
            scale = (square[i] / (1 - 0.999**step)) ** 0.5 + 1e-8
            values[i] = values[i] - 0.005 * mean[i] / (1 - 0.9**step) / scale
    return values


def matrix(array: np.ndarray) -> bytes:
    """A vector or a matrix as Kaldi stores it."""
    sizes = b"".join(struct.pack("<bi", 4, size) for size in array.shape)
    return (b"FM " if array.ndim == 2 else b"FV ") + sizes + array.astype("<f4").tobytes()


def network(layers: dict[str, tuple[np.ndarray, np.ndarray]]) -> bytes:
    """The network as a raw nnet3 file."""
    config = f"""
input-node name=input dim={BANDS}
component-node name=first component=first input=Append({", ".join(f"Offset(input, {t})" for t in SPLICE)})
component-node name=relu component=relu input=first
component-node name=second component=second input=Append({", ".join(f"Offset(relu, {t})" for t in AGAIN)})
component-node name=posteriors component=posteriors input=second
output-node name=output input=posteriors objective=linear

"""
    made = b"\0B<Nnet3> " + config.encode() + b"<NumComponents> " + struct.pack("<bi", 4, 4)
    for name, (w, b) in layers.items():
        made += f"<ComponentName> {name} <NaturalGradientAffineComponent> <LinearParams> ".encode() + matrix(w)
        made += b"<BiasParams> " + matrix(b) + b"</NaturalGradientAffineComponent> "
    for name, kind, width in (("relu", "RectifiedLinear", HIDDEN), ("posteriors", "LogSoftmax", len(CLASSES))):
        made += f"<ComponentName> {name} <{kind}Component> <Dim> ".encode() + struct.pack("<bi", 4, width)
        made += f"</{kind}Component> ".encode()
    return made + b"</Nnet3> "


def main() -> None:
    """Synthesise, train, write."""
    random = np.random.default_rng(2024)
    known = [utterance(random) for _ in range(300)]
    labels = np.concatenate([y for _, y in known])
    w1, b1, *_ = fit(np.concatenate([spliced(x, SPLICE) for x, _ in known]), labels, HIDDEN, random)
    hidden = [np.maximum(spliced(x, SPLICE) @ w1.T + b1, 0) for x, _ in known]
    w2, b2 = fit(np.concatenate([spliced(h, AGAIN) for h in hidden]), labels, 0, random)
    (HERE / "vowels.raw").write_bytes(network({"first": (w1, b1), "second": (w2, b2)}))
    unknown = [utterance(random) for _ in range(12)]
    with open(HERE / "utterances.ark", "wb") as file:
        for number, (x, _) in enumerate(unknown, 1):
            file.write(f"utterance{number:02} \0B".encode() + matrix(x))
    lines = (f"utterance{n:02} {''.join(CLASSES[i] for i in y)}\n" for n, (_, y) in enumerate(unknown, 1))
    (HERE / "spoken.txt").write_text("".join(lines), encoding="utf-8")


if __name__ == "__main__":
    main()
