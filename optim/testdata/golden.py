#!/usr/bin/env python3
"""Writes golden.json: what the update rules compute, in float64.

Each rule is written here from its paper in numpy, without looking at the Go
code. Where PyTorch 1.13 has the same convention it runs as well, and the two
must agree before a number is written: to 1e-12 of the largest value that the
element has had, since sums of both signs cancel.

Gradients are data: 37 elements whose sizes go from 2^-140 (subnormal in
float32) to 2^13, with zeros, flips of sign and elements that wake up late.
All inputs are exact in float32. inputs_test.go makes the same ones.

    python3 golden.py > golden.json
"""
import json
import sys

import numpy as np
import torch

N = 37
STEPS = 1000
LOOK = [1, 2, 5, 6, 7, 12, 100, 1000]
LOOK_SHORT = [1, 7, 100, 1000]


def mix(a, b):
    """A hash of two small numbers, to 32 bits."""
    h = (a * 2654435761 + b * 2246822519 + 374761393) & 0xFFFFFFFF
    h ^= h >> 15
    h = (h * 2246822519) & 0xFFFFFFFF
    h ^= h >> 13
    h = (h * 3266489917) & 0xFFFFFFFF
    return h ^ (h >> 16)


EXPONENTS = [-140, -40, -27, -20, -13, -10, -7, -5, -3, -2, -1, 0, 1, 2, 4, 7, 10, 13]


def gradient(t, i):
    """Element i of the gradient of update t."""
    scale = 2.0 ** EXPONENTS[i % len(EXPONENTS)]
    k = mix(t, i) % 129 - 64  # -64 .. 64
    kind = mix(7777, i) % 5
    if i == 3 or kind == 0 and t < 6:  # never, or not yet
        return 0.0
    if kind == 1:  # one sign
        k = abs(k) + 1
    if kind == 2:  # flips each time
        k = (abs(k) + 1) * (-1) ** (t % 2)
    return scale * k / 64


def start(i):
    scale = 2.0 ** [0, -3, 3, -10, -20, 7][i % 6]
    return 0.0 if i in (5, 20) else scale * (mix(9999, i) % 129 - 64) / 64


def rate(base, t):
    return base * (1.0 if t < 6 else 0.25 if t < 12 else 0.5)


class Sgd:
    def __init__(self, c): self.s = {}
    def u(self, g, theta, t): return g


class Momentum:
    def __init__(self, c): self.mu, self.s = c["momentum"], {"b": np.zeros(N)}
    def u(self, g, theta, t):
        self.s["b"] = self.mu * self.s["b"] + g
        return self.s["b"]


class Nesterov(Momentum):
    def u(self, g, theta, t): return g + self.mu * Momentum.u(self, g, theta, t)


class AdaGrad:
    def __init__(self, c): self.c, self.s = c, {"G": np.zeros(N)}
    def u(self, g, theta, t):
        G = self.s["G"] = self.s["G"] + g * g
        e = self.c["eps"]
        return g / np.sqrt(G + e) if self.c.get("eps_inside") else g / (np.sqrt(G) + e)


class RmsProp:
    def __init__(self, c): self.c, self.s = c, {"E": np.zeros(N)}
    def u(self, g, theta, t):
        r, e = self.c["rho"], self.c["eps"]
        E = self.s["E"] = r * self.s["E"] + (1 - r) * g * g
        return g / (np.sqrt(E) + e) if self.c.get("eps_outside") else g / np.sqrt(E + e)


class Adam:
    def __init__(self, c): self.c, self.s = c, {"m": np.zeros(N), "v": np.zeros(N)}
    def u(self, g, theta, t):
        b1, b2, s = self.c["beta1"], self.c["beta2"], self.s
        s["m"] = b1 * s["m"] + (1 - b1) * g
        s["v"] = b2 * s["v"] + (1 - b2) * g * g
        m, v = s["m"] / (1 - b1**t), s["v"] / (1 - b2**t)
        return m / (np.sqrt(v) + self.c["eps"])


class AdamW(Adam):
    def u(self, g, theta, t): return Adam.u(self, g, theta, t) + self.c["weight_decay"] * theta


RULES = dict(sgd=Sgd, momentum=Momentum, nesterov=Nesterov, adagrad=AdaGrad, rmsprop=RmsProp, adam=Adam, adamw=AdamW)


