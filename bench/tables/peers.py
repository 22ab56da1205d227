#!/usr/bin/python3
"""Measures what users would take instead, by scikit-learn, on the rows that gather.py cut.

    bench/tables/peers.py [--work runs/tables] [--tables adult,iris] [--methods boosting] [--seeds 3]

Appends a line a run to peers.jsonl and leaves out what stands there. One thread.

linear          logistic regression with C = 1, or ridge regression with the best of 13 penalties by
                leave-one-out; numbers standardized, blanks their median and a flag, categories one-hot
forest          random forest with its defaults, blanks as medians, categories as numbers
boosting        HistGradientBoosting with its defaults; categories as such, blanks as such
boosting-tuned  the same, the best of 8 configurations (4 where there are more than two classes) by the task's
                score on a fifth of the training rows, or on the table's own validation part; then
                trained on all training rows
"""

import os

for threads in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[threads] = "1"

import argparse
import csv
import datetime
import math
import time
import warnings
from random import Random

import numpy as np
import sklearn
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor, RandomForestClassifier, RandomForestRegressor
from sklearn.linear_model import LogisticRegression, RidgeCV
from sklearn.metrics import accuracy_score, log_loss, mean_squared_error, r2_score, roc_auc_score

import lines
from gather import ROOT, fifth
from tasks import chosen

HERE = os.path.dirname(os.path.abspath(__file__))
MISSING = {"", "?", "NA"}
METHODS = ("linear", "forest", "boosting", "boosting-tuned")
ROUND, MOST, PATIENCE = 50, 500, 2  # trees between two looks, at most, and looks without a better loss
LEVELS = 250  # of a category, the most frequent, which is as many as boosting can take; others are blank


def read(path):
    with open(path, newline="", encoding="utf-8") as f:
        return list(csv.reader(f))


def spread_dates(header, rows, dates):
    """Replaces a date by its year, month, day of the year and day of the week."""
    at = [header.index(d) for d in dates]
    keep = [i for i in range(len(header)) if i not in at]

    def parts(text):
        if text in MISSING:
            return [""] * 4
        d = datetime.date.fromisoformat(text)
        return [str(v) for v in (d.year, d.month, d.timetuple().tm_yday, d.weekday())]

    names = [header[i] for i in keep] + [f"{d} {p}" for d in dates for p in ("year", "month", "day", "weekday")]
    return names, [[r[i] for i in keep] + [p for i in at for p in parts(r[i])] for r in rows]


class Columns:
    """What training rows say of the columns: which are numbers, and the levels of the others."""

    def __init__(self, rows, most):
        self.levels = []  # of a column; None for numbers
        for column in zip(*rows):
            values = [v for v in column if v not in MISSING]
            try:
                [float(v) for v in values]
                self.levels.append(None)
            except ValueError:
                counts = {}
                for v in values:
                    counts[v] = counts.get(v, 0) + 1
                often = sorted(counts, key=lambda v: (-counts[v], v))[:most]
                self.levels.append({v: i for i, v in enumerate(often)})

    def categories(self):
        return [c is not None for c in self.levels]

    def matrix(self, rows):
        """Numbers as they are, levels as their places, NaN where blank, -1 where rare or new."""
        x = np.full((len(rows), len(self.levels)), np.nan)
        for j, levels in enumerate(self.levels):
            for i, row in enumerate(rows):
                v = row[j]
                if v not in MISSING:
                    x[i, j] = float(v) if levels is None else levels.get(v, -1)
        return x


def filled(x, train):
    """Blanks as the median of training rows."""
    middle = np.nanmedian(np.where(np.isnan(train).all(0), 0, train), axis=0)
    return np.where(np.isnan(x), middle, x)


def spread_out(columns, x, train):
    """The standard matrix for linear models."""
    parts = []
    for j, levels in enumerate(columns.levels):
        if levels is not None:
            parts += [x[:, j] == i for i in range(len(levels))]
            continue
        v, t = filled(x[:, [j]], train[:, [j]])[:, 0], filled(train[:, [j]], train[:, [j]])[:, 0]
        parts.append((v - t.mean()) / (t.std() or 1))
        if np.isnan(train[:, j]).any():
            parts.append(np.isnan(x[:, j]))
    return np.column_stack(parts).astype(float)


def score(metric, y, model, x):
    if metric == "accuracy":
        return accuracy_score(y, model.predict(x))
    if metric == "auroc":
        return roc_auc_score(y == model.classes_[1], model.predict_proba(x)[:, 1])
    if metric == "r2":
        return r2_score(y, model.predict(x))
    return math.sqrt(mean_squared_error(y, model.predict(x)))


def boosting(task, columns, seed, **configuration):
    kind = HistGradientBoostingClassifier if task.classes else HistGradientBoostingRegressor
    return kind(categorical_features=columns.categories(), random_state=seed, **configuration)


