"""Writes frontends/tflite/schema_text.py from the classes of the package ``ai-edge-litert`` (2.3.0 made what is there).

python tests/frontends/tflite/make_schema.py > frontends/tflite/schema_text.py
"""

import re
import sys
import textwrap
from pathlib import Path

from ai_edge_litert import schema_py_generated as schema

SCALARS = {"Bool": "bool", "Float32": "float", "Float64": "double"}
ENUMS = {
    "padding": "Padding",
    "mode": "MirrorPadMode",
    "weights_format": "FullyConnectedOptionsWeightsFormat",
    "combiner": "CombinerType",
    "kernel_type": "LSTMKernelType",
    "reduce_function": "ReduceWindowFunction",
    "comparison_direction": "StablehloComparisonDirection",
    "compare_type": "StablehloComparisonType",
    "algorithm": "RngAlgorithm",
    "precision_config": "StablehloPrecisionConfig",
    "format": "DimensionType",
}
TYPES = {"in_data_type", "out_data_type", "output_type", "out_type", "idx_out_type", "embedding_type"}
UNIONS = {
    "builtin_options": "BuiltinOptions",
    "builtin_options_2": "BuiltinOptions2",
    "details": "QuantizationDetails",
    "array_segments": "SparseIndexVector",
    "array_indices": "SparseIndexVector",
}
METHOD = (
    r"    # TABLE\n    def (\w+)\(self(?:, j)?\):\n        o = .*?Offset\((\d+)\)\)\n"
    r"(.*?)(?=\n    # |\n\ndef |\Z)"
)
BETWEEN = '''
"""
"""A table a line: its fields by slot, with types and defaults that are not 0."""

ENUMS = """
'''
HEAD = '''"""The published schema of .tflite files: written by tests/frontends/tflite/make_schema.py."""

TABLES = """
'''


def snake(name):
    name = re.sub(r"(.)([A-Z][a-z]+)", r"\1_\2", name)
    name = re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", name).lower()
    return name.replace("builtin_options2", "builtin_options_2")


def numbers(enum):
    return {name: value for name, value in vars(enum).items() if isinstance(value, int)}


def kind(name, body):
    vector = "[]" if "Vector(o)" in body else ""
    if name in UNIONS:
        return UNIONS[name]
    if "tab.String(" in body or "return self._tab.String" in body:
        return "string" + vector
    made = re.search(r"obj = (\w+)\(\)", body)
    if made:
        return made[1] + vector
    scalar = re.search(r"number_types\.(\w+?)Flags, (?:o|a) ", body)[1]
    known = SCALARS.get(scalar, scalar.lower())
    if name in ENUMS and scalar in ("Int8", "Int32", "Uint32") and not (name == "padding" and vector):
        return ENUMS[name] + vector
    if name == "fused_activation_function":
        return "ActivationFunctionType"
    if scalar == "Int8" and (name in TYPES or name in ("type", "quantized_bias_type", "cache_type")):
        return "TensorType"
    return known + vector


def default(body, of):
    value = re.findall(r"return (\S+)$", body.strip())[-1]
    if of == "TensorType" and value != "0":
        value = next(name for name, number in numbers(schema.TensorType).items() if number == int(value))
    return "" if value in ("0", "None", "False", "0.0") else f"={value}"


def tables():
    source = Path(schema.__file__).read_text(encoding="utf-8")
    for text in re.split(r"\nclass ", source):
        head = re.match(r"(\w+)\(object\):\n    __slots__", text)
        if not head:
            continue
        fields = {}
        for method, offset, body in re.findall(METHOD.replace("TABLE", head[1]), text, re.DOTALL):
            if "VectorLen" not in body and not re.search(r"(AsNumpy|IsNone)$", method):
                name = snake(method)
                of = kind(name, body)
                fields[(int(offset) - 4) // 2] = f"{name}:{of}{default(body, of)}"
        assert list(fields) == sorted(fields)
        slots = [fields.get(slot, "-") for slot in range(max(fields, default=-1) + 1)]
        yield f"{head[1]} {' '.join(slots)}".strip()


def enums():
    seen = {*ENUMS.values(), "TensorType", "ActivationFunctionType", *UNIONS.values(), "BuiltinOperator"}
    for name in sorted(seen):
        yield f"{name} {' '.join(f'{key}={value}' for key, value in numbers(getattr(schema, name)).items())}"


def wrapped(lines):
    for line in lines:
        yield from textwrap.wrap(line, 118, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False)


if __name__ == "__main__":
    sys.stdout.write(HEAD)
    sys.stdout.write("\n".join(wrapped(tables())))
    sys.stdout.write(BETWEEN)
    sys.stdout.write("\n".join(wrapped(enums())))
    sys.stdout.write('\n"""\n"""An enumeration or union a line: names and numbers."""\n')
