"""Writes calibrate.json: temperatures by scipy's minimize_scalar in float64.

Run with a Python that has numpy and scipy: python3 calibrate.py > calibrate.json

The logits are drawn, and the truth by the softmax of a share of them, so that the
network is too sure or not sure enough.
"""
import json
import sys

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax

rng = np.random.default_rng(1)


def drawn(n, k, share):
    z = np.round(rng.normal(0, 3, (n, k)) * 64) / 64  # exact in float32
    p = np.exp(log_softmax(z * share, axis=1))
    y = np.array([rng.choice(k, p=row) for row in p])
    return z, y


def losses(z, y, t):
    return -log_softmax(z / t, axis=1)[np.arange(len(y)), y]


def case(name, z, y, per_row):
    """z [answers, k], y [answers]; per_row answers of each row."""
    n = len(y) // per_row
    best = minimize_scalar(lambda u: losses(z, y, np.exp(u)).mean() + u**2 / (2 * n * np.log(2)**2),
                           bounds=(-4, 4), method="bounded", options={"xatol": 1e-10})
    t = float("%.4g" % np.exp(best.x))
    before, after = (losses(z, y, u).reshape(n, per_row).mean(axis=1) for u in (1, t))
    return dict(name=name, t=t, before=before.mean(), after=after.mean(),
                noise=(before - after).std(ddof=1) / np.sqrt(n))


cases = []
z, y = drawn(400, 3, 0.4)
cases.append(dict(case("three classes", z, y, 1), z=z.flatten().tolist(), y=y.tolist()))
z, y = drawn(12, 3, 50)
cases.append(dict(case("all right", z, y, 1), z=z.flatten().tolist(), y=y.tolist()))
z, y = drawn(300, 2, 1.7)
z[:, 0] = 0
y = (rng.random(300) < 1 / (1 + np.exp(-1.7 * z[:, 1]))).astype(int)
cases.append(dict(case("bce", z, y, 1), z=z[:, 1].tolist(), y=y.tolist()))
z = np.zeros((600, 2))
z[:, 1] = np.round(rng.normal(0, 3, 600) * 64) / 64
y = (rng.random(600) < 1 / (1 + np.exp(-0.5 * z[:, 1]))).astype(int)
cases.append(dict(case("labels", z, y, 3), z=z[:, 1].tolist(), y=y.tolist()))
json.dump(cases, sys.stdout)
