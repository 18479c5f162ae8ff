"""Prints the lines of ``frontends/tensorflow/output_names.py``; run where TensorFlow is (2.21.0 made those there)."""

import re

from tensorflow.core.framework import op_def_pb2
from tensorflow.python.client import pywrap_tf_session

NO_INFERENCE = re.compile(
    r"^_|Xla|TPU|Mkl|Grad|Dataset|Iterator|BoostedTrees|Barrier|Reader|Mlir|Sdca|DTensor|Rpc|Queue|Stage|Feed|Sparse.*Core"
    r"|^Foo|Output$|Struct|^OutType|^NInts|^NPoly|Parse|Sampler|Backprop|Collective|Physical|Minibatch|Proto|Csv|CSV|Test"
)


def lines():
    """One a operation that has several outputs or a list of them: ``name output list*attribute``; the attribute is the
    length of the list, or its types."""
    ops = op_def_pb2.OpList()
    ops.ParseFromString(pywrap_tf_session.TF_GetBuffer(pywrap_tf_session.TF_GetAllOpList()))
    for op in sorted(ops.op, key=lambda op: op.name):
        counts = [arg.number_attr or arg.type_list_attr for arg in op.output_arg]
        if not NO_INFERENCE.search(op.name) and (len(counts) > 1 or any(counts)):
            outputs = (f"{a.name}*{c}" if c else a.name for a, c in zip(op.output_arg, counts, strict=True))
            yield " ".join((op.name, *outputs))


if __name__ == "__main__":
    print("\n".join(lines()))
