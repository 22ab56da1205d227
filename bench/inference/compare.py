#!/usr/bin/env python3
"""Prediction beside onnxruntime on the same networks, on one core each, as a table for RESULTS.md.

Both run in turn, round after round, so that what else the machine does meets both; a time is the median of the rounds.
The last columns are processor time, the one to read where the machine has other work. onnxruntime's times have in them
what a call from JavaScript takes, 0.01 ms.

  mkdir peer && cd peer && npm install onnxruntime-node@1.30.0 --ignore-scripts
  bench/inference/compare.py --peer peer [--rounds 3] [--secs 1] [--work mlp]

It needs Go, Node.js, and the folder in which onnxruntime-node is installed.
"""
import argparse
import json
import pathlib
import statistics
import subprocess
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent


def lines(command, cwd):
    done = subprocess.run([str(c) for c in command], cwd=cwd, stdout=subprocess.PIPE, check=True, text=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--peer", required=True, type=pathlib.Path)
    p.add_argument("--rounds", type=int, default=3)
    p.add_argument("--secs", type=float, default=1)
    p.add_argument("--work", default="", help="networks whose names begin so")
    p.add_argument("--weights", default="float32", help="how Descent stores weights: several, by commas")
    args = p.parse_args()
    ours, theirs = {}, {}
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        program = folder / "inference"
        subprocess.run(["go", "build", "-o", program, "./bench/inference"], cwd=ROOT, check=True)
        subprocess.run([program, "-write", folder], check=True)
        names = [n for n in ["mlp", "lenet", "squeezenet", "mobilenet"] if n.startswith(args.work.split("/")[0])]
        for _ in range(args.rounds):
            for name in names:
                for r in lines([program, "-secs", args.secs, "-work", name, "-weights", args.weights], ROOT):
                    ours.setdefault(r["work"], []).append(r)
                for rows in (1, 32):
                    r = lines(["node", HERE / "ort.mjs", folder / (name + ".onnx"), rows, args.secs], args.peer)[0]
                    theirs.setdefault(r["work"], []).append(r)

    def median(results, key):
        return statistics.median(r[key] for r in results)

    print("| network/rows | Descent, ms | onnxruntime, ms | | processor time, ms | onnxruntime's | |")
    print("|---|---|---|---|---|---|---|")
    for work, results in ours.items():
        peer = theirs["/".join(work.split("/")[:2])]
        cells = []
        for key in ("ms", "cpu"):
            a, b = median(results, key), median(peer, key)
            cells += [f"{a:.3g}", f"{b:.3g}", f"{b / a:.2f}×"]
        print(f"| {work} | " + " | ".join(cells) + " |")


if __name__ == "__main__":
    main()
