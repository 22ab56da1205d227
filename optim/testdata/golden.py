#!/usr/bin/env python3
"""Writes golden.json: what the update rules compute, in float64.

Each rule is written here from its paper in numpy, without looking at the Go
code. Where PyTorch 1.13 has the same convention it runs as well, and the two
must agree before a number is written: to 1e-12 of the largest value that the
element has had, since sums of both signs cancel.

Gradients are data: 37 elements whose sizes go from 2^-140 (subnormal in
float32) to 2^13, with zeros, flips of sign and elements that wake up late.
Those of matrices, in rows with a shape, are tame: of one size, with a part that
stays and one that changes, so that eigenvalues lie apart. All inputs are exact
in float32. inputs_test.go makes the same ones.

    python3 golden.py > golden.json
"""
import json
import sys
from decimal import Decimal

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


def tame(t, i):
    """Element i of the gradient of update t of a matrix."""
    return (mix(t, i) % 129 - 64) / 64 + (mix(5555, i) % 129 - 64) / 32


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
    def __init__(self, c): self.c, self.s = c, {"G": np.full(N, c.get("initial_accumulator", 0.0))}
    def u(self, g, theta, t):
        G = self.s["G"] = self.s["G"] + g * g
        e = self.c["eps"]
        return g / np.sqrt(G + e) if self.c.get("eps_inside") else g / (np.sqrt(G) + e)


class RmsProp:
    def __init__(self, c): self.c, self.s = c, {"E": np.zeros(N)}
    def u(self, g, theta, t):
        r, e, mu = self.c["rho"], self.c["eps"], self.c.get("momentum")
        E = self.s["E"] = r * self.s["E"] + (1 - r) * g * g
        if self.c.get("centered"):
            mean = self.s["mean"] = r * self.s.get("mean", np.zeros(N)) + (1 - r) * g
            E = np.maximum(E - mean * mean, 0)
        u = g / (np.sqrt(E) + e) if self.c.get("eps_outside") else g / np.sqrt(E + e)
        if mu:
            u = self.s["b"] = mu * self.s.get("b", np.zeros(N)) + u
        return u


class Adam:
    def __init__(self, c): self.c, self.s = c, {"m": np.zeros(N), "v": np.zeros(N)}
    def u(self, g, theta, t):
        b1, b2, s = self.c["beta1"], self.c["beta2"], self.s
        s["m"] = b1 * s["m"] + (1 - b1) * g
        s["v"] = b2 * s["v"] + (1 - b2) * g * g
        if self.c.get("uncorrected"):
            return s["m"] / (np.sqrt(s["v"]) + self.c["eps"])
        if self.c.get("eps_hat"):  # the end of section 2: a rate of the update, and ε̂
            return np.sqrt(1 - b2**t) / (1 - b1**t) * s["m"] / (np.sqrt(s["v"]) + self.c["eps"])
        m, v = s["m"] / (1 - b1**t), s["v"] / (1 - b2**t)
        return m / (np.sqrt(v) + self.c["eps"])


class AdamW(Adam):
    def u(self, g, theta, t): return Adam.u(self, g, theta, t) + self.c["weight_decay"] * theta


class AdaDelta:
    def __init__(self, c): self.c, self.s = c, {"v": np.zeros(N), "D": np.zeros(N)}
    def u(self, g, theta, t):
        r, e, s = self.c["rho"], self.c["eps"], self.s
        s["v"] = r * s["v"] + (1 - r) * g * g
        u = np.sqrt(s["D"] + e) / np.sqrt(s["v"] + e) * g
        s["D"] = r * s["D"] + (1 - r) * u * u
        return u


class Moments:
    """The first two moments, with the hyperparameters that most rules have."""
    slots = ["m", "v"]
    def __init__(self, c):
        self.c, self.s = c, {k: np.zeros(N) for k in self.slots}
        self.b1, self.b2, self.e = c["beta1"], c["beta2"], c.get("eps")
    def moments(self, g, t):
        s = self.s
        s["m"] = self.b1 * s["m"] + (1 - self.b1) * g
        s["v"] = self.b2 * s["v"] + (1 - self.b2) * g * g
        return s["m"] / (1 - self.b1**t), s["v"] / (1 - self.b2**t)


class AmsGrad(Moments):
    slots = ["m", "v", "n"]
    def u(self, g, theta, t):
        m, _ = self.moments(g, t)
        n = self.s["n"] = np.maximum(self.s["n"], self.s["v"])
        return m / (np.sqrt(n / (1 - self.b2**t)) + self.e)


class AdaMax(Moments):
    slots = ["m", "n"]
    def u(self, g, theta, t):
        s = self.s
        s["m"] = self.b1 * s["m"] + (1 - self.b1) * g
        s["n"] = np.maximum(self.b2 * s["n"], np.abs(g))
        return s["m"] / (1 - self.b1**t) / (s["n"] + self.e)


class NAdam(Moments):
    product = 1.0
    def mu(self, t): return self.b1 * (1 - 0.5 * 0.96 ** (t * self.c["momentum_decay"]))
    def u(self, g, theta, t):
        _, v = self.moments(g, t)
        self.product *= self.mu(t)
        ahead = self.mu(t + 1) / (1 - self.product * self.mu(t + 1)) * self.s["m"]
        return (ahead + (1 - self.mu(t)) / (1 - self.product) * g) / (np.sqrt(v) + self.e)


