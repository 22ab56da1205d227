"""Golden numbers of recurrences: writes recurrent.json with PyTorch, in float64.

Operands are cosines, number i of operand k being cos(1.7 i + k): x, u, the state before
and, of an LSTM, the cell before, of a GRU the bias, in the layout of this project. The
loss whose gradients are taken weighs all states by operand 4. PyTorch takes samples of
other lengths packed, with which states behind the end are zeros: there they are those
of the end here, and so weigh nothing. Run: python3 recurrent.py
"""

import json
import math
import os

import torch
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence


def operand(k, *dims):
    n = math.prod(dims)
    return torch.tensor([math.cos(1.7 * i + k) for i in range(n)], dtype=torch.float64).reshape(dims)


def flat(t):
    return [float(f"{v:.14g}") for v in t.reshape(-1).tolist()]


def case(name, cell, n, t, units, lengths=None, reverse=False):
    gates = {"GRU": 3, "LSTM": 4}[cell]
    x, u, h = operand(0, n, t, gates * units), operand(1, units, gates * units), operand(2, n, units)
    other = operand(3, units) if cell == "GRU" else operand(3, n, units)
    operands = [v.requires_grad_() for v in (x, u, h, other)]
    layer = getattr(torch.nn, cell)(gates * units, units, batch_first=True).double()
    for p in layer.parameters():
        p.requires_grad_(False)
    weights = {"weight_ih_l0": torch.eye(gates * units, dtype=torch.float64), "weight_hh_l0": u.T,
               "bias_ih_l0": torch.zeros(gates * units, dtype=torch.float64),
               "bias_hh_l0": torch.cat([torch.zeros(2 * units, dtype=torch.float64), other]) if cell == "GRU" else torch.zeros(gates * units, dtype=torch.float64)}
    for key, value in weights.items():
        delattr(layer, key)
        setattr(layer, key, value)
    layer._flat_weights = [weights[key] for key in layer._flat_weights_names]
    states = h[None] if cell == "GRU" else (h[None], other[None])
    given = x.flip(1) if reverse else x
    if lengths:
        packed, _ = layer(pack_padded_sequence(given, torch.tensor(lengths), batch_first=True, enforce_sorted=False), states)
        y, _ = pad_packed_sequence(packed, batch_first=True, total_length=t)
    else:
        y, _ = layer(given, states)
    y = y.flip(1) if reverse else y
    dx = torch.autograd.grad((y * operand(4, *y.shape)).sum(), operands)
    return {"Name": name, "Cell": cell, "Dims": [n, t, units], "Lengths": lengths, "Reverse": reverse, "Y": flat(y), "DX": [flat(d) for d in dx]}


cases = [
    case("gru", "GRU", 2, 5, 3),
    case("gru, back", "GRU", 1, 4, 2, reverse=True),
    case("gru, lengths", "GRU", 3, 6, 4, lengths=[6, 1, 4]),
    case("lstm", "LSTM", 2, 5, 3),
    case("lstm, back", "LSTM", 1, 4, 2, reverse=True),
    case("lstm, lengths", "LSTM", 3, 6, 4, lengths=[6, 1, 4]),
]
with open(os.path.join(os.path.dirname(__file__), "recurrent.json"), "w") as f:
    f.write("[\n" + ",\n".join(json.dumps(c) for c in cases) + "\n]\n")
