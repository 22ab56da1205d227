"""Writes golden.json: each element of initialized weights, by numpy.

Run with a Python that has it: python3 golden.py > golden.json
Everything is float64. The random numbers are made here from the published
Philox4x32-10 and FNV-1a, not by the library under test.
"""
import json
import math
import sys

import numpy as np


def philox(seed, stream, draw, i):
    c = [i, draw, stream & 0xFFFFFFFF, stream >> 32]
    k = [seed & 0xFFFFFFFF, seed >> 32]
    for _ in range(10):
        a, b = 0xD2511F53 * c[0], 0xCD9E8D57 * c[2]
        c = [(b >> 32) ^ c[1] ^ k[0], b & 0xFFFFFFFF,
             (a >> 32) ^ c[3] ^ k[1], a & 0xFFFFFFFF]
        k = [(k[0] + 0x9E3779B9) & 0xFFFFFFFF, (k[1] + 0xBB67AE85) & 0xFFFFFFFF]
    return c


def fnv1a(name):
    h = 0xCBF29CE484222325
    for b in name.encode():
        h = (h ^ b) * 0x100000001B3 & 0xFFFFFFFFFFFFFFFF
    return h


class Stream:
    """uniform: on (0, 1) from 52 bits; normal: Box-Muller on pairs."""

    def __init__(self, seed, name):
        self.key = seed, fnv1a(name), 0

    def u(self, i):
        w = philox(*self.key, i // 2)[i % 2 * 2:]
        return (((w[0] << 32 | w[1]) >> 12) + 0.5) / 2**52

    def uniform(self, n):
        return np.array([self.u(i) for i in range(n)])

    def normal(self, n):
        pairs = range(0, n + 1, 2)
        r = [math.sqrt(-2 * math.log(self.u(i))) for i in pairs]
        a = [2 * math.pi * self.u(i + 1) for i in pairs]
        z = [f(t) * s for s, t in zip(r, a) for f in (math.cos, math.sin)]
        return np.array(z[:n])


def quantile(p):
    """Inverse of the standard normal distribution function, by bisection."""
    lo, hi = -10.0, 10.0
    for _ in range(200):
        mid = (lo + hi) / 2
        if 0.5 * math.erfc(-mid / math.sqrt(2)) < p:
            lo = mid
        else:
            hi = mid
    return (lo + hi) / 2


def initializer(spec, dims, s):
    n = int(np.prod(dims))
    name, _, arg = spec.partition(":")
    a = float(arg) if arg else None
    field = int(np.prod(dims[:-2])) if len(dims) > 2 else 1
    fan_in = field * dims[-2] if len(dims) > 1 else dims[0]
    fan_out = field * dims[-1] if len(dims) > 1 else dims[0]
    variance = {
        "xavier": (a or 1) ** 2 * 2 / (fan_in + fan_out),
        "he": 2 / ((1 + (a or 0) ** 2) * fan_in),
        "lecun": 1 / fan_in,
    }
    if name == "zeros":
        return np.zeros(n)
    if name == "ones":
        return np.ones(n)
    if name == "constant":
        return np.full(n, a)
    if name == "identity":
        w = np.zeros(dims)
        w[tuple(d // 2 for d in dims[:-2])] = np.eye(dims[-2], dims[-1])
        return w
    if name == "signs":
        return np.where(s.uniform(n) < 0.5, -1.0, 1.0)
    if name == "normal":
        return a * s.normal(n)
    if name == "uniform":
        return a * (2 * s.uniform(n) - 1)
    if name == "truncated-normal":
        # standard deviation of the normal distribution on [-2, 2], by quadrature
        t = np.linspace(-2, 2, 2_000_001)
        p = np.exp(-t * t / 2)
        std = math.sqrt(np.trapz(t * t * p, t) / np.trapz(p, t))
        low, high = (0.5 * math.erfc(-v / math.sqrt(2)) for v in (-2, 2))
        return np.array([a / std * quantile(low + u * (high - low)) for u in s.uniform(n)])
    if name == "orthogonal":
        rows, cols = n // dims[-1], dims[-1]
        m = s.normal(n).reshape(max(rows, cols), min(rows, cols))
        q, r = np.linalg.qr(m)
        q = q * np.sign(np.diag(r))
        return (a or 1) * (q if rows >= cols else q.T)
    kind, shape = name.split("-")
    std = math.sqrt(variance[kind])
    if shape == "normal":
        return std * s.normal(n)
    return std * math.sqrt(3) * (2 * s.uniform(n) - 1)


def initializers():
    cases = []
    for spec in ["xavier-uniform", "xavier-uniform:1.5", "xavier-normal", "he-uniform", "he-uniform:0.2",
                 "he-normal", "he-normal:0.01", "lecun-uniform", "lecun-normal", "orthogonal",
                 "orthogonal:0.5", "zeros", "ones", "constant:0.1", "normal:0.02", "uniform:0.3",
                 "truncated-normal:0.5", "identity", "signs"]:
        for dims in [[7, 3], [3, 8], [3, 3, 4, 5], [6]]:
            if len(dims) < 2 and spec.split(":")[0] in ("orthogonal", "identity"):
                continue
            name = "1.dense.weight"
            w = initializer(spec, dims, Stream(2**40 + 7, name))
            cases.append(dict(spec=spec, dims=dims, name=name,
                              values=[float("%.12g" % v) for v in np.asarray(w).flatten()]))
    return dict(seed=2**40 + 7, cases=cases)


json.dump(initializers(), sys.stdout, separators=(",", ":"))
print()
