"""Numbers for reference_test.go, by scikit-learn 1.2 and numpy: python3 reference.py > reference.json

A network with known weights over a table of three numbers and a category: its
permutation importance and partial dependence by scikit-learn, its accumulated
local effects by Apley and Zhu's formulas, written out.
"""
import json
import numpy as np
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.inspection import partial_dependence, permutation_importance

rng = np.random.RandomState(3)
n = 240
a = np.round(rng.randn(n), 3)
b = np.round(0.8 * a + 0.6 * rng.randn(n), 3)
c = rng.randint(0, 5, n).astype(float)
names = ["Aachen", "Bonn", "Essen", "Trier"]
city = np.where(a > 0.5, 3, rng.randint(0, 3, n))
y = np.round(3 * a - b * c + 2 * (city == 1) + 0.5 * rng.randn(n), 3)
raw = np.stack([a, b, c, city.astype(float)], 1)
mean, std = raw[:, :3].mean(0), raw[:, :3].std(0)
w1, b1 = np.round(rng.randn(8, 6), 3), np.round(rng.randn(6), 3)
w2, b2 = np.round(rng.randn(6, 1), 3), np.round(rng.randn(1), 3)


def f(rows):
    x = np.zeros((len(rows), 8))
    x[:, :3] = (rows[:, :3] - mean) / std
    x[np.arange(len(rows)), 3 + rows[:, 3].astype(int)] = 1  # the eighth is <unk>
    return (np.tanh(x @ w1 + b1) @ w2 + b2)[:, 0] * y.std() + y.mean()


class Net(BaseEstimator, RegressorMixin):
    def __init__(self):
        self.fitted_ = True

    def fit(self, x, y):
        return self

    def predict(self, x):
        return f(x)


importance = {}
for name, scoring in [("mse", "neg_mean_squared_error"), ("r2", "r2")]:
    p = permutation_importance(Net(), raw, y, scoring=scoring, n_repeats=2000, random_state=0)
    scale = y.var() if name == "mse" else 1  # the loss is of the standardized target
    importance[name] = {"mean": list(p.importances_mean / scale), "std": list(p.importances_std / scale)}

partial = []
for k in range(4):
    p = partial_dependence(Net(), raw, [k], percentiles=(0, 1), grid_resolution=1000, kind="average")
    partial.append({"values": list(p["values"][0]), "mean": list(p["average"][0])})


def with_column(rows, k, v):
    rows = rows.copy()
    rows[:, k] = v
    return rows


def ale(k, points):
    s = np.sort(raw[:, k])
    z = np.unique(s) if len(np.unique(s)) <= points else np.unique(s[np.arange(points) * (n - 1) // (points - 1)])
    interval = np.maximum(1, np.searchsorted(z, raw[:, k], side="left"))  # in (z[j-1], z[j]], the least in the first
    g = np.zeros(len(z))
    counts = np.zeros(len(z))
    for j in range(1, len(z)):
        rows = raw[interval == j]
        counts[j] = len(rows)
        g[j] = g[j - 1] + (np.mean(f(with_column(rows, k, z[j])) - f(with_column(rows, k, z[j - 1]))) if len(rows) else 0)
    return {"values": list(z), "mean": list(g - np.sum(counts[1:] * (g[1:] + g[:-1]) / 2) / n)}


def ale_levels(k):
    levels = np.unique(raw[:, k])
    d = np.zeros((len(levels), len(levels)))
    for other in [o for o in range(4) if o != k]:
        q = np.sort(raw[:, other])[np.arange(100) * (n - 1) // 99]
        cdf = np.array([[np.mean(raw[raw[:, k] == l, other] <= v) for v in q] for l in levels])
        d += np.abs(cdf[:, None] - cdf[None]).max(2)
    j = np.eye(len(levels)) - 1 / len(levels)
    values, vectors = np.linalg.eigh(-j @ (d**2) @ j / 2)
    order = list(np.argsort(vectors[:, -1], kind="stable"))
    if order.index(0) > order.index(len(levels) - 1):
        order = order[::-1]
    g = np.zeros(len(levels))
    for i in range(1, len(levels)):
        low, high = levels[order[i - 1]], levels[order[i]]
        rows = raw[(raw[:, k] == low) | (raw[:, k] == high)]
        g[i] = g[i - 1] + np.mean(f(with_column(rows, k, high)) - f(with_column(rows, k, low)))
    counts = np.array([np.sum(raw[:, k] == levels[o]) for o in order])
    return {"values": [int(levels[o]) for o in order], "mean": list(g - np.sum(counts * g) / n)}


print(json.dumps({
    "rows": raw.tolist(), "y": y.tolist(), "cities": names, "w1": w1.tolist(), "b1": b1.tolist(), "w2": w2.tolist(), "b2": b2.tolist(),
    "predictions": f(raw).tolist(), "importance": importance, "partial": partial, "ale": [ale(0, 20), ale(1, 20), ale(2, 20), ale_levels(3)],
}))
