"""Simple recurrent layers, and SVDF."""

from __future__ import annotations

from dldt.compiler.errors import UnsupportedError
from dldt.compiler.graph import Value
from dldt.compiler.ops.concat import Concat
from dldt.frontends.tflite.framework import TFLITE
from dldt.frontends.tflite.recurrent import batch_first, over_time, rnn_step, svdf


@TFLITE.imports("SVDF")
def svdf_1(
    input: Value,
    weights_feature: Value,
    weights_time: Value,
    bias: Value | None,
    state: Value,
    *,
    rank: int = 0,
    fused_activation_function: str = "NONE",
    asymmetric_quantize_inputs: bool = False,
) -> tuple[Value, ...]:
    """A filter over features and one over time, as two vectors a rank."""
    return svdf(input, weights_feature, weights_time, bias, state, rank, fused_activation_function)


@TFLITE.imports("RNN")
def rnn(
    input: Value,
    weights: Value,
    recurrent_weights: Value,
    bias: Value,
    hidden_state: Value,
    *,
    fused_activation_function: str = "NONE",
    asymmetric_quantize_inputs: bool = False,
) -> tuple[Value, ...]:
    """One step."""
    (made,) = rnn_step(weights, recurrent_weights, bias, fused_activation_function)(input, (hidden_state,))
    return made, made


@TFLITE.imports("UNIDIRECTIONAL_SEQUENCE_RNN")
def unidirectional_sequence_rnn(
    input: Value,
    weights: Value,
    recurrent_weights: Value,
    bias: Value,
    hidden_state: Value,
    *,
    time_major: bool = False,
    fused_activation_function: str = "NONE",
    asymmetric_quantize_inputs: bool = False,
) -> tuple[Value, ...]:
    """Over a sequence."""
    step = rnn_step(weights, recurrent_weights, bias, fused_activation_function)
    made, last = over_time(batch_first(input, time_major=time_major), (hidden_state,), step)
    return batch_first(made, time_major=time_major), last


@TFLITE.imports("BIDIRECTIONAL_SEQUENCE_RNN")
def bidirectional_sequence_rnn(
    input: Value,
    fw_weights: Value,
    fw_recurrent_weights: Value,
    fw_bias: Value,
    fw_hidden_state: Value,
    bw_weights: Value,
    bw_recurrent_weights: Value,
    bw_bias: Value,
    bw_hidden_state: Value,
    aux_input: Value | None = None,
    fw_aux_weights: Value | None = None,
    bw_aux_weights: Value | None = None,
    *,
    time_major: bool = False,
    fused_activation_function: str = "NONE",
    merge_outputs: bool = False,
    asymmetric_quantize_inputs: bool = False,
) -> tuple[Value, ...]:
    """Over a sequence both ways; without weights for it, the second data is what the way back reads."""
    if fw_aux_weights is not None or bw_aux_weights is not None:
        raise UnsupportedError("weights of a second data (aux) of a simple recurrent layer are not supported")
    data = batch_first(input, time_major=time_major)
    back = data if aux_input is None else batch_first(aux_input, time_major=time_major)
    there = rnn_step(fw_weights, fw_recurrent_weights, fw_bias, fused_activation_function)
    here = rnn_step(bw_weights, bw_recurrent_weights, bw_bias, fused_activation_function)
    first, after = over_time(data, (fw_hidden_state,), there)
    second, behind = over_time(back, (bw_hidden_state,), here, reverse=True)
    first, second = (batch_first(value, time_major=time_major) for value in (first, second))
    made = (Concat(2)(first, second),) if merge_outputs else (first, second)
    return *made, after, behind
