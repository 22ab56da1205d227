"""The workloads of "descent bench --only steps,updates" in PyTorch, one JSON object a line.

A step clears the gradients, runs forward, softmax cross-entropy, backward and Adam (resnet20: Nesterov, gpt: AdamW),
on one batch of random numbers that stays in memory. An update is one step of a rule for a single matrix with a gradient
that stays the same. Times are medians. Threads and kernels of the BLAS are the caller's: see compare.py.

  OMP_NUM_THREADS=1 python3 torch_work.py --secs 0.5 --only mlp,updates
"""
import argparse
import json
import math
import os
import statistics
import time

import torch
from torch import nn

CLASSES = 10
CHARACTERS = 65


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


class Residual(nn.Module):
    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU(),
            nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False), nn.BatchNorm2d(outputs))
        self.shortcut = nn.Sequential()
        if stride > 1:
            self.shortcut = nn.Sequential(nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs))

    def forward(self, x):
        return torch.relu(self.layers(x) + self.shortcut(x))


def resnet20():
    layers, width = [nn.Conv2d(3, 16, 3, 1, 1, bias=False), nn.BatchNorm2d(16), nn.ReLU()], 16
    for outputs in (16, 32, 64):
        for block in range(3):
            layers.append(Residual(width, outputs, 2 if block == 0 and outputs > 16 else 1))
            width = outputs
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(64, CLASSES))


class Block(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.heads, self.norm1, self.norm2 = heads, nn.LayerNorm(width), nn.LayerNorm(width)
        self.qkv, self.out = nn.Linear(width, 3 * width, bias=False), nn.Linear(width, width, bias=False)
        self.up, self.down = nn.Linear(width, 4 * width, bias=False), nn.Linear(4 * width, width, bias=False)

    def forward(self, x, mask):
        n, t, width = x.shape
        q, k, v = self.qkv(self.norm1(x)).view(n, t, 3, self.heads, -1).permute(2, 0, 3, 1, 4)
        scores = (q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])).masked_fill(mask, -math.inf)
        x = x + self.out((scores.softmax(-1) @ v).transpose(1, 2).reshape(n, t, width))
        return x + self.down(nn.functional.gelu(self.up(self.norm2(x))))


class GPT(nn.Module):
    """nanoGPT's: learned positions, no biases in products, scores by the embedding's table."""

    def __init__(self, layers, heads, width, context):
        super().__init__()
        self.tokens, self.positions = nn.Embedding(CHARACTERS, width), nn.Embedding(context, width)
        self.blocks, self.norm = nn.ModuleList(Block(width, heads) for _ in range(layers)), nn.LayerNorm(width)
        self.register_buffer("mask", torch.ones(context, context, dtype=torch.bool).triu(1))

    def forward(self, x):
        h = self.tokens(x) + self.positions.weight
        for block in self.blocks:
            h = block(h, self.mask)
        return (self.norm(h) @ self.tokens.weight.t()).flatten(0, 1)


# name: network, shape of a sample, batch sizes
NETWORKS = {
    "mlp": (lambda: perceptron(784, 512, 256, CLASSES), (784,), (1, 32, 128, 512, 2048)),
    "wide": (lambda: perceptron(784, 2048, 2048, CLASSES), (784,), (1, 32, 128, 512)),
    "lenet": (lenet, (1, 28, 28), (1, 64, 256)),
    "convbn": (convbn, (3, 32, 32), (1, 64)),
    "resnet20": (resnet20, (3, 32, 32), (128,)),
    "gpt-char": (lambda: GPT(4, 4, 128, 64), (64,), (12, 64)),
    "gpt-baby": (lambda: GPT(6, 6, 384, 256), (256,), (4, 16)),
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
        if name == "resnet20":
            rule = torch.optim.SGD(model.parameters(), 0.1, 0.9, nesterov=True, weight_decay=5e-4)
        if isinstance(model, GPT):
            x, y = torch.randint(CHARACTERS, (rows, *shape)), torch.randint(CHARACTERS, (rows * shape[0],))
            rule = torch.optim.AdamW(model.parameters(), 1e-3, foreach=True)

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
