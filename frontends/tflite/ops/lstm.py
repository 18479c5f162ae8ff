"""LSTM, over one step and over sequences, one way and both ways."""

from __future__ import annotations

from collections.abc import Sequence

from dldt.compiler.errors import InputError, UnsupportedError
from dldt.compiler.graph import Value
from dldt.compiler.ops.concat import Concat
from dldt.frontends.tflite.framework import TFLITE
from dldt.frontends.tflite.recurrent import Gate, Lstm, basic_lstm, batch_first, lstm_layer


def _made(
    weights: Sequence[Value | None],
    peepholes: Sequence[Value | None],
    biases: Sequence[Value | None],
    projection: tuple[Value | None, Value | None],
    norms: Sequence[Value | None],
    how: tuple[str, float, float],
    extras: Sequence[Value | None] = (None,) * 4,
) -> Lstm:
    """The layer of tensors in the order of the schema: input, forget, cell, output; ``weights`` of the data, then of
    the last output."""
    cells = (peepholes[0], peepholes[1], None, peepholes[2])
    gates: list[Gate | None] = []
    for position in range(4):
        data, output = weights[position], weights[4 + position]
        if data is None or output is None:
            gates.append(None)
            continue
        gates.append(Gate(data, output, biases[position], cells[position], norms[position], extras[position]))
    enter, forget, candidate, leave = gates
    if forget is None or candidate is None or leave is None:
        raise InputError("an LSTM without the weights of its forget, cell or output gate")
    function, cell_clip, projection_clip = how
    return Lstm(enter, forget, candidate, leave, *projection, function, cell_clip, projection_clip)


@TFLITE.imports("UNIDIRECTIONAL_SEQUENCE_LSTM")
def unidirectional_sequence_lstm(
    input: Value,
    input_to_input_weights: Value | None,
    input_to_forget_weights: Value,
    input_to_cell_weights: Value,
    input_to_output_weights: Value,
    recurrent_to_input_weights: Value | None,
    recurrent_to_forget_weights: Value,
    recurrent_to_cell_weights: Value,
    recurrent_to_output_weights: Value,
    cell_to_input_weights: Value | None = None,
    cell_to_forget_weights: Value | None = None,
    cell_to_output_weights: Value | None = None,
    input_gate_bias: Value | None = None,
    forget_gate_bias: Value | None = None,
    cell_bias: Value | None = None,
    output_gate_bias: Value | None = None,
    projection_weights: Value | None = None,
    projection_bias: Value | None = None,
    output_state: Value | None = None,
    cell_state: Value | None = None,
    input_layer_norm: Value | None = None,
    forget_layer_norm: Value | None = None,
    cell_layer_norm: Value | None = None,
    output_layer_norm: Value | None = None,
    *,
    fused_activation_function: str = "NONE",
    cell_clip: float = 0.0,
    proj_clip: float = 0.0,
    time_major: bool = False,
    asymmetric_quantize_inputs: bool = False,
    diagonal_recurrent_tensors: bool = False,
) -> tuple[Value, ...]:
    """Over a sequence."""
    if diagonal_recurrent_tensors:
        raise UnsupportedError("recurrent weights that are stored as diagonals are not supported")
    lstm = _made(
        (
            *(input_to_input_weights, input_to_forget_weights, input_to_cell_weights, input_to_output_weights),
            *(recurrent_to_input_weights, recurrent_to_forget_weights),
            *(recurrent_to_cell_weights, recurrent_to_output_weights),
        ),
        (cell_to_input_weights, cell_to_forget_weights, cell_to_output_weights),
        (input_gate_bias, forget_gate_bias, cell_bias, output_gate_bias),
        (projection_weights, projection_bias),
        (input_layer_norm, forget_layer_norm, cell_layer_norm, output_layer_norm),
        (fused_activation_function, cell_clip, proj_clip),
    )
    made, *states = lstm_layer(lstm, batch_first(input, time_major=time_major), (output_state, cell_state))
    return batch_first(made, time_major=time_major), *states