class RAdam(Moments):
    def u(self, g, theta, t):
        m, _ = self.moments(g, t)
        return self.rectified(m, self.largest(self.s["v"]), t)
    def largest(self, v):
        if not self.c.get("amsgrad"):
            return v
        self.s["n"] = np.maximum(self.s.get("n", 0 * v), v)
        return self.s["n"]
    def rectified(self, m, v, t):
        end = 2 / (1 - self.b2) - 1
        power = Decimal(self.b2) ** t  # to 28 digits, as the difference cancels
        rho = float(2 / (1 - Decimal(self.b2)) - 1 - 2 * t * power / (1 - power))
        if rho <= 5:
            return m
        r = np.sqrt((rho - 4) * (rho - 2) * end / ((end - 4) * (end - 2) * rho))
        return m * r * np.sqrt(1 - self.b2**t) / (np.sqrt(v) + self.e)


class Adan:
    def __init__(self, c): self.c, self.s = c, {k: np.zeros(N) for k in ["-g", "m", "v", "n"]}
    def u(self, g, theta, t):
        b1, b2, b3, s = self.c["beta1"], self.c["beta2"], self.c["beta3"], self.s
        d = g + s["-g"] if t > 1 else 0 * g
        s["-g"] = -g
        s["m"] = b1 * s["m"] + (1 - b1) * g
        s["v"] = b2 * s["v"] + (1 - b2) * d
        s["n"] = b3 * s["n"] + (1 - b3) * (g + b2 * d) ** 2
        m, v, n = s["m"] / (1 - b1**t), s["v"] / (1 - b2**t), s["n"] / (1 - b3**t)
        return (m + b2 * v) / (np.sqrt(n) + self.c["eps"])


class AdaBelief(RAdam):
    slots = ["m", "s"]
    def u(self, g, theta, t):
        s = self.s
        s["m"] = self.b1 * s["m"] + (1 - self.b1) * g
        s["s"] = self.b2 * s["s"] + (1 - self.b2) * (g - s["m"]) ** 2 + self.e
        m, n = s["m"] / (1 - self.b1**t), self.largest(s["s"])
        if self.c.get("rectify"):
            return self.rectified(m, n, t)
        return m / (np.sqrt(n / (1 - self.b2**t)) + self.e)


class Yogi(Moments):
    def u(self, g, theta, t):
        s, q = self.s, g * g
        s["m"] = self.b1 * s["m"] + (1 - self.b1) * g
        self.edge = edge(s["v"] - q, s["v"] + q, 2.0**-149) & (q > 2.0**-140)
        s["v"] = s["v"] - (1 - self.b2) * np.sign(s["v"] - q) * q
        return s["m"] / (1 - self.b1**t) / (np.sqrt(s["v"] / (1 - self.b2**t)) + self.e)


class AdEMAMix(Moments):
    slots = ["m", "v", "s"]
    def u(self, g, theta, t):
        m, v = self.moments(g, t)
        b3, alpha, T, s = self.c["beta3"], self.c["alpha"], self.c.get("mix_warmup"), self.s
        if T and t < T:
            alpha *= t / T
            half = lambda b: np.log(0.5) / np.log(b)  # of an average, in updates
            b3 = 0.5 ** (1 / ((1 - t / T) * half(self.b1) + t / T * half(b3)))
        s["s"] = b3 * s["s"] + (1 - b3) * g
        return (m + alpha * s["s"]) / (np.sqrt(v) + self.e) + self.c.get("weight_decay", 0) * theta


class Adopt(Moments):
    def u(self, g, theta, t):
        s = self.s
        if t == 1:
            s["v"] = g * g
            return 0 * g
        c = (t - 1) ** 0.25
        normal = np.clip(g / np.maximum(np.sqrt(s["v"]), self.e), -c, c)
        s["m"] = self.b1 * s["m"] + (1 - self.b1) * normal
        s["v"] = self.b2 * s["v"] + (1 - self.b2) * g * g
        return s["m"]


class Lion(Moments):
    slots = ["m"]
    def u(self, g, theta, t):
        m = self.s["m"]
        c = self.b1 * m + (1 - self.b1) * g
        self.edge = edge(c, np.abs(self.b1 * m) + np.abs((1 - self.b1) * g), 2.0**-147)
        self.s["m"] = self.b2 * m + (1 - self.b2) * g
        return np.sign(c) + self.c.get("weight_decay", 0) * theta


class Rprop:
    def __init__(self, c): self.c, self.s = c, {"s": np.ones(N), "g": np.zeros(N)}
    def u(self, g, theta, t):
        c, s = self.c, self.s
        for i in range(N):
            if g[i] * s["g"][i] > 0:
                s["s"][i] = min(s["s"][i] * c["up"], c["max_step"])
            if g[i] * s["g"][i] < 0:
                s["s"][i] = max(s["s"][i] * c["down"], c["min_step"])
                g[i] = 0
        s["g"] = g
        return np.sign(g) * s["s"]


class Lamb(Adam):
    def u(self, g, theta, t):
        r = Adam.u(self, g, theta, t) + self.c["weight_decay"] * theta
        a, b = np.linalg.norm(theta), np.linalg.norm(r)
        return r * (a / b if a > 0 and b > 0 else 1)


