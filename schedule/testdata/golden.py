"""Writes golden.json: factors by torch.optim.lr_scheduler, one entry a case.

Run with torch 1.13:  python3 golden.py > golden.json
"""
import decimal
import json
import math
import sys
import warnings

import numpy as np
import torch
from torch.optim import lr_scheduler as lr

warnings.simplefilter("ignore")


def optimizer(base):
    return torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=base)


def factors(n, scheduler):
    """Factors of n updates, from the recurrence that torch runs."""
    o = optimizer(1.0)
    s = scheduler(o)
    out = []
    for _ in range(n):
        out.append(o.param_groups[0]["lr"])
        o.step()
        s.step()
    return out


def momenta(n, **cycle):
    """Factors of a momentum of 0.95 over n updates of a one-cycle run."""
    o = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=1.0, momentum=0.95)
    s = lr.OneCycleLR(o, 1.0, n, max_momentum=0.95, **cycle)
    out = []
    for _ in range(n):
        out.append(o.param_groups[0]["momentum"] / 0.95)
        o.step()
        s.step() if len(out) < n else None
    return out


def trapezoid(steps, warmup, decay, floor, shape):
    """Warm-up, stable, decay, piece by piece."""
    up = np.arange(1, warmup + 1) / max(warmup, 1)
    down = floor + (1 - floor) * shape(np.arange(decay + 1) / decay)
    return list(np.concatenate([up, np.ones(steps - warmup - decay), down, [floor] * 3]))


def coslog(steps, waves):
    """½(1 - cos(2πu)) = sin²(πu) over the run, its end included; u in 50 digits, as whole waves cost float64 some of its own."""
    decimal.getcontext().prec = 50
    u = [(1 + (2**waves - 1) * decimal.Decimal(t) / steps).ln() / decimal.Decimal(2).ln() for t in range(steps + 1)]
    return [math.sin(math.pi * float(v - round(v))) ** 2 for v in u]


def flat_cosine(steps, flat, floor):
    """flat_cos over the run, its end included."""
    x = [t / steps for t in range(steps + 1)]
    return [floor + (1 - floor) * (1 if u <= flat else 0.5 * (1 + math.cos(math.pi * (u - flat) / (1 - flat)))) for u in x]


