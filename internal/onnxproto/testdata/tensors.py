"""Writes a tensor of every type and form as python3-onnx does: /usr/bin/python3 tensors.py"""
import numpy as np
from onnx import TensorProto, helper, numpy_helper

real, signed, unsigned = [0.5, -1, 65504, 2.0**-24], [0, -1, 3, 100], [0, 1, 3, 100]
for name, values in [("float", real), ("double", real), ("float16", real), ("int8", signed), ("int16", signed), ("int32", signed),
                     ("int64", signed), ("uint8", unsigned), ("uint16", unsigned), ("uint32", unsigned), ("uint64", unsigned), ("bool", [0, 1, 1, 1])]:
    t = helper.make_tensor(name, getattr(TensorProto, name.upper()), [2, 2], values)
    open(name + "-typed.pb", "wb").write(t.SerializeToString())
    kind = {"float": np.float32, "double": np.float64, "bool": np.bool_}.get(name) or getattr(np, name)
    t = numpy_helper.from_array(np.array(values).astype(kind).reshape(2, 2), name)
    open(name + "-raw.pb", "wb").write(t.SerializeToString())
t = helper.make_tensor("bfloat16", TensorProto.BFLOAT16, [4], [0.5, -1, 65536, 2])
open("bfloat16-typed.pb", "wb").write(t.SerializeToString())
