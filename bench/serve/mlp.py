"""Writes an MLP of random weights as ONNX, to try node.mjs without an exported model:

    mlp.py OUT.onnx 108 256 128 2
"""
import sys
import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

path, sizes = sys.argv[1], [int(n) for n in sys.argv[2:]]
random = np.random.default_rng(1)
nodes, weights, at = [], [], "x"
for i, (n, k) in enumerate(zip(sizes, sizes[1:])):
    weights.append(numpy_helper.from_array((random.standard_normal((n, k)) / n**0.5).astype(np.float32), f"w{i}"))
    weights.append(numpy_helper.from_array(np.zeros(k, np.float32), f"b{i}"))
    nodes.append(helper.make_node("Gemm", [at, f"w{i}", f"b{i}"], [f"z{i}"]))
    at = f"z{i}"
    if i < len(sizes) - 2:
        nodes.append(helper.make_node("Relu", [at], [f"a{i}"]))
        at = f"a{i}"
nodes.append(helper.make_node("Softmax", [at], ["y"], axis=1))
graph = helper.make_graph(nodes, "mlp", [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["rows", sizes[0]])],
                          [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["rows", sizes[-1]])], weights)
model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
onnx.checker.check_model(model)
onnx.save(model, path)