@TFLITE.imports("LSTM")
def lstm(
    input: Value,
    input_to_input_weights: Value | None,
    input_to_forget_weights: Value,
    input_to_cell_weights: Value,
    input_to_output_weights: Value,
    recurrent_to_input_weights: Value | None = None,
    recurrent_to_forget_weights: Value | None = None,
    recurrent_to_cell_weights: Value | None = None,
    recurrent_to_output_weights: Value | None = None,
    cell_to_input_weights: Value | None = None,
    cell_to_forget_weights: Value | None = None,
    cell_to_output_weights: Value | None = None,
    input_gate_bias: Value | None = None,
    forget_gate_bias: Value | None = None,
    cell_bias: Value | None = None,
    output_gate_bias: Value | None = None,
    projection_weights: Value | None = None,
    projection_bias: Value | None = None,
    output_state: Value | None = None,
    cell_state: Value | None = None,
    input_layer_norm: Value | None = None,
    forget_layer_norm: Value | None = None,
    cell_layer_norm: Value | None = None,
    output_layer_norm: Value | None = None,
    *,
    fused_activation_function: str = "NONE",
    cell_clip: float = 0.0,
    proj_clip: float = 0.0,
    kernel_type: str = "FULL",
    asymmetric_quantize_inputs: bool = False,
) -> tuple[Value, ...]:
    """One step. The BASIC kernel has five inputs: data, last output, all weights, all biases, the cell's state."""
    if kernel_type == "BASIC":
        last, weights, biases, state = (
            *(input_to_input_weights, input_to_forget_weights),
            *(input_to_cell_weights, input_to_output_weights),
        )
        if last is None:
            raise InputError("the last output is missing")
        return basic_lstm(input, last, weights, biases, state, "TANH")
    made = _made(
        (
            *(input_to_input_weights, input_to_forget_weights, input_to_cell_weights, input_to_output_weights),
            *(recurrent_to_input_weights, recurrent_to_forget_weights),
            *(recurrent_to_cell_weights, recurrent_to_output_weights),
        ),
        (cell_to_input_weights, cell_to_forget_weights, cell_to_output_weights),
        (input_gate_bias, forget_gate_bias, cell_bias, output_gate_bias),
        (projection_weights, projection_bias),
        (input_layer_norm, forget_layer_norm, cell_layer_norm, output_layer_norm),
        (fused_activation_function, cell_clip, proj_clip),
    )
    if output_state is None or cell_state is None:
        raise InputError("an LSTM needs tensors for its output and its cell's state")
    output, cell = made.step(input, (output_state, cell_state))
    return output, output, cell


