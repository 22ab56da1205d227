"""Writes layers.json: value, gradients and running statistics of layers by PyTorch 1.13.

Run with a Python that has it: python3 layers.py > layers.json
Everything is float64. Images are turned between NHWC, as the layers take
them, and PyTorch's NCHW here; weights between [kh, kw, in, out] and PyTorch's
order. The loss is the sum of y times weights that the test computes alike.
"""
import json
import sys

import numpy as np
import torch
import torch.nn.functional as F

torch.set_default_dtype(torch.float64)
cases = []


def numbers(dims, seed, lo=-2.0, hi=2.0, whole=False):
    """Numbers spread over [lo, hi] that float32 holds exactly."""
    n = int(np.prod(dims))
    u = (np.arange(1, n + 1) * 0.6180339887498949 + 0.377 * seed) % 1
    v = lo + (hi - lo) * u
    v = np.floor(v) if whole else np.round(v * 1024) / 1024
    return torch.tensor(v.reshape(dims))


def out(t):
    return [float("%.11g" % v) for v in t.detach().contiguous().flatten().tolist()]


def case(name, layer, x, f, params=None, training=True, buffers=None, after=None):
    """f(x, params) is the layer by PyTorch; buffers are [before], after() reads them when f has run."""
    params = {k: v.clone().requires_grad_() for k, v in (params or {}).items()}
    x = x.clone().requires_grad_()
    y = f(x, params)
    w = numbers(y.shape, 9, -1, 1)
    (y * w).sum().backward()
    cases.append(dict(
        name=name, layer=layer, training=training, dims=list(x.shape), x=out(x),
        params={k: dict(dims=list(v.shape), values=out(v), grad=out(v.grad)) for k, v in params.items()},
        buffers={k: out(v) for k, v in (buffers or {}).items()}, after={k: out(v) for k, v in (after() if after else {}).items()},
        y=out(y), ydims=list(y.shape), w=out(w), dx=out(x.grad if x.grad is not None else torch.zeros_like(x))))


nchw = lambda t: t.permute(0, 3, 1, 2)
nhwc = lambda t: t.permute(0, 2, 3, 1)


