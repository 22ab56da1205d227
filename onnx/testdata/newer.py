"""Writes tests of operators in newer versions, with outputs of onnxruntime, as folders of a zip:

    /usr/bin/python3 newer.py newer.zip FOLDER     FOLDER has node_modules with onnxruntime-node (npm install --ignore-scripts)

Models of versions that python3-onnx does not know are written without its checks; onnxruntime makes the outputs.
"""
import json
import os
import subprocess
import sys
import tempfile
import zipfile

import numpy as np
from onnx import TensorProto, helper, numpy_helper

rng = np.random.default_rng(1)
cases = []


def case(name, op, opset, inputs, consts=(), domain="", **attrs):
    """One node: inputs are arrays that are fed, consts arrays (or None) that are initializers behind them."""
    names = ["x%d" % i for i in range(len(inputs))]
    held = ["c%d" % i if c is not None else "" for i, c in enumerate(consts)]
    outputs = attrs.pop("outputs", 1)
    node = helper.make_node(op, names + held, ["y%d" % i for i in range(outputs)], domain=domain, **attrs)
    info = lambda n, a: helper.make_tensor_value_info(n, helper.np_dtype_to_tensor_dtype(a.dtype) if hasattr(helper, "np_dtype_to_tensor_dtype")
                                                      else numpy_helper.from_array(a).data_type, a.shape)
    graph = helper.make_graph([node], name, [info(n, a) for n, a in zip(names, inputs)],
                              [helper.make_tensor_value_info("y%d" % i, TensorProto.UNDEFINED, None) for i in range(outputs)],
                              [numpy_helper.from_array(c, n) for c, n in zip(consts, held) if c is not None])
    for o in graph.output:
        o.ClearField("type")
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)] + ([helper.make_opsetid(domain, 1)] if domain else []))
    model.ir_version = 8
    cases.append((name, model, inputs))


def f(*shape):
    return rng.standard_normal(shape).astype(np.float32)


def i(*values):
    return np.array(values, np.int64)


x = f(1, 2, 5, 6)
e = np.array([], np.float32)
for mode in ("nearest", "linear", "cubic"):
    for at in ("half_pixel", "asymmetric", "align_corners", "pytorch_half_pixel"):
        case("resize_%s_%s_up" % (mode, at), "Resize", 13, [x], [e, e, i(1, 2, 9, 13)], mode=mode, coordinate_transformation_mode=at)
        case("resize_%s_%s_down" % (mode, at), "Resize", 13, [x], [e, e, i(1, 2, 3, 4)], mode=mode, coordinate_transformation_mode=at)
    case("resize_%s_scales" % mode, "Resize", 13, [x], [e, np.array([1, 1, 1.7, 0.6], np.float32)], mode=mode)
    case("resize_%s_18_axes" % mode, "Resize", 18, [x], [e, e, i(7, 11)], mode=mode, axes=[2, 3])
for mode in ("linear", "cubic"):
    case("resize_%s_antialias" % mode, "Resize", 18, [f(1, 1, 9, 12)], [e, np.array([1, 1, 0.4, 0.6], np.float32)], mode=mode, antialias=1)
case("resize_not_larger", "Resize", 18, [x], [e, e, i(9, 9)], mode="linear", axes=[2, 3], keep_aspect_ratio_policy="not_larger")
case("resize_not_smaller", "Resize", 18, [x], [e, e, i(9, 9)], mode="linear", axes=[2, 3], keep_aspect_ratio_policy="not_smaller")
case("resize_10", "Resize", 10, [x], [np.array([1, 1, 2, 3], np.float32)], mode="nearest")
case("upsample_9", "Upsample", 9, [x], [np.array([1, 1, 2, 2], np.float32)], mode="linear")
case("upsample_7", "Upsample", 7, [x], scales=[1.0, 1.0, 2.0, 2.0], mode="nearest")
case("split_18", "Split", 18, [f(7, 3)], axis=0, num_outputs=3, outputs=3)
case("split_11", "Split", 11, [f(7, 3)], axis=0, split=[2, 5], outputs=2)
case("reduce_mean_18", "ReduceMean", 18, [f(2, 3, 4)], [i(0, -1)], keepdims=0)
case("reduce_max_18_none", "ReduceMax", 18, [f(2, 3, 4)], keepdims=1)
case("reduce_min_18_noop", "ReduceMin", 18, [f(2, 3, 4)], noop_with_empty_axes=1)
case("reduce_prod_13", "ReduceProd", 13, [f(2, 5, 3)], axes=[1], keepdims=0)
case("reduce_log_sum_exp_13", "ReduceLogSumExp", 13, [30 * f(2, 5, 3)], axes=[1, 2])
case("pad_18_axes", "Pad", 18, [x], [i(1, 2, 0, 1), np.float32(0.5), i(3, 2)], mode="constant")
case("pad_reflect", "Pad", 13, [x], [i(0, 0, 2, 3, 0, 0, 1, 4)], mode="reflect")
case("pad_edge", "Pad", 13, [x], [i(0, 0, 2, 3, 0, 0, 1, 4)], mode="edge")
case("pad_wrap_19", "Pad", 19, [x], [i(0, 0, 2, 3, 0, 0, 1, 4)], mode="wrap")
case("pad_negative", "Pad", 13, [x], [i(0, 0, -1, 1, 0, 0, 1, -2)])
case("pad_channels", "Pad", 7, [x], pads=[0, 1, 0, 0, 0, 2, 0, 0], value=1.5)
for approximate in ("none", "tanh"):
    case("gelu_20_" + approximate, "Gelu", 20, [3 * f(4, 5)], approximate=approximate)
