"""Writes people.csv and reference.json: numpy's answers to what encoding computes.

Run beside this file: python3 reference.py. Needs numpy and scikit-learn.
"""
import csv
import json

import numpy as np
from sklearn.datasets import load_digits

rng = np.random.default_rng(7)
N = 60
cities = ["Ulm", "Bonn", "Jena"]
rows = []
for i in range(N):
    age = "" if i % 13 == 5 else str(int(rng.integers(18, 80)))
    city = ["?", "NA"][i % 2] if i % 11 == 3 else cities[int(rng.integers(3))]
    height = f"{rng.normal(170, 9):.2f}"
    rows.append([str(i + 1), age, city, "x", height, f"{rng.normal(5e4, 9e3):.1f}"])
header = ["id", "age", "city", "site", "height", "income"]
with open("people.csv", "w", newline="") as f:
    csv.writer(f, lineterminator="\n").writerows([header] + rows)

train = [i for i in range(N) if i % 3 != 0]


def number(col):
    v = np.array([float(r[col]) if r[col] else np.nan for r in rows])
    t = v[train]
    missing = np.isnan(v)
    filled = np.where(missing, np.nanmedian(t), v)
    return (filled - np.nanmean(t)) / np.nanstd(t), missing.astype(float), t


age, age_missing, _ = number(1)
height, _, _ = number(4)
income = np.array([float(r[5]) for r in rows])
levels = sorted(cities)
onehot = np.zeros((N, 5))  # levels, <missing>, <unk>
for i, r in enumerate(rows):
    onehot[i, 3 if r[2] in ("?", "NA") else levels.index(r[2])] = 1
x = np.column_stack([age, age_missing, onehot, height])
y = (income - income[train].mean()) / income[train].std()

digits = load_digits().data
rows_of_digits = list(range(0, 1797, 2))
json.dump(
    {
        "train": train,
        "x": x.round(12).tolist(),
        "y": y.round(12).tolist(),
        "income": income.tolist(),
        "digits_mean": digits[rows_of_digits].mean(),
        "digits_std": digits[rows_of_digits].std(),
    },
    open("reference.json", "w"),
)
