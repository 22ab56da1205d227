"""Numbers for statistics_test.go, by scipy: python3 statistics.py > statistics.json"""
import json
import numpy as np
from scipy import special, stats


def quantile(p, nu):  # stats.t.ppf is good to ten digits only: 12.7062047364 for tan(0.475π) = 12.70620473617...
    x = special.betaincinv(nu / 2, 0.5, 2 * (1 - p))
    return np.sqrt(nu * (1 - x) / x) if x < 0.9 else np.sqrt(nu * special.betaincinv(0.5, nu / 2, 2 * p - 1) / x)


rng = np.random.RandomState(7)
tails = [[t, nu, 2 * stats.t.sf(t, nu)] for nu in [1, 2, 4, 9, 30, 1000] for t in [0.0, 1e-3, 0.5, 1, 2.776, 6, 40]]
quantiles = [[p, nu, quantile(p, nu)] for nu in [1, 2, 3, 4, 9, 19, 99, 1000] for p in [0.6, 0.9, 0.975, 0.995]]
paired = []
for n, shift in [(2, 0.5), (3, 0.1), (5, 0.3), (5, 0.0), (10, 0.02), (30, 0.01)]:
    a = np.round(0.9 + 0.02 * rng.randn(n) + shift, 6)
    b = np.round(0.9 + 0.02 * rng.randn(n), 6)
    d = a - b
    low, high = d.mean() + np.array([-1, 1]) * quantile(0.975, n - 1) * stats.sem(d)
    t, p = stats.ttest_rel(a, b)
    paired.append(dict(a=list(a), b=list(b), mean=d.mean(), low=low, high=high, p=p))


def holm(p):  # as R's p.adjust(p, "holm"): running maximum of (n-i+1)p, at most 1
    p = np.array(p)
    order = np.argsort(p, kind="stable")
    out = np.empty(len(p))
    out[order] = np.minimum(1, np.maximum.accumulate((len(p) - np.arange(len(p))) * p[order]))
    return list(out)


ps = [[0.01, 0.04, 0.03, 0.005], [0.5], [0.9, 0.8, 0.7], [0.02, 0.02, 0.02]]
print(json.dumps(dict(tails=tails, quantiles=quantiles, paired=paired, holm=[[p, holm(p)] for p in ps]), indent=1))
