#!/usr/bin/python3
"""Writes bench/TABLES.md from descent.jsonl and peers.jsonl: bench/tables/page.py"""

import os
import statistics

import lines
from peers import METHODS
from run import HERE, MODES
from tasks import MISSION, OTHERS, TASKS

PAGE = os.path.join(os.path.dirname(HERE), "TABLES.md")
DEFAULTS = ("linear", "forest", "boosting", "default")  # methods that nobody tuned
ALL = METHODS + tuple(MODES)
LIMITS = {"default": 60, "bag": 120, "best": 300}  # seconds that a mark allows
SLACK = 1.05  # of a budget, for reading the data and writing the model
DESCENT = {"default": "Descent", "bag": "Descent, bag", "best": "Descent, best"}


class Results:
    """Scores and seconds by table and method; those of Descent are of the commit that was measured last."""

    def __init__(self):
        self.runs, self.commits, self.failed = {}, {}, []
        newest = {}
        for l in lines.read(f"{HERE}/descent.jsonl"):
            if l["mode"] in MODES:
                newest[l["table"], l["mode"]] = l["commit"]
        latest = {}  # a run that was repeated counts once
        for l in lines.read(f"{HERE}/peers.jsonl"):
            latest[l["table"], l["method"], l["seed"]] = l
        for l in lines.read(f"{HERE}/descent.jsonl"):
            if newest.get((l["table"], l["mode"])) == l["commit"]:
                latest[l["table"], l["mode"], l["seed"]] = l
                self.commits.setdefault(l["mode"], {})[l["commit"]] = True
        for (table, method, _), l in sorted(latest.items()):
            if "error" in l:
                self.failed.append(l)
            else:
                self.runs.setdefault((table, method), []).append(l)

    def seeds(self, table, method):
        return {l["seed"] for l in self.runs.get((table, method), [])}

    def mean(self, table, method, seeds=None):
        """The mean score over seeds, or over those that are named, or None."""
        scores = [l["score"] for l in self.runs.get((table, method), []) if seeds is None or l["seed"] in seeds]
        return statistics.mean(scores) if scores else None

    def cell(self, table, method):
        """Mean ± standard deviation over seeds, without it where there is but one seed so far."""
        runs = self.runs.get((table, method))
        if not runs:
            return ""
        scores = [l["score"] for l in runs]
        text = f"{statistics.mean(scores):.4f}"
        return text + (f" ± {statistics.stdev(scores):.4f}" if len(scores) > 1 else "")

    def seconds(self, table, method):
        runs = self.runs.get((table, method))
        return f"{statistics.mean(l['seconds'] for l in runs):.3g}" if runs else ""


def table(head, rows):
    yield "| " + " | ".join(head) + " |"
    yield "|" + "---|" * len(head)
    for row in rows:
        yield "| " + " | ".join(row) + " |"
    yield ""


def reached(task, mean, level):
    """Whether a mean, as written with four digits, reaches a level."""
    return round(mean, 4) >= level if task.higher else round(mean, 4) <= level


def against(r, task, method, level):
    """A mean beside what it must reach, and in how many seconds on average."""
    mean = r.mean(task.name, method)
    if mean is None:
        return "" if level is None else f"– / {level:g}"
    seconds = statistics.mean(l["seconds"] for l in r.runs[task.name, method])
    text = f"{r.cell(task.name, method)} in {seconds:.0f} s"
    if level is None:
        return text
    return f"{text} / {level:g} {'✓' if reached(task, mean, level) and seconds <= SLACK * LIMITS[method] else '✗'}"


def mission(r):
    head = ["table", "score"] + [f"{m} / must, {LIMITS[m]} s" for m in MODES] + ["aim"] + list(METHODS)
    rows = []
    for t in MISSION:
        own = [against(r, t, m, level) for m, level in zip(MODES, t.levels)]
        rows.append([t.name, t.metric] + own + ["" if t.levels[3] is None else f"{t.levels[3]:g}"] + [r.cell(t.name, m) for m in METHODS])
    return table(head, rows)


def flags(r):
    """What was measured with more flags than those of its mode."""
    given = {}
    for (name, method), runs in r.runs.items():
        for l in runs:
            if l.get("flags"):
                given.setdefault((method, l["flags"]), {})[name] = True
    for (method, text), names in given.items():
        yield f"{DESCENT[method]} of {', '.join(names)} was measured with `{text}`."
        yield ""


