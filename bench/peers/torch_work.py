"""The workloads of "descent bench --only steps,updates" in PyTorch, one JSON object a line.

A step clears the gradients, runs forward, softmax cross-entropy, backward and Adam, on one batch of random
numbers that stays in memory. An update is one step of a rule for a single matrix with a gradient that stays the
same. Times are medians. Threads and kernels of the BLAS are the caller's: see compare.py.

  OMP_NUM_THREADS=1 python3 torch_work.py --secs 0.5 --only mlp,updates
"""
import argparse
import json
import os
import statistics
import time

import torch
from torch import nn

CLASSES = 10


def perceptron(*sizes):
    layers = []
    for inputs, outputs in zip(sizes, sizes[1:]):
        layers += [nn.Linear(inputs, outputs), nn.ReLU()]
    return nn.Sequential(*layers[:-1])


def lenet():
    return nn.Sequential(
        nn.Conv2d(1, 32, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(32, 64, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(7 * 7 * 64, 512), nn.ReLU(), nn.Linear(512, CLASSES))


def convbn():
    layers = []
    for inputs, outputs, pool in ((3, 32, False), (32, 64, True), (64, 128, True), (128, 128, False)):
        layers += [nn.Conv2d(inputs, outputs, 3, padding=1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU()]
        layers += [nn.MaxPool2d(2)] if pool else []
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(128, CLASSES))


# name: network, shape of a sample, batch sizes
NETWORKS = {
    "mlp": (lambda: perceptron(784, 512, 256, CLASSES), (784,), (1, 32, 128, 512, 2048)),
    "wide": (lambda: perceptron(784, 2048, 2048, CLASSES), (784,), (1, 32, 128, 512)),
    "lenet": (lenet, (1, 28, 28), (1, 64, 256)),
    "convbn": (convbn, (3, 32, 32), (1, 64)),
}

# name: the rule as PyTorch has it
RULES = {
    "sgd": lambda p, **k: torch.optim.SGD(p, 1e-3, **k),
    "momentum": lambda p, **k: torch.optim.SGD(p, 1e-3, momentum=0.9, **k),
    "nesterov": lambda p, **k: torch.optim.SGD(p, 1e-3, momentum=0.9, nesterov=True, **k),
    "rprop": lambda p, **k: torch.optim.Rprop(p, 1e-3, **k),
    "adagrad": lambda p, **k: torch.optim.Adagrad(p, 1e-3, **k),
    "adadelta": lambda p, **k: torch.optim.Adadelta(p, **k),
    "rmsprop": lambda p, **k: torch.optim.RMSprop(p, 1e-3, **k),
    "adam": lambda p, **k: torch.optim.Adam(p, 1e-3, **k),
    "adamw": lambda p, **k: torch.optim.AdamW(p, 1e-3, **k),
    "amsgrad": lambda p, **k: torch.optim.Adam(p, 1e-3, amsgrad=True, **k),
    "adamax": lambda p, **k: torch.optim.Adamax(p, 1e-3, **k),
    "nadam": lambda p, **k: torch.optim.NAdam(p, 1e-3, **k),
    "radam": lambda p, **k: torch.optim.RAdam(p, 1e-3, **k),
}


def median_ms(run, secs):
    for _ in range(3):
        run()
    times, end = [], time.perf_counter() + secs
    while len(times) < 3 or time.perf_counter() < end:
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
    return 1e3 * statistics.median(times)


def emit(work, ms):
    print(json.dumps({"work": work, "ms": ms}), flush=True)


def steps(name, secs):
    make, shape, batches = NETWORKS[name]
    for rows in batches:
        model, loss = make(), nn.CrossEntropyLoss()
        x, y = torch.rand(rows, *shape), torch.arange(rows) % CLASSES
        rule = torch.optim.Adam(model.parameters(), 1e-3, foreach=rows > 1)

        def step():
            rule.zero_grad(set_to_none=True)
            loss(model(x), y).backward()
            rule.step()

        emit(f"{name}/{rows}", median_ms(step, secs))


def updates(secs):
    for name, n in [(name, 1 << 20) for name in RULES] + [("adam", 1 << 24)]:
        best = float("inf")
        for foreach in (False, True):
            p = nn.Parameter(torch.rand(n // 1024, 1024))
            p.grad = torch.rand_like(p)
            best = min(best, median_ms(RULES[name]([p], foreach=foreach).step, secs / 2))
        emit(f"{name}/{n}", best)


def infer(secs):
    model, x = NETWORKS["mlp"][0]().eval(), torch.rand(1, 784)
    with torch.inference_mode():
        emit("infer-mlp/1", median_ms(lambda: model(x), secs))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--secs", type=float, default=0.5, help="for each workload")
    parser.add_argument("--only", default=",".join([*NETWORKS, "infer", "updates"]))
    args = parser.parse_args()
    torch.set_num_threads(int(os.environ.get("OMP_NUM_THREADS", torch.get_num_threads())))
    torch.manual_seed(1)
    for name in args.only.split(","):
        if name in NETWORKS:
            steps(name, args.secs)
        elif name == "infer":
            infer(args.secs)
        elif name == "updates":
            updates(args.secs)
        else:
            parser.error(f"--only {name}: want {', '.join(NETWORKS)}, infer or updates")


main()
