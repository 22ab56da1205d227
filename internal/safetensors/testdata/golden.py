"""Writes small.safetensors with numpy and struct alone, from the format's
description, and reads a file back the same way.

python3 golden.py small.safetensors          writes
python3 golden.py check small.safetensors    reads and compares
"""
import json
import struct
import sys

import numpy as np

META = {"format": "pt", "note": 'a "quote", <angle> & é'}
TENSORS = {
    "dense/weight": np.array([[1.0, -2.5, 3e-45], [np.inf, -0.0, 65504.0]], "<f4"),
    "dense/bias": np.array([0.1, 0.2, 0.3], "<f4"),
    "empty": np.zeros((0, 4), "<f4"),
    "rate": np.array(0.1, "<f8"),
    "steps": np.array([1, -1, 2**62], "<i8"),
}
DTYPES = {"<f4": "F32", "<f8": "F64", "<i8": "I64"}


def write(path):
    header, at = {"__metadata__": META}, 0
    for name, x in TENSORS.items():
        header[name] = {"dtype": DTYPES[x.dtype.str], "shape": list(x.shape), "data_offsets": [at, at + x.nbytes]}
        at += x.nbytes
    text = json.dumps(header, separators=(",", ":"), ensure_ascii=False).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as f:
        f.write(struct.pack("<Q", len(text)) + text + b"".join(x.tobytes() for x in TENSORS.values()))


def check(path):
    with open(path, "rb") as f:
        raw = f.read()
    (n,) = struct.unpack("<Q", raw[:8])
    header, data = json.loads(raw[8 : 8 + n]), raw[8 + n :]
    assert n % 8 == 0 and header.pop("__metadata__") == META
    assert list(header) == list(TENSORS)
    for name, e in header.items():
        begin, end = e["data_offsets"]
        kind = {v: k for k, v in DTYPES.items()}[e["dtype"]]
        x = np.frombuffer(data[begin:end], kind).reshape(e["shape"])
        assert x.tobytes() == TENSORS[name].tobytes() and x.shape == TENSORS[name].shape, name
    print("equal")


if sys.argv[1] == "check":
    check(sys.argv[2])
else:
    write(sys.argv[1])
