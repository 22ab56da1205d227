"""Writes golden.json: activations by PyTorch 1.13.

Run with a Python that has it: python3 golden.py > golden.json
Everything is float64.
"""
import json
import sys

import torch
import torch.nn.functional as F


def activations():
    x = [-1e4, -100.0, -89.0, -30.0, -5.0, -2.0, -1.0, -0.5, -1e-3, 0.0,
         1e-3, 0.25, 0.5, 1.0, 2.0, 5.0, 20.0, 30.0, 89.0, 100.0, 1e4]
    functions = {
        "linear": lambda v: v * 1,
        "relu": F.relu,
        "leaky-relu": lambda v: F.leaky_relu(v, 0.01),
        "elu": F.elu,
        "selu": F.selu,
        "gelu": F.gelu,
        "silu": F.silu,
        "sigmoid": torch.sigmoid,
        "tanh": torch.tanh,
        "gelu-tanh": lambda v: F.gelu(v, approximate="tanh"),
        "relu2": lambda v: F.relu(v) ** 2,
        "relu6": F.relu6,
        "softplus": lambda v: torch.logaddexp(v, torch.zeros_like(v)),  # F.softplus turns linear at 20
    }
    out = {}
    for name, f in functions.items():
        v = torch.tensor(x, dtype=torch.float64, requires_grad=True)
        y = f(v)
        dy = torch.linspace(0.5, 1.5, len(x), dtype=torch.float64)
        y.backward(dy)
        out[name] = dict(x=x, dims=[3, 7], y=y.tolist(), dx=v.grad.tolist())
    rows = [[1.0, 2.0, 3.0], [1e4, -1e4, 0.0], [-5.0, -5.0, 7.5]]
    v = torch.tensor(rows, dtype=torch.float64, requires_grad=True)
    y = torch.softmax(v, 1)
    y.backward(torch.linspace(0.5, 1.5, 9, dtype=torch.float64).reshape(3, 3))
    out["softmax"] = dict(x=v.detach().flatten().tolist(), dims=[3, 3],
                          y=y.flatten().tolist(), dx=v.grad.flatten().tolist())
    return out


json.dump(dict(activations=activations()), sys.stdout, separators=(",", ":"))
print()
