"""Tables of known structure, the same bytes each time: only Python's own generator is used."""

import math
from random import Random

NOISE = 1.0


def friedman1(r):
    """y = 10 sin(pi x1 x2) + 20 (x3 - 1/2)^2 + 10 x4 + 5 x5 + noise. Friedman, Annals of Statistics 1991."""
    for _ in range(3000):
        x = [r.random() for _ in range(10)]
        yield x, 10 * math.sin(math.pi * x[0] * x[1]) + 20 * (x[2] - 0.5) ** 2 + 10 * x[3] + 5 * x[4] + r.gauss(0, NOISE)


def additive(r):
    for _ in range(4000):
        x = [r.uniform(-2, 2) for _ in range(20)]
        y = 3 * (x[0] > 0.5) + 2 * math.sin(4 * x[1]) + 2 * abs(x[2]) + x[3] ** 3 / 2 + math.exp(x[4]) / 2
        yield x, y + r.gauss(0, NOISE)


def xor(r):
    """The sign of a sum of products, where no column alone says anything; a tenth of the labels is flipped."""
    for _ in range(6000):
        x = [r.gauss(0, 1) for _ in range(8)]
        sign = [1 if v > 0 else -1 for v in x]
        holds = sign[0] * sign[1] + 0.9 * sign[2] * sign[3] * sign[4] > 0
        yield x, "yes" if holds != (r.random() < 0.1) else "no"


def categories(r):
    shop = [r.gauss(0, 2) for _ in range(800)]
    brand = [r.gauss(0, 1) for _ in range(60)]
    for _ in range(12000):
        s, b, x = int(800 * r.random() ** 2), r.randrange(60), r.gauss(0, 1)
        y = shop[s] + brand[b] * x + r.gauss(0, NOISE)
        yield [f"s{s}", f"b{b}", x, r.choice("NESW"), r.gauss(0, 1)], y


def heavy(r):
    for _ in range(5000):
        x = [r.lognormvariate(0, 1) for _ in range(6)]
        yield x, math.exp(0.8 * math.log(x[0]) + 0.5 * math.sin(2 * math.log(x[1])) + 0.3 * math.log(x[2]) + r.gauss(0, 0.3))


def noise(r):
    for _ in range(3000):
        x = [r.gauss(0, 1) for _ in range(200)]
        z = x[0] + x[1] * x[2] + abs(x[3]) - 0.8 + math.sin(2 * x[4])
        yield x, "yes" if z + r.gauss(0, 0.5) > 0 else "no"


def imbalanced(r):
    for _ in range(12000):
        x = [r.gauss(0, 1) for _ in range(12)]
        z = 1.2 * x[0] + x[1] * x[2] + 0.8 * x[3] ** 2 - 6
        yield x, "bad" if r.random() < 1 / (1 + math.exp(-z)) else "good"


def missing(r):
    """Values are left out the likelier the larger they are, so that a blank says something."""
    for _ in range(4000):
        hidden = r.gauss(0, 1)
        x = [hidden + r.gauss(0, 0.7) for _ in range(8)]
        y = x[0] + 2 * max(x[1], 0) - x[2] * x[3] + hidden + r.gauss(0, 0.5)
        yield ["" if r.random() < 0.6 / (1 + math.exp(-2 * v)) else v for v in x], y


def multiclass(r):
    centres = [[r.gauss(0, 1.5) for _ in range(8)] for _ in range(24)]
    for _ in range(5000):
        c = r.randrange(24)
        yield [v + r.gauss(0, 1) for v in centres[c]], f"c{c % 12}"


def tiny(r):
    for _ in range(60):
        x = [r.gauss(0, 1) for _ in range(6)]
        yield x, "yes" if x[0] + x[1] - 0.5 * x[2] + r.gauss(0, 0.5) > 0 else "no"


def wide(r):
    for _ in range(150):
        x = [r.gauss(0, 1) for _ in range(1000)]
        yield x, 3 * sum(x[:5]) - 2 * sum(x[5:10]) + r.gauss(0, NOISE)


MADE = [friedman1, additive, xor, categories, heavy, noise, imbalanced, missing, multiclass, tiny, wide]


def table(make):
    """The rows that one of MADE gives, header first, numbers with six digits."""
    write = lambda v: v if isinstance(v, str) else f"{v:.6g}"
    rows = [[write(v) for v in x] + [write(y)] for x, y in make(Random("descent " + make.__name__))]
    return [[f"x{i}" for i in range(len(rows[0]) - 1)] + ["y"]] + rows
