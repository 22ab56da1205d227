#!/usr/bin/python3
"""Whole training runs by PyTorch in float64: writes golden.json beside itself.

    python3 golden.py

A network 5 - 8 ReLU - 6 tanh - outputs, 24 samples, all in each update, 20
updates. Each run holds the loss before every update, without penalties, the
rate of every update, and the weights at the end.
"""
import json
import os

import numpy as np
import torch

UPDATES = 20
WEIGHTS = ["0.dense.weight", "1.dense.weight", "2.dense.weight"]
BIASES = ["0.dense.bias", "1.dense.bias", "2.dense.bias"]

random = np.random.RandomState(7)


def draw(*shape, scale=1.0):
    return (scale * random.randn(*shape)).astype(np.float32)


x = draw(24, 5)
data = {
    "x": x.tolist(),
    "labels": random.randint(0, 4, 24).tolist(),
    "targets": (np.stack([x[:, 0] * x[:, 1], np.sin(2 * x[:, 2]) + x[:, 3]], 1)
                .astype(np.float32).tolist()),
}


def start(outputs):
    sizes = [5, 8, 6, outputs]
    weights = {}
    for i in range(3):
        weights[WEIGHTS[i]] = draw(sizes[i], sizes[i + 1], scale=0.6)
        weights[BIASES[i]] = draw(sizes[i + 1], scale=0.2)
    return weights


starts = {"labels": start(4), "targets": start(2)}


def optimizer(name, hyper, rate, groups):
    h = dict(hyper)
    if name in ("momentum", "nesterov"):
        return torch.optim.SGD(groups, rate, momentum=h["momentum"], nesterov=name == "nesterov")
    if name == "sgd":
        return torch.optim.SGD(groups, rate)
    if name == "adagrad":
        return torch.optim.Adagrad(groups, rate, eps=h["eps"])
    if name == "rmsprop":
        return torch.optim.RMSprop(groups, rate, alpha=h["rho"], eps=h["eps"])
    make = {"adam": torch.optim.Adam, "adamw": torch.optim.AdamW}[name]
    return make(groups, rate, betas=(h["beta1"], h["beta2"]), eps=h["eps"])


def norm(p, coupled):
    """The norm of the gradient, with that of a penalty which the optimizer adds."""
    whole = [v.grad + (2 * coupled * v.detach() if k in WEIGHTS else 0) for k, v in p.items()]
    return float(torch.sqrt(sum((g ** 2).sum() for g in whole)))


