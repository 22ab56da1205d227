"""Writes the standard's tests of single operators as folders of a zip: /usr/bin/python3 nodes.py nodes.zip BYTES OPERATOR...

Each folder holds model.onnx and test_data_set_0 with input_M.pb and output_M.pb, as the backend tests of ONNX do. Tests
whose model has only operators of the list are written; those of operators that have not changed since before version 7
say that they are of version 7, the oldest that is read.
"""
import sys
import zipfile

import numpy as np

np.float, np.bool, np.int, np.object = float, bool, int, object  # which newer NumPy lacks

from onnx import TensorProto, numpy_helper
from onnx.backend.test.case.node import collect_testcases

most = int(sys.argv[2])  # bytes of a test; 0: any number
wanted = set(sys.argv[3:]) | {"Constant"}
out = zipfile.ZipFile(sys.argv[1], "w", zipfile.ZIP_DEFLATED, compresslevel=9)


def write(path, data):
    info = zipfile.ZipInfo(path, (1980, 1, 1, 0, 0, 0))
    info.compress_type = zipfile.ZIP_DEFLATED
    out.writestr(info, data)


def operators(graph):
    for n in graph.node:
        yield n.op_type if n.domain in ("", "ai.onnx") else n.domain + "." + n.op_type
        for a in n.attribute:
            yield from operators(a.g)


count = 0
for case in sorted(collect_testcases(None), key=lambda c: c.name):
    if case.model is None or not set(operators(case.model.graph)) <= wanted or not case.data_sets:
        continue
    names = [i.name for i in case.model.graph.input], [o.name for o in case.model.graph.output]
    values = [[numpy_helper.from_array(np.asarray(v), n) if not isinstance(v, (list, dict)) and v is not None else None
               for v, n in zip(side, ns)] for side, ns in zip(case.data_sets[0], names)]
    if any(t is None or t.data_type == TensorProto.STRING for side in values for t in side):
        continue
    types = {v.type.tensor_type.elem_type for v in list(case.model.graph.input) + list(case.model.graph.output)}
    if TensorProto.BFLOAT16 in types:
        continue  # whose numbers NumPy does not have
    for o in case.model.opset_import:
        if o.domain in ("", "ai.onnx"):
            o.version = max(o.version, 7)
    size = case.model.ByteSize() + sum(t.ByteSize() for side in values for t in side)
    if most and size > most:
        continue
    write(case.name + "/model.onnx", case.model.SerializeToString())
    for side, kind in zip(values, ("input", "output")):
        for i, t in enumerate(side):
            write("%s/test_data_set_0/%s_%d.pb" % (case.name, kind, i), t.SerializeToString())
    count += 1
print(count, "tests")