def configuration(r):
    return {
        "learning_rate": round(math.exp(r.uniform(math.log(0.02), math.log(0.2))), 4),
        "max_leaf_nodes": r.choice([8, 16, 31, 64]),
        "min_samples_leaf": r.choice([5, 10, 20, 50]),
        "l2_regularization": round(math.exp(r.uniform(math.log(1e-3), math.log(10))), 4),
    }


def tuned(task, columns, seed, x, y, inner, held):
    """Random search: trees are added while the loss on held rows falls; the best score there decides."""
    r = Random(f"{task.name}/{seed}")
    sign = 1 if task.higher else -1
    best = (-math.inf, None)
    for trial in range(8 if not task.classes or len(set(y)) == 2 else 4):
        c = {"learning_rate": 0.1} if trial == 0 else configuration(r)
        model = boosting(task, columns, seed, early_stopping=False, warm_start=True, max_iter=ROUND, **c)
        least, worse = math.inf, 0
        while worse < PATIENCE and model.max_iter <= MOST:
            model.fit(x[inner], y[inner])
            if task.classes:
                known = np.isin(y[held], model.classes_)
                loss = log_loss(y[held][known], model.predict_proba(x[held][known]), labels=model.classes_)
            else:
                loss = mean_squared_error(y[held], model.predict(x[held]))
            worse = 0 if loss < least else worse + 1
            least = min(least, loss)
            found = sign * score(task.metric, y[held], model, x[held])
            if found > best[0]:
                best = (found, {**c, "max_iter": model.max_iter})
            model.set_params(max_iter=model.max_iter + ROUND)
    return best[1]


def measure(task, method, seed, folder):
    header, *train = read(f"{folder}/train.csv")
    rows = {"train": train, "test": read(f"{folder}/test.csv")[1:]}
    if os.path.exists(f"{folder}/validation.csv"):
        rows["validation"] = read(f"{folder}/validation.csv")[1:]
    at = header.index(task.target)
    x, y = {}, {}
    for part, all in rows.items():
        y[part] = np.array([r[at] if task.classes else float(r[at]) for r in all])
        names, rest = spread_dates(header[:at] + header[at + 1 :], [r[:at] + r[at + 1 :] for r in all], task.dates)
        if part == "train":
            columns = Columns(rest, LEVELS if method.startswith("boosting") else None)
        x[part] = columns.matrix(rest)
    detail = {}
    if method == "linear":
        model = LogisticRegression(max_iter=1000) if task.classes else RidgeCV(alphas=np.logspace(-3, 3, 13))
        x = {part: spread_out(columns, m, x["train"]) for part, m in x.items()}
    elif method == "forest":
        kind = RandomForestClassifier if task.classes else RandomForestRegressor
        model = kind(random_state=seed, n_jobs=1)
        x = {part: filled(m, x["train"]) for part, m in x.items()}
    elif method == "boosting":
        model = boosting(task, columns, seed)
        x = {part: np.where(np.equal(m, -1) & columns.categories(), np.nan, m) for part, m in x.items()}
    else:
        x = {part: np.where(np.equal(m, -1) & columns.categories(), np.nan, m) for part, m in x.items()}
        n = len(y["train"])
        if "validation" in x:
            both, labels = np.vstack([x["train"], x["validation"]]), np.concatenate([y["train"], y["validation"]])
            inner, held = np.arange(n), np.arange(n, len(labels))
        else:
            both, labels = x["train"], y["train"]
            inner, held = (np.array(part) for part in fifth(labels, task.classes, seed))
        detail = tuned(task, columns, seed, both, labels, inner, held)
        model = boosting(task, columns, seed, early_stopping=False, **detail)
    model.fit(x["train"], y["train"])
    return score(task.metric, y["test"], model, x["test"]), detail


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", default=f"{ROOT}/runs/tables", help="work folder of gather.py")
    parser.add_argument("--tables", default="", help="only these, as in adult,iris; mission or others for all of a kind")
    parser.add_argument("--methods", default=",".join(METHODS))
    parser.add_argument("--seeds", type=int, default=100, help="at most so many")
    parser.add_argument("--lines", default=f"{HERE}/peers.jsonl")
    arg = parser.parse_args()
    warnings.filterwarnings("ignore")
    done = {(l["table"], l["method"], l["seed"]) for l in lines.read(arg.lines)}
    for method in arg.methods.split(","):
        for task in chosen(arg.tables):
            for seed in range(1, min(task.seeds, arg.seeds) + 1):
                folder = f"{arg.work}/cut/{task.name}/{seed}"
                if (task.name, method, seed) in done or not os.path.exists(folder):
                    continue
                wall, user = time.time(), time.process_time()
                found, detail = measure(task, method, seed, folder)
                line = {"table": task.name, "method": method, "seed": seed, "metric": task.metric, "score": round(float(found), 6),
                        "seconds": round(time.time() - wall, 2), "user": round(time.process_time() - user, 2), "sklearn": sklearn.__version__}
                if detail:
                    line["configuration"] = detail
                lines.append(arg.lines, line)
                print(task.name, method, seed, line["score"], line["user"], detail or "", flush=True)


if __name__ == "__main__":
    main()
