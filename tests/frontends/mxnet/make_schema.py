"""Writes schema.json: the names, inputs and attributes of MXNet's operations. Run with MXNet 1.9.1:

python -m tests.frontends.mxnet.make_schema
"""

from __future__ import annotations

import ctypes
import json
from pathlib import Path

from mxnet.base import _LIB, check_call

OTHERS = ("_backward", "_sparse", "_random", "_sample", "_image", "_cv", "_linalg", "_multi", "_mp_")


def main():
    count, names = ctypes.c_uint(), ctypes.POINTER(ctypes.c_char_p)()
    check_call(_LIB.NNListAllOpNames(ctypes.byref(count), ctypes.byref(names)))
    found = {}
    for name in [names[i].decode() for i in range(count.value)]:
        if not name.startswith(OTHERS) and not name.endswith("update"):
            real, arguments = described(name)
            entry = found.setdefault(real, {"others": [], "arguments": arguments})
            entry["others"] += [name] if name != real else []
    lines = ",\n".join(f"{json.dumps(name)}: {json.dumps(entry)}" for name, entry in sorted(found.items()))
    Path(__file__).with_name("schema.json").write_text(f"{{\n{lines}\n}}\n")


def described(name):
    handle, real, text, kind = ctypes.c_void_p(), ctypes.c_char_p(), ctypes.c_char_p(), ctypes.c_char_p()
    count = ctypes.c_uint()
    lists = [ctypes.POINTER(ctypes.c_char_p)() for _ in range(3)]
    check_call(_LIB.NNGetOpHandle(name.encode(), ctypes.byref(handle)))
    pointers = [ctypes.byref(each) for each in (real, text, count, *lists, kind)]
    check_call(_LIB.NNGetOpInfo(handle, *pointers))
    return real.value.decode(), [[lists[0][i].decode(), lists[1][i].decode()] for i in range(count.value)]


if __name__ == "__main__":
    main()
