"""Writes gpt.json: nn.GPT's two forms by PyTorch 1.13, in float64: outputs, loss, gradients, and all weights after 20 steps of AdamW.

AdamW has betas (.9, .99), decay .1 on tensors of two axes only, rate 1e-3 by default; gradients are clipped to a norm of 1.
Names and shapes of weights are those of nn.GPT. Run with a Python that has PyTorch: python3 gpt.py > gpt.json
"""
import json
import sys

import numpy as np
import torch
import torch.nn.functional as F

torch.set_default_dtype(torch.float64)
VOCABULARY, CONTEXT, LAYERS, HEADS, WIDTH, ROWS, STEPS, RATE = 11, 8, 2, 4, 16, 3, 20, 1e-2


def numbers(dims, seed, lo, hi):
    """Numbers spread over [lo, hi] that float32 holds exactly."""
    u = (np.arange(1, int(np.prod(dims)) + 1) * 0.6180339887498949 + 0.377 * seed) % 1
    return torch.tensor(np.round((lo + (hi - lo) * u) * 1024).reshape(dims) / 1024)


def out(t):
    return [float("%.9g" % v) for v in t.detach().flatten().tolist()]


def norm(x, p, at, modern):
    if modern:
        return x / ((x * x).mean(-1, keepdim=True) + 1e-6).sqrt() * p[at + "rmsnorm.scale"]
    return F.layer_norm(x, (x.shape[-1],), p[at + "layernorm.scale"])


