"""Numbers for TestWelch and TestChiSquare, by scipy: python3 welch.py > welch.json"""
import json
import numpy as np
from scipy import optimize, stats

welch, chi = [], []
# stats.t.ppf is good to ten digits only, so the quantile is searched
for a, b in [([1.2, 3.4, 2.2, 5.0, 4.1], [0.3, 0.9, 1.1, 0.2, 0.5, 0.4, 0.8]), ([1, 2], [1.5, 2.5, 3.25]), ([100, 101, 99, 100.5], [0.01, 0.02])]:
    va, vb = np.var(a, ddof=1) / len(a), np.var(b, ddof=1) / len(b)
    nu = (va + vb) ** 2 / (va**2 / (len(a) - 1) + vb**2 / (len(b) - 1))
    half, d = optimize.brentq(lambda q: stats.t.sf(q, nu) - 0.005, 0.1, 1000, xtol=1e-14, rtol=1e-14) * np.sqrt(va + vb), np.mean(a) - np.mean(b)
    p = stats.ttest_ind(a, b, equal_var=False).pvalue
    welch.append({"A": a, "B": b, "Mean": d, "Low": d - half, "High": d + half, "P": p})
for a, b in [([10, 20, 30], [12, 25, 20]), ([5, 0, 7, 100], [3, 0, 20, 60]), ([1000, 2000, 10], [900, 2100, 50]), ([7, 3], [1, 900]), (list(range(1, 60)), list(range(60, 1, -1)))]:
    kept = [(x, y) for x, y in zip(a, b) if x + y]
    c = stats.chi2_contingency(np.array(kept).T, correction=False)
    chi.append({"A": a, "B": b, "Statistic": c[0], "Freedom": c[2], "P": c[1]})
print(json.dumps({"Welch": welch, "Chi": chi}, indent=1))
