"""Polynomials of package formula.

Each is a weighted least-squares fit at Chebyshev nodes, the weight being the
relative error of the function in question. Coefficients are rounded to float32
one by one, lowest power first, and the rest fitted again.
"""
import mpmath as mp
import numpy as np

mp.mp.prec = 200


def fit(f, weight, lo, hi, powers, nodes=400):
    """Coefficients c such that sum c_k x^powers[k] ~ f, error weighted."""
    k = np.arange(nodes)
    x = (lo + hi) / 2 + (hi - lo) / 2 * np.cos(np.pi * (k + 0.5) / nodes)
    y = np.array([float(f(mp.mpf(v))) for v in x])
    w = np.array([float(weight(mp.mpf(v))) for v in x])
    # Chebyshev nodes under-weigh the ends for least squares; this evens it.
    w = w / np.sqrt(np.sqrt(1 - ((x - (lo + hi) / 2) / ((hi - lo) / 2)) ** 2) + 1e-3)
    done, rest = [], list(powers)
    while rest:
        a = np.stack([x ** p for p in rest], 1) * w[:, None]
        c, *_ = np.linalg.lstsq(a, y * w, rcond=None)
        c0 = np.float32(c[0])
        y = y - float(c0) * x ** rest[0]
        done.append(c0)
        rest.pop(0)
    err = np.max(np.abs(y * w * np.sqrt(np.sqrt(1 - ((x - (lo + hi) / 2) / ((hi - lo) / 2)) ** 2) + 1e-3)))
    return done, err


def show(name, result):
    c, err = result
    print(f"{name}: relative error 2^{np.log2(err):.1f}")
    for v in c:
        print(f"\t{float(v).hex()}  {v!r}")


ln2 = mp.log(2)
h = float(ln2 / 2) * 1.001
# exp(r) = 1 + r + r^2 q(r), and expm1(r) relative to itself: one q serves both
expq = lambda r: (mp.expm1(r) - r) / r**2 if r else mp.mpf(0.5)
show("exp q", fit(expq, lambda r: r**2 / mp.expm1(r) if r else 0, -h, h, range(6)))
# log(1+f) = f + f^2 q(f)
show("log q", fit(lambda r: (mp.log1p(r) - r) / r**2, lambda r: r**2 / mp.log1p(r), -0.3334, 0.3334, range(9)))
# erf(x) = x + x p(x^2)
show("erf p", fit(lambda s: mp.erf(mp.sqrt(s)) / mp.sqrt(s) - 1, lambda s: mp.sqrt(s) / mp.erf(mp.sqrt(s)), 1e-9, 1.0, range(7)))
# erfc(t) = exp(-t - t q(t)) on [1, 4]; the absolute error of the exponent
# counts as erfc(t)/erf(t).
show("erf q", fit(lambda t: -mp.log(mp.erfc(t)) / t - 1, lambda t: t * mp.erfc(t) / mp.erf(t), 1.0, 3.95, range(7)))
for n, v in (("log2e", 1 / ln2), ("ln2", ln2)):
    print(n, float(np.float32(float(v))).hex(), float(np.float32(float(v - mp.mpf(float(np.float32(float(v))))))).hex())
# sin(r) = r + r s p(s) and cos(r) = 1 + s q(s), s = r^2. For arguments of 2^22 the
# float32 next to 2/pi errs by 0.11 in the number of quarters, so |r| < pi/4 + 0.17.
edge = 0.96**2
root = lambda s: mp.sqrt(s)
show("sin p", fit(lambda s: (mp.sin(root(s)) / root(s) - 1) / s, lambda s: s * root(s) / mp.sin(root(s)), 1e-9, edge, range(4)))
show("cos q", fit(lambda s: (mp.cos(root(s)) - 1) / s, lambda s: s / mp.cos(root(s)), 1e-9, edge, range(4)))
# pi/2 in three parts, each the float32 next to what is left, and 2/pi
left = mp.pi / 2
for i in range(3):
    part = mp.mpf(float(np.float32(float(left))))
    print(f"pi/2, part {i + 1}", float(part).hex())
    left -= part
print("2/pi", float(np.float32(float(2 / mp.pi))).hex())
