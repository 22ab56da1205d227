#!/usr/bin/python3
"""Compares update rules on tables by descent compare, beside a published ranking.

    bench/tables/rules.py --bin ./descent [--tables adult,higgs] [--seconds 60]
    bench/tables/rules.py --page

Each rule gets a plain network, its rate searched on the validation part, and three seeds, in about
so many seconds a rule and table. Appends a line a rule to rules.jsonl, leaves out tables that stand
there with the same commit and seconds, goes on with one that was interrupted, and writes
docs/rules-on-tables.md, which --page does alone.
"""

import argparse
import json
import os
import subprocess

import lines
from gather import ROOT
from run import HERE, commit
from tasks import chosen

PAGE = f"{ROOT}/docs/rules-on-tables.md"
LINES = f"{HERE}/rules.jsonl"
TABLES = "adult,california,higgs,wine-white,churn"
EMA = "average=ema:0.99"
ENOUGH = 5  # epochs, below which a run says little of a rule
PUBLISHED = {  # mean ranks among 15 rules on 17 tables
    f"adamw {EMA}": 4.8, f"muon {EMA}": 4.8, "muon": 5.2, "schedule-free-adamw": 6.1, "adan": 8.1, "adabelief": 8.6,
    "ademamix": 8.8, "soap": 9.1, "adamw": 9.2,
}
SETTINGS = ["--model", "mlp:192,192", "--batch", "256", "--schedule", "constant", "--set", "epochs=100", "--seeds", "3"]


def command(task, folder, out, arg):
    """The comparison of one table, or what goes on with it."""
    if os.path.exists(f"{out}/plan.json"):
        return [arg.bin, "compare", "--resume", out, "--json", "--ui", arg.ui]
    rules = [r for r in PUBLISHED if " " not in r]
    line = [arg.bin, "compare", "--data", f"{folder}/train.csv", "--test", f"{folder}/test.csv", "--target", task.target,
            "--task", "classification" if task.classes else "regression", "--optimizers", ",".join(rules)]
    for rule, average in (r.split() for r in PUBLISHED if " " in r):
        line += ["--also", f"optimizer={rule},{average}"]
    seconds = arg.seconds * len(PUBLISHED)
    line += SETTINGS + ["--budget", f"{seconds}s", "--metric", task.metric, "--json", "--ui", arg.ui, "--out", out]
    return line + (["--workers", str(arg.workers)] if arg.workers else [])


def measure(task, built, arg):
    out = f"{arg.work}/rules/{task.name}-{arg.seconds}s-{built}"
    os.makedirs(os.path.dirname(out), exist_ok=True)
    ran = subprocess.run(command(task, f"{arg.work}/cut/{task.name}/1", out, arg), stdout=subprocess.PIPE, text=True)
    if ran.returncode != 0:
        raise SystemExit(ran.returncode)
    result = json.loads(ran.stdout)
    for row in result["rows"]:
        lines.append(arg.lines, {
            "table": task.name, "rule": row["name"], "commit": built, "seconds": arg.seconds, "metric": result["metric"], "rate": row["lr"],
            "inside": row["lr_inside"], "validation": row["validation"]["mean"], "test": row["test"]["mean"], "low": row["test"]["low"], "high": row["test"]["high"],
            "diverged": row["diverged"], "runs": row["runs"], "epochs": result["epochs"], "settings": " ".join(SETTINGS),
        })


INTRO = """# Update rules on tables

Written by `bench/tables/rules.py` from `bench/tables/rules.jsonl`. Gorishniy, Rubachev, Feoktistov and Babenko ("Benchmarking
Optimizers for MLPs in Tabular Deep Learning", arXiv:2604.15297) trained networks on 17 tables by 15 rules and ranked them; the
nine rules below are those of theirs that lead, and AdamW. Here each is tuned alike by `descent compare`: a rate searched
on the validation part, then three seeds, in about the same time for each rule and table. The network is plain, and the rate
constant, so that an average of the weights has something to smooth; of each rule only the rate is tuned, the rest is its default:

    {settings}

Ranks are by the mean test score over the seeds; equal ones share theirs. A rate with a ! is at an end of those tried.
"""
READ = """
Rules that average the weights lead in both rankings: schedule-free AdamW, and AdamW and Muon with an exponential moving average.
Muon without one ranks lower here than there, and the rules between lie too close for five tables to tell apart: differences of a rank or less,
and most intervals, overlap.
"""