pure = [
    ("constant", factors(5, lambda o: lr.ConstantLR(o, 1.0))),
    ("step:every=3,factor=0.5", factors(14, lambda o: lr.StepLR(o, 3, 0.5))),
    ("step:every=1,factor=0.1", factors(8, lambda o: lr.StepLR(o, 1, 0.1))),
    ("exp:every=1,factor=0.96", factors(40, lambda o: lr.ExponentialLR(o, 0.96))),
    ("exp:every=4,factor=0.5", list(np.power(0.5, np.arange(14) / 4))),
    ("exp:every=4,factor=0.5,stairs", factors(14, lambda o: lr.StepLR(o, 4, 0.5))),
    # T+1 updates: the last is at the floor; later torch rises again.
    ("cosine:steps=10,floor=0", factors(11, lambda o: lr.CosineAnnealingLR(o, 10))),
    ("cosine:steps=7,floor=0.05", factors(8, lambda o: lr.CosineAnnealingLR(o, 7, 0.05)) + [0.05] * 4),
    # Linear from 1/5 reaches 1 after 4 steps: (t+1)/5. Behind it the other from its own 0.
    (
        "warmup:steps=5,then=step:every=3,factor=0.5",
        factors(5, lambda o: lr.LinearLR(o, 1 / 5, 1, 4)) + factors(10, lambda o: lr.StepLR(o, 3, 0.5)),
    ),
    ("warmup:steps=4", factors(9, lambda o: lr.LinearLR(o, 1 / 4, 1, 3))),
    ("multistep:at=3/5/11,factor=0.2", factors(16, lambda o: lr.MultiStepLR(o, [3, 5, 11], 0.2))),
    ("poly:steps=10,power=1,floor=0", factors(13, lambda o: lr.PolynomialLR(o, 10, 1.0))),
    ("poly:steps=9,power=2,floor=0", factors(12, lambda o: lr.PolynomialLR(o, 9, 2.0))),
    ("poly:steps=10,power=0.5,floor=0.1", [0.1 + 0.9 * (1 - min(t, 10) / 10) ** 0.5 for t in range(13)]),
    ("invsqrt:steps=5", [min((t + 1) * 5**-1.5, (t + 1) ** -0.5) / 5**-0.5 for t in range(30)]),  # as the paper writes it
    ("invsqrt:steps=4,hold", [min(0.5, 1 / math.sqrt(n)) / 0.5 for n in range(1, 30)]),  # Adafactor's, with 0.5 for 0.01
    ("invtime:every=1,decay=0.3", [1 / (1 + 0.3 * t) for t in range(20)]),
    ("invtime:every=4,decay=0.5", [1 / (1 + 0.5 * t / 4) for t in range(20)]),
    ("invtime:every=4,decay=0.5,stairs", [1 / (1 + 0.5 * (t // 4)) for t in range(20)]),
    ("restarts:steps=5,mult=1,floor=0.1", factors(22, lambda o: lr.CosineAnnealingWarmRestarts(o, 5, 1, 0.1))),
    ("restarts:steps=3,mult=2,floor=0", factors(30, lambda o: lr.CosineAnnealingWarmRestarts(o, 3, 2))),
    (
        "restarts:steps=3,mult=2,floor=0.1,peak=0.5",
        [0.1 + 0.9 * 0.5**i * (1 + math.cos(math.pi * x / (3 * 2**i))) / 2 for i in range(4) for x in range(3 * 2**i)],
    ),
    ("onecycle:steps=20,rise=0.3,start=0.04,end=4e-06", factors(20, lambda o: lr.OneCycleLR(o, 1.0, 20, cycle_momentum=False)) + [4e-6] * 3),
    (
        "onecycle:steps=13,rise=0.5,start=0.1,end=0.001,linear",
        factors(13, lambda o: lr.OneCycleLR(o, 1.0, 13, pct_start=0.5, div_factor=10, final_div_factor=100, anneal_strategy="linear", cycle_momentum=False)) + [0.001] * 2,
    ),
    ("dip:steps=20,rise=0.3,low=0.8947368421052632", momenta(20, base_momentum=0.85) + [1.0] * 3),
    ("dip:steps=13,rise=0.5,low=0.5,linear", momenta(13, base_momentum=0.475, pct_start=0.5, anneal_strategy="linear") + [1.0] * 2),
    ("wsd:steps=12,warmup=3,decay=4,floor=0.1,shape=linear", trapezoid(12, 3, 4, 0.1, lambda x: 1 - x)),
    ("wsd:steps=12,decay=5,floor=0,shape=cosine", trapezoid(12, 0, 5, 0, lambda x: (1 + np.cos(np.pi * x)) / 2)),
    ("wsd:steps=9,warmup=2,decay=7,floor=0.01,shape=sqrt", trapezoid(9, 2, 7, 0.01, lambda x: 1 - np.sqrt(x))),
    ("cyclic:up=4,down=4,floor=0.1,mode=triangular", factors(20, lambda o: lr.CyclicLR(o, 0.1, 1.0, 4, cycle_momentum=False))),
    ("cyclic:up=2,down=5,floor=0.2,mode=triangular2", factors(25, lambda o: lr.CyclicLR(o, 0.2, 1.0, 2, 5, mode="triangular2", cycle_momentum=False))),
    (
        "cyclic:up=3,down=2,floor=0,mode=exp_range,gamma=0.9",
        factors(20, lambda o: lr.CyclicLR(o, 0.0, 1.0, 3, 2, mode="exp_range", gamma=0.9, cycle_momentum=False)),
    ),
    # As pytabkit writes them, over the share of the run that is done.
    ("coslog4:steps=32", coslog(32, 4) + [0.0] * 2),
    ("coslog4:steps=16,waves=2", coslog(16, 2) + [0.0] * 2),
    ("flat-cosine:steps=20,flat=0.5,floor=0", flat_cosine(20, 0.5, 0) + [0.0] * 2),
    ("flat-cosine:steps=9,flat=0.3,floor=0.1", flat_cosine(9, 0.3, 0.1) + [0.1] * 2),
    (
        "sequence:steps=4,first=(poly:steps=8,power=1,floor=0),then=step:every=3,factor=0.5",
        factors(4, lambda o: lr.PolynomialLR(o, 8, 1.0)) + factors(9, lambda o: lr.StepLR(o, 3, 0.5)),
    ),
    (
        "product:a=(step:every=3,factor=0.5),b=(exp:every=1,factor=0.9)",
        factors(12, lambda o: lr.ChainedScheduler([lr.StepLR(o, 3, 0.5), lr.ExponentialLR(o, 0.9)])),
    ),
]

nan = math.nan
up = [1.0, 2.0, 1.5, 3.0, 3.0002, 3.0004, 3.0, 2.0, 2.0, 1.0, 4.0, 4.0, 4.0, 4.0, 4.0, 4.0]
down = [1.0, 0.9, 0.95, 0.9, 0.8999, 0.89995, 0.8998, 0.9, 0.9, 0.7, 0.7, 0.7, 0.7, 0.7, 0.7, 0.7, 0.7]
holes = [nan, 1.0, nan, nan, 0.5, nan, nan, nan, 0.4, 0.4, nan, 0.4, 0.3]
flat = [1.0] * 24
below = [-1.0, -0.99995, -1.5, -1.4, -1.49999, -2.0, -2.0, -2.0, -2.0]

grid = []
for patience in (0, 1, 3):
    for metrics, mode in ((up, "max"), (down, "min"), (holes, "min"), (holes, "max"), (flat, "min"), (below, "min")):
        for threshold_mode in ("rel", "abs"):
            for cooldown in (0, 2):
                grid.append(
                    dict(metrics=metrics, mode=mode, threshold_mode=threshold_mode, cooldown=cooldown, patience=patience)
                )
    grid.append(dict(metrics=down, patience=patience, threshold=0.1))
    grid.append(dict(metrics=up, patience=patience, threshold=0.5, mode="max", threshold_mode="abs"))
    grid.append(dict(metrics=down, patience=patience, threshold=0.0))
    grid.append(dict(metrics=flat, patience=patience, factor=0.5, min_lr=0.03))
    grid.append(dict(metrics=flat, patience=patience, base=3e-8))  # 3e-8 to 3e-9 passes, 3e-9 to 3e-10 is left out
    grid.append(dict(metrics=flat, patience=patience, base=3e-8, factor=0.9))
    grid.append(dict(metrics=flat, patience=patience, base=1e-3, min_lr=2e-3))  # the floor is above the rate
    grid.append(dict(metrics=flat, patience=patience, factor=0.5, eps=0.02))
grid.append(dict(metrics=flat, patience=10))

plateau = []
for case in grid:
    args = {k: v for k, v in case.items() if k not in ("metrics", "base")}
    base = case.get("base", 0.1)
    o = optimizer(base)
    s = lr.ReduceLROnPlateau(o, **args)
    rates, counts, waits = [], [], []
    for m in case["metrics"]:
        s.step(m)
        rates.append(o.param_groups[0]["lr"])
        counts.append(s.num_bad_epochs)
        waits.append(s.cooldown_counter)
    plateau.append(
        dict(
            base=base,
            factor=s.factor,
            patience=s.patience,
            threshold=s.threshold,
            absolute=s.threshold_mode == "abs",
            max=s.mode == "max",
            cooldown=s.cooldown,
            min_rate=s.min_lrs[0],
            eps=s.eps,
            metrics=["nan" if math.isnan(m) else repr(m) for m in case["metrics"]],
            rates=rates,
            bad=counts,
            wait=waits,
        )
    )


def lines(items):
    return "[\n" + ",\n".join(json.dumps(i) for i in items) + "\n]"


sys.stdout.write(
    '{"pure": ' + lines(dict(spec=s, factors=[float(x) for x in f]) for s, f in pure) + ',\n"plateau": ' + lines(plateau) + "}\n"
)
