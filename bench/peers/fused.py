#!/usr/bin/env python3
"""Every elementwise update beside a loop in C that is fused by hand, on one core, as a table for RESULTS.md.

Both run in turn, round after round; a time is the median of the rounds.

  bench/peers/fused.py [--rounds 3] [--secs 0.1]

It needs Go and a C compiler (--cc; Debian's gcc).
"""
import argparse
import json
import pathlib
import statistics
import subprocess
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
PARAMETERS = 1 << 20
FLAGS = ["-O3", "-march=native", "-mprefer-vector-width=512", "-fno-math-errno", "-fno-trapping-math"]


def output(*command):
    return subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True).stdout.splitlines()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3, help="times that each program is run")
    parser.add_argument("--secs", default="0.1", help="seconds for each rule")
    parser.add_argument("--cc", default="gcc", help="C compiler")
    args = parser.parse_args()
    ours, theirs = {}, {}
    with tempfile.TemporaryDirectory() as folder:
        fused, descent = folder + "/fused", folder + "/descent"
        subprocess.run([args.cc, *FLAGS, HERE / "fused.c", "-o", fused, "-lm"], check=True)
        subprocess.run(["go", "build", "-o", descent, "./cmd/descent"], cwd=HERE.parent.parent, check=True)
        for _ in range(args.rounds):
            for line in output(fused, str(PARAMETERS), args.secs):
                rule, ns = line.split()
                theirs.setdefault(rule, []).append(float(ns))
            for line in output(descent, "bench", "--only", "updates", "--workers", "1", "--secs", args.secs, "--json"):
                row = json.loads(line)
                rule, size = row["work"].split("/")
                if int(size) == PARAMETERS:
                    ours.setdefault(rule, []).append(1e6 * row["ms"] / PARAMETERS)
    print("| rule | Descent, ns a parameter | C, ns | times |\n|---|---|---|---|")
    for rule, times in theirs.items():
        a, b = statistics.median(ours[rule]), statistics.median(times)
        print(f"| {rule} | {a:.3f} | {b:.3f} | {a / b:.2f} |")


if __name__ == "__main__":
    main()
