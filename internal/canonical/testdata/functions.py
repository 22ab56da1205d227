"""Writes functions.json: functions of float64 to 40 digits, by mpmath, for arguments over their domains."""

import json
import random

from mpmath import mp, mpf

mp.dps = 60
random.seed(1)


def uniform(low, high):
    return lambda: (random.uniform(low, high), 0.0)


def logarithmic(low, high, signed=False):
    return lambda: (random.choice([1, -1] if signed else [1]) * 2 ** random.uniform(low, high), 0.0)


def both(*draws):
    return lambda: random.choice(draws)()


functions = {
    "exp": (lambda x, y: mp.exp(x), both(uniform(-745, 709.78), uniform(-2, 2), logarithmic(-40, 0, True))),
    "exp2": (lambda x, y: mpf(2) ** x, both(uniform(-1000, 1023), uniform(-2, 2))),
    "expm1": (lambda x, y: mp.expm1(x), both(uniform(-40, 700), uniform(-2, 2), logarithmic(-60, 0, True))),
    "log": (lambda x, y: mp.log(x), both(uniform(0, 4), logarithmic(-1073, 1023), uniform(0.9, 1.1))),
    "log10": (lambda x, y: mp.log10(x), both(uniform(0, 4), logarithmic(-1022, 1023))),
    "log1p": (lambda x, y: mp.log1p(x), both(uniform(-1, 4), logarithmic(-60, 1000), uniform(-0.9, 0.5))),
    "pow": (lambda x, y: mpf(x) ** mpf(y), lambda: (random.uniform(0.1, 4), random.choice([-4.0, -3.0, -2.0, -1.0, 2.0, 3.0, 4.0, random.uniform(-4, 4)]))),
    "sin": (lambda x, y: mp.sin(x), both(uniform(-7, 7), uniform(-1000, 1000), logarithmic(-40, 0, True), logarithmic(10, 29), logarithmic(29, 1000))),
    "cos": (lambda x, y: mp.cos(x), both(uniform(-7, 7), uniform(-1000, 1000), logarithmic(10, 29), logarithmic(29, 1000))),
    "tanh": (lambda x, y: mp.tanh(x), both(uniform(-20, 20), uniform(-1, 1), logarithmic(-40, 0, True))),
    "erf": (lambda x, y: mp.erf(x), both(uniform(-6, 6), logarithmic(-40, 0, True))),
    "erfinv": (lambda x, y: mp.erfinv(x), both(uniform(-1, 1), lambda: (1 - 2 ** random.uniform(-50, 0), 0.0))),
}

rows = {}
for name, (f, draw) in functions.items():
    rows[name] = []
    for _ in range(100):
        x, y = draw()
        rows[name].append({"x": x, "y": y, "exact": mp.nstr(f(mpf(x), mpf(y)), 40)})
with open("functions.json", "w") as file:
    lines = ",\n".join(f'"{name}": [\n' + ",\n".join(json.dumps(r) for r in list) + "\n]" for name, list in rows.items())
    file.write("{\n" + lines + "\n}\n")
