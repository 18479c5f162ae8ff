"""Networks for text and speech: BERT, GPT-2 with cache, T5's two halves, Whisper's encoder, a loop as Tacotron's."""

from __future__ import annotations

import numpy as np
import torch
import transformers
from torch import nn
from transformers.cache_utils import DynamicCache

from benchmarks.exported.export import Arrays, Export, normal, tokens
from benchmarks.exported.torch_exporters import DYNAMO, SCRIPT, torch_export

_WORDS, _WIDTH, _HEADS, _LAYERS = 50, 32, 4, 2


def language() -> list[Export]:
    """The networks, each with sequences of two lengths."""
    cache = {f"past{i}": {0: "n", 2: "past"} for i in range(2 * _LAYERS)}
    hidden = {"ids": {0: "n", 1: "s"}, "states": {0: "n", 1: "t"}}
    frames = {"features": {0: "n"}}
    loops = (
        {"memory": normal(1, 1, 5, 16), "steps": np.array(4)},
        {"memory": normal(2, 1, 8, 16), "steps": np.array(7)},
    )
    scans = (
        {"memory": normal(1, 1, 5, 16), "frames": normal(3, 4, 1, 8)},
        {"memory": normal(2, 1, 8, 16), "frames": normal(4, 7, 1, 8)},
    )
    return [
        torch_export(
            "bert", Bert, (_masked(2, 7), _masked(3, 12)), {"ids": {0: "n", 1: "s"}, "mask": {0: "n", 1: "s"}}
        ),
        torch_export("gpt2_cache", Gpt2, (_cached(2, 3, 4), _cached(1, 1, 9)), {"ids": {0: "n", 1: "s"}, **cache}),
        torch_export(
            "t5_encoder",
            T5Encoder,
            (_masked(2, 7), _masked(3, 12)),
            {"ids": {0: "n", 1: "s"}, "mask": {0: "n", 1: "s"}},
        ),
        torch_export("t5_decoder", T5Decoder, (_states(2, 3, 5), _states(3, 6, 9)), hidden),
        torch_export(
            "whisper_encoder", Whisper, ({"features": normal(1, 1, 20, 64)}, {"features": normal(2, 3, 20, 64)}), frames
        ),
        torch_export("tacotron", scripted, loops, {"memory": {1: "t"}}, exporters=(SCRIPT,)),
        torch_export(
            "tacotron_scan", Scanned, scans, {"memory": {1: "t"}, "frames": {0: "steps"}}, exporters=(DYNAMO,)
        ),
    ]


def _masked(n: int, s: int) -> Arrays:
    mask = tokens(n, 1, n, s) + 1
    mask[-1, s - 2 :] = 0
    return {"ids": tokens(s, _WORDS, n, s), "mask": mask}