def run(name, rule, rate, hyper=None, loss="cross-entropy", schedule=None, smoothing=0.0,
        decay=0.0, l2=0.0, l1=0.0, coupled=0.0, clip_norm=0.0, clip_value=0.0):
    of = "labels" if loss == "cross-entropy" else "targets"
    p = {k: torch.tensor(v, dtype=torch.float64, requires_grad=True) for k, v in starts[of].items()}
    inputs = torch.tensor(data["x"], dtype=torch.float64)
    wanted = torch.tensor(data[of], dtype=torch.long if of == "labels" else torch.float64)

    # PyTorch's weight_decay: λ of a coupled penalty ½λΣw², so 2λ for ours, or
    # decoupled in AdamW. Only weights have it, so there are two groups.
    weight_decay = decay if rule == "adamw" else 2 * coupled
    o = optimizer(rule, hyper or {}, rate, [
        {"params": [p[k] for k in WEIGHTS], "weight_decay": weight_decay},
        {"params": [p[k] for k in BIASES], "weight_decay": 0.0},
    ])
    s = None
    if schedule and schedule["kind"] == "step":
        s = torch.optim.lr_scheduler.StepLR(o, schedule["every"], schedule["factor"])
    elif schedule and schedule["kind"] == "exp":
        s = torch.optim.lr_scheduler.ExponentialLR(o, schedule["factor"])
    elif schedule and schedule["kind"] == "plateau":
        s = torch.optim.lr_scheduler.ReduceLROnPlateau(
            o, factor=schedule["factor"], patience=schedule["patience"], threshold=schedule["threshold"])

    losses, rates, norms = [], [], []
    for _ in range(UPDATES):
        h = torch.relu(inputs @ p[WEIGHTS[0]] + p[BIASES[0]])
        h = torch.tanh(h @ p[WEIGHTS[1]] + p[BIASES[1]])
        z = h @ p[WEIGHTS[2]] + p[BIASES[2]]
        if loss == "cross-entropy":
            value = torch.nn.functional.cross_entropy(z, wanted, label_smoothing=smoothing)
        elif loss == "mse":
            value = torch.nn.functional.mse_loss(z, wanted)
        elif loss == "mae":
            value = torch.nn.functional.l1_loss(z, wanted)
        else:
            value = torch.nn.functional.huber_loss(z, wanted, delta=1.0)
        total = value + sum(l2 * (p[k] ** 2).sum() + l1 * p[k].abs().sum() for k in WEIGHTS)
        o.zero_grad()
        total.backward()
        if clip_value:
            torch.nn.utils.clip_grad_value_(p.values(), clip_value)
        norms.append(norm(p, coupled))
        if clip_norm:
            torch.nn.utils.clip_grad_norm_(p.values(), clip_norm)  # divides by ‖g‖ + 1e-6
        rates.append(o.param_groups[0]["lr"])
        losses.append(value.item())
        o.step()
        if s is not None:
            if schedule["kind"] == "plateau":
                s.step(value.item())
            else:
                s.step()
    return {
        "name": name, "rule": rule, "rate": rate, "hyper": hyper or {}, "loss": loss,
        "schedule": schedule, "smoothing": smoothing, "l2": l2 + coupled, "l1": l1,
        "weight_decay": decay, "clip_norm": clip_norm, "clip_value": clip_value,
        "losses": losses, "rates": rates, "norms": norms,
        "weights": {k: v.detach().reshape(-1).tolist() for k, v in p.items()},
    }


adam = {"beta1": 0.9, "beta2": 0.999, "eps": 1e-8}
runs = [
    run("sgd", "sgd", 0.3),
    run("momentum", "momentum", 0.1, {"momentum": 0.9}),
    run("nesterov", "nesterov", 0.1, {"momentum": 0.9}),
    run("adagrad", "adagrad", 0.1, {"eps": 1e-10}),
    run("rmsprop", "rmsprop", 0.01, {"rho": 0.9, "eps": 1e-2, "eps_outside": 1}),
    run("adam", "adam", 0.01, adam),
    run("adam, other betas", "adam", 0.01, {"beta1": 0.8, "beta2": 0.95, "eps": 1e-3}),
    run("adamw", "adamw", 0.01, adam, decay=0.1),
    run("step decay", "sgd", 0.5, schedule={"kind": "step", "every": 6, "factor": 0.5}),
    run("exponential decay", "momentum", 0.1, {"momentum": 0.9}, schedule={"kind": "exp", "factor": 0.9}),
    run("plateau", "nesterov", 0.5, {"momentum": 0.9},
        schedule={"kind": "plateau", "factor": 0.3, "patience": 1, "threshold": 0.3}),
    run("label smoothing", "adam", 0.01, adam, smoothing=0.1),
    run("L2 by weight_decay", "sgd", 0.2, coupled=0.01),
    run("L2 by weight_decay, adam", "adam", 0.01, adam, coupled=0.01),
    run("L2 and L1, clipped", "sgd", 0.3, l2=0.01, l1=0.003, clip_norm=0.5),
    run("clip by norm", "momentum", 0.1, {"momentum": 0.9}, clip_norm=0.25),
    run("clip by value", "sgd", 0.5, clip_value=0.03),
    run("clip by both", "sgd", 0.5, clip_value=0.05, clip_norm=0.15),
    run("mse", "sgd", 0.1, loss="mse"),
    run("huber", "adam", 0.01, adam, loss="huber"),
    run("mae", "sgd", 0.05, loss="mae"),
]

out = {
    "comment": "made by golden.py with PyTorch " + torch.__version__,
    "data": data,
    "starts": {of: {k: v.reshape(-1).tolist() for k, v in s.items()} for of, s in starts.items()},
    "runs": runs,
}
with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "golden.json"), "w") as f:
    json.dump(out, f)
    f.write("\n")