case("gelu_microsoft", "Gelu", 14, [3 * f(4, 5)], domain="com.microsoft")
case("group_norm_21", "GroupNormalization", 21, [f(2, 6, 3, 4)], [f(6), f(6)], num_groups=3, epsilon=1e-3)
case("instance_norm", "InstanceNormalization", 7, [f(2, 3, 4, 5)], [f(3), f(3)], epsilon=1e-2)
case("layer_norm_17", "LayerNormalization", 17, [f(2, 3, 4)], [f(3, 4), f(3, 4)], axis=1)
case("batch_norm_7_3d", "BatchNormalization", 7, [f(2, 3, 6)], [f(3), f(3), f(3), np.abs(f(3))], epsilon=1e-3)
case("batch_norm_15_2d", "BatchNormalization", 15, [f(4, 3)], [f(3), f(3), f(3), np.abs(f(3))])
case("softmax_12", "Softmax", 12, [f(2, 3, 4, 5)], axis=2)
case("softmax_11_negative", "Softmax", 11, [f(2, 3, 4)], axis=-1)
case("softmax_11_negative_2", "Softmax", 11, [f(2, 3, 4)], axis=-2)
case("softmax_7_default", "Softmax", 7, [f(2, 3, 4)])
case("softmax_13_channels", "Softmax", 13, [f(2, 3, 4, 5)], axis=1)
case("log_softmax_11", "LogSoftmax", 11, [f(2, 3, 4)], axis=1)
case("hardmax_13", "Hardmax", 13, [f(3, 4)], axis=0)
case("lrn", "LRN", 7, [f(2, 7, 3, 4)], size=5, alpha=0.02, beta=0.6, bias=1.5)
case("mod_13", "Mod", 13, [np.array([-7, 7, -3, 5], np.int32), np.array([3, -3, 2, 4], np.int32)])
case("fmod_13", "Mod", 13, [f(6), np.abs(f(6)) + np.float32(0.5)], fmod=1)
case("div_int", "Div", 13, [np.array([-7, 7, -8, 9], np.int32), np.array([2, 2, 3, -4], np.int32)])
case("pow_fraction", "Pow", 13, [np.abs(f(3, 4)), f(3, 4)])
case("pow_negative", "Pow", 13, [f(3, 4)], [np.float32(-3)])
case("pow_whole", "Pow", 13, [f(6), np.array([2, 3, -1, 0, 1, -2], np.float32)])
case("round", "Round", 11, [np.array([-2.5, -1.5, -0.5, 0.5, 1.5, 2.5, 1e9, 0.49999997], np.float32)])
case("floor", "Floor", 13, [np.array([-2.5, -1, -0.0, 0.5, 1.99, 8388607.5], np.float32)])
case("ceil", "Ceil", 13, [np.array([-2.5, -1, -0.4, 0.5, 1.01, 8388607.5], np.float32)])
case("gather_last", "Gather", 13, [f(3, 4, 5), np.array([[0, -1], [2, 2]], np.int64)], axis=2)
case("gather_first", "Gather", 13, [f(6, 4), np.array([5, 0, -2], np.int64)], axis=0)
case("gather_scalar", "Gather", 13, [f(3, 4, 5)], [np.array(-1, np.int64)], axis=1)
case("slice_steps", "Slice", 13, [f(7, 8, 9)], [i(1, -1, 0), i(9999, -9999, 8), i(0, 1, 2), i(2, -3, 4)])
case("slice_7", "Slice", 7, [f(7, 8)], starts=[1, -3], ends=[2 ** 62, -1])
case("argmax_last", "ArgMax", 13, [np.array([[1, 3, 3, 2], [5, 5, 1, 0]], np.float32)], axis=1, keepdims=0, select_last_index=1)
case("argmin_first", "ArgMin", 13, [np.array([[1, 3, 3, 2], [5, 5, 1, 0]], np.float32)], axis=1)
case("one_hot", "OneHot", 11, [np.array([[1, -1], [3, 9]], np.int64)], [i(4), np.array([-2, 5], np.float32)], axis=1)
case("max_pool_ceil", "MaxPool", 12, [f(1, 2, 7, 8)], kernel_shape=[3, 2], strides=[2, 3], ceil_mode=1, pads=[1, 0, 1, 1])
case("max_pool_dilated", "MaxPool", 12, [f(1, 2, 9, 9)], kernel_shape=[3, 2], strides=[2, 1], dilations=[2, 3], pads=[1, 1, 1, 1])
case("max_pool_1d", "MaxPool", 8, [f(2, 3, 9)], kernel_shape=[3], strides=[2], auto_pad="SAME_LOWER")
case("average_pool_counted", "AveragePool", 11, [f(1, 2, 7, 8)], kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1], count_include_pad=1)
case("average_pool_same", "AveragePool", 11, [f(1, 2, 7, 8)], kernel_shape=[3, 4], strides=[2, 3], auto_pad="SAME_UPPER")
case("average_pool_ceil", "AveragePool", 19, [f(1, 2, 7, 8)], kernel_shape=[3, 3], strides=[2, 2], ceil_mode=1)
case("conv_1d", "Conv", 11, [f(2, 4, 9)], [f(6, 2, 3), f(6)], group=2, strides=[2], dilations=[2], pads=[3, 1])
case("conv_512x1", "Conv", 11, [f(1, 1, 520, 3)], [f(4, 1, 512, 1)])
case("conv_same_lower", "Conv", 11, [f(1, 3, 8, 7)], [f(4, 3, 4, 3)], auto_pad="SAME_LOWER", strides=[2, 3])
case("conv_3d", "Conv", 11, [f(2, 3, 5, 6, 7)], [f(4, 3, 3, 2, 3), f(4)], strides=[2, 1, 2], dilations=[1, 2, 1], pads=[1, 0, 1, 1, 1, 0])
case("conv_transpose_groups", "ConvTranspose", 11, [f(2, 6, 4, 5)], [f(6, 2, 3, 2), f(4)], group=2, strides=[2, 3], pads=[1, 0, 0, 1])
case("conv_transpose_padding", "ConvTranspose", 11, [f(1, 3, 4, 5)], [f(3, 4, 3, 3)], strides=[3, 2], output_padding=[2, 1], pads=[1, 1, 1, 1])
case("conv_transpose_shape", "ConvTranspose", 11, [f(1, 3, 4, 5)], [f(3, 4, 3, 3)], strides=[2, 2], output_shape=[8, 11])
case("conv_transpose_same", "ConvTranspose", 11, [f(1, 3, 4, 5)], [f(3, 4, 3, 3)], strides=[2, 2], auto_pad="SAME_UPPER")
case("conv_transpose_dilated", "ConvTranspose", 11, [f(1, 3, 4, 5)], [f(3, 2, 3, 2)], dilations=[2, 3])
case("conv_transpose_1d", "ConvTranspose", 11, [f(2, 3, 5)], [f(3, 4, 4), f(4)], strides=[2], pads=[1, 1])
case("matmul_broadcast", "MatMul", 13, [f(2, 1, 3, 4), f(5, 4, 6)])
case("matmul_vector", "MatMul", 13, [f(4), f(3, 4, 6)])
case("matmul_vectors", "MatMul", 13, [f(4), f(4)])
case("matmul_right_vector", "MatMul", 13, [f(2, 3, 4), f(4)])
case("gemm", "Gemm", 7, [f(4, 3), f(5, 4)], [f(5)], transA=1, transB=1, alpha=0.5, beta=2.0)
for direction, d in (("forward", 1), ("reverse", 1), ("bidirectional", 2)):
    case("lstm_" + direction, "LSTM", 14, [f(5, 2, 3)], [f(d, 16, 3), f(d, 16, 4), f(d, 32), np.array([3, 5], np.int32), f(d, 2, 4), f(d, 2, 4), f(d, 12)], hidden_size=4, direction=direction, outputs=3)
    case("gru_" + direction, "GRU", 14, [f(5, 2, 3)], [f(d, 12, 3), f(d, 12, 4), f(d, 24), None, f(d, 2, 4)], hidden_size=4, direction=direction, outputs=2)
    case("gru_before_" + direction, "GRU", 7, [f(5, 2, 3)], [f(d, 12, 3), f(d, 12, 4), f(d, 24)], hidden_size=4, direction=direction, linear_before_reset=1, outputs=2)
    case("rnn_" + direction, "RNN", 14, [f(5, 2, 3)], [f(d, 4, 3), f(d, 4, 4), f(d, 8)], hidden_size=4, direction=direction, activations=["Relu"] * d, outputs=2)