def rotated(x):
    t, d = x.shape[-2:]
    angle = torch.outer(torch.arange(t).double(), 10000.0 ** (-torch.arange(0, d, 2).double() / d))
    c, s = torch.cat([angle.cos()] * 2, -1), torch.cat([angle.sin()] * 2, -1)
    return x * c + torch.cat([-x[..., d // 2:], x[..., :d // 2]], -1) * s


def forward(p, tokens, modern):
    n, t = tokens.shape
    groups = 2 if modern else HEADS
    x = p["0.tied.weight"][tokens]
    first = 1
    if modern:
        first = 0
    else:
        x = x + p["0.tied.0.positions.weight"][:t]
    for block in range(LAYERS):
        at = "0.tied.%d.residual." % (first + 2 * block)
        y = norm(x, p, at + "0.", modern)
        at += "1.multiheadattention."
        part = lambda what, h: (y @ p[at + what + ".weight"]).view(n, t, h, WIDTH // HEADS).transpose(1, 2)
        q, k, v = part("query", HEADS), part("key", groups), part("value", groups)
        if modern:
            rms = lambda z: z / ((z * z).mean(-1, keepdim=True) + 1e-6).sqrt()
            q, k = rotated(rms(q) * p[at + "query_norm.scale"]), rotated(rms(k) * p[at + "key_norm.scale"])
        k, v = k.repeat_interleave(HEADS // groups, 1), v.repeat_interleave(HEADS // groups, 1)
        s = (q @ k.transpose(2, 3) / np.sqrt(WIDTH // HEADS)).masked_fill(torch.ones(t, t).triu(1).bool(), -np.inf)
        x = x + (s.softmax(-1) @ v).transpose(1, 2).reshape(n, t, WIDTH) @ p[at + "out.weight"]
        at = "0.tied.%d.residual." % (first + 2 * block + 1)
        y = norm(x, p, at + "0.", modern)
        if modern:
            at += "1.swiglu."
            x = x + (F.silu(y @ p[at + "gate.weight"]) * (y @ p[at + "up.weight"])) @ p[at + "down.weight"]
        else:
            x = x + F.gelu(y @ p[at + "1.dense.weight"]) @ p[at + "2.dense.weight"]
    z = norm(x, p, "0.tied.%d." % (first + 2 * LAYERS), modern) @ p["0.tied.weight"].T
    return 5 * torch.tanh(z / 5) if modern else z


def weights(modern):
    """Every weight with its shape, in no order; those of normalizations are near 1."""
    shapes = {"0.tied.weight": [VOCABULARY, WIDTH]}
    kind, first = ("rmsnorm", 0) if modern else ("layernorm", 1)
    if not modern:
        shapes["0.tied.0.positions.weight"] = [CONTEXT, WIDTH]
    kv = WIDTH // 2 if modern else WIDTH
    for block in range(LAYERS):
        at = "0.tied.%d.residual." % (first + 2 * block)
        shapes[at + "0.%s.scale" % kind] = [WIDTH]
        at += "1.multiheadattention."
        shapes.update({at + "query.weight": [WIDTH, WIDTH], at + "key.weight": [WIDTH, kv], at + "value.weight": [WIDTH, kv], at + "out.weight": [WIDTH, WIDTH]})
        if modern:
            shapes.update({at + "query_norm.scale": [WIDTH // HEADS], at + "key_norm.scale": [WIDTH // HEADS]})
        at = "0.tied.%d.residual." % (first + 2 * block + 1)
        shapes[at + "0.%s.scale" % kind] = [WIDTH]
        if modern:
            shapes.update({at + "1.swiglu.gate.weight": [WIDTH, 24], at + "1.swiglu.up.weight": [WIDTH, 24], at + "1.swiglu.down.weight": [24, WIDTH]})
        else:
            shapes.update({at + "1.dense.weight": [WIDTH, 4 * WIDTH], at + "2.dense.weight": [4 * WIDTH, WIDTH]})
    shapes["0.tied.%d.%s.scale" % (first + 2 * LAYERS, kind)] = [WIDTH]
    return {name: numbers(dims, i, *((-0.3, 0.3) if len(dims) > 1 else (0.5, 1.5))).requires_grad_() for i, (name, dims) in enumerate(shapes.items())}


def batch(step):
    """Tokens of one step; what stands behind each is its target, and of some there is none."""
    tokens = torch.floor(numbers([ROWS, CONTEXT + 1], 100 + step, 0, VOCABULARY - 0.01)).long()
    targets = tokens[:, 1:].clone()
    targets[0, -2:] = -1
    return tokens[:, :-1], targets


def loss_of(p, tokens, targets, modern):
    """The mean over rows of the mean over the positions of each that count."""
    z = forward(p, tokens, modern)
    each = F.cross_entropy(z.reshape(-1, VOCABULARY), targets.reshape(-1), ignore_index=-1, reduction="none").view(targets.shape)
    return z, (each.sum(1) / (targets >= 0).sum(1)).mean()


def case(name, modern):
    p = weights(modern)
    before = {k: dict(dims=list(v.shape), values=out(v)) for k, v in p.items()}
    tokens, targets = batch(0)
    z, loss = loss_of(p, tokens, targets, modern)
    loss.backward()
    grads = {k: out(v.grad) for k, v in p.items()}
    decay, rest = [v for v in p.values() if v.dim() > 1], [v for v in p.values() if v.dim() < 2]
    optimizer = torch.optim.AdamW([dict(params=decay, weight_decay=0.1), dict(params=rest, weight_decay=0)], lr=RATE, betas=(0.9, 0.99), eps=1e-8)
    batches = []
    for step in range(STEPS):
        tokens, targets = batch(step)
        batches.append(dict(tokens=tokens.flatten().tolist(), targets=targets.flatten().tolist()))
        optimizer.zero_grad()
        loss_of(p, tokens, targets, modern)[1].backward()
        torch.nn.utils.clip_grad_norm_(p.values(), 1.0)
        optimizer.step()
    return dict(name=name, params=before, scores=out(z), loss=loss.item(), grads=grads, batches=batches, rate=RATE, after={k: out(v) for k, v in p.items()})


json.dump([case("nanogpt", False), case("modern", True)], sys.stdout, separators=(",", ":"))
print()
