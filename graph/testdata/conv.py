"""Golden numbers of convolutions: writes conv.json with PyTorch, in float64.

Operands are cosines, number i of operand k being cos(1.7 i + k), in the layout of
this project: images [n, h, w, c], kernels [kh, kw, c/groups, out]. The loss whose
gradients are taken weighs y by operand 2. Run: python3 conv.py
"""

import json
import math
import os

import torch
import torch.nn.functional as F


def operand(k, *dims):
    n = math.prod(dims)
    return torch.tensor([math.cos(1.7 * i + k) for i in range(n)], dtype=torch.float64).reshape(dims)


def images(t):  # to PyTorch's layout
    return t.permute(0, 3, 1, 2)


def kernel(t):
    return t.permute(3, 2, 0, 1)


def flat(t):
    return [float(f"{v:.14g}") for v in t.reshape(-1).tolist()]


CASES = [  # name, x, weight, stride, padding (top, bottom, left, right), dilation, groups
    ("plain", (2, 5, 6, 3), (3, 2, 3, 4), (1, 1), (0, 0, 0, 0), (1, 1), 1),
    ("same", (1, 4, 5, 2), (3, 3, 2, 3), (1, 1), (1, 1, 1, 1), (1, 1), 1),
    ("stride", (1, 7, 8, 2), (3, 3, 2, 2), (2, 3), (1, 1, 0, 0), (1, 1), 1),
    ("uneven padding", (1, 4, 4, 2), (2, 3, 2, 2), (2, 1), (0, 1, 2, 1), (1, 1), 1),
    ("dilation", (1, 7, 9, 2), (3, 2, 2, 2), (1, 1), (2, 2, 0, 0), (2, 3), 1),
    ("stride and dilation", (1, 9, 9, 1), (3, 3, 1, 2), (2, 2), (2, 2, 2, 2), (2, 3), 1),
    ("groups", (1, 4, 4, 4), (3, 3, 2, 6), (1, 1), (1, 1, 1, 1), (1, 1), 2),
    ("depthwise", (2, 5, 4, 3), (3, 3, 1, 3), (2, 1), (1, 1, 1, 1), (1, 1), 3),
    ("depthwise with multiplier", (1, 4, 4, 2), (2, 2, 1, 6), (1, 1), (0, 0, 0, 0), (1, 1), 2),
    ("sequence", (2, 1, 9, 3), (1, 4, 3, 2), (1, 2), (0, 0, 2, 1), (1, 1), 1),
    ("single pixels", (1, 3, 3, 4), (1, 1, 4, 5), (1, 1), (0, 0, 0, 0), (1, 1), 1),
]

TRANSPOSED = [  # name, x, weight [kh, kw, out/groups, c], stride, padding, output padding, dilation, groups
    ("upsample", (1, 3, 3, 2), (2, 2, 3, 2), (2, 2), (0, 0), (0, 0), (1, 1), 1),
    ("overlap", (2, 3, 4, 3), (3, 3, 2, 3), (2, 2), (1, 1), (1, 1), (1, 1), 1),
    ("uneven", (1, 3, 2, 4), (4, 3, 2, 4), (3, 1), (1, 0), (2, 0), (1, 2), 2),
]


def record(name, y, x, w, **more):
    weights = operand(2, *y.permute(0, 2, 3, 1).shape)
    dx, dw = torch.autograd.grad((y * images(weights)).sum(), [x, w])
    return dict(name=name, x=list(x.shape), w=list(w.shape), size=list(y.shape[2:]), y=flat(y.permute(0, 2, 3, 1)), dx=flat(dx), dw=flat(dw), **more)


def main():
    out = []
    for name, xs, ws, stride, p, dilation, groups in CASES:
        x, w = operand(0, *xs).requires_grad_(), operand(1, *ws).requires_grad_()
        padded = F.pad(images(x), (p[2], p[3], p[0], p[1]))
        y = F.conv2d(padded, kernel(w), stride=stride, dilation=dilation, groups=groups)
        out.append(record(name, y, x, w, stride=stride, pad=[p[:2], p[2:]], dilation=dilation, groups=groups, transposed=False))
    for name, xs, ws, stride, p, extra, dilation, groups in TRANSPOSED:
        x, w = operand(0, *xs).requires_grad_(), operand(1, *ws).requires_grad_()
        y = F.conv_transpose2d(images(x), kernel(w), stride=stride, padding=p, output_padding=extra, dilation=dilation, groups=groups)
        out.append(record(name, y, x, w, stride=stride, pad=[[p[0]] * 2, [p[1]] * 2], dilation=dilation, groups=groups, transposed=True))
    with open(os.path.join(os.path.dirname(__file__), "conv.json"), "w") as f:
        f.write("[\n" + ",\n".join(json.dumps(c) for c in out) + "\n]\n")


main()
