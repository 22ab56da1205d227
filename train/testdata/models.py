#!/usr/bin/python3
"""Whole convolutional networks by PyTorch in float64: writes models.json beside itself.

    python3 models.py

LeNet, a CNN of 16 channels and a residual network of depth 8 start from weights and
images that the test draws alike, from names. Kept are, of the first step, the
outputs, the loss and the gradient of every parameter; the running statistics
after two steps with the outputs in evaluation mode then; and all weights
after three. A tensor is kept as its first values, its norm, and its products
with three random vectors of its size, which no change of an element leaves
as they are.
"""
import json
import os

import numpy as np
import torch
import torch.nn.functional as F

RATE, MOMENTUM, STEPS, CLASSES = 0.003, 0.9, 3, 5


def draw(name, shape):
    """Uniform on [0, 1), multiples of 2⁻²⁴: splitmix64 from the FNV-1a hash of name."""
    n, seed = int(np.prod(shape)), 0xCBF29CE484222325
    for b in name.encode():
        seed = (seed ^ b) * 0x100000001B3 % 2**64
    with np.errstate(over="ignore"):
        z = np.uint64(seed) + np.arange(1, n + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        z ^= z >> np.uint64(31)
    return ((z >> np.uint64(40)).astype(np.float64) / 2**24).reshape(shape)


def start(name, shape):
    u = draw(name, shape)
    last = name.rsplit(".", 1)[-1]
    if last in ("scale", "variance"):
        v = 0.5 + u
    elif last in ("bias", "shift", "mean"):
        v = 0.4 * u - 0.2
    else:
        v = (2 * u - 1) * np.sqrt(6.0 / np.prod(shape[:-1]))
    return torch.tensor(v.astype(np.float32).astype(np.float64))


def same(size, kernel, stride):
    total = max(0, (size - 1) // stride * stride + kernel - size)
    return [total // 2, total - total // 2]


class Net:
    """Holds parameters [kh, kw, in, out] or [in, out] by name; images are NCHW inside."""

    def __init__(self):
        self.params, self.buffers, self.training = {}, {}, True

    def param(self, name, *shape):
        if name not in self.params:
            self.params[name] = start(name, shape).requires_grad_()
        return self.params[name]

    def conv(self, path, x, filters, kernel, stride=1, bias=False):
        w = self.param(path + ".conv2d.weight", kernel, kernel, x.shape[1], filters)
        b = self.param(path + ".conv2d.bias", filters) if bias else None
        x = F.pad(x, same(x.shape[3], kernel, stride) + same(x.shape[2], kernel, stride))
        return F.conv2d(x, w.permute(3, 2, 0, 1), b, stride)

    def norm(self, path, x):
        path += ".batchnorm."
        scale, shift = (self.param(path + k, x.shape[1]) for k in ("scale", "shift"))
        for k in ("mean", "variance"):
            if path + k not in self.buffers:
                self.buffers[path + k] = start(path + k, [x.shape[1]])
        return F.batch_norm(x, self.buffers[path + "mean"], self.buffers[path + "variance"], scale, shift, self.training, 0.1, 1e-5)

    def dense(self, path, x, units):
        w, b = self.param(path + ".dense.weight", x.shape[1], units), self.param(path + ".dense.bias", units)
        return x @ w + b

    def flat(self, x):
        return x.permute(0, 2, 3, 1).flatten(1)


class LeNet(Net):
    name, shape = "lenet", [9, 8, 1]

    def __call__(self, x):
        x = F.max_pool2d(F.relu(self.conv("1", x, 32, 5, bias=True)), 2)
        x = F.max_pool2d(F.relu(self.conv("3", x, 64, 5, bias=True)), 2)
        return self.dense("7", F.relu(self.dense("6", self.flat(x), 512)), CLASSES)


class CNN(Net):
    name, shape = "cnn:16", [16, 17, 3]

    def __call__(self, x):
        at = 1
        for width, pool in [(16, True), (32, False), (32, True), (64, False), (64, True)]:
            x = self.conv(str(at), x, width, 3)
            if pool:
                at, x = at + 1, F.max_pool2d(x, 2)
            x = F.relu(self.norm(str(at + 1), x))
            at += 3
        return self.dense(str(at + 1), self.flat(x), CLASSES)


class ResNet(Net):
    name, shape = "resnet:8", [10, 9, 3]

    def __call__(self, x):
        x = F.relu(self.norm("2", self.conv("1", x, 16, 3)))
        for at, width, stride in [("4", 16, 1), ("5", 32, 2), ("6", 64, 2)]:
            path = at + ".residual."
            y = self.conv(path + "0", x, width, 3, stride)
            y = F.relu(self.norm(path + "1", y))
            y = self.norm(path + "4", self.conv(path + "3", y, width, 3))
            if stride > 1:
                x = self.norm(path + "shortcut.sequential.1", self.conv(path + "shortcut.sequential.0", x, width, 1, stride))
            x = F.relu(x + y)
        return self.dense("8", x.mean((2, 3)), CLASSES)


def digest(name, t):
    v = t.detach().numpy().reshape(-1)
    products = [float(v @ (2 * draw("%s/%d" % (name, k), v.shape) - 1)) for k in range(3)]
    return dict(size=v.size, norm=float(np.linalg.norm(v)), first=v[:4].tolist(), products=products)


def digests(tensors):
    return {name: digest(name, t) for name, t in sorted(tensors.items())}


def run(net):
    n = 6
    x = torch.tensor((4 * draw(net.name + "/x", [n] + net.shape) - 2).astype(np.float32).astype(np.float64)).permute(0, 3, 1, 2)
    labels = torch.arange(n) * 3 % CLASSES
    out = dict(name=net.name, input=net.shape, losses=[])
    net(x)  # declares parameters
    net.buffers = {}
    optimizer = torch.optim.SGD(net.params.values(), RATE, momentum=MOMENTUM)
    for step in range(STEPS):
        z = net(x)
        loss = F.cross_entropy(z, labels)
        optimizer.zero_grad()
        loss.backward()
        out["losses"].append(loss.item())
        if step == 0:
            out["outputs"] = z.detach().flatten().tolist()
            out["gradients"] = digests({k: p.grad for k, p in net.params.items()})
        optimizer.step()
        if step == 1:
            out["buffers"] = digests(net.buffers)
            net.training = False
            out["evaluated"] = F.softmax(net(x), 1).detach().flatten().tolist()
            net.training = True
    out["weights"] = digests(net.params)
    return out


torch.set_default_dtype(torch.float64)
with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "models.json"), "w") as f:
    json.dump(dict(rate=RATE, momentum=MOMENTUM, rows=6, models=[run(net()) for net in (LeNet, CNN, ResNet)]), f, separators=(",", ":"))
    f.write("\n")