def _cached(n: int, s: int, past: int) -> Arrays:
    kept = {f"past{i}": normal(i, n, _HEADS, past, _WIDTH // _HEADS) for i in range(2 * _LAYERS)}
    return {"ids": tokens(s, _WORDS, n, s), **kept}


def _states(n: int, s: int, t: int) -> Arrays:
    return {"ids": tokens(s, _WORDS, n, s), "states": normal(t, n, t, _WIDTH)}


class Bert(nn.Module):
    """Encoder and pooler."""

    def __init__(self) -> None:
        super().__init__()
        sizes = {"hidden_size": _WIDTH, "num_hidden_layers": _LAYERS, "num_attention_heads": _HEADS}
        config = transformers.BertConfig(vocab_size=_WORDS, intermediate_size=64, **sizes)
        self.model = transformers.BertModel(config)

    def forward(self, ids, mask):
        made = self.model(input_ids=ids, attention_mask=mask)
        return made.last_hidden_state, made.pooler_output


class Gpt2(nn.Module):
    """A step: words behind those whose keys and values are given; the same, longer, come out."""

    def __init__(self) -> None:
        super().__init__()
        config = transformers.GPT2Config(
            vocab_size=_WORDS, n_positions=64, n_embd=_WIDTH, n_layer=_LAYERS, n_head=_HEADS
        )
        self.model = transformers.GPT2LMHeadModel(config)

    def forward(self, ids, past0, past1, past2, past3):
        cache = DynamicCache(((past0, past1), (past2, past3)))
        made = self.model(input_ids=ids, past_key_values=cache, use_cache=True)
        kept = [tensor for layer in made.past_key_values.layers for tensor in (layer.keys, layer.values)]
        return (made.logits, *kept)


def _t5() -> transformers.T5Config:
    sizes = {"d_model": _WIDTH, "d_kv": 8, "d_ff": 64, "num_layers": _LAYERS, "num_heads": _HEADS}
    return transformers.T5Config(vocab_size=_WORDS, feed_forward_proj="gated-gelu", dropout_rate=0.0, **sizes)


class T5Encoder(nn.Module):
    """Relative positions, no biases."""

    def __init__(self) -> None:
        super().__init__()
        self.model = transformers.T5EncoderModel(_t5())

    def forward(self, ids, mask):
        return self.model(input_ids=ids, attention_mask=mask).last_hidden_state


class T5Decoder(nn.Module):
    """Words and the encoder's states to the next words' scores."""

    def __init__(self) -> None:
        super().__init__()
        self.model = transformers.T5ForConditionalGeneration(_t5())

    def forward(self, ids, states):
        made = self.model.decoder(input_ids=ids, encoder_hidden_states=states, use_cache=False)
        return self.model.lm_head(made.last_hidden_state)


class Whisper(nn.Module):
    """Two convolutions and a transformer over the frames of a spectrum."""

    def __init__(self) -> None:
        super().__init__()
        heads = {"encoder_attention_heads": _HEADS, "decoder_attention_heads": _HEADS}
        sizes = {"d_model": _WIDTH, "encoder_layers": _LAYERS, "decoder_layers": 1, "encoder_ffn_dim": 64, **heads}
        config = transformers.WhisperConfig(num_mel_bins=20, max_source_positions=32, **sizes)
        self.model = transformers.WhisperModel(config).encoder

    def forward(self, features):
        return self.model(features).last_hidden_state


class Step(nn.Module):
    """One step: a cell, attention over the memory by its state, a frame."""

    def __init__(self) -> None:
        super().__init__()
        self.prenet = nn.Linear(8, 12)
        self.cell = nn.LSTMCell(12 + 16, 16)
        self.query, self.keys, self.energy = nn.Linear(16, 10), nn.Linear(16, 10), nn.Linear(10, 1)
        self.out, self.stop = nn.Linear(16 + 16, 8), nn.Linear(16 + 16, 1)

    def forward(self, frame, hidden, cell, context, memory):
        given = torch.relu(self.prenet(frame))
        hidden, cell = self.cell(torch.cat((given, context), 1), (hidden, cell))
        energy = self.energy(torch.tanh(self.query(hidden).unsqueeze(1) + self.keys(memory)))
        weights = torch.softmax(energy.squeeze(2), 1)
        context = torch.bmm(weights.unsqueeze(1), memory).squeeze(1)
        both = torch.cat((hidden, context), 1)
        return self.out(both), hidden, cell, context, torch.sigmoid(self.stop(both))


class Loop(nn.Module):
    """Frame after frame, each from the one before, until a gate says stop or there were ``steps``."""

    def __init__(self) -> None:
        super().__init__()
        self.step = Step()

    def forward(self, memory, steps: torch.Tensor):
        frame = torch.zeros(1, 8)
        hidden, cell, context = torch.zeros(1, 16), torch.zeros(1, 16), torch.zeros(1, 16)
        frames = torch.zeros(0, 8)
        turn = 0
        going = True
        while going and turn < int(steps):
            frame, hidden, cell, context, stop = self.step(frame, hidden, cell, context, memory)
            frames = torch.cat((frames, frame))
            turn += 1
            going = bool((stop < 0.99).all())
        return frames, context


def scripted() -> nn.Module:
    """The loop as a program that the exporter reads."""
    return torch.jit.script(Loop())


class Scanned(nn.Module):
    """The same steps over frames that are given, as torch.export's scan."""

    def __init__(self) -> None:
        super().__init__()
        self.step = Step()

    def forward(self, memory, frames):
        def turn(state, frame):
            hidden, cell, context = state
            made, hidden, cell, context, stop = self.step(frame, hidden, cell, context, memory)
            return (hidden, cell, context), (made, stop)

        start = tuple(torch.zeros(1, 16) for _ in range(3))
        (_, _, context), (made, stops) = torch._higher_order_ops.scan(turn, start, frames)
        return made, stops, context