class Lars:
    def __init__(self, c): self.c, self.s = c, {"b": np.zeros(N)}
    def u(self, g, theta, t):
        d = g + self.c["weight_decay"] * theta
        a, b = np.linalg.norm(theta), np.linalg.norm(d)
        d = d * (self.c["trust"] * a / b if a > 0 and b > 0 else 1)
        self.s["b"] = self.c["momentum"] * self.s["b"] + d
        return self.s["b"]


class NovoGrad:
    def __init__(self, c): self.c, self.s = c, {}
    def u(self, g, theta, t):
        c, s, square = self.c, self.s, np.sum(g * g)
        s["v"] = square if t == 1 else c["beta2"] * s["v"] + (1 - c["beta2"]) * square
        step = g / (np.sqrt(s["v"]) + c["eps"]) + c.get("weight_decay", 0) * theta
        s["m"] = step if t == 1 else c["beta1"] * s["m"] + step
        return s["m"]


class Ftrl:
    """σ sums up to 1/η, as in section 3 of the paper, for rates that change."""
    def __init__(self, c):
        self.c, self.z, self.q = c, np.zeros(N), np.zeros(N)
        self.s = {"n": np.full(N, c.get("initial_accumulator", 0.0)), "z": np.zeros(N), "ftrl/rate": 0.0}
    def u(self, g, theta, t):
        c, s = self.c, self.s
        s["n"] = s["n"] + g * g
        q = (c["beta"] + s["n"] ** c["rate_power"]) / self.rate
        self.z = self.z + g - (q - self.q) * theta
        self.q = q
        s["z"], s["ftrl/rate"] = self.rate * self.z, self.rate
        l1, l2 = c.get("lambda1", 0), c.get("lambda2", 0)
        self.next = np.where(np.abs(self.z) <= l1, 0, -(self.z - np.sign(self.z) * l1) / (q + l2))
        return g
    def move(self, theta, step): return self.next


def rms(x): return np.sqrt(np.mean(x * x))


class Adafactor:
    def __init__(self, c): self.c, self.s = c, {}
    def u(self, g, theta, t):
        c, s = self.c, self.s
        b = 1 - t ** -c["beta2_power"]
        q = g * g + c["eps"]
        if g.ndim == 1:
            V = s["v"] = b * s.get("v", 0) + (1 - b) * q
        else:
            q = q.reshape(-1, g.shape[-1])  # all but the last axis are one
            s["R"] = b * s.get("R", 0) + (1 - b) * q.mean(axis=1)
            s["C"] = b * s.get("C", 0) + (1 - b) * q.mean(axis=0)
            V = np.outer(s["R"], s["C"] / s["R"].mean()).reshape(g.shape)
        u = g / np.sqrt(V)
        u = u / max(1, rms(u) / c["rms_clip"])
        return u * max(c["least_scale"], rms(theta))


class ScheduleFree:
    """y is θ, where the gradient is taken."""
    def __init__(self, c): self.c, self.s = c, {}
    def u(self, g, theta, t):
        c, s = self.c, self.s
        if t == 1:
            s["z"], s["x"], s[self.sum] = theta.copy(), theta.copy(), 0.0
        self.eta = self.rate * min(1, t / c["warmup_steps"]) if c.get("warmup_steps") else self.rate
        return self.direction(g, t) + c.get("weight_decay", 0) * theta
    def move(self, theta, step):
        s, b = self.s, self.c[self.beta]
        s["z"] = s["z"] - step * (self.eta / self.rate)
        s[self.sum] += self.eta**2
        c = self.eta**2 / s[self.sum]
        s["x"] = (1 - c) * s["x"] + c * s["z"]
        return (1 - b) * s["z"] + b * s["x"]


class ScheduleFreeSgd(ScheduleFree):
    sum, beta = "schedule-free-sgd/sum", "momentum"
    def direction(self, g, t): return g


class ScheduleFreeAdamW(ScheduleFree):
    sum, beta = "schedule-free-adamw/sum", "beta1"
    def direction(self, g, t):
        b, s = self.c["beta2"], self.s
        s["v"] = b * s.get("v", np.zeros(N)) + (1 - b) * g * g
        return g / (np.sqrt(s["v"] / (1 - b**t)) + self.c["eps"])


class Prodigy:
    def __init__(self, c): self.c, self.s = c, {"m": np.zeros(N), "v": np.zeros(N), "s": np.zeros(N), "prodigy/d": c["d0"], "prodigy/n": 0.0}
    def u(self, g, theta, t):
        c, s = self.c, self.s
        s.setdefault("start", theta.copy())
        b1, b2, d = c["beta1"], c["beta2"], s["prodigy/d"]
        dlr = d * (np.sqrt(1 - b2**t) / (1 - b1**t) if c.get("bias_correction") else 1)  # without the rate
        s["prodigy/n"] = np.sqrt(b2) * s["prodigy/n"] + d / c["d0"] * dlr * self.rate * np.dot(g, s["start"] - theta)
        s["m"] = b1 * s["m"] + d * (1 - b1) * g
        s["v"] = b2 * s["v"] + d * d * (1 - b2) * g * g
        s["s"] = np.sqrt(b2) * s["s"] + d / c["d0"] * (d if c.get("safeguard") else dlr * self.rate) * g
        s["prodigy/d"] = max(d, c["d_coef"] * s["prodigy/n"] / np.abs(s["s"]).sum())
        return dlr * (s["m"] / (np.sqrt(s["v"]) + s["prodigy/d"] * c["eps"]) + c.get("weight_decay", 0) * theta)


