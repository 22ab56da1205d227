#!/usr/bin/python3
"""Measures Descent on a table of text by folds, or scikit-learn beside it.

    go build -o descent ./cmd/descent
    bench/text/folds.py movie-review-sentences.csv --text text --target sentiment --bin ./descent [--seeds 1,2,3] [-- FLAGS]
    bench/text/folds.py movie-review-sentences.csv --text text --target sentiment --peer

Rows are dealt to folds at random, by --fold-seed. With --inner the rows of the first fold are left
out and the others are dealt again: settings are chosen so, and the folds that count choose nothing.
The peer is tf-idf of words and pairs of them with logistic regression, and the same with naive Bayes
log-count ratios (NB-SVM).
"""

import argparse
import csv
import json
import random
import resource
import subprocess
import sys
import tempfile


def folds(rows, arg):
    order = list(range(len(rows)))
    random.Random(arg.fold_seed).shuffle(order)
    fold = {row: i % arg.folds for i, row in enumerate(order)}
    if arg.inner:
        rows = [row for i, row in enumerate(rows) if fold[i] != 0]
        order = list(range(len(rows)))
        random.Random(arg.fold_seed + 1).shuffle(order)
        fold = {row: i % arg.folds for i, row in enumerate(order)}
    for k in range(arg.folds):
        yield [row for i, row in enumerate(rows) if fold[i] != k], [row for i, row in enumerate(rows) if fold[i] == k]


def write(path, head, rows):
    with open(path, "w", newline="", encoding="utf-8") as f:
        csv.writer(f).writerows([head] + rows)


def descent(train, test, head, seed, arg):
    with tempfile.TemporaryDirectory() as folder:
        write(f"{folder}/train.csv", head, train)
        write(f"{folder}/test.csv", head, test)
        ran = subprocess.run([arg.bin, "train", "--data", f"{folder}/train.csv", "--test", f"{folder}/test.csv", "--target", arg.target,
                              "--seed", seed, "--ui", "none", "--json", "--out", f"{folder}/run"] + arg.flags, capture_output=True, text=True)
        if ran.returncode != 0:
            raise SystemExit(ran.stderr)
        return json.loads(ran.stdout)["test"]["accuracy"]


def peers(train, test, head, arg):
    import numpy as np
    import scipy.sparse as sp
    from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
    from sklearn.linear_model import LogisticRegression

    text, target = head.index(arg.text), head.index(arg.target)
    x, y = [r[text] for r in train], np.array([r[target] for r in train])
    tx, ty = [r[text] for r in test], np.array([r[target] for r in test])
    tfidf = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True)
    linear = LogisticRegression(C=3, max_iter=300).fit(tfidf.fit_transform(x), y)
    yield "tf-idf", linear.score(tfidf.transform(tx), ty)
    if len(set(y)) == 2:
        count = CountVectorizer(ngram_range=(1, 2), binary=True)
        a, b = count.fit_transform(x), count.transform(tx)
        yes = y == y[0]
        p, q = 1 + np.asarray(a[yes].sum(0)).ravel(), 1 + np.asarray(a[~yes].sum(0)).ravel()
        r = sp.diags(np.log(p / p.sum()) - np.log(q / q.sum()))
        yield "NB-SVM", LogisticRegression(max_iter=300).fit(a @ r, y).score(b @ r, ty)


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("file")
    p.add_argument("--text", default="text")
    p.add_argument("--target", required=True)
    p.add_argument("--bin", default="./descent")
    p.add_argument("--folds", type=int, default=10)
    p.add_argument("--only", type=int, default=None, help="so many of the folds")
    p.add_argument("--fold-seed", type=int, default=0)
    p.add_argument("--seeds", default="1", help="with commas between them")
    p.add_argument("--inner", action="store_true")
    p.add_argument("--peer", action="store_true")
    split = sys.argv.index("--") if "--" in sys.argv else len(sys.argv)
    arg = p.parse_args(sys.argv[1:split])
    arg.flags = sys.argv[split + 1 :]
    with open(arg.file, newline="", encoding="utf-8") as f:
        head, *rows = csv.reader(f)
    scores = {}
    for k, (train, test) in enumerate(folds(rows, arg)):
        if arg.only and k >= arg.only:
            break
        if arg.peer:
            for name, score in peers(train, test, head, arg):
                scores.setdefault(name, []).append(score)
        for seed in [] if arg.peer else arg.seeds.split(","):
            scores.setdefault(f"seed {seed}", []).append(descent(train, test, head, seed, arg))
        print(f"fold {k}: " + ", ".join(f"{name} {list_[-1]:.4f}" for name, list_ in scores.items()), flush=True)
    for name, list_ in scores.items():
        print(f"{name}: accuracy {sum(list_) / len(list_):.4f} over {len(list_)} folds")
    print(f"{resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime:.0f} s of a core in commands")


if __name__ == "__main__":
    main()
