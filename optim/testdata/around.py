#!/usr/bin/env python3
"""Writes around.json: what surrounds an update rule, in float64.

Three parameters make up the 37 elements of golden.py: a dense weight w [4, 3],
its bias b [3], and the weight k [1, 1, 11, 2] of a convolution. Everything is
written here from its paper in numpy, without looking at the Go code. Each row
also has what some known mistakes give; the Go code must be near the right
numbers and far from those.

    python3 around.py > around.json
"""
import fnmatch
import json

import numpy as np

import golden

SHAPES = dict(w=(4, 3), b=(3,), k=(1, 1, 11, 2))
WEIGHTS = ("w", "k")
UPDATES, LOOK = 20, (1, 7, 20)


def cut(flat):
    """37 numbers as the three parameters."""
    out, at = {}, 0
    for name, shape in SHAPES.items():
        n = int(np.prod(shape))
        out[name] = np.array(flat[at : at + n], dtype=float).reshape(shape)
        at += n
    return out


def unit_norm(x, wrong=""):
    """The norm of what computes one output: the last axis counts outputs."""
    if x.ndim < 2 or wrong == "whole parameters":
        return np.sqrt(np.sum(x * x))
    if wrong == "rows for units":
        return np.sqrt(np.sum(x * x, axis=-1, keepdims=True))
    return np.sqrt(np.sum(x * x, axis=tuple(range(x.ndim - 1)), keepdims=True))


def philox(key, counter):
    """Philox4x32-10 of Salmon et al. 2011."""
    c, k, m = list(counter), list(key), 0xFFFFFFFF
    for _ in range(10):
        a, b = 0xD2511F53 * c[0], 0xCD9E8D57 * c[2]
        c = [(b >> 32) ^ c[1] ^ k[0], b & m, (a >> 32) ^ c[3] ^ k[1], a & m]
        k = [(k[0] + 0x9E3779B9) & m, (k[1] + 0xBB67AE85) & m]
    return c