class Muon(Adam):
    """Matrices are here as [in, out], the transpose of the source's."""
    def __init__(self, c): self.c, self.s = c, {}
    def u(self, g, theta, t):
        c, s, mu = self.c, self.s, self.c["momentum"]
        b = s["b"] = mu * s.get("b", 0) + (1 - mu) * g
        if c["nesterov"]:
            b = g * (1 - mu) + b * mu
        X = b.reshape(-1, g.shape[-1]).T  # [out, in]
        rows, columns = X.shape
        X = X / (np.sqrt(np.sum(X * X)) + 1e-7)
        if rows > columns:
            X = X.T
        for _ in range(5):
            A = X @ X.T
            X = 3.4445 * X + (-4.7750 * A + 2.0315 * A @ A) @ X
        if rows > columns:
            X = X.T
        X = X * (0.2 * np.sqrt(max(rows, columns)) if c.get("match_adam") else np.sqrt(max(1, rows / columns)))
        return X.T.reshape(g.shape) + c.get("weight_decay", 0) * theta


class Sides:
    def __init__(self, c): self.c, self.s = c, {}
    def keep(self, G):
        s, b = self.s, self.c["beta2"]
        if G.shape[0] <= self.c["max_dim"]:
            s["L"] = b * s.get("L", 0) + (1 - b) * G @ G.T
        if G.shape[1] <= self.c["max_dim"]:
            s["R"] = b * s.get("R", 0) + (1 - b) * G.T @ G


class Soap(Sides):
    def u(self, g, theta, t):
        c, s, b1, b2 = self.c, self.s, self.c["beta1"], self.c["beta2"]
        G = g.reshape(-1, g.shape[-1])
        self.keep(G)
        if t == 1:
            s["m"], s["v"] = 0 * G, 0 * G
            for of, q in [("L", "A"), ("R", "B")]:
                if of in s:
                    s[q] = np.linalg.eigh(s[of])[1][:, ::-1]
            return c.get("weight_decay", 0) * theta
        A, B = s.get("A", np.eye(G.shape[0])), s.get("B", np.eye(G.shape[1]))
        s["m"] = b1 * s["m"] + (1 - b1) * G
        s["v"] = b2 * s["v"] + (1 - b2) * (A.T @ G @ B) ** 2
        m, v = A.T @ s["m"] @ B / (1 - b1 ** (t - 1)), s["v"] / (1 - b2 ** (t - 1))
        u = A @ (m / (np.sqrt(v) + c["eps"])) @ B.T
        if (t - 1) % c["every"] == 0:
            for of, q, axis in [("L", "A", 0), ("R", "B", 1)]:
                if of in s:
                    order = np.argsort(-np.diag(s[q].T @ s[of] @ s[q]), kind="stable")
                    s["v"] = np.take(s["v"], order, axis)
                    Q, R = np.linalg.qr(s[of] @ s[q][:, order])
                    s[q] = Q * np.sign(np.diag(R))
        return u.reshape(g.shape) + c.get("weight_decay", 0) * theta


class Shampoo(Sides):
    def u(self, g, theta, t):
        c, s, b1, b2 = self.c, self.s, self.c["beta1"], self.c["beta2"]
        G = g.reshape(-1, g.shape[-1])
        self.keep(G)
        s["m"] = b1 * s.get("m", 0) + (1 - b1) * g
        s["v"] = b2 * s.get("v", 0) + (1 - b2) * g * g
        u = a = s["m"] / (1 - b1**t) / (np.sqrt(s["v"] / (1 - b2**t)) + c["eps"])
        if t > 1:
            u = (s.get("A", np.eye(G.shape[0])) @ s["m"].reshape(G.shape) @ s.get("B", np.eye(G.shape[1]))).reshape(g.shape)
            u = u * (np.linalg.norm(a) / np.linalg.norm(u))
        if t == 1 or t % c["every"] == 0:
            for of, root in [("L", "A"), ("R", "B")]:
                if of in s:
                    values, vectors = np.linalg.eigh(s[of])
                    power = -0.25 if "L" in s and "R" in s else -0.5
                    s[root] = vectors @ np.diag((np.maximum(values, 0) + c["ridge"] * values.max()) ** power) @ vectors.T
        return u + c.get("weight_decay", 0) * theta