def torch_rule(row, p):
    """PyTorch's optimizer of the same convention, or None, and its state's names."""
    c, o = row["hyper"], torch.optim
    if row["clip_norm"] or row["clip_value"] or row["prox"]:
        return None, {}
    decay = row["decay"]
    adam = {"m": "exp_avg", "v": "exp_avg_sq"}
    match row["rule"]:
        case "sgd" if not decay: return o.SGD([p], 1), {}
        case "momentum" if not decay: return o.SGD([p], 1, momentum=c["momentum"]), {"b": "momentum_buffer"}
        case "nesterov": return o.SGD([p], 1, momentum=c["momentum"], nesterov=True), {"b": "momentum_buffer"}
        case "adagrad" if not c.get("eps_inside"): return o.Adagrad([p], 1, eps=c["eps"]), {"G": "sum"}
        case "rmsprop" if c.get("eps_outside"): return o.RMSprop([p], 1, alpha=c["rho"], eps=c["eps"]), {"E": "square_avg"}
        case "adam" if decay == 0: return o.Adam([p], 1, (c["beta1"], c["beta2"]), c["eps"]), adam
        case "adam": return o.AdamW([p], 1, (c["beta1"], c["beta2"]), c["eps"], decay), adam
        case "adamw": return o.AdamW([p], 1, (c["beta1"], c["beta2"]), c["eps"], c["weight_decay"]), adam
    return None, {}


def run(row, gradients, look):
    theta = np.array([start(i) for i in range(N)])
    rule = RULES[row["rule"]](row["hyper"])
    p = torch.nn.Parameter(torch.tensor(theta))
    peer, names = torch_rule(row, p)
    row["torch"] = peer is not None
    row["at"] = []
    top = {k: np.abs(v) for k, v in rule.s.items()} | {"theta": np.abs(theta)}
    for t in range(1, STEPS + 1):
        g, eta = gradients[t - 1].copy(), rate(row["rate"], t)
        if row["clip_value"]:
            g = np.clip(g, -row["clip_value"], row["clip_value"])
        if row["clip_norm"]:
            g = g * min(1, row["clip_norm"] / np.sqrt(np.sum(g * g)))
        theta = theta - eta * (rule.u(g, theta, t) + row["decay"] * theta)
        if row["prox"]:
            theta = np.sign(theta) * np.maximum(np.abs(theta) - eta * row["prox"], 0)
        for k, v in (rule.s | {"theta": theta}).items():
            top[k] = np.maximum(top[k], np.abs(v))
        if peer is not None:
            peer.param_groups[0]["lr"] = eta
            p.grad = torch.tensor(g)
            peer.step()
            close(row, t, "theta", theta, p.detach().numpy(), top["theta"])
            for ours, theirs in names.items():
                close(row, t, ours, rule.s[ours], peer.state[p][theirs].numpy(), top[ours])
        if t in look:
            row["at"].append(dict(t=t, theta=list(theta), state={k: list(v) for k, v in rule.s.items()}))


def close(row, t, what, a, b, scale):
    if not np.all(np.abs(a - b) <= 1e-12 * scale):
        i = np.argmax(np.abs(a - b) - 1e-12 * scale)
        sys.exit(f"{row['name']}: {what}[{i}] at t = {t} is {a[i]!r} here and {b[i]!r} in PyTorch")


