#!/usr/bin/python3
"""Measures Descent on the tables that gather.py cut.

    go build -o descent ./cmd/descent
    bench/tables/run.py --bin ./descent [--mode default|bag|best] [--tables adult,iris] [--seeds 3] [-- FLAGS]

Appends a line a run to descent.jsonl: the score on the test rows, seconds of the whole command, wall
and user, and the commit that the binary was built from. Runs that stand there with the same commit
are left out, so that what was interrupted goes on; --again repeats those that failed. Flags after --
are handed to descent train, and name the mode if --as does. The test rows choose nothing.
"""

import argparse
import json
import math
import os
import resource
import shutil
import subprocess
import time

import lines
from gather import ROOT
from tasks import chosen

HERE = os.path.dirname(os.path.abspath(__file__))
MODES = {"default": [], "bag": ["--bag", "5"], "best": ["--best", "--budget", "5m"]}


def commit(binary):
    """The revision that go stamped into the binary; with a + where the tree was not clean."""
    if not os.path.exists(binary):
        raise SystemExit(f"there is no {binary}; build it by go build -o {binary} ./cmd/descent, or name another with --bin")
    out = subprocess.run(["go", "version", "-m", binary], capture_output=True, text=True).stdout
    found = dict(w.split("=", 1) for w in out.split() if w.startswith("vcs."))
    if "vcs.revision" not in found:
        raise SystemExit(f"{binary} does not say of which commit it is, as go build outside of a checkout's first work tree does not; give --commit")
    return found["vcs.revision"][:10] + ("+" if found["vcs.modified"] == "true" else "")


def joined(folder):
    """The training rows and those of a table's own validation part in one file: the folds of a bag are its validation."""
    path = f"{folder}/both.csv"
    with open(path, "w", encoding="utf-8") as both:
        for i, part in enumerate(("train", "validation")):
            with open(f"{folder}/{part}.csv", encoding="utf-8") as rows:
                both.writelines(list(rows)[i > 0 :])
    return path


def command(task, mode, seed, folder, out, arg):
    own = os.path.exists(f"{folder}/validation.csv")
    rows = joined(folder) if own and mode != "default" else f"{folder}/train.csv"
    line = [arg.bin, "train", "--data", rows, "--test", f"{folder}/test.csv", "--target", task.target,
            "--task", "classification" if task.classes else "regression",
            "--seed", str(seed), "--split-seed", str(seed), "--ui", "none", "--json", "--out", out]
    if own and mode == "default":
        line += ["--validation", f"{folder}/validation.csv"]
    if task.metric == "auroc":
        line += ["--metrics", "auroc"]
    if arg.workers:
        line += ["--workers", str(arg.workers)]
    return line + MODES[mode] + arg.flags


def measure(task, mode, seed, folder, out, arg):
    shutil.rmtree(out, ignore_errors=True)
    before, wall = resource.getrusage(resource.RUSAGE_CHILDREN), time.time()
    ran = subprocess.run(command(task, mode, seed, folder, out, arg), capture_output=True, text=True)
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    line = {"seconds": round(time.time() - wall, 2), "user": round(used.ru_utime - before.ru_utime, 2)}
    if ran.returncode != 0:
        said = [l for l in ran.stderr.splitlines() if l.startswith("descent: ")] or [f"exit {ran.returncode}"]
        line["error"] = said[0].removeprefix("descent: ")
        return line
    result = json.loads(ran.stdout)
    test = result["test"]
    line["score"] = round(math.sqrt(test["mse"]) if task.metric == "rmse" else test[task.metric], 6)
    line["model"], line["parameters"] = result.get("model"), result.get("parameters")
    shutil.rmtree(out)
    return line


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", default=f"{ROOT}/descent", help="the built command")
    parser.add_argument("--commit", help="of the binary, where it does not say it itself")
    parser.add_argument("--mode", default="default", choices=MODES)
    parser.add_argument("--as", dest="name", help="name of the mode in lines, where flags make it another")
    parser.add_argument("--work", default=f"{ROOT}/runs/tables", help="work folder of gather.py")
    parser.add_argument("--tables", default="", help="only these, as in adult,iris; mission or others for all of a kind")
    parser.add_argument("--seeds", type=int, default=100, help="at most so many")
    parser.add_argument("--workers", type=int, default=0, help="cores to use; 0: all")
    parser.add_argument("--again", action="store_true", help="repeat runs that failed")
    parser.add_argument("--lines", default=f"{HERE}/descent.jsonl")
    parser.add_argument("flags", nargs="*", help="flags of descent train, after --")
    arg = parser.parse_args()
    if arg.flags and not arg.name:
        parser.error("flags make another mode; name it with --as")
    tasks = chosen(arg.tables)
    name, built = arg.name or arg.mode, arg.commit or commit(arg.bin)
    done = {(l["table"], l["mode"], l["seed"], l["commit"]) for l in lines.read(arg.lines) if not (arg.again and "error" in l)}
    for task in tasks:
        for seed in range(1, min(task.seeds, arg.seeds) + 1):
            folder = f"{arg.work}/cut/{task.name}/{seed}"
            if (task.name, name, seed, built) in done or not os.path.exists(folder):
                continue
            line = {"table": task.name, "mode": name, "seed": seed, "commit": built, "metric": task.metric}
            if arg.flags:
                line["flags"] = " ".join(arg.flags)
            line.update(measure(task, arg.mode, seed, folder, f"{arg.work}/run-{name}", arg))
            lines.append(arg.lines, line)
            print(task.name, name, seed, line.get("score", line.get("error")), line["seconds"], flush=True)


if __name__ == "__main__":
    main()