def ranks(r, task, methods):
    """Places by mean score over the seeds that all methods have, equal ones share theirs; empty if there are none."""
    common = set.intersection(*(r.seeds(task.name, m) for m in methods)) if methods else set()
    means = {m: r.mean(task.name, m, common) for m in methods}
    if not means or None in means.values():
        return {}
    sign = 1 if task.higher else -1
    rounded = {m: sign * round(v, 4) for m, v in means.items()}
    return {m: sum(w > v for w in rounded.values()) + (sum(w == v for w in rounded.values()) + 1) / 2 for m, v in rounded.items()}


def others(r):
    methods = [m for m in ALL if any((t.name, m) in r.runs for t in OTHERS)]
    rows = []
    for t in OTHERS:
        places = ranks(r, t, [m for m in methods if (t.name, m) in r.runs])
        first = [m for m in places if places[m] == min(places.values())]
        rows.append([t.name, t.metric] + [f"**{r.cell(t.name, m)}**" if m in first else r.cell(t.name, m) for m in methods])
    return table(["table", "score"] + [DESCENT.get(m, m) for m in methods], rows)


def mean_ranks(r):
    for title, methods in (("of methods that nobody tuned", DEFAULTS), ("of all", ALL)):
        methods = [m for m in methods if any((t.name, m) in r.runs for t in OTHERS)]
        places = [p for p in (ranks(r, t, methods) for t in OTHERS) if p]
        if not places:
            continue
        means = {m: statistics.mean(p[m] for p in places) for m in methods}
        order = sorted(means, key=means.get)
        yield f"Mean rank {title}, over {len(places)} tables: " + ", ".join(f"{DESCENT.get(m, m)} {means[m]:.2f}" for m in order) + "."
        yield ""


def seconds(r):
    methods = [m for m in ALL if any(k[1] == m for k in r.runs)]
    rows = [[t.name] + [r.seconds(t.name, m) for m in methods] for t in TASKS]
    return table(["table"] + [DESCENT.get(m, m) for m in methods], rows)


def about():
    rows = []
    for t in TASKS:
        how = {"fifth": "a fifth by seed", "last": "the last fifth", "own": "its own"}[t.cut]
        rows.append([t.name, t.target, t.about, how, f"{t.seeds}", {"shared": "beside the checkout", "debian": "Debian, R", "npm": "npm", "made": "made"}[t.source]])
    return table(["table", "target", "what it is", "test rows", "seeds", "from"], rows)


INTRO = """# Descent on tables

Written by `bench/tables/page.py` from `bench/tables/descent.jsonl` and `peers.jsonl`, a line a run. Each number is the mean over
seeds ± their standard deviation, on test rows that chose nothing; a seed cuts the table anew, unless it comes with a test part,
and is that of the method. All methods see the same rows.

    bench/tables/gather.py                               # brings and cuts the tables into runs/tables
    bench/tables/peers.py                                # scikit-learn beside it
    go build -o descent ./cmd/descent
    bench/tables/run.py --bin ./descent --mode default   # or bag, which is --bag 5, or best: --best --budget 5m
    bench/tables/page.py

They need Debian's python3-sklearn; gather.py downloads packages of r-cran-* and one of npm and unpacks them, for which R
(r-base-core) reads the tables. All go on where they were stopped.

The methods beside Descent, by scikit-learn: `linear` is logistic or ridge regression behind the usual preprocessing, `forest`
a random forest, `boosting` HistGradientBoosting, each with its defaults, and `boosting-tuned` the best of eight
configurations (four for more than two classes) by validation inside the training rows. `bench/tables/peers.py` says it exactly.
"""


def main():
    r = Results()
    page = [INTRO]
    for mode, commits in r.commits.items():
        page.append(f"{DESCENT[mode]} was measured at {', '.join(commits)}.")
    page += ["", "## Tables with a mark to reach", "", "Beside each number of Descent stands what must be reached, and within which time; r2 and rmse as scikit-learn has them.", "", *mission(r), *flags(r)]
    page += ["## Other tables", "", "The first of each row, over the seeds that all in it have, is bold. A number without ± is of one seed so far.", "", *others(r), *mean_ranks(r)]
    page += ["## Seconds", "", "Of the whole command or measurement, by the wall, whatever else the machine did.", "", *seconds(r)]
    if r.failed:
        page += ["## Failed", "", *(f"- {l['table']}, {DESCENT[l['mode']]}, seed {l['seed']}: {l['error']}" for l in r.failed), ""]
    page += ["## The tables", "", *about()]
    with open(PAGE, "w", encoding="utf-8") as f:
        f.write("\n".join(page).rstrip() + "\n")


if __name__ == "__main__":
    main()
