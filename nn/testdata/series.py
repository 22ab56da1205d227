"""Writes series.json: networks for forecasts by PyTorch 1.13, in float64: outputs in training and the gradients of a weighted sum of them.

Names and shapes of weights are those of nn.LinearForecast, nn.MixerForecast and nn.PatchForecast. Run with a Python that has PyTorch:
python3 series.py > series.json
"""
import json
import sys

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

torch.set_default_dtype(torch.float64)
ROWS, COLUMNS, TARGETS, HORIZON, KNOWN = 3, 3, 2, 4, 2


def numbers(dims, seed, lo=-1.0, hi=1.0):
    """Numbers spread over [lo, hi] that float32 holds exactly."""
    u = (np.arange(1, int(np.prod(dims)) + 1) * 0.6180339887498949 + 0.377 * seed) % 1
    return torch.tensor(np.round((lo + (hi - lo) * u) * 1024).reshape(dims) / 1024)


def out(t):
    return [float("%.9g" % v) for v in t.detach().flatten().tolist()]


def dense(x, p, at):
    return x @ p[at + ".weight"] + p[at + ".bias"]


def along(x, p, at):
    return F.linear(x.transpose(1, 2), p[at + ".weight"].T, p[at + ".bias"]).transpose(1, 2)


def known_ahead(y, p, at, known):
    return y + known @ p[at + ".addfield.0.dense.weight"]


def linear(x, known, p):
    x = x[:, :, :TARGETS]
    mean = x.mean(1, keepdim=True)
    return known_ahead(along(x - mean, p, "1.reversible.0.alongtime") + mean, p, "2", known)


def standardized(x):
    mean = x.mean(1, keepdim=True)
    std = torch.sqrt(x.var(1, unbiased=False, keepdim=True) + 1e-5)
    return (x - mean) / std, mean, std


def mixer(x, known, p, blocks):
    z, mean, std = standardized(x)
    for b in range(blocks):
        z = z + F.relu(along(z, p, "0.reversible.%d.residual.0.alongtime" % (2 * b)))
        at = "0.reversible.%d.residual." % (2 * b + 1)
        z = z + dense(F.relu(dense(z, p, at + "0.dense")), p, at + "2.dense")
    y = along(z, p, "0.reversible.%d.alongtime" % (2 * blocks))[:, :, :TARGETS]
    return known_ahead(y * std[:, :, :TARGETS] + mean[:, :, :TARGETS], p, "1", known)


def patch(x, known, p, length, stride, layers, heads):
    z, mean, std = standardized(x[:, :, :TARGETS])
    z = nn.ReplicationPad1d((0, stride))(z.permute(0, 2, 1)).unfold(-1, length, stride)
    at = "1.reversible.0.eachcolumn."
    z = z.reshape(-1, z.shape[2], length) @ p[at + "1.dense.weight"] + p[at + "1.dense.bias"] + p[at + "2.positions.weight"]
    width = z.shape[-1]
    norm = lambda z, at: F.batch_norm(z.transpose(1, 2), None, None, p[at + ".scale"], p[at + ".shift"], training=True).transpose(1, 2)
    for i in range(layers):
        block = at + "%d.residual.0.multiheadattention." % (4 + 4 * i)
        three = ["query", "key", "value"]
        attention, _ = F.multi_head_attention_forward(
            *[z.transpose(0, 1)] * 3, width, heads, torch.cat([p[block + w + ".weight"].T for w in three]), torch.cat([p[block + w + ".bias"] for w in three]),
            None, None, False, 0.0, p[block + "out.weight"].T, p[block + "out.bias"])
        z = norm(z + attention.transpose(0, 1), at + "%d.batchnorm" % (5 + 4 * i))
        block = at + "%d.residual." % (6 + 4 * i)
        z = norm(z + dense(F.gelu(dense(z, p, block + "0.dense")), p, block + "2.dense"), at + "%d.batchnorm" % (7 + 4 * i))
    y = dense(z.flatten(1), p, at + "%d.dense" % (5 + 4 * layers)).reshape(ROWS, TARGETS, HORIZON).permute(0, 2, 1)
    return known_ahead(y * std + mean, p, "2", known)


def layer(shapes, at, i, o):
    shapes[at + ".weight"], shapes[at + ".bias"] = [i, o], [o]


def mixer_shapes(window, blocks, width):
    shapes = {"1.addfield.0.dense.weight": [KNOWN, TARGETS]}
    for b in range(blocks):
        layer(shapes, "0.reversible.%d.residual.0.alongtime" % (2 * b), window, window)
        layer(shapes, "0.reversible.%d.residual.0.dense" % (2 * b + 1), COLUMNS, width)
        layer(shapes, "0.reversible.%d.residual.2.dense" % (2 * b + 1), width, COLUMNS)
    layer(shapes, "0.reversible.%d.alongtime" % (2 * blocks), window, HORIZON)
    return shapes


def patch_shapes(pieces, length, layers, width, hidden):
    shapes, at = {"2.addfield.0.dense.weight": [KNOWN, TARGETS]}, "1.reversible.0.eachcolumn."
    layer(shapes, at + "1.dense", length, width)
    shapes[at + "2.positions.weight"] = [pieces, width]
    for i in range(layers):
        for what in ["query", "key", "value", "out"]:
            layer(shapes, at + "%d.residual.0.multiheadattention.%s" % (4 + 4 * i, what), width, width)
        layer(shapes, at + "%d.residual.0.dense" % (6 + 4 * i), width, hidden)
        layer(shapes, at + "%d.residual.2.dense" % (6 + 4 * i), hidden, width)
        for norm in [5, 7]:
            shapes[at + "%d.batchnorm.scale" % (norm + 4 * i)] = shapes[at + "%d.batchnorm.shift" % (norm + 4 * i)] = [width]
    layer(shapes, at + "%d.dense" % (5 + 4 * layers), pieces * width, HORIZON)
    return shapes


def case(name, window, shapes, f):
    p = {k: numbers(dims, i, *((0.5, 1.5) if k.endswith("scale") else (-0.6, 0.6))).requires_grad_() for i, (k, dims) in enumerate(shapes.items())}
    x, known = numbers([ROWS, window, COLUMNS], 50, -2, 3).requires_grad_(), numbers([ROWS, HORIZON, KNOWN], 51)
    y = f(x, known, p)
    w = numbers(y.shape, 52)
    (y * w).sum().backward()
    return dict(name=name, x=out(x), known=out(known), y=out(y), w=out(w), dx=out(x.grad),
                params={k: dict(dims=list(v.shape), values=out(v), grad=out(v.grad)) for k, v in p.items()})


linear_shapes = {"2.addfield.0.dense.weight": [KNOWN, TARGETS]}
layer(linear_shapes, "1.reversible.0.alongtime", 7, HORIZON)
json.dump([
    case("linear", 7, linear_shapes, linear),
    case("mixer", 7, mixer_shapes(7, 2, 5), lambda *a: mixer(*a, 2)),
    case("patch", 12, patch_shapes(4, 6, 2, 8, 10), lambda *a: patch(*a, 6, 3, 2, 2)),
    case("patch, rest", 11, patch_shapes(3, 5, 1, 4, 6), lambda *a: patch(*a, 5, 4, 1, 2)),
], sys.stdout, separators=(",", ":"))
print()