class Lbfgs:
    def __init__(self, c): self.c, self.s = c, {}
    def u(self, g, theta, t):
        M, s = int(self.c["memory"]), self.s
        if t == 1:
            s |= {f"{k}{i}": 0 * g for k in "sy" for i in range(M)}
            self.pairs = []
        else:
            ds, dy = theta - s["at"], g - s["g"]
            if ds @ dy > 1e-10 * max(ds @ ds, dy @ dy, 1e-20):
                self.pairs = [(ds, dy)] + self.pairs[: M - 1]
        for i, (a, b) in enumerate(self.pairs):
            s[f"s{i}"], s[f"y{i}"] = a, b
        s["at"], s["g"] = theta.copy(), g.copy()
        H = np.eye(len(g))  # the estimate itself, pair by pair from the oldest
        if self.pairs:
            H *= (self.pairs[0][0] @ self.pairs[0][1]) / (self.pairs[0][1] @ self.pairs[0][1])
        for a, b in reversed(self.pairs):
            V = np.eye(len(g)) - np.outer(b, a) / (a @ b)
            H = V.T @ H @ V + np.outer(a, a) / (a @ b)
        u = H @ g
        if t == 1:
            u = u / max(1, np.abs(g).sum())
        s["lbfgs/slope"] = u @ g
        return u


class CautiousAdamW(Adam):
    def u(self, g, theta, t):
        u = Adam.u(self, g, theta, t)
        mask = (np.sign(u) * np.sign(g) > 0).astype(float)
        share = np.abs(self.c["beta1"] * (self.s["m"] - (1 - self.c["beta1"]) * g)) + np.abs(g)
        self.edge = edge(self.s["m"], share, 2.0**-148) & (g != 0)
        self.edge |= self.edge.any()  # the mean is over all
        return u * mask / max(mask.mean(), 1e-3) + self.c.get("weight_decay", 0) * theta


def edge(x, terms, least):
    """Where the sign of x, a sum of terms, is within rounding of float32."""
    return (np.abs(x) <= 1e-6 * terms + least) & (terms > 0)


RULES = dict(sgd=Sgd, momentum=Momentum, nesterov=Nesterov, adagrad=AdaGrad, rmsprop=RmsProp, adam=Adam, adamw=AdamW,
             adadelta=AdaDelta, amsgrad=AmsGrad, adamax=AdaMax, nadam=NAdam, radam=RAdam, adan=Adan, adabelief=AdaBelief,
             yogi=Yogi, ademamix=AdEMAMix, adopt=Adopt, lion=Lion, rprop=Rprop, lamb=Lamb, lars=Lars, adafactor=Adafactor,
             novograd=NovoGrad, ftrl=Ftrl)
RULES |= {"schedule-free-sgd": ScheduleFreeSgd, "schedule-free-adamw": ScheduleFreeAdamW, "prodigy": Prodigy, "muon": Muon, "soap": Soap, "shampoo": Shampoo, "lbfgs": Lbfgs}
RULES |= {"centralized-sgd": Sgd, "cautious-adam": CautiousAdamW, "cautious-adamw": CautiousAdamW}


def torch_rule(row, p):
    """PyTorch's optimizer of the same convention, or None, and its state's names."""
    c, o = row["hyper"], torch.optim
    if row["clip_norm"] or row["clip_value"] or row["prox"]:
        return None, {}
    if c.get("eps_hat") or c.get("uncorrected"):
        return None, {}
    decay = row["decay"]
    adam = {"m": "exp_avg", "v": "exp_avg_sq"}
    match row["rule"]:
        case "sgd" if not decay: return o.SGD([p], 1), {}
        case "momentum" if not decay: return o.SGD([p], 1, momentum=c["momentum"]), {"b": "momentum_buffer"}
        case "nesterov": return o.SGD([p], 1, momentum=c["momentum"], nesterov=True), {"b": "momentum_buffer"}
        case "adagrad" if not c.get("eps_inside"): return o.Adagrad([p], 1, eps=c["eps"], initial_accumulator_value=c.get("initial_accumulator", 0)), {"G": "sum"}
        case "rmsprop" if c.get("eps_outside"):
            names = {"E": "square_avg"} | ({"mean": "grad_avg"} if c.get("centered") else {}) | ({"b": "momentum_buffer"} if c.get("momentum") else {})
            return o.RMSprop([p], 1, alpha=c["rho"], eps=c["eps"], centered=bool(c.get("centered")), momentum=c.get("momentum", 0)), names
        case "adadelta": return o.Adadelta([p], 1, c["rho"], c["eps"]), {"v": "square_avg", "D": "acc_delta"}
        case "amsgrad": return o.Adam([p], 1, (c["beta1"], c["beta2"]), c["eps"], amsgrad=True), adam | {"n": "max_exp_avg_sq"}
        case "radam" if not c.get("amsgrad"): return o.RAdam([p], 1, (c["beta1"], c["beta2"]), c["eps"]), adam
        case "adam" if decay == 0: return o.Adam([p], 1, (c["beta1"], c["beta2"]), c["eps"]), adam
        case "adam": return o.AdamW([p], 1, (c["beta1"], c["beta2"]), c["eps"], decay), adam
        case "adamw": return o.AdamW([p], 1, (c["beta1"], c["beta2"]), c["eps"], c["weight_decay"]), adam
    return None, {}


