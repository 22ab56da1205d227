#!/usr/bin/python3
"""Brings all tables into the work folder and cuts them.

    bench/tables/gather.py [--work runs/tables] [--shared ../shared/data] [--tables adult,iris] [--pin]

Leaves raw/NAME.csv and cut/NAME/SEED/train.csv and test.csv (validation.csv where a table has its
own). A table that cannot be had is left out with a message. Each is checked against sums.txt, which
--pin writes anew. Packages are downloaded by apt-get and npm, unpacked, and not installed; Rscript
reads those of R.
"""

import argparse
import csv
import glob
import hashlib
import json
import os
import subprocess
import sys
import time

from sklearn.model_selection import train_test_split

import made
from tasks import TASKS, chosen

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
SUMS = os.path.join(HERE, "sums.txt")
DEBIAN = ["r-cran-modeldata", "r-cran-mlbench", "r-cran-kernlab", "r-cran-ggplot2", "r-cran-cardata"]
VEGA = "vega-datasets@3.2.1"
SHARED = {
    "adult-train": "tabular/adult-train.csv", "adult-test": "tabular/adult-test.csv",
    "california": "tabular/california-housing.csv",
    "california-rtdl-train": "tabular-rtdl/california-train.csv",
    "california-rtdl-validation": "tabular-rtdl/california-validation.csv",
    "california-rtdl-test": "tabular-rtdl/california-test.csv",
    "wine-white": "tabular/winequality-white.csv", "diabetes": "tabular/diabetes.csv",
    "wdbc": "tabular/breast-cancer-wisconsin-diagnostic.csv", "iris": "tabular/iris.csv",
}
PARTS = ("train", "validation", "test")


def read(path):
    with open(path, newline="", encoding="utf-8") as f:
        return list(csv.reader(f))


def write(path, rows):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path + ".new", "w", newline="", encoding="utf-8") as f:
        csv.writer(f, lineterminator="\n").writerows(rows)
    os.replace(path + ".new", path)


def shared(folder, raw):
    for name, file in SHARED.items():
        write(f"{raw}/{name}.csv", read(f"{folder}/{file}"))
    first, second = (read(f"{folder}/tabular/higgs-sample-{p}.csv") for p in ("train", "test"))
    write(f"{raw}/higgs.csv", first + second[1:])


def debian(work, raw):
    at = f"{work}/packages"
    os.makedirs(at, exist_ok=True)
    for package in DEBIAN:
        if not glob.glob(f"{at}/{package}_*.deb"):
            subprocess.run(["apt-get", "download", "-q", package], cwd=at, check=True)
        subprocess.run(["dpkg", "-x", glob.glob(f"{at}/{package}_*.deb")[0], f"{at}/{package}"], check=True)
        for library in glob.glob(f"{at}/{package}/usr/lib/R/site-library/*"):
            link = f"{at}/library/{os.path.basename(library)}"
            os.makedirs(os.path.dirname(link), exist_ok=True)
            if not os.path.exists(link):
                os.symlink(os.path.abspath(library), link)
    subprocess.run(["Rscript", f"{HERE}/packages.R", f"{at}/library", raw], check=True)


def npm(work, raw):
    at = f"{work}/packages"
    os.makedirs(at, exist_ok=True)
    if not glob.glob(f"{at}/vega-datasets-*.tgz"):
        subprocess.run(["npm", "pack", "--silent", VEGA], cwd=at, check=True)
    subprocess.run(["tar", "xzf", glob.glob(f"{at}/vega-datasets-*.tgz")[0], "-C", at], check=True)
    write(f"{raw}/weather.csv", read(f"{at}/package/data/seattle-weather.csv"))
    with open(f"{at}/package/data/movies.json", encoding="utf-8") as f:
        films = [m for m in json.load(f) if m["IMDB Rating"] is not None]
    names = [n for n in films[0] if n not in ("Title", "IMDB Votes")]
    rows = [["" if m[n] is None else day(m[n]) if n == "Release Date" else m[n] for n in names] for m in films]
    write(f"{raw}/movies.csv", [[n.replace(" ", "_") for n in names]] + rows)