def ranks(scores, higher):
    """Places, from 1; what diverged comes last."""
    value = {k: -float("inf") if v is None else v if higher else -v for k, v in scores.items()}
    return {k: sum(w > v for w in value.values()) + (sum(w == v for w in value.values()) + 1) / 2 for k, v in value.items()}


def page(path):
    found = {}  # of a table, those of its last comparison
    for l in lines.read(path):
        key = (l["commit"], l["seconds"])
        if found.get(l["table"], (None,))[0] != key:
            found[l["table"]] = (key, {})
        found[l["table"]][1][l["rule"]] = l
    text = [INTRO.format(settings="descent compare " + " ".join(SETTINGS))]
    missing = [t for t in TABLES.split(",") if t not in found]
    if not found:
        text.append("**Nothing has been run yet.**")
    elif missing:
        text.append(f"**Run so far: {', '.join(found)}; not yet: {', '.join(missing)}.** The mean rank is over what has been run.")
    if found:
        text += ["", *table(found)]
        for name, ((built, seconds), rows) in found.items():
            one = next(iter(rows.values()))
            text.append(f"- {name}: at {built}, {seconds} s a rule, {one['epochs']} epoch{'s' * (one['epochs'] != 1)} a run, "
                        f"test {one['metric']} with 95 % intervals over the {one['runs']} seeds{'' if one['epochs'] >= ENOUGH else ': too short to rank rules by'}.")
    if not missing:
        text.append(READ)
    with open(PAGE, "w", encoding="utf-8") as f:
        f.write("\n".join(text).rstrip() + "\n")


def table(found):
    places = {name: ranks({r: l["test"] for r, l in rows.items()}, chosen(name)[0].higher) for name, (_, rows) in found.items()}
    mean = {r: sum(p[r] for p in places.values()) / len(places) for r in PUBLISHED if all(r in p for p in places.values())}
    yield "| rule | published mean rank | mean rank here | " + " | ".join(found) + " |"
    yield "|---" * (3 + len(found)) + "|"
    for rule in sorted(PUBLISHED, key=lambda r: (mean.get(r, 99), PUBLISHED[r])):
        cells = [cell(rows.get(rule)) for _, rows in found.values()]
        yield f"| {rule.replace(' average=ema:0.99', ' with EMA')} | {PUBLISHED[rule]} | {format(mean[rule], '.1f') if rule in mean else ''} | " + " | ".join(cells) + " |"
    yield ""


def cell(l):
    if l is None or l["test"] is None:
        return "diverged" if l else ""
    half = "" if l["high"] is None else f" ± {(l['high'] - l['low']) / 2:.4f}"
    return f"{l['test']:.4f}{half}, rate {l['rate']:g}{'' if l['inside'] else ' !'}"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", default=f"{ROOT}/descent", help="the built command")
    parser.add_argument("--commit", help="of the binary, where it does not say it itself")
    parser.add_argument("--work", default=f"{ROOT}/runs/tables", help="work folder of gather.py")
    parser.add_argument("--tables", default=TABLES, help="only these, as in adult,higgs")
    parser.add_argument("--seconds", type=int, default=60, help="for each rule and table, about")
    parser.add_argument("--workers", type=int, default=0, help="cores to use; 0: all")
    parser.add_argument("--ui", default="auto", help="progress on stderr: auto, live, plain or none")
    parser.add_argument("--lines", default=LINES)
    parser.add_argument("--page", action="store_true", help="write the page alone")
    arg = parser.parse_args()
    if not arg.page:
        tasks, built = chosen(arg.tables), arg.commit or commit(arg.bin)
        done = {(l["table"], l["commit"], l["seconds"]) for l in lines.read(arg.lines)}
        for task in tasks:
            if (task.name, built, arg.seconds) not in done:
                measure(task, built, arg)
    page(arg.lines)


if __name__ == "__main__":
    main()