@TFLITE.imports("BIDIRECTIONAL_SEQUENCE_LSTM")
def bidirectional_sequence_lstm(
    input: Value,
    fw_input_to_input_weights: Value | None,
    fw_input_to_forget_weights: Value,
    fw_input_to_cell_weights: Value,
    fw_input_to_output_weights: Value,
    fw_recurrent_to_input_weights: Value | None,
    fw_recurrent_to_forget_weights: Value,
    fw_recurrent_to_cell_weights: Value,
    fw_recurrent_to_output_weights: Value,
    fw_cell_to_input_weights: Value | None,
    fw_cell_to_forget_weights: Value | None,
    fw_cell_to_output_weights: Value | None,
    fw_input_gate_bias: Value | None,
    fw_forget_gate_bias: Value,
    fw_cell_bias: Value,
    fw_output_gate_bias: Value,
    fw_projection_weights: Value | None,
    fw_projection_bias: Value | None,
    bw_input_to_input_weights: Value | None,
    bw_input_to_forget_weights: Value,
    bw_input_to_cell_weights: Value,
    bw_input_to_output_weights: Value,
    bw_recurrent_to_input_weights: Value | None,
    bw_recurrent_to_forget_weights: Value,
    bw_recurrent_to_cell_weights: Value,
    bw_recurrent_to_output_weights: Value,
    bw_cell_to_input_weights: Value | None,
    bw_cell_to_forget_weights: Value | None,
    bw_cell_to_output_weights: Value | None,
    bw_input_gate_bias: Value | None,
    bw_forget_gate_bias: Value,
    bw_cell_bias: Value,
    bw_output_gate_bias: Value,
    bw_projection_weights: Value | None,
    bw_projection_bias: Value | None,
    fw_output_state: Value,
    fw_cell_state: Value,
    bw_output_state: Value,
    bw_cell_state: Value,
    aux_input: Value | None = None,
    fw_aux_to_input_weights: Value | None = None,
    fw_aux_to_forget_weights: Value | None = None,
    fw_aux_to_cell_weights: Value | None = None,
    fw_aux_to_output_weights: Value | None = None,
    bw_aux_to_input_weights: Value | None = None,
    bw_aux_to_forget_weights: Value | None = None,
    bw_aux_to_cell_weights: Value | None = None,
    bw_aux_to_output_weights: Value | None = None,
    *,
    fused_activation_function: str = "NONE",
    cell_clip: float = 0.0,
    proj_clip: float = 0.0,
    merge_outputs: bool = False,
    time_major: bool = True,
    asymmetric_quantize_inputs: bool = False,
) -> tuple[Value, ...]:
    """Over a sequence both ways; without weights for it, the second data is what the way back reads."""
    how = (fused_activation_function, cell_clip, proj_clip)
    none = (None,) * 4
    forward = _made(
        (
            *(fw_input_to_input_weights, fw_input_to_forget_weights),
            *(fw_input_to_cell_weights, fw_input_to_output_weights),
            *(fw_recurrent_to_input_weights, fw_recurrent_to_forget_weights),
            *(fw_recurrent_to_cell_weights, fw_recurrent_to_output_weights),
        ),
        (fw_cell_to_input_weights, fw_cell_to_forget_weights, fw_cell_to_output_weights),
        (fw_input_gate_bias, fw_forget_gate_bias, fw_cell_bias, fw_output_gate_bias),
        (fw_projection_weights, fw_projection_bias),
        none,
        how,
        (fw_aux_to_input_weights, fw_aux_to_forget_weights, fw_aux_to_cell_weights, fw_aux_to_output_weights),
    )
    backward = _made(
        (
            *(bw_input_to_input_weights, bw_input_to_forget_weights),
            *(bw_input_to_cell_weights, bw_input_to_output_weights),
            *(bw_recurrent_to_input_weights, bw_recurrent_to_forget_weights),
            *(bw_recurrent_to_cell_weights, bw_recurrent_to_output_weights),
        ),
        (bw_cell_to_input_weights, bw_cell_to_forget_weights, bw_cell_to_output_weights),
        (bw_input_gate_bias, bw_forget_gate_bias, bw_cell_bias, bw_output_gate_bias),
        (bw_projection_weights, bw_projection_bias),
        none,
        how,
        (bw_aux_to_input_weights, bw_aux_to_forget_weights, bw_aux_to_cell_weights, bw_aux_to_output_weights),
    )
    data = batch_first(input, time_major=time_major)
    more = None if aux_input is None else batch_first(aux_input, time_major=time_major)
    crossed = more is not None and fw_aux_to_forget_weights is None
    back, extra = (more, None) if crossed and more is not None else (data, more)
    there, *after = lstm_layer(forward, data, (fw_output_state, fw_cell_state), None if crossed else more)
    here, *behind = lstm_layer(backward, back, (bw_output_state, bw_cell_state), extra, reverse=True)
    there, here = (batch_first(value, time_major=time_major) for value in (there, here))
    made = (Concat(2)(there, here),) if merge_outputs else (there, here)
    return *made, *after, *behind