def uniform(stream, draw, n):
    """n numbers of a stream, which is known by the FNV-1a hash of its name."""
    h = 0xCBF29CE484222325
    for byte in stream.encode():
        h = ((h ^ byte) * 0x100000001B3) & 0xFFFFFFFFFFFFFFFF
    words = [w for i in range((n + 3) // 4) for w in philox((0, 0), (i, draw, h & 0xFFFFFFFF, h >> 32))]
    return np.array([w >> 8 for w in words[:n]]) / 2.0**24


def normal(name, seed, draw, shape):
    n = int(np.prod(shape))
    u = uniform(f"{name}/noise {seed} radius", draw, n)
    v = uniform(f"{name}/noise {seed} angle", draw, n)
    return (np.sqrt(-2 * np.log(1 - u)) * np.cos(2 * np.pi * v)).reshape(shape)


class Rule:
    """The direction of one parameter."""

    def __init__(self, name, hyper, decays):
        self.name, self.c, self.s, self.decays = name, hyper, {}, decays

    def u(self, g, theta, t, at, wrong):
        c = {k: at(k, v, t) for k, v in self.c.items()}
        if self.name == "sgd":
            return g
        if self.name == "momentum":
            self.s["b"] = c["momentum"] * self.s.get("b", 0) + g
            return self.s["b"]
        b1, b2 = c["beta1"], c["beta2"]
        self.s["m"] = b1 * self.s.get("m", 0) + (1 - b1) * g
        self.s["v"] = b2 * self.s.get("v", 0) + (1 - b2) * g * g
        self.p1, self.p2 = getattr(self, "p1", 1) * b1, getattr(self, "p2", 1) * b2
        p1, p2 = (b1**t, b2**t) if wrong == "powers of the last decay" else (self.p1, self.p2)
        return self.s["m"] / (1 - p1) / (np.sqrt(self.s["v"] / (1 - p2)) + c["eps"])


def run(row, wrong=""):
    theta, gradients = cut([golden.start(i) for i in range(37)]), []
    groups = row.get("groups", [])
    clip, noise, kind = row.get("clip", {}), row.get("noise"), row.get("decay_kind", "decoupled")
    k, alpha = row.get("lookahead", (0, 0))
    slow = {n: x.copy() for n, x in theta.items()}
    how = {}
    for name in SHAPES:
        base = dict(rule=row["rule"], hyper=row.get("hyper", {}), rate_factor=1.0, adaptive=clip.get("adaptive", 0), freeze=False)
        base["decay"] = row.get("decay", 0) if name in WEIGHTS or wrong == "biases decay" else 0
        found = [g for g in groups if fnmatch.fnmatch(name, g["match"])]
        if found:
            g = found[-1 if wrong == "the last group" else 0]
            base |= {x: y for x, y in g.items() if x in ("rule", "hyper", "rate_factor", "adaptive", "freeze")}
            base["decay"] = g.get("weight_decay", base["decay"])
        how[name] = base
    rules = {n: Rule(h["rule"], h["hyper"], n in WEIGHTS) for n, h in how.items()}

    def at(key, v, t):
        if key not in row.get("schedules", {}):
            return v
        if wrong == "the schedule late":
            t -= 1
        return v * SCHEDULES[row["schedules"][key]](t if wrong == "the schedule early" else t - 1)

    out = []
    for t in range(1, UPDATES + 1):
        eta = golden.rate(row["rate"], t)
        g = cut([golden.gradient(t, i) for i in range(37)])
        live = [n for n in SHAPES if not how[n]["freeze"]]
        z = {n: np.zeros(SHAPES[n]) for n in SHAPES}
        if noise:
            sigma2 = noise["eta"] / (1 + t - 1) ** noise["gamma"]
            scale = sigma2 if wrong == "the variance for the deviation" else np.sqrt(sigma2)
            if wrong == "noise from the second update":
                scale = np.sqrt(noise["eta"] / (1 + t) ** noise["gamma"])
            z = {n: scale * normal("w" if wrong == "one stream for all" else n, noise["seed"], t, SHAPES[n]) for n in SHAPES}
        if wrong == "noise before clipping":
            g = {n: g[n] + z[n] for n in g}
        if clip.get("value"):
            g = {n: np.clip(x, -clip["value"], clip["value"]) for n, x in g.items()}
        for n in live:
            if how[n]["adaptive"]:
                least = 0.0 if wrong == "no least weight" else 1e-3
                factor = how[n]["adaptive"] * np.maximum(unit_norm(theta[n], wrong), least) / np.maximum(unit_norm(g[n], wrong), 1e-6)
                g[n] = g[n] * np.minimum(1, factor)
            if clip.get("param") and wrong != "the whole first":
                g[n] = g[n] * min(1, clip["param"] / max(np.sqrt(np.sum(g[n] ** 2)), 1e-300))
        squares = sum(np.sum(g[n] ** 2) for n in (SHAPES if wrong == "frozen gradients count" else live))
        if clip.get("norm"):
            g = {n: x * min(1, clip["norm"] / np.sqrt(squares)) for n, x in g.items()}
        if clip.get("param") and wrong == "the whole first":
            g = {n: x * min(1, clip["param"] / max(np.sqrt(np.sum(x**2)), 1e-300)) for n, x in g.items()}
        for n in live:
            h, rule, x = how[n], rules[n], theta[n]
            rate = eta * h["rate_factor"]
            peak = row["rate"] * h["rate_factor"]
            lam = at("weight_decay", h["decay"], t)
            grad = g[n]
            if wrong != "noise before clipping":
                grad = grad + z[n]
            if kind == "l2" and wrong != "decay behind the rule":
                grad = grad + lam * x
            u = rule.u(grad, x, t, at, wrong)
            if kind == "l2" and wrong == "decay behind the rule":
                u = u + lam * x
            step = rate * u
            if kind == "decoupled":
                step = step + (lam if wrong == "decay without the rate" else rate * lam) * x
            if kind == "independent":
                step = step + (eta / row["rate"] if wrong != "decay by the rate" else rate) * lam * x
            if kind == "corrected":
                step = step + rate * rate / (peak if wrong != "no peak rate" else 1) * lam * x
            if kind == "cautious":
                along = g[n] if wrong == "the gradient's sign" else u
                keep = along * x < 0 if wrong == "where signs differ" else along * x >= 0
                step = step + rate * lam * np.where(keep, x, 0)
            new = x - step
            if row.get("prox") and n in WEIGHTS:
                kappa = rate * at("prox_l1", row["prox"], t)
                new = np.sign(new) * np.maximum(np.abs(new) - kappa, 0)
            if row.get("max_norm") and (n in WEIGHTS or wrong == "biases are shortened"):
                long = unit_norm(x if wrong == "the norm before the step" else new, wrong)
                new = new * np.minimum(1, row["max_norm"] / np.maximum(long, 1e-300))
            if k and t % k == (1 % k if wrong == "one update early" else 0):
                moved = slow[n] + ((1 - alpha) if wrong == "the other weight" else alpha) * (new - slow[n])
                slow[n] = moved
                if wrong != "fast weights go on":
                    new = moved
                if wrong == "the state is forgotten":
                    rule.s = {}
            theta[n] = new
        if t in LOOK:
            state = {f"{n}/{s}": list(np.ravel(v)) for n in live for s, v in rules[n].s.items()}
            if k:
                state |= {f"{n}/slow": list(np.ravel(slow[n])) for n in live}
            out.append(dict(t=t, theta={n: list(np.ravel(x)) for n, x in theta.items()}, state=state, norm_squared=float(squares)))
    return out


def dip(n, rise, low):
    up = rise * n - 1
    def factor(t):
        x = t / up if t < up else 1 - min((t - up) / (n - 1 - up), 1)
        return low + (1 - low) * (1 + np.cos(np.pi * x)) / 2
    return factor


SCHEDULES = {
    "dip:steps=20,rise=0.3,low=0.5": dip(20, 0.3, 0.5),
    "cosine:steps=16,floor=0.1": lambda t: 0.1 + 0.45 * (1 + np.cos(np.pi * min(t, 16) / 16)),
    "step:every=4,factor=0.5": lambda t: 0.5 ** (t // 4),
}

ADAM = dict(beta1=0.9, beta2=0.99, eps=1e-6)
MOMENTUM = dict(momentum=0.9)


def rows():
    def row(name, rule, rate, wrong=(), **more):
        r = dict(name=name, rule=rule, rate=rate) | more
        r["at"] = run(r)
        r["wrong"] = {w: run(r, w)[-1]["theta"] for w in wrong}
        return r

    yield row("plain", "momentum", 0.01, hyper=MOMENTUM)
    yield row("adaptive", "sgd", 0.1, ["rows for units", "whole parameters"], clip=dict(adaptive=0.05))
    yield row("adaptive, small weights", "sgd", 0.1, ["no least weight"], clip=dict(adaptive=0.05), max_norm=5e-4)
    yield row("adaptive, not of b", "momentum", 0.1, ["the last group"], hyper=MOMENTUM, clip=dict(adaptive=0.05),
              groups=[dict(match="b", adaptive=0.0), dict(match="?", adaptive=0.05)])
    yield row("parameter norm", "sgd", 0.1, hyper={}, clip=dict(param=0.5))
    yield row("all limits", "momentum", 0.1, ["the whole first"], hyper=MOMENTUM, clip=dict(value=2.0, adaptive=0.2, param=0.7, norm=0.8))
    yield row("noise", "sgd", 0.1, ["the variance for the deviation", "noise from the second update", "one stream for all"],
              noise=dict(eta=0.3, gamma=0.55, seed=7))
    yield row("noise and limit", "momentum", 0.01, ["noise before clipping"], hyper=MOMENTUM, noise=dict(eta=1.0, gamma=0.3, seed=0), clip=dict(norm=0.5))
    yield row("l2", "adam", 0.01, ["decay behind the rule", "biases decay"], hyper=ADAM, decay=0.2, decay_kind="l2")
    yield row("l2, limit", "sgd", 0.1, hyper={}, decay=0.2, decay_kind="l2", clip=dict(norm=0.5))
    yield row("decoupled", "adam", 0.01, ["decay without the rate", "biases decay"], hyper=ADAM, decay=0.2)
    yield row("independent", "adam", 0.01, ["decay by the rate", "biases decay"], hyper=ADAM, decay=0.02, decay_kind="independent")
    yield row("corrected", "adam", 0.01, ["no peak rate", "biases decay"], hyper=ADAM, decay=0.5, decay_kind="corrected")
    yield row("cautious", "adam", 0.01, ["the gradient's sign", "where signs differ", "biases decay"], hyper=ADAM, decay=0.5, decay_kind="cautious")
    yield row("max norm", "sgd", 0.1, ["rows for units", "whole parameters", "the norm before the step", "biases are shortened"], hyper={}, max_norm=0.3)
    yield row("lookahead", "adam", 0.05, ["one update early", "the other weight", "fast weights go on", "the state is forgotten"],
              hyper=ADAM, lookahead=(6, 0.3))
    yield row("lookahead each", "momentum", 0.01, hyper=MOMENTUM, lookahead=(1, 0.5))
    yield row("groups", "adam", 0.01, ["the last group"], hyper=ADAM, decay=0.1,
              groups=[dict(match="b", weight_decay=0.5, rate_factor=3.0), dict(match="k", rule="momentum", hyper=MOMENTUM, weight_decay=0.0), dict(match="*", rate_factor=0.5)])
    yield row("group of one kind", "adam", 0.01, hyper=ADAM, decay=0.1, decay_kind="corrected", groups=[dict(match="w", rate_factor=3.0)])
    yield row("group, independent", "adam", 0.01, hyper=ADAM, decay=0.1, decay_kind="independent", groups=[dict(match="w", rate_factor=3.0)])
    yield row("frozen", "momentum", 0.1, ["frozen gradients count"], hyper=MOMENTUM, clip=dict(norm=0.8), groups=[dict(match="k", freeze=True)])
    yield row("schedule of momentum", "momentum", 0.01, ["the schedule late", "the schedule early"], hyper=dict(momentum=0.95),
              schedules=dict(momentum="dip:steps=20,rise=0.3,low=0.5"))
    yield row("schedule of decays", "adam", 0.01, ["powers of the last decay", "the schedule late"], hyper=ADAM,
              schedules=dict(beta1="dip:steps=20,rise=0.3,low=0.5", beta2="cosine:steps=16,floor=0.1"))
    yield row("schedules around", "adam", 0.01, ["the schedule late"], hyper=ADAM, decay=0.5, prox=0.1,
              schedules=dict(weight_decay="step:every=4,factor=0.5", prox_l1="cosine:steps=16,floor=0.1", eps="cosine:steps=16,floor=0.1"))
    yield row("everything", "adam", 0.02, ["the whole first", "noise before clipping", "the last group", "the state is forgotten"], hyper=ADAM,
              clip=dict(value=4.0, adaptive=0.5, param=3.0, norm=0.9), noise=dict(eta=0.1, gamma=0.55, seed=3),
              decay=0.1, decay_kind="cautious", prox=0.01, max_norm=1.5, lookahead=(3, 0.5),
              groups=[dict(match="k", rule="momentum", hyper=MOMENTUM, rate_factor=0.5), dict(match="b", weight_decay=0.01), dict(match="*", adaptive=0.1)],
              schedules=dict(momentum="dip:steps=20,rise=0.3,low=0.5", beta1="cosine:steps=16,floor=0.1", weight_decay="step:every=4,factor=0.5"))


if __name__ == "__main__":
    print("[\n" + ",\n".join(json.dumps(r, separators=(",", ":")) for r in rows()) + "\n]")
