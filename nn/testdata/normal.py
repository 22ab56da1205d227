"""Prints the coefficients in quantile.go, highest power first, and their error, by SciPy 1.10.

The polynomial is fitted by least squares, whose weights grow where the relative
error is large until it is nearly the same everywhere. Run: python3 normal.py
"""
import numpy as np
from numpy.polynomial import chebyshev as C
from scipy.special import ndtri

LEAST, SHIFT = 1e-7, 4
q = np.concatenate([0.5 - np.geomspace(1e-8, 0.49, 8000), np.geomspace(LEAST, 0.01, 8000)])
g = -ndtri(q) / (1 - 2 * q)
v = np.sqrt(SHIFT - np.log(4 * q * (1 - q)))
low, high = np.sqrt(SHIFT), v.max()
v = (2 * v - low - high) / (high - low)
weight = 1 / g
for _ in range(200):
    p = C.chebfit(v, g, 10, w=weight)
    e = np.abs(C.chebval(v, p) / g - 1)
    weight = weight * (0.5 + e / e.max())
    weight /= weight.max()
print(", ".join("%.12g" % c for c in C.cheb2poly(p)[::-1]))
print("error", e.max())
