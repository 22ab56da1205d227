"""Writes golden.json: losses and their gradients by PyTorch 1.13 in float64.

Run with a Python that has it: python3 golden.py > golden.json

Each case holds the loss of each row and the gradient of Σ dl·loss, with
dl = 0.5, 1.0, 1.5, ..., so that a row that is mixed up with another shows.
"""
import json
import sys

import torch
import torch.nn.functional as F

torch.manual_seed(1)
logits = torch.randn(6, 4, dtype=torch.float64) * 3
logits = (logits * 64).round() / 64  # exact in float32
labels = torch.tensor([0, 3, 2, 2, 1, 0])
extreme = torch.tensor([[1e4, -1e4, 0, 1], [-1e4, 1e4, 0, 1], [1e4, 1e4, 1e4, 1e4],
                        [0, 0, -1e4, 0], [-1e4, -1e4, -1e4, -1e4]], dtype=torch.float64)
extreme_labels = torch.tensor([0, 0, 1, 2, 2])
weights = [0.5, 1.0, 2.0, 0.0]
soft = torch.tensor([[0.5, 0.25, 0.25, 0.0], [1, 0, 0, 0], [0.25, 0.25, 0.25, 0.25],
                     [0, 0, 0.75, 0.25], [0.125, 0.125, 0.25, 0.5], [0, 1, 0, 0]], dtype=torch.float64)
cases = []


def case(name, z, y, f, labels=False, **fields):
    z = z.clone().requires_grad_(True)
    loss = f(z, y)
    dl = 0.5 * torch.arange(1, len(loss) + 1, dtype=torch.float64)
    (loss * dl).sum().backward()
    cases.append(dict(name=name, fields=fields, n=z.shape[0], k=z.shape[1], z=z.detach().flatten().tolist(),
                      y=y.double().flatten().tolist(), ydims=list(y.shape), labels=labels,
                      loss=loss.tolist(), dz=z.grad.flatten().tolist()))


def cross_entropy(z, y, labels, smoothing=0.0, weights=None):
    fields = {}
    if smoothing:
        fields["LabelSmoothing"] = smoothing
    if weights:
        fields["ClassWeights"] = weights
    w = None if weights is None else torch.tensor(weights, dtype=torch.float64)
    case("cross-entropy", z, y, lambda z, y: F.cross_entropy(
        z, y, weight=w, label_smoothing=smoothing, reduction="none"), labels, **fields)


for smoothing in (0.0, 0.125):
    for w in (None, weights):
        cross_entropy(logits, labels, True, smoothing, w)
        cross_entropy(logits, soft, False, smoothing, w)
    cross_entropy(extreme, extreme_labels, True, smoothing)


def bce(z, y, labels, pos_weight=None):
    w = None if pos_weight is None else torch.tensor(pos_weight, dtype=torch.float64)

    def f(z, y):
        return F.binary_cross_entropy_with_logits(
            z, y.reshape(z.shape).double(), pos_weight=w, reduction="none").mean(1)
    case("bce", z, y, f, labels, **({} if pos_weight is None else {"PosWeight": pos_weight}))


one = torch.tensor([[0.0], [1.5], [-2.25], [1e4], [1e4], [-1e4], [-1e4], [40.0]], dtype=torch.float64)
yes = torch.tensor([1, 0, 1, 1, 0, 1, 0, 0])
for w in (None, 2.5):
    bce(one, yes, True, w)
    bce(logits, soft, False, w)
    bce(logits, (soft > 0.2).double(), False, w)

predicted = torch.tensor([[0.0, 1.0], [2.5, -3.0], [1.25, 0.25], [1e4, -1e4], [0.5, 0.5]], dtype=torch.float64)
targets = torch.tensor([[0.0, 0.5], [2.0, 3.0], [0.25, 0.25], [-1e4, -1e4], [-0.5, 0.625]], dtype=torch.float64)
regression = {
    "mse": ({}, lambda z, y: F.mse_loss(z, y.reshape(z.shape), reduction="none").mean(1)),
    "mae": ({}, lambda z, y: F.l1_loss(z, y.reshape(z.shape), reduction="none").mean(1)),
    "huber": ({"Delta": 1.0}, lambda z, y: F.huber_loss(z, y.reshape(z.shape), reduction="none").mean(1)),
}
for name, (fields, f) in regression.items():
    case(name, predicted, targets, f, **fields)
    case(name, predicted[:, :1], targets[:, 0], f, **fields)
case("huber", predicted, targets, lambda z, y: F.huber_loss(
    z, y, reduction="none", delta=0.5).mean(1), Delta=0.5)



def quantile(z, y, levels):
    def f(z, y):
        e = y.reshape(len(z), -1, 1) - z.reshape(len(z), -1, len(levels))
        tau = torch.tensor(levels, dtype=torch.float64)
        return torch.maximum(tau * e, (tau - 1) * e).flatten(1).mean(1)
    case("quantile", z, y, f, Levels=levels)


quantile(logits, targets[[0, 1, 2, 4, 1, 0]] + 0.0625, [0.125, 0.75])
quantile(logits, targets[[0, 1, 2, 4, 1, 0], 1] + 0.0625, [0.125, 0.25, 0.5, 0.875])



def poisson(z, y, mean=None, std=None):
    m, s = (torch.tensor(v, dtype=torch.float64) for v in (mean or [1.0], std or [1.0]))

    def f(z, y):
        counts = y if mean is None else y * s + m
        return F.poisson_nll_loss(z + m.log(), counts, log_input=True, reduction="none").mean(1)
    case("poisson", z, y, f, **({} if mean is None else dict(Mean=mean, Std=std)))


counts = torch.tensor([[0.0, 3.0], [1.0, 0.0], [7.0, 2.0], [2.0, 2.0], [0.0, 40.0], [1.0, 5.0]], dtype=torch.float64)
poisson(logits[:, :2] / 2, counts)
poisson(logits[:, :2] / 2, (counts - 1) / torch.tensor([2.0, 16.0]), [1.0, 1.0], [2.0, 16.0])  # whose logarithms are exact in float32



def ordinal(z, y):
    def f(z, y):
        far = torch.full((len(z), 1), float("inf"), dtype=torch.float64)
        p = -torch.diff(torch.sigmoid(torch.cat([far, z, -far], 1)))
        return -p[torch.arange(len(z)), y].log()
    case("ordinal", z, y, f, labels=True)


falling = logits.sort(1, descending=True)[0] - torch.tensor([0.0, 0.25, 0.5, 0.75], dtype=torch.float64)
ordinal(falling, torch.tensor([0, 4, 2, 3, 1, 2]))
ordinal(falling[:, :1], torch.tensor([0, 1, 1, 0, 1, 0]))

# The penalty: 0.25 Σw² + 0.5 Σ|w| over a [3, 2] weight, with 0.125 and 0.0625 of its layer's own.
w = torch.tensor([[0.5, -0.25], [0.0, 1.0], [-2.0, 0.125]], dtype=torch.float64, requires_grad=True)
p = (0.25 + 0.125) * (w ** 2).sum() + (0.5 + 0.0625) * w.abs().sum()
p.backward()
penalty = dict(w=w.detach().flatten().tolist(), value=p.item(), dw=w.grad.flatten().tolist())

json.dump(dict(cases=cases, penalty=penalty), sys.stdout, separators=(",", ":"))
print()