case("lstm_activations", "LSTM", 7, [f(5, 2, 3)], [f(1, 16, 3), f(1, 16, 4)], hidden_size=4, activations=["HardSigmoid", "Softsign", "Relu"], activation_alpha=[0.3], activation_beta=[0.4], outputs=3)
case("depth_to_space_crd", "DepthToSpace", 13, [f(1, 8, 2, 3)], blocksize=2, mode="CRD")
case("expand", "Expand", 13, [f(3, 1)], [i(2, 1, 6)])
case("tile", "Tile", 13, [f(2, 3)], [i(2, 3)])
case("where", "Where", 9, [np.array([[True], [False]]), f(2, 3), f(3)])
case("clip_6", "Clip", 7, [3 * f(3, 4)], min=-1.0, max=0.5)
case("prelu", "PRelu", 9, [f(2, 3, 4)], [f(3, 1)])
case("hard_swish", "HardSwish", 14, [4 * f(9)])
case("mish_18", "Mish", 18, [4 * f(9)])
case("celu", "Celu", 12, [2 * f(9)], alpha=0.7)
case("selu_attributes", "Selu", 7, [2 * f(9)], alpha=1.2, gamma=0.9)

run = """
const ort = require('onnxruntime-node'), fs = require('fs'), dir = process.argv[2];
const kinds = {float32: Float32Array, int64: BigInt64Array, int32: Int32Array, bool: Uint8Array};
(async () => {
  for (const c of JSON.parse(fs.readFileSync(dir + '/cases.json'))) {
    const out = {};
    try {
      const s = await ort.InferenceSession.create(dir + '/' + c.name + '.onnx', {intraOpNumThreads: 1, logSeverityLevel: 3});
      const feeds = {};
      c.inputs.forEach((x, i) => feeds['x' + i] = new ort.Tensor(x.type, kinds[x.type].from(x.data, x.type === 'int64' ? BigInt : Number), x.dims));
      const r = await s.run(feeds);
      for (const k in r) out[k] = {type: r[k].type, dims: r[k].dims, data: Array.from(r[k].data, Number)};
    } catch (e) { out.error = String(e); }
    fs.writeFileSync(dir + '/' + c.name + '.json', JSON.stringify(out));
  }
})();
"""
with tempfile.TemporaryDirectory() as folder:
    listed = []
    for name, model, inputs in cases:
        open(os.path.join(folder, name + ".onnx"), "wb").write(model.SerializeToString())
        listed.append({"name": name, "inputs": [{"type": str(a.dtype), "dims": list(a.shape), "data": a.astype(float).ravel().tolist()} for a in inputs]})
    json.dump(listed, open(os.path.join(folder, "cases.json"), "w"))
    script = os.path.join(os.path.abspath(sys.argv[2]), "newer_run.js")
    open(script, "w").write(run)
    subprocess.run(["node", script, folder], check=True)
    os.remove(script)
    out = zipfile.ZipFile(sys.argv[1], "w", zipfile.ZIP_DEFLATED, compresslevel=9)

    def write(path, data):
        held = zipfile.ZipInfo(path, (1980, 1, 1, 0, 0, 0))
        held.compress_type = zipfile.ZIP_DEFLATED
        out.writestr(held, data)

    for name, model, inputs in cases:
        r = json.load(open(os.path.join(folder, name + ".json")))
        if "error" in r:
            print(name, r["error"][:200])
            continue
        write(name + "/model.onnx", model.SerializeToString())
        for k, a in enumerate(inputs):
            write("%s/test_data_set_0/input_%d.pb" % (name, k), numpy_helper.from_array(a).SerializeToString())
        for k, o in enumerate(model.graph.output):
            y = np.array(r[o.name]["data"], float).astype(np.dtype(r[o.name]["type"])).reshape(r[o.name]["dims"])
            write("%s/test_data_set_0/output_%d.pb" % (name, k), numpy_helper.from_array(y).SerializeToString())
    out.close()
    print(len(cases), "cases")