def run(row, gradients, look):
    theta = np.array([start(i) for i in range(N)])
    if row.get("shape"):
        n = np.prod(row["shape"])
        theta = np.array([(mix(9999, i) % 129 - 64) / 64 for i in range(n)]).reshape(row["shape"])
        gradients = np.array([[tame(t, i) for i in range(n)] for t in range(1, STEPS + 1)]).reshape(STEPS, *row["shape"])
    if row.get("settle"):  # as near a solution: an estimate of how far it is grows without end otherwise
        gradients[row["settle"]:] *= 2.0**-20
        theta *= 2.0**-30  # first steps are tiny, and float32 would round them off
    if row.get("curved"):
        theta = np.array([tame(0, i) for i in range(N)])
    rule = RULES[row["rule"]](row["hyper"])
    p = torch.nn.Parameter(torch.tensor(theta))
    peer, names = torch_rule(row, p)
    row["torch"] = peer is not None
    row["at"] = []
    row["edge"] = [0] * N  # the first update in which float32 may go another way
    top = {k: np.abs(v) for k, v in rule.s.items()} | {"theta": np.abs(theta)}
    for t in range(1, STEPS + 1):
        g, eta = gradients[t - 1].copy(), rate(row["rate"], t)
        if row.get("curved"):  # the gradient of a function
            d = theta - [tame(1, i) for i in range(N)]
            g = d * [2.0 ** (i % 5 - 2) for i in range(N)] + d**3 / 16
        if row["clip_value"]:
            g = np.clip(g, -row["clip_value"], row["clip_value"])
        if row["clip_norm"]:
            g = g * min(1, row["clip_norm"] / np.sqrt(np.sum(g * g)))
        rule.rate = eta
        u = rule.u(g.copy(), theta, t) + row["decay"] * theta
        theta = rule.move(theta, eta * u) if hasattr(rule, "move") else theta - eta * u
        if row["prox"]:
            theta = np.sign(theta) * np.maximum(np.abs(theta) - eta * row["prox"], 0)
        for i in np.flatnonzero(getattr(rule, "edge", [])):
            row["edge"][i] = row["edge"][i] or t
        for k, v in (rule.s | {"theta": theta}).items():
            top[k] = np.maximum(top.get(k, 0), np.abs(v))
        if peer is not None:
            peer.param_groups[0]["lr"] = eta
            p.grad = torch.tensor(g)
            peer.step()
            close(row, t, "theta", theta, p.detach().numpy(), top["theta"])
            for ours, theirs in names.items():
                close(row, t, ours, rule.s[ours], peer.state[p][theirs].numpy(), top[ours])
        if t in look:
            row["at"].append(dict(t=t, theta=list(theta.flat), state={k: list(np.asarray(v).flat) for k, v in rule.s.items()}))
    if not any(row["edge"]):
        del row["edge"]


def close(row, t, what, a, b, scale):
    bound = (1e-10 if row["rule"] == "radam" else 1e-12) * scale  # PyTorch's ρₜ has lost four digits
    if not np.all(np.abs(a - b) <= bound):
        i = np.argmax(np.abs(a - b) - bound)
        sys.exit(f"{row['name']}: {what}[{i}] at t = {t} is {a[i]!r} here and {b[i]!r} in PyTorch")


def check_rprop(gradients):
    """PyTorch's rate is the first step only, so its Rprop equals ours at a constant rate."""
    rule = Rprop(dict(up=1.2, down=0.5, min_step=1e-4, max_step=5000.0))
    theta = np.array([start(i) for i in range(N)])
    p = torch.nn.Parameter(torch.tensor(theta))
    peer = torch.optim.Rprop([p], 0.01, (0.5, 1.2), (1e-6, 50))
    for t in range(1, STEPS + 1):
        theta = theta - 0.01 * rule.u(gradients[t - 1].copy(), theta, t)
        p.grad = torch.tensor(gradients[t - 1].copy())
        peer.step()
        close(dict(name="rprop", rule="rprop"), t, "theta", theta, p.detach().numpy(), np.abs(theta) + 1)


def check_ftrl(gradients):
    """From weights of 0 at a constant rate it is algorithm 1 of the paper, line by line."""
    alpha, beta, l1, l2 = 0.1, 1.0, 0.3, 0.7
    rule = Ftrl(dict(beta=beta, lambda1=l1, lambda2=l2, rate_power=0.5))
    rule.rate = alpha
    theta, w = np.zeros(N), [0.0] * N
    z, n = [0.0] * N, [0.0] * N
    for t in range(1, STEPS + 1):
        rule.u(gradients[t - 1].copy(), theta, t)
        theta = rule.move(theta, None)
        for i in range(N):
            g = gradients[t - 1][i]
            sigma = (np.sqrt(n[i] + g * g) - np.sqrt(n[i])) / alpha
            z[i] += g - sigma * w[i]
            n[i] += g * g
        for i in range(N):  # as the paper does before the next round
            w[i] = 0.0 if abs(z[i]) <= l1 else -(z[i] - np.sign(z[i]) * l1) / ((beta + np.sqrt(n[i])) / alpha + l2)
        close(dict(name="ftrl", rule="ftrl"), t, "theta", theta, np.array(w), np.abs(theta) + 1e-3)
    assert 0 < np.sum(theta == 0) < N


