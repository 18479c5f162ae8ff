"""Writes real_expected.npz: what TF Lite's reference kernels (ai-edge-litert 2.3.0) make of the real models.

DLDT_MODELS=… python -m tests.frontends.tflite.make_real_expected
"""

import os
import sys
import tempfile
from pathlib import Path

import flatbuffers
import numpy as np
from ai_edge_litert import schema_py_generated as schema
from ai_edge_litert.interpreter import Interpreter, OpResolverType

from tests.frontends.tflite.real import REAL, STORED


def with_builtin(data):
    """MediaPipe's transposed convolutions as TRANSPOSE_CONV."""
    model = schema.ModelT.InitFromObj(schema.Model.GetRootAs(data, 0))
    (graph,) = model.subgraphs
    for operator in graph.operators:
        code = model.operatorCodes[operator.opcodeIndex]
        if code.customCode != b"Convolution2DTransposeBias":
            continue
        number = schema.BuiltinOperator.TRANSPOSE_CONV
        code.customCode, code.builtinCode, code.deprecatedBuiltinCode, code.version = None, number, number, 3
        shape, content = schema.TensorT(), schema.BufferT()
        sizes = np.array(graph.tensors[operator.outputs[0]].shape, np.int32)
        content.data = np.frombuffer(sizes.tobytes(), np.uint8)
        model.buffers.append(content)
        shape.shape, shape.type, shape.name = np.array([4], np.int32), schema.TensorType.INT32, b"sizes"
        shape.buffer = len(model.buffers) - 1
        graph.tensors.append(shape)
        data_, weights, bias = operator.inputs
        operator.inputs = np.array([len(graph.tensors) - 1, weights, data_, bias], np.int32)
        options = schema.TransposeConvOptionsT()
        options.padding, options.strideW, options.strideH = np.frombuffer(bytes(operator.customOptions), "<i4") - (
            1,
            0,
            0,
        )
        operator.customOptions, operator.builtinOptions = None, options
        operator.builtinOptionsType = schema.BuiltinOptions.TransposeConvOptions
    builder = flatbuffers.Builder(0)
    builder.Finish(model.Pack(builder), b"TFL3")
    return bytes(builder.Output())


def run(real, root):
    data = (root / real.file).read_bytes()
    data = with_builtin(data) if real.transposed_convolution else data
    with tempfile.NamedTemporaryFile(suffix=".tflite") as file:
        file.write(data)
        file.flush()
        interpreter = Interpreter(
            model_path=file.name,
            experimental_op_resolver_type=OpResolverType.BUILTIN_REF,
            experimental_preserve_all_tensors=True,
        )
        interpreter.allocate_tensors()
        places = {detail["name"]: detail["index"] for detail in interpreter.get_tensor_details()}
        for call, array in enumerate(real.feeds()):
            interpreter.set_tensor(interpreter.get_input_details()[0]["index"], array)
            interpreter.invoke()
            for name in real.tensors:
                found = interpreter.get_tensor(places[name]).ravel()
                yield f"{real.name}|{call}|{name}|most", np.abs(found.astype(np.float32)).max()
                yield f"{real.name}|{call}|{name}", found[:: real.step].copy()


if __name__ == "__main__":
    arrays = {}
    for each in REAL:
        arrays |= run(each, Path(os.environ["DLDT_MODELS"]))
    np.savez_compressed(STORED, **{key.replace("/", "\\"): array for key, array in arrays.items()})
    sys.stdout.write(f"{len(arrays)} arrays, {STORED.stat().st_size} bytes\n")
