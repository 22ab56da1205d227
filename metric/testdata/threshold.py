"""Writes threshold.json: precision and recall by threshold, by scikit-learn 1.2, and
the best thresholds by trying all.

Run with a Python that has it: python3 threshold.py > threshold.json
"""
import json
import sys

import numpy as np
from sklearn import metrics as sk

rng = np.random.default_rng(11)
cases = []
for n, quantum in ((60, 0), (200, 20), (8, 4)):
    y = rng.integers(0, 2, n)
    p = 1 / (1 + np.exp(-(2 * y - 1 + 1.5 * rng.standard_normal(n))))
    if quantum:
        p = np.clip(np.round(p * quantum), 1, quantum - 1) / quantum
    precision, recall, thresholds = sk.precision_recall_curve(y, p)  # yes where p >= threshold
    tries = np.concatenate([[0], thresholds, [2]])
    f1 = max(sk.f1_score(y, p >= t, zero_division=0) for t in tries)
    cost = min((1 * ((p >= t) & (y == 0)).sum() + 5 * ((p < t) & (y == 1)).sum()) / n for t in tries)
    cases.append(dict(p=p.tolist(), y=y.tolist(), thresholds=thresholds.tolist(), precision=precision[:-1].tolist(),
                      recall=recall[:-1].tolist(), f1=f1, cost=float(cost)))
json.dump(cases, sys.stdout)
