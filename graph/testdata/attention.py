"""Golden numbers of attention: writes attention.json with PyTorch, in float64.

Operands are cosines, number i of operand k being cos(1.7 i + k), in the layout of
this project: [n, positions, heads, width]. The loss whose gradients are taken weighs
y by operand 3. The usual scale is a float32. A query that sees no key has zeros, where PyTorch has NaN: no case
has one. Run: python3 attention.py
"""

import json
import math
import os

import torch


def operand(k, *dims):
    n = math.prod(dims)
    return torch.tensor([math.cos(1.7 * i + k) for i in range(n)], dtype=torch.float64).reshape(dims)


def flat(t):
    return [float(f"{v:.14g}") for v in t.reshape(-1).tolist()]


def attention(q, k, v, causal, scale, lengths):
    n, t, heads, d = q.shape
    s, groups = k.shape[1], k.shape[2]
    q, k, v = (x.transpose(1, 2) for x in (q, k, v))
    k, v = (x.repeat_interleave(heads // groups, 1) for x in (k, v))
    scores = q @ k.transpose(-2, -1) * (scale or float(torch.tensor(1 / math.sqrt(d), dtype=torch.float32)))
    position = torch.arange(s)
    if causal:
        scores = scores.masked_fill(position > torch.arange(t)[:, None] + s - t, -math.inf)
    if lengths:
        scores = scores.masked_fill(position >= torch.tensor(lengths)[:, None, None, None], -math.inf)
    return (scores.softmax(-1) @ v).transpose(1, 2)


def case(name, q, k, v, causal=False, scale=0.0, lengths=None):
    x = [operand(i, *dims).requires_grad_() for i, dims in enumerate((q, k, v))]
    y = attention(*x, causal, scale, lengths)
    dx = torch.autograd.grad((y * operand(3, *y.shape)).sum(), x)
    return {"Name": name, "Q": q, "K": k, "V": v, "Causal": causal, "Scale": scale, "Lengths": lengths,
            "Y": flat(y), "DX": [flat(d) for d in dx]}


cases = [
    case("all see all", (2, 5, 3, 4), (2, 7, 3, 4), (2, 7, 3, 5)),
    case("causal", (1, 37, 2, 3), (1, 37, 2, 3), (1, 37, 2, 2), causal=True),
    case("causal, after others", (2, 3, 2, 4), (2, 8, 2, 4), (2, 8, 2, 4), causal=True),
    case("groups", (2, 4, 6, 3), (2, 4, 2, 3), (2, 4, 2, 3), causal=True, scale=0.25),
    case("lengths", (3, 4, 2, 3), (3, 9, 1, 3), (3, 9, 1, 3), lengths=[9, 1, 5]),
    case("lengths, causal", (2, 6, 1, 2), (2, 6, 1, 2), (2, 6, 1, 2), causal=True, lengths=[4, 6]),
]
with open(os.path.join(os.path.dirname(__file__), "attention.json"), "w") as f:
    f.write("[\n" + ",\n".join(json.dumps(c) for c in cases) + "\n]\n")