def day(text):
    """Jun 12 1998 as 1998-06-12; a year alone, or none of a month, is left blank."""
    try:
        return time.strftime("%Y-%m-%d", time.strptime(text, "%b %d %Y"))
    except (TypeError, ValueError):
        return ""


def generated(raw):
    for make in made.MADE:
        write(f"{raw}/made-{make.__name__}.csv", made.table(make))


def files(task):
    """The raw files of a task."""
    if task.cut != "own":
        return [task.name]
    return [f"{task.name}-{p}" for p in PARTS if p != "validation" or task.name == "california-rtdl"]


def digest(path):
    with open(path, "rb") as f:
        return hashlib.sha256(f.read()).hexdigest()


def fifth(labels, classes, seed):
    """Indices of the rows that stay and of a fifth for a test, of each class alike, both in their order."""
    parts = train_test_split(range(len(labels)), test_size=0.2, random_state=seed, stratify=labels if classes else None)
    return [sorted(p) for p in parts]


def cut(task, work):
    for seed in range(1, task.seeds + 1):
        at = f"{work}/cut/{task.name}/{seed}"
        if task.cut == "own":
            for file in files(task):
                write(f"{at}/{file.rsplit('-', 1)[1]}.csv", read(f"{work}/raw/{file}.csv"))
            continue
        header, *rows = read(f"{work}/raw/{task.name}.csv")
        if task.cut == "last":
            train, test = range(len(rows) * 4 // 5), range(len(rows) * 4 // 5, len(rows))
        else:
            target = header.index(task.target)
            train, test = fifth([r[target] for r in rows], task.classes, seed)
        write(f"{at}/train.csv", [header] + [rows[i] for i in train])
        write(f"{at}/test.csv", [header] + [rows[i] for i in test])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", default=f"{ROOT}/runs/tables", help="work folder")
    parser.add_argument("--shared", default=f"{ROOT}/../shared/data", help="folder of the tables that lie beside the checkout")
    parser.add_argument("--tables", default="", help="only these, as in adult,iris; mission or others for all of a kind")
    parser.add_argument("--pin", action="store_true", help="write sums.txt by what was found")
    arg = parser.parse_args()
    tasks = chosen(arg.tables)
    raw = f"{arg.work}/raw"
    os.makedirs(raw, exist_ok=True)
    sources = {"shared": lambda: shared(arg.shared, raw), "debian": lambda: debian(arg.work, raw),
               "npm": lambda: npm(arg.work, raw), "made": lambda: generated(raw)}
    for source in {t.source: None for t in tasks}:
        if all(os.path.exists(f"{raw}/{f}.csv") for t in tasks if t.source == source for f in files(t)):
            continue
        try:
            sources[source]()
        except (OSError, subprocess.CalledProcessError) as err:
            print(f"left out what comes from {source}: {err}", file=sys.stderr)
    if arg.pin:
        with open(SUMS, "w") as f:
            f.writelines(f"{digest(f'{raw}/{n}.csv')}  {n}.csv\n" for t in TASKS for n in files(t) if os.path.exists(f"{raw}/{n}.csv"))
    with open(SUMS) as f:
        pinned = {name: sum for sum, name in (line.split() for line in f)}
    had = 0
    for task in tasks:
        missing = [f for f in files(task) if not os.path.exists(f"{raw}/{f}.csv")]
        other = [f for f in files(task) if f not in missing and digest(f"{raw}/{f}.csv") != pinned.get(f + ".csv")]
        if missing or other:
            why = "cannot be had" if missing else f"is not what sums.txt pins; remove it from {raw} to bring it anew"
            print(f"left out {task.name}: {' and '.join(missing or other)} {why}", file=sys.stderr)
            continue
        cut(task, arg.work)
        had += 1
    print(f"{had} of {len(tasks)} tables are in {arg.work}/cut")


if __name__ == "__main__":
    main()