def rows():
    def row(name, rule, rate, hyper=None, clip_norm=0.0, clip_value=0.0, decay=0.0, prox=0.0, shape=None, settle=0, curved=False):
        row = dict(name=name, rule=rule, rate=rate, hyper=hyper or {}, clip_norm=clip_norm, clip_value=clip_value, decay=decay, prox=prox)
        return row | (dict(shape=shape) if shape else {}) | (dict(settle=settle) if settle else {}) | (dict(curved=True) if curved else {})

    adam = dict(beta1=0.9, beta2=0.999, eps=1e-8)
    yield row("sgd", "sgd", 0.01)
    yield row("momentum", "momentum", 0.01, dict(momentum=0.9))
    yield row("nesterov", "nesterov", 0.01, dict(momentum=0.9))
    yield row("adagrad", "adagrad", 0.01, dict(eps=1e-10))
    yield row("rmsprop", "rmsprop", 0.001, dict(rho=0.9, eps=1e-8))
    yield row("adam", "adam", 0.001, adam)
    yield row("adamw", "adamw", 0.001, adam | dict(weight_decay=0.01))
    moments = dict(beta1=0.9, beta2=0.999, eps=1e-8)
    wide = dict(beta1=0.8, beta2=0.99, eps=1e-2)
    yield row("rprop", "rprop", 0.01, dict(up=1.2, down=0.5, min_step=1e-4, max_step=5000.0))
    yield row("rprop limits", "rprop", 0.01, dict(up=1.5, down=0.25, min_step=0.01, max_step=3.0))
    yield row("adadelta", "adadelta", 1.0, dict(rho=0.9, eps=1e-6))
    yield row("adadelta eps 1e-2", "adadelta", 1.0, dict(rho=0.95, eps=1e-2))
    yield row("rmsprop momentum", "rmsprop", 0.001, dict(rho=0.9, eps=1e-8, momentum=0.9))
    yield row("rmsprop centered eps 1e-2", "rmsprop", 0.001, dict(rho=0.9, eps=1e-2, centered=1.0))
    yield row("rmsprop centered outside momentum", "rmsprop", 0.001, dict(rho=0.9, eps=1e-2, centered=1.0, eps_outside=1.0, momentum=0.5))
    for name, rate in dict(amsgrad=0.001, adamax=0.002, radam=0.001, yogi=0.01).items():
        yield row(name, name, rate, moments | (dict(eps=1e-3) if name == "yogi" else {}))
        yield row(name + " eps 1e-2", name, rate, wide)
    yield row("nadam", "nadam", 0.002, moments | dict(momentum_decay=0.004))
    yield row("nadam eps 1e-2", "nadam", 0.002, wide | dict(momentum_decay=1.0))
    yield row("nadam constant", "nadam", 0.002, wide | dict(momentum_decay=0.0))
    yield row("adan", "adan", 0.001, dict(beta1=0.98, beta2=0.92, beta3=0.99, eps=1e-8))
    yield row("adan eps 1e-2", "adan", 0.001, dict(beta1=0.9, beta2=0.8, beta3=0.95, eps=1e-2))
    yield row("adabelief", "adabelief", 0.001, moments | dict(eps=1e-16))
    yield row("adabelief eps 1e-2", "adabelief", 0.001, wide)
    yield row("ademamix", "ademamix", 0.001, moments | dict(beta3=0.9999, alpha=5.0))
    yield row("ademamix eps 1e-2", "ademamix", 0.001, wide | dict(beta3=0.999, alpha=2.0, weight_decay=0.1, mix_warmup=100.0))
    yield row("adopt", "adopt", 0.001, dict(beta1=0.9, beta2=0.9999, eps=1e-6))
    yield row("adopt eps 1e-2", "adopt", 0.001, wide)
    yield row("lion", "lion", 0.0001, dict(beta1=0.9, beta2=0.99))
    yield row("lion decay", "lion", 0.001, dict(beta1=0.8, beta2=0.95, weight_decay=0.5))
    yield row("lamb", "lamb", 0.001, moments | dict(eps=1e-6, weight_decay=0.01))
    yield row("lamb eps 1e-2", "lamb", 0.001, wide | dict(weight_decay=0.1))
    yield row("lars", "lars", 1.0, dict(momentum=0.9, trust=0.001, weight_decay=0.0005))
    yield row("lars 0.5", "lars", 0.1, dict(momentum=0.5, trust=0.01, weight_decay=0.1))
    factor = dict(beta2_power=0.8, eps=1e-30, rms_clip=1.0, least_scale=1e-3)
    yield row("adafactor", "adafactor", 0.01, factor, shape=[4, 9])
    yield row("adafactor eps 1e-2", "adafactor", 0.01, dict(beta2_power=0.5, eps=1e-2, rms_clip=0.5, least_scale=1.0), shape=[2, 3, 5])
    yield row("adafactor vector", "adafactor", 0.01, factor)
    yield row("schedule-free-sgd", "schedule-free-sgd", 1.0, dict(momentum=0.9))
    yield row("schedule-free-sgd 0.5", "schedule-free-sgd", 0.01, dict(momentum=0.5, weight_decay=0.1, warmup_steps=20.0))
    yield row("schedule-free-adamw", "schedule-free-adamw", 0.0025, dict(beta1=0.9, beta2=0.999, eps=1e-8))
    yield row("schedule-free-adamw eps 1e-2", "schedule-free-adamw", 0.01, wide | dict(weight_decay=0.1, warmup_steps=5.0))
    yield row("prodigy", "prodigy", 1.0, moments | dict(d0=1e-6, d_coef=1.0), settle=12)
    yield row("prodigy eps 1e-2", "prodigy", 0.5, moments | dict(eps=1e-2, d0=1e-4, d_coef=2.0, weight_decay=0.1), settle=6)
    yield row("prodigy corrected", "prodigy", 0.5, moments | dict(beta1=0.8, d0=1e-6, d_coef=100.0, bias_correction=1.0, safeguard=1.0), settle=12)
    muon = dict(momentum=0.95, nesterov=1.0, adam_rate=0.015, beta1=0.9, beta2=0.95, eps=1e-10)
    yield row("muon", "muon", 0.02, muon, shape=[4, 9])
    yield row("muon eps 1e-2", "muon", 0.02, muon | dict(momentum=0.8, eps=1e-2, weight_decay=0.1), shape=[3, 2, 2])
    yield row("muon plain", "muon", 0.02, muon | dict(nesterov=0.0, match_adam=1.0), shape=[6, 6])
    soap = dict(beta1=0.95, beta2=0.95, eps=1e-8, every=10.0, max_dim=512.0)
    yield row("soap", "soap", 0.003, soap, shape=[4, 5])
    yield row("soap eps 1e-2", "soap", 0.003, soap | dict(beta1=0.8, eps=1e-2, every=2.0, weight_decay=0.1), shape=[2, 2, 4])
    yield row("soap one side", "soap", 0.003, soap | dict(max_dim=3.0), shape=[3, 5])
    shampoo = dict(beta1=0.9, beta2=0.999, eps=1e-8, ridge=1e-6, every=10.0, max_dim=512.0)
    yield row("shampoo", "shampoo", 0.001, shampoo, shape=[4, 4])
    yield row("shampoo eps 1e-2", "shampoo", 0.001, shampoo | dict(beta1=0.8, beta2=0.99, eps=1e-2, ridge=1e-3, every=3.0, weight_decay=0.1), shape=[2, 2, 4])
    yield row("shampoo one side", "shampoo", 0.001, shampoo | dict(max_dim=3.0), shape=[5, 3])
    yield row("lbfgs", "lbfgs", 1.0, dict(memory=10.0), curved=True)
    yield row("lbfgs 3", "lbfgs", 0.5, dict(memory=3.0), curved=True)
    yield row("centralized vector", "centralized-sgd", 0.01)
    yield row("cautious", "cautious-adam", 0.001, moments)
    yield row("cautious decay", "cautious-adamw", 0.001, wide | dict(weight_decay=0.1))
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
    yield row("adam eps hat", "adam", 0.001, moments | dict(eps=1e-7, eps_hat=1.0))
    yield row("adam eps hat 1e-2", "adam", 0.001, wide | dict(eps_hat=1.0))
    yield row("adam uncorrected", "adam", 0.001, moments | dict(uncorrected=1.0))
    yield row("adam uncorrected eps 1e-2", "adam", 0.001, wide | dict(uncorrected=1.0))
    yield row("adagrad initial", "adagrad", 0.01, dict(eps=1e-10, initial_accumulator=0.5))
    yield row("adagrad initial inside", "adagrad", 0.01, dict(eps=1e-7, eps_inside=1.0, initial_accumulator=0.1))
    yield row("radam amsgrad", "radam", 0.001, wide | dict(amsgrad=1.0))
    yield row("adabelief amsgrad", "adabelief", 0.001, wide | dict(eps=1e-8, amsgrad=1.0))
    yield row("adabelief rectify", "adabelief", 0.001, moments | dict(eps=1e-16, rectify=1.0))
    yield row("adabelief amsgrad rectify", "adabelief", 0.001, wide | dict(eps=1e-3, amsgrad=1.0, rectify=1.0))
    yield row("ftrl", "ftrl", 0.1, dict(beta=1.0, rate_power=0.5))
    yield row("ftrl penalties", "ftrl", 0.1, dict(beta=0.5, rate_power=0.5, lambda1=0.2, lambda2=2.0))
    yield row("ftrl power", "ftrl", 0.05, dict(beta=0.0, rate_power=0.7, initial_accumulator=0.1, lambda1=0.1))
    yield row("ftrl constant rate", "ftrl", 0.05, dict(beta=1.0, rate_power=0.0, lambda2=0.5))
    yield row("novograd", "novograd", 0.01, dict(beta1=0.95, beta2=0.98, eps=1e-8))
    yield row("novograd eps 1e-2", "novograd", 0.01, dict(beta1=0.8, beta2=0.5, eps=1e-2, weight_decay=0.1), shape=[4, 9])
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
        if row.get("curved"):  # the gradient of a function
            d = theta - [tame(1, i) for i in range(N)]
            g = d * [2.0 ** (i % 5 - 2) for i in range(N)] + d**3 / 16
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
    check_rprop(gradients)
    check_ftrl(gradients)
    rows_out, networks_out = list(rows()), list(networks())
    for row in rows_out:
        run(row, gradients.copy(), LOOK if row["name"] in RULES else LOOK_SHORT)
    for row in networks_out:
        network(row, gradients)
    lines = lambda rows: ",\n".join(json.dumps(r, separators=(",", ":")) for r in rows)
    print('{"rows":[\n' + lines(rows_out) + '\n],"networks":[\n' + lines(networks_out) + "\n]}")


if __name__ == "__main__":
    main()