def rows():
    def row(name, rule, rate, hyper=None, clip_norm=0.0, clip_value=0.0, decay=0.0, prox=0.0):
        return dict(name=name, rule=rule, rate=rate, hyper=hyper or {}, clip_norm=clip_norm, clip_value=clip_value, decay=decay, prox=prox)

    adam = dict(beta1=0.9, beta2=0.999, eps=1e-8)
    yield row("sgd", "sgd", 0.01)
    yield row("momentum", "momentum", 0.01, dict(momentum=0.9))
    yield row("nesterov", "nesterov", 0.01, dict(momentum=0.9))
    yield row("adagrad", "adagrad", 0.01, dict(eps=1e-10))
    yield row("rmsprop", "rmsprop", 0.001, dict(rho=0.9, eps=1e-8))
    yield row("adam", "adam", 0.001, adam)
    yield row("adamw", "adamw", 0.001, adam | dict(weight_decay=0.01))
    yield row("momentum 0.5", "momentum", 0.01, dict(momentum=0.5))
    yield row("nesterov 0.5", "nesterov", 0.01, dict(momentum=0.5))
    yield row("adagrad eps 1e-2", "adagrad", 0.01, dict(eps=1e-2))
    yield row("adagrad eps 1e-2 inside", "adagrad", 0.01, dict(eps=1e-2, eps_inside=1.0))
    yield row("rmsprop eps 1e-2", "rmsprop", 0.001, dict(rho=0.9, eps=1e-2))
    yield row("rmsprop eps 1e-2 outside", "rmsprop", 0.001, dict(rho=0.9, eps=1e-2, eps_outside=1.0))
    yield row("adam eps 1e-2", "adam", 0.001, dict(beta1=0.8, beta2=0.99, eps=1e-2))
    yield row("adamw eps 1e-2", "adamw", 0.001, dict(beta1=0.8, beta2=0.99, eps=1e-2, weight_decay=0.1))
    yield row("sgd clip value", "sgd", 0.01, clip_value=0.5)
    yield row("sgd clip norm", "sgd", 0.01, clip_norm=2.0)
    yield row("adam clip both", "adam", 0.001, adam, clip_norm=3.0, clip_value=1.0)
    yield row("adam decay", "adam", 0.001, adam, decay=0.1)
    yield row("momentum decay", "momentum", 0.01, dict(momentum=0.9), decay=0.1)
    yield row("sgd prox", "sgd", 0.01, prox=0.5)
    yield row("adam prox decay", "adam", 0.001, adam, prox=0.1, decay=0.1)


NETWORK = dict(w=(0, 12, True), b=(12, 3, False), v=(15, 22, True))  # first element, how many, decays


def network(row, gradients):
    """The same for three parameters that make up the 37 elements: weights
    decay and shrink, biases do not, and the norm is over all of them."""
    theta = np.array([start(i) for i in range(N)])
    rule = RULES[row["rule"]](row["hyper"])
    weights = np.concatenate([np.full(n, float(decays)) for _, n, decays in NETWORK.values()])
    for t in range(1, 21):
        g, eta = gradients[t - 1].copy(), rate(row["rate"], t)
        if row["clip_value"]:
            g = np.clip(g, -row["clip_value"], row["clip_value"])
        squares = np.sum(g * g)
        if row["clip_norm"]:
            g = g * min(1, row["clip_norm"] / np.sqrt(squares))
        theta = theta - eta * (rule.u(g, theta * weights, t) + row["decay"] * weights * theta)
        if row["prox"]:
            theta = np.where(weights, np.sign(theta) * np.maximum(np.abs(theta) - eta * row["prox"], 0), theta)
    row["at"] = [dict(t=20, norm_squared=squares, theta=list(theta), state={k: list(v) for k, v in rule.s.items()})]


def networks():
    yield dict(name="adamw, clip norm", rule="adamw", rate=0.01, hyper=dict(beta1=0.9, beta2=0.999, eps=1e-8, weight_decay=0.5), clip_norm=3.0, clip_value=0.0, decay=0.0, prox=0.0)
    yield dict(name="sgd, clip both, decay", rule="sgd", rate=0.1, hyper={}, clip_norm=1.5, clip_value=0.5, decay=0.5, prox=0.0)
    yield dict(name="momentum, prox, decay", rule="momentum", rate=0.1, hyper=dict(momentum=0.9), clip_norm=0.0, clip_value=1.0, decay=0.1, prox=0.5)


def main():
    gradients = np.array([[gradient(t, i) for i in range(N)] for t in range(1, STEPS + 1)])
    assert np.all(gradients == gradients.astype(np.float32))
    rows_out, networks_out = list(rows()), list(networks())
    for row in rows_out:
        run(row, gradients, LOOK if row["name"] in RULES else LOOK_SHORT)
    for row in networks_out:
        network(row, gradients)
    lines = lambda rows: ",\n".join(json.dumps(r, separators=(",", ":")) for r in rows)
    print('{"rows":[\n' + lines(rows_out) + '\n],"networks":[\n' + lines(networks_out) + "\n]}")


main()
