"""Writes weighted.json: metrics of weighted rows by scikit-learn 1.2.

Run with a Python that has it: python3 weighted.py > weighted.json
"""
import json
import sys

import numpy as np
from sklearn import metrics as sk

rng = np.random.default_rng(7)
cases = []


def classes(k, n):
    y = rng.integers(0, k, n)
    p = rng.dirichlet(np.ones(k), n)
    w = rng.integers(0, 5, n) / 4  # some count for nothing
    best = p.argmax(1)
    right = p[np.arange(n), y]
    some = w > 0
    occur = [c for c in range(k) if (y[some] == c).any() or (best[some] == c).any()]
    of = dict(labels=occur, average="macro", zero_division=0, sample_weight=w)
    distance = ((p - np.eye(k)[y]) ** 2).sum(1) / (2 if k == 2 else 1)
    values = dict(
        accuracy=sk.accuracy_score(y, best, sample_weight=w), balanced_accuracy=sk.balanced_accuracy_score(y, best, sample_weight=w),
        f1=sk.f1_score(y, best, **of), precision=sk.precision_score(y, best, **of), recall=sk.recall_score(y, best, **of),
        kappa=sk.cohen_kappa_score(y, best, weights="quadratic", sample_weight=w), rank_error=sk.mean_absolute_error(y, best, sample_weight=w),
        log_loss=sk.log_loss(y, p, sample_weight=w), brier=(w * distance).sum() / w.sum())
    if k == 2:
        assert abs(values["brier"] - sk.brier_score_loss(y, p[:, 1], sample_weight=w)) < 1e-12
    cases.append(dict(kind="classes", width=k, pred=p.ravel().tolist(), target=y.tolist(), weight=w.tolist(), values=values))


def numbers(k, n):
    y = np.abs(rng.normal(5, 2, (n, k)))
    p = np.abs(y + rng.normal(0, 1, (n, k)))
    w = rng.exponential(1, n)
    w[:2] = 0
    of = dict(sample_weight=w)
    values = dict(
        mse=sk.mean_squared_error(y, p, **of), rmse=np.mean(np.sqrt(sk.mean_squared_error(y, p, multioutput="raw_values", **of))),
        mae=sk.mean_absolute_error(y, p, **of), r2=sk.r2_score(y, p, **of), mape=sk.mean_absolute_percentage_error(y, p, **of))
    values["poisson_deviance"] = np.mean([sk.mean_poisson_deviance(y[:, c], p[:, c], **of) for c in range(k)])
    values["quantile0.9"] = sk.mean_pinball_loss(y, p, alpha=0.9, **of)
    cases.append(dict(kind="numbers", width=k, pred=p.ravel().tolist(), target=y.ravel().tolist(), weight=w.tolist(), values=values))


classes(2, 40)
classes(4, 60)
numbers(1, 30)
numbers(3, 50)
json.dump(cases, sys.stdout)