def same(size, extent, stride):
    total = max(0, (-(-size // stride) - 1) * stride + extent - size)
    return total // 2, total - total // 2


def conv(name, x, kernel, filters, stride=(1, 1), padding=None, dilation=(1, 1), groups=1, act=None, bias=True, kind="conv2d", **more):
    layer = dict(type=kind, kernel=kernel, **more)
    if kind == "conv2d":
        layer["filters"] = filters
    if stride != (1, 1):
        layer["stride"] = stride
    if dilation != (1, 1):
        layer["dilation"] = dilation
    if groups != 1 and kind == "conv2d":
        layer["groups"] = groups
    if padding is not None:
        layer["padding"] = str(padding)
    if act:
        layer["activation"] = act
    if not bias:
        layer["no_bias"] = True
    pads = [(0, 0), (0, 0)]
    if padding == "same":
        pads = [same(x.shape[1 + i], (kernel[i] - 1) * dilation[i] + 1, stride[i]) for i in range(2)]
    elif padding is not None:
        pads = [(padding, padding)] * 2
    params = dict(weight=numbers([*kernel, x.shape[3] // groups, filters], 2))
    if bias:
        params["bias"] = numbers([filters], 3)

    def f(x, p):
        padded = F.pad(nchw(x), [*pads[1], *pads[0]])
        y = F.conv2d(padded, p["weight"].permute(3, 2, 0, 1), p.get("bias"), stride, 0, dilation, groups)
        return nhwc({None: lambda v: v, "relu": F.relu, "tanh": torch.tanh}[act](y))

    case(name, layer, x, f, params)


conv("valid", numbers([2, 5, 6, 3], 1), [3, 2], 4, act="relu")
conv("same", numbers([2, 5, 6, 3], 1), [3, 3], 2, padding="same", act="tanh")
conv("same, stride 2, even size", numbers([2, 6, 8, 2], 1), [3, 3], 2, stride=(2, 2), padding="same", bias=False)
conv("explicit padding, stride, dilation", numbers([1, 9, 8, 2], 1), [3, 2], 3, stride=(2, 1), padding=2, dilation=(2, 3))
conv("groups", numbers([2, 4, 5, 6], 1), [2, 3], 4, groups=2, padding=1)
conv("kernel 1", numbers([2, 4, 5, 6], 1), [1, 1], 4, stride=(2, 2))
conv("depthwise", numbers([2, 5, 4, 5], 1), [3, 3], 5, groups=5, padding="same", kind="depthwiseconv")
conv("depthwise, two of each", numbers([2, 5, 4, 3], 1), [2, 3], 6, groups=3, stride=(2, 1), kind="depthwiseconv", multiplier=2)


def conv1d(name, length, kernel, filters, stride=1, padding=None, dilation=1, groups=1):
    x = numbers([2, length, 4], 1)
    layer = dict(type="conv1d", kernel=kernel, filters=filters, stride=stride, dilation=dilation, groups=groups)
    pad = (0, 0)
    if padding == "same":
        pad = same(length, (kernel - 1) * dilation + 1, stride)
    elif padding == "causal":
        pad = ((kernel - 1) * dilation, 0)
    elif padding:
        pad = (padding, padding)
    if padding:
        layer["padding"] = str(padding)
    params = dict(weight=numbers([kernel, 4 // groups, filters], 2), bias=numbers([filters], 3))

    def f(x, p):
        padded = F.pad(x.permute(0, 2, 1), pad)
        return F.conv1d(padded, p["weight"].permute(2, 1, 0), p["bias"], stride, 0, dilation, groups).permute(0, 2, 1)

    case(name, layer, x, f, params)


conv1d("sequence", 9, 3, 5)
conv1d("sequence, same, stride", 8, 3, 2, stride=2, padding="same")
conv1d("sequence, padding, dilation, groups", 7, 2, 4, padding=2, dilation=3, groups=2)


conv1d("sequence, causal", 6, 3, 2, padding="causal", dilation=2)


def transposed(name, x, kernel, filters, stride=(1, 1), padding=0, dilation=(1, 1), groups=1):
    layer = dict(type="convtranspose2d", kernel=kernel, filters=filters, stride=stride, dilation=dilation, groups=groups, padding=str(padding))
    params = dict(weight=numbers([*kernel, filters // groups, x.shape[3]], 2), bias=numbers([filters], 3))
    crop = [(padding, padding)] * 2
    if padding == "same":
        crop = [same(x.shape[1 + i] * stride[i], (kernel[i] - 1) * dilation[i] + 1, stride[i]) for i in range(2)]

    def f(x, p):
        y = F.conv_transpose2d(nchw(x), p["weight"].permute(3, 2, 0, 1), p["bias"], stride, 0, 0, groups, dilation)
        h, w = y.shape[2:]
        return nhwc(y[:, :, crop[0][0]:h - crop[0][1], crop[1][0]:w - crop[1][1]])

    case(name, layer, x, f, params)


transposed("transposed", numbers([2, 3, 4, 3], 1), [2, 3], 2, stride=(2, 2))
transposed("transposed, padding, groups, dilation", numbers([1, 4, 4, 4], 1), [3, 3], 6, stride=(2, 1), padding=1, dilation=(1, 2), groups=2)
transposed("transposed, same", numbers([2, 3, 4, 2], 1), [3, 4], 2, stride=(2, 3), padding="same")

ties = numbers([2, 5, 6, 3], 1, -2, 2, whole=True)
image = numbers([2, 5, 6, 3], 1)
case("maximum", dict(type="maxpool"), image, lambda x, p: nhwc(F.max_pool2d(nchw(x), 2)))
case("maximum, ties", dict(type="maxpool", window=[3, 3], stride=[1, 2]), ties, lambda x, p: nhwc(F.max_pool2d(nchw(x), 3, (1, 2))))
case("maximum, padding, ties", dict(type="maxpool", window=[3, 3], stride=[2, 2], padding="1"), ties - 3, lambda x, p: nhwc(F.max_pool2d(nchw(x), 3, 2, 1)))
case("maximum, same", dict(type="maxpool", window=[2, 2], padding="same"), ties - 3,
     lambda x, p: nhwc(F.max_pool2d(F.pad(nchw(x), [0, 0, 0, 1], value=-np.inf), 2)))
case("mean", dict(type="avgpool", window=[2, 3]), image, lambda x, p: nhwc(F.avg_pool2d(nchw(x), (2, 3))))
case("mean, padding", dict(type="avgpool", window=[3, 3], stride=[2, 1], padding="1"), image,
     lambda x, p: nhwc(F.avg_pool2d(nchw(x), 3, (2, 1), 1, count_include_pad=False)))
seq = numbers([2, 7, 3], 1)
case("maximum of a sequence", dict(type="maxpool1d", window=3, stride=2, padding="1"), seq,
     lambda x, p: F.max_pool1d(x.permute(0, 2, 1), 3, 2, 1).permute(0, 2, 1))
case("mean of a sequence", dict(type="avgpool1d"), seq, lambda x, p: F.avg_pool1d(x.permute(0, 2, 1), 2).permute(0, 2, 1))
case("maximum of all, ties", dict(type="globalmaxpool"), ties, lambda x, p: F.adaptive_max_pool2d(nchw(x), 1)[:, :, 0, 0])
case("mean of all", dict(type="globalavgpool"), image, lambda x, p: x.mean((1, 2)))
case("mean of all of a sequence", dict(type="globalavgpool"), seq, lambda x, p: x.mean(1))


def batch_norm(name, x, training, m=0.1, e=1e-5, **layer):
    c = x.shape[-1]
    mean, variance = numbers([c], 4), numbers([c], 5, 0.5, 2)
    before = dict(mean=mean.clone(), variance=variance.clone())
    params = dict(scale=numbers([c], 2, 0.5, 2), shift=numbers([c], 3))

    def f(x, p):
        flat = x.reshape(-1, c)
        return F.batch_norm(flat, mean, variance, p["scale"], p["shift"], training, m, e).reshape(x.shape)

    case(name, dict(type="batchnorm", **layer), x, f, params, training, before, lambda: dict(mean=mean, variance=variance))


batch_norm("batch norm of features", numbers([5, 4], 1), True)
batch_norm("batch norm, momentum and epsilon", numbers([3, 4, 2], 1), True, 0.25, 0.5, momentum=0.25, eps=0.5)
batch_norm("batch norm of images", numbers([3, 4, 5, 6], 1), True)
batch_norm("batch norm far from zero", numbers([40, 3], 1) + 100, True)
batch_norm("batch norm at evaluation", numbers([3, 4, 2, 5], 1), False)

c = dict(scale=numbers([6], 2, 0.5, 2), shift=numbers([6], 3))
for dims in [4, 6], [2, 3, 4, 6]:
    x = numbers(dims, 1)
    case("layer norm", dict(type="layernorm"), x, lambda x, p: F.layer_norm(x, (6,), p["scale"], p["shift"]), c)
    case("rms norm", dict(type="rmsnorm"), x, lambda x, p: x / ((x * x).mean(-1, keepdim=True) + 1e-6).sqrt() * p["scale"], dict(scale=c["scale"]))
case("layer norm, epsilon", dict(type="layernorm", eps=0.5), x, lambda x, p: F.layer_norm(x, (6,), p["scale"], p["shift"], 0.5), c)
case("group norm", dict(type="groupnorm", groups=3), x, lambda x, p: nhwc(F.group_norm(nchw(x), 3, p["scale"], p["shift"])), c)
case("instance norm", dict(type="groupnorm", groups=6), x, lambda x, p: nhwc(F.group_norm(nchw(x), 6, p["scale"], p["shift"])), c)
case("group norm, one", dict(type="groupnorm", groups=1), x, lambda x, p: nhwc(F.group_norm(nchw(x), 1, p["scale"], p["shift"])), c)

index = torch.tensor([[3.0, 0, 3], [1, 3, 0]])
case("embedding", dict(type="embedding", size=5, dim=2), index, lambda x, p: F.embedding(x.long(), p["weight"]), dict(weight=numbers([5, 2], 2)))
case("embedding, numbers outside", dict(type="embedding", size=4, dim=2), torch.tensor([[3.0, -1], [4, 0]]),
     lambda x, p: torch.cat([p["weight"], torch.zeros(1, 2)])[torch.tensor([[3, 4], [4, 0]])], dict(weight=numbers([4, 2], 2)))

branch = numbers([2, 4, 4, 3], 1)
block = dict(type="residual", activation="relu", layers=dict(type="sequential", layers=[
    dict(type="conv2d", filters=4, kernel=[3, 3], stride=[2, 2], padding="1"), dict(type="activation", name="tanh")]),
    shortcut=dict(type="conv2d", filters=4, kernel=[1, 1], stride=[2, 2], no_bias=True))
case("residual", block, branch, lambda x, p: nhwc(F.relu(
    torch.tanh(F.conv2d(nchw(x), p["0.conv2d.weight"].permute(3, 2, 0, 1), p["0.conv2d.bias"], 2, 1))
    + F.conv2d(nchw(x), p["shortcut.conv2d.weight"].permute(3, 2, 0, 1), None, 2))),
    {"0.conv2d.weight": numbers([3, 3, 3, 4], 2), "0.conv2d.bias": numbers([4], 3), "shortcut.conv2d.weight": numbers([1, 1, 3, 4], 4)})
case("concat", dict(type="concat", layers=[dict(type="activation", name="relu"), dict(type="maxpool", window=[3, 3], stride=[1, 1], padding="same")]),
     branch, lambda x, p: torch.cat([F.relu(x), nhwc(F.max_pool2d(nchw(x), 3, 1, 1))], 3))
case("pad", dict(type="pad", top=1, bottom=2, right=3), branch, lambda x, p: nhwc(F.pad(nchw(x), [0, 3, 1, 2])))
case("pad a sequence", dict(type="pad", left=2), seq, lambda x, p: F.pad(x, [0, 0, 2, 0]))
case("reshape", dict(type="reshape", dims=[-1, 6]), branch, lambda x, p: x.reshape(2, 8, 6))
case("image", dict(type="image"), seq, lambda x, p: x.reshape(2, 7, 3, 1))

# Layers for tables.
table = numbers([5, 4], 1)
case("select, turned and repeated", dict(type="select", columns=[2, 0, 0]), table, lambda x, p: x[:, [2, 0, 0]])
case("select, a run", dict(type="select", columns=[1, 2]), table, lambda x, p: x[:, 1:3])
case("scale", dict(type="scale"), table, lambda x, p: x * p["scale"], dict(scale=numbers([4], 2)))
case("parametric", dict(type="parametric", activation="silu"), table, lambda x, p: x + p["alpha"] * (F.silu(x) - x), dict(alpha=numbers([4], 2)))
case("temperature", dict(type="temperature", t=1.5), table, lambda x, p: x / 1.5)
low, high = torch.tensor([-1.0, -0.5, 0.25, -9]), torch.tensor([1.0, 0.75, 0.5, 9])
case("clamp", dict(type="clamp", low=low.tolist(), high=high.tolist()), table, lambda x, p: torch.minimum(torch.maximum(x, low), high))
case("clamp, one for all", dict(type="clamp", low=[-0.7], high=[0.3]), table, lambda x, p: x.clamp(-0.7, 0.3))
center, scale = torch.tensor([0.5, -1, 100, 0]), torch.tensor([2, 0.125, 0.25, 1])
z = lambda x: (x - center) / scale
case("smooth clip", dict(type="smoothclip", center=center.tolist(), scale=scale.tolist()), table, lambda x, p: z(x) / (1 + (z(x) / 3) ** 2).sqrt())
case("smooth clip, limit", dict(type="smoothclip", limit=0.5), table, lambda x, p: x / (1 + (x / 0.5) ** 2).sqrt())
edges = [[-1.0, -0.5, 0.125, 1.75], [-0.25, 0.5], [-3.0, 0.0, 0.03125], [-1.5, -1, -0.5, 0, 0.5, 1, 1.5]]


def piecewise(x, p):
    out = []
    for i, e in enumerate(edges):
        for j in range(len(e) - 1):
            v = (x[:, i] - e[j]) / (e[j + 1] - e[j])
            v = v if j == 0 else v.clamp(min=0)
            out.append(v if j == len(e) - 2 else v.clamp(max=1))
    return torch.stack(out, 1)


case("piecewise linear", dict(type="piecewiselinear", edges=edges), table, piecewise)
case("piecewise linear, apart", dict(type="piecewiselinear", edges=edges, apart=True), table,
     lambda x, p: torch.stack([F.pad(f, [0, 6 - f.shape[1]]) for f in piecewise(x, p).split([len(e) - 1 for e in edges], 1)], 1))
quantiles = [[-1.0, -0.5, 0.125, 1.75], [-0.25, -0.25, -0.25, 0.5], [-2.0, 0.0, 0.0, 2], [-1.5, -1, -0.5, 1.5]]
spots = torch.tensor([[-0.75, -0.3, 0, 1.25], [2, -0.5, -4, -1.25], [1, 0.25, 0.5, 0.625]])


def uniform(x, p):
    """As scikit-learn's QuantileTransformer, but with gradients: the mean of interpolations from both sides."""
    out = []
    for i, q in enumerate(quantiles):
        sides = []
        for v, sign, e in [(x[:, i], 1, q), (-x[:, i], -1, [-v for v in q[::-1]])]:
            e = np.array(e)
            v0 = v.detach().numpy()
            j = np.clip(np.searchsorted(e, v0, side="right") - 1, 0, len(e) - 2)
            with np.errstate(divide="ignore"):
                slope = np.where((v0 >= e[0]) & (v0 < e[-1]), 1 / (e[j + 1] - e[j]), 0) / (len(e) - 1)
            base = np.interp(v0, e, np.linspace(0, 1, len(e)))
            u = torch.tensor(base) + torch.tensor(slope) * (v - torch.tensor(v0))
            sides.append(u if sign == 1 else 1 - u)
        out.append((sides[0] + sides[1]) / 2)
    return torch.stack(out, 1)


case("quantile map, ties", dict(type="quantilemap", quantiles=quantiles), spots, uniform)
waves = dict(frequency=numbers([4, 3], 2, -0.25, 0.25), phase=numbers([4, 3], 3), weight=numbers([4, 3, 2], 4), bias=numbers([4, 2], 5))
case("periodic", dict(type="periodic", frequencies=3, units=3, activation="tanh"), table, lambda x, p: torch.cat([
    x[:, :, None], torch.tanh(torch.einsum("ndf,dfu->ndu", torch.cos(2 * np.pi * x[:, :, None] * p["frequency"] + p["phase"]), p["weight"]) + p["bias"])], 2).flatten(1),
    waves)
case("dense, ntk", dict(type="dense", units=3, activation="relu", scaling="ntk"), table,
     lambda x, p: F.relu(x @ p["weight"] / 2 + p["bias"]), dict(weight=numbers([4, 3], 2), bias=numbers([3], 3)))
members = dict(type="ensemble", members=[dict(type="dense", units=3), dict(type="sequential", layers=[dict(type="activation", name="tanh"), dict(type="dense", units=3, no_bias=True)]), dict(type="dense", units=3)])
three = {"0.weight": numbers([4, 3], 2), "0.bias": numbers([3], 3), "1.1.dense.weight": numbers([4, 3], 4, -9, 9), "2.weight": numbers([4, 3], 5), "2.bias": numbers([3], 6)}
each = lambda x, p: [x @ p["0.weight"] + p["0.bias"], torch.tanh(x) @ p["1.1.dense.weight"], x @ p["2.weight"] + p["2.bias"]]
weights = [1.0, 0.5, 2.5]
mean = lambda ys, w: sum(y * v for y, v in zip(ys, w)) / sum(w)
case("ensemble of values", members, table, lambda x, p: mean(each(x, p), [1, 1, 1]), three)
case("ensemble of values, weights", dict(members, weights=weights), table, lambda x, p: mean(each(x, p), weights), three)
case("ensemble of classes, weights", dict(members, weights=weights, of="classes"), table, lambda x, p: mean([F.softmax(y, 1) for y in each(x, p)], weights).log(), three)
case("ensemble of labels, weights", dict(members, weights=weights, of="labels"), table, lambda x, p: torch.logit(mean([torch.sigmoid(y) for y in each(x, p)], weights)), three)


trio = numbers([5, 3, 4], 1)
case("dense each", dict(type="denseeach", units=2, activation="tanh"), trio, lambda x, p: torch.tanh(torch.einsum("nki,kiu->nku", x, p["weight"]) + p["bias"]),
     dict(weight=numbers([3, 4, 2], 2, -1, 1), bias=numbers([3, 2], 3)))
case("dense each, ntk", dict(type="denseeach", units=1, scaling="ntk", no_bias=True), trio, lambda x, p: torch.einsum("nki,kiu->nku", x, p["weight"]) / 2, dict(weight=numbers([3, 4, 1], 2)))


def batch_ensemble(x, p):
    x = x[:, None, :] if x.dim() == 2 else x
    return torch.tanh((p["in"] * x) @ p["weight"] * p["out"] + p["bias"])


shared = {"weight": numbers([4, 2], 2), "in": numbers([3, 4], 3, -1, 1), "out": numbers([3, 2], 4, -1, 1), "bias": numbers([3, 2], 5)}
case("batch ensemble", dict(type="batchensemble", units=2, activation="tanh"), trio, batch_ensemble, shared)
case("batch ensemble of one input", dict(type="batchensemble", units=2, members=3, activation="tanh"), table, batch_ensemble, shared)
case("batch ensemble, ntk", dict(type="batchensemble", units=2, members=3, scaling="ntk"), table, lambda x, p: (p["in"] * x[:, None, :]) @ p["weight"] / 2 * p["out"] + p["bias"], shared)
case("mean of members", dict(type="membermean"), trio, lambda x, p: x.mean(1))
case("mean of members, classes", dict(type="membermean", of="classes"), trio, lambda x, p: F.softmax(x, 2).mean(1).log())
case("mean of members, labels", dict(type="membermean", of="labels"), trio, lambda x, p: torch.logit(torch.sigmoid(x).mean(1)))



# Layers for sequences.
text = numbers([2, 5, 8], 1)
case("dense over positions", dict(type="dense", units=3, activation="gelu-tanh"), text,
     lambda x, p: F.gelu(x @ p["weight"] + p["bias"], approximate="tanh"), dict(weight=numbers([8, 3], 2), bias=numbers([3], 3)))
case("layer norm without shift", dict(type="layernorm", no_shift=True), text, lambda x, p: F.layer_norm(x, (8,), p["scale"]), dict(scale=numbers([8], 2, 0.5, 2)))
case("positions", dict(type="positions", length=7), text, lambda x, p: x + p["weight"][:5], dict(weight=numbers([7, 8], 2)))
case("swiglu", dict(type="swiglu", hidden=6), text,
     lambda x, p: (F.silu(x @ p["gate.weight"] + p["gate.bias"]) * (x @ p["up.weight"] + p["up.bias"])) @ p["down.weight"] + p["down.bias"],
     {"gate.weight": numbers([8, 6], 2, -1, 1), "gate.bias": numbers([6], 3), "up.weight": numbers([8, 6], 4, -1, 1), "up.bias": numbers([6], 5),
      "down.weight": numbers([6, 8], 6, -1, 1), "down.bias": numbers([8], 7)})
case("soft cap", dict(type="softcap", cap=1.5), text, lambda x, p: 1.5 * torch.tanh(x / 1.5))
case("tied", dict(type="tied", embedding=dict(type="embedding", size=6, dim=4), layers=dict(type="sequential", layers=[dict(type="dense", units=4, activation="tanh", no_bias=True)])),
     torch.tensor([[3.0, 0, 5], [1, 3, -1]]),
     lambda x, p: torch.tanh(torch.cat([p["weight"], torch.zeros(1, 4)])[x.long()] @ p["0.dense.weight"]) @ p["weight"].T,
     {"weight": numbers([6, 4], 2), "0.dense.weight": numbers([4, 4], 3, -1, 1)})


def rotated(x, base):
    """x [n, heads, t, d], pairs i and i + d/2, as in transformers' models of Llama and GPT-NeoX."""
    t, d = x.shape[-2:]
    angle = torch.outer(torch.arange(t).double(), base ** (-torch.arange(0, d, 2).double() / d))
    c, s = torch.cat([angle.cos()] * 2, -1), torch.cat([angle.sin()] * 2, -1)
    return x * c + torch.cat([-x[..., d // 2:], x[..., :d // 2]], -1) * s


def attention(name, heads, groups=None, causal=False, rotary=0.0, norm=False, bias=True):
    layer = dict(type="multiheadattention", heads=heads, causal=causal, rotary=rotary, q_k_norm=norm, no_bias=not bias)
    d, g = 8 // heads, groups or heads
    if groups:
        layer["groups"] = groups
    params = {"query.weight": numbers([8, 8], 2, -1, 1), "key.weight": numbers([8, g * d], 3, -1, 1), "value.weight": numbers([8, g * d], 4, -1, 1), "out.weight": numbers([8, 8], 5, -1, 1)}
    if bias:
        params.update({"query.bias": numbers([8], 6), "key.bias": numbers([g * d], 7), "value.bias": numbers([g * d], 8), "out.bias": numbers([8], 9)})
    if norm:
        params.update({"query_norm.scale": numbers([d], 10, 0.5, 2), "key_norm.scale": numbers([d], 11, 0.5, 2)})

    def f(x, p):
        part = lambda what, n: (x @ p[what + ".weight"] + p.get(what + ".bias", 0)).view(2, 5, n, d).transpose(1, 2)
        q, k, v = part("query", heads), part("key", g), part("value", g)
        if norm:
            rms = lambda y: y / ((y * y).mean(-1, keepdim=True) + 1e-6).sqrt()
            q, k = rms(q) * p["query_norm.scale"], rms(k) * p["key_norm.scale"]
        if rotary:
            q, k = rotated(q, rotary), rotated(k, rotary)
        k, v = k.repeat_interleave(heads // g, 1), v.repeat_interleave(heads // g, 1)
        s = q @ k.transpose(2, 3) / np.sqrt(d)
        if causal:
            s = s.masked_fill(torch.ones(5, 5).triu(1).bool(), -np.inf)
        return (s.softmax(-1) @ v).transpose(1, 2).reshape(2, 5, 8) @ p["out.weight"] + p.get("out.bias", 0)

    case(name, layer, text, f, params)


attention("attention", 2)
attention("attention, causal", 4, causal=True, bias=False)
attention("attention, groups, rotary", 4, groups=2, causal=True, rotary=100.0)
attention("attention, one group, rotary, normalized", 2, groups=1, rotary=10000.0, norm=True, bias=False)


def recurrent(name, kind, torch_layer, gates, last=False):
    """PyTorch's layer with its weights turned, its biases joined."""
    states = torch.zeros(1, 2, 3)
    params = dict(weight=numbers([8, gates * 3], 2, -1, 1), recurrent=numbers([3, gates * 3], 3), bias=numbers([gates * 3], 4))
    if kind == "gru":
        params["recurrent_bias"] = numbers([3], 5)

    def f(x, p):
        second = torch.cat([torch.zeros(6), p["recurrent_bias"]]) if kind == "gru" else torch.zeros(12)
        weights = [p["weight"].T, p["recurrent"].T, p["bias"], second]
        y = torch_layer(x, states if kind == "gru" else [states, states], weights, True, 1, 0.0, False, False, True)[0]
        return y[:, -1] if last else y

    case(name, dict(type=kind, units=3, last=last), text, f, params)


recurrent("gru", "gru", torch._VF.gru, 3)
recurrent("gru, last", "gru", torch._VF.gru, 3, True)
recurrent("lstm", "lstm", torch._VF.lstm, 4)


def running():
    """Buffers after each of several batches of different sizes."""
    bn = torch.nn.BatchNorm1d(3, momentum=0.3)
    steps = []
    for i, n in enumerate([4, 7, 2, 5]):
        x = numbers([n, 3], i) * (i + 1) + i
        bn(x)
        steps.append(dict(rows=n, x=out(x), mean=out(bn.running_mean), variance=out(bn.running_var)))
    return steps


def attention_bag(x, p):
    k = x.shape[1] // 2
    i, v = x[:, :k].long(), x[:, k:]
    e = p["weight"][i.clamp(min=0)] * (i >= 0)[..., None]
    s = (torch.tanh(e @ p["attend.weight"] + p["attend.bias"]) @ p["query.weight"])[..., 0]
    counts = v > 0
    weights = torch.softmax(torch.where(counts, s + torch.log(torch.where(counts, v, torch.ones_like(v))), torch.tensor(-1e9)), 1) * counts
    return (weights[..., None] * e).sum(1)


case("attention over a bag", dict(type="attentionbag", size=7, dim=3),
     torch.tensor([[0, 3, 6, -1, 0.5, 1, 0.25, 0], [5, -1, -1, -1, 0.75, 0, 0, 0], [2, 2, 4, 1, 1, 0.5, 0, 2]]), attention_bag,
     {"weight": numbers((7, 3), 1), "attend.weight": numbers((3, 3), 2), "attend.bias": numbers((3,), 3), "query.weight": numbers((3, 1), 4)})

json.dump(dict(layers=cases, running=running()), sys.stdout, separators=(",", ":"))
print()
