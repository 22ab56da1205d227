#!/usr/bin/env python3
"""Descent beside PyTorch on the same workloads, as a table for RESULTS.md.

Both run in turn, round after round, so that what else the machine does meets both. PyTorch runs with each setting
of threads and BLAS kernels; a time is the median of the rounds, and PyTorch's that of its best setting for the
workload. Descent has no settings. On a machine that is not quiet, --cores 1 disturbs the ratios least.

  bench/peers/compare.py [--rounds 3] [--secs 0.5] [--cores 1]

It needs Go, and a Python with PyTorch (--python; Debian's python3-torch and libopenblas0-pthread).
"""
import argparse
import itertools
import json
import os
import pathlib
import platform
import statistics
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent


def lines(command, **env):
    done = subprocess.run(command, env={**os.environ, **env}, stdout=subprocess.PIPE, check=True, text=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


def load():
    return " ".join(f"{x:.1f}" for x in os.getloadavg())


def cpu():
    try:
        with open("/proc/cpuinfo") as f:
            model = next(line.split(":")[1].strip() for line in f if line.startswith("model name"))
    except (OSError, StopIteration):
        model = platform.processor() or platform.machine()
    return f"{os.cpu_count()} cores of {model}"


def output(*command):
    return subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True).stdout.strip()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--secs", type=float, default=0.5, help="for each workload and setting in a round")
    parser.add_argument("--cores", type=int, default=os.cpu_count(), help="that both may use")
    parser.add_argument("--python", default=sys.executable, help="that has PyTorch")
    args = parser.parse_args()
    if args.cores < os.cpu_count():
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[-args.cores:])  # of this process and all that it starts
    settings = list(itertools.product(sorted({1, args.cores}), ("", "SKYLAKEX")))
    ours, theirs, limits, handed = {}, {}, {}, []
    started = load()
    with tempfile.TemporaryDirectory() as folder:
        descent = str(pathlib.Path(folder) / "descent")
        subprocess.run(["go", "build", "-o", descent, "./cmd/descent"], cwd=ROOT, check=True)
        for i in range(args.rounds):
            print(f"round {i + 1} of {args.rounds}, load {load()}", file=sys.stderr)
            for row in lines([descent, "bench", "--only", "limits,updates,steps", "--secs", str(args.secs), "--json"]):
                if row["work"] == "hand-over":
                    handed.append(1e6 * row["ms"])
                elif row["group"] == "limits":
                    limits.setdefault((row["work"], row["workers"]), []).append(row["gflops"] if "gflops" in row else row["gb_per_s"])
                else:
                    ours.setdefault(row["work"], []).append((row["ms"], row["of_limit"]))
            for threads, blas in settings:
                n = str(threads)
                env = dict(OMP_NUM_THREADS=n, OPENBLAS_NUM_THREADS=n, OPENBLAS_CORETYPE=blas)
                for row in lines([args.python, str(HERE / "torch_work.py"), "--secs", str(args.secs)], **env):
                    theirs.setdefault(row["work"], {}).setdefault((threads, blas), []).append(row["ms"])
    torch = output(args.python, "-c", "import torch; print(torch.__version__)")
    print(f"{args.cores} of {cpu()}; {platform.system()}; {output('go', 'env', 'GOVERSION')}; PyTorch {torch}; {args.rounds} rounds; "
          f"load {started} before, {load()} after.")
    print("Limits: " + "; ".join(f"{work} on {n}: {max(v):.1f}" for (work, n), v in limits.items()) + " (GFLOP/s, GB/s).")
    print("A line of cache to the other core and back, ns in each round: " + ", ".join(f"{ns:.0f}" for ns in handed) + "\n")
    print("| work | Descent, ms | of the limit | PyTorch, ms | its best setting | ratio |")
    print("|---|---|---|---|---|---|")
    for work, rows in ours.items():
        ms, share = (statistics.median(column) for column in zip(*rows))
        if work not in theirs:
            print(f"| {work} | {ms:.3g} | {100 * share:.0f} % | | not in PyTorch | |")
            continue
        peer, (threads, blas) = min((statistics.median(v), setting) for setting, v in theirs[work].items())
        print(f"| {work} | {ms:.3g} | {100 * share:.0f} % | {peer:.3g} | {threads} threads, {blas or 'default'} | {peer / ms:.1f} |")


main()
