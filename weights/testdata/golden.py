"""Writes small networks' weights as PyTorch's and Keras's users have them, and golden.json: what goes in and comes out.

Networks of PyTorch are computed by PyTorch, in float64; those with names of Keras by the formulas of its documentation, in
NumPy. Files are sorted by name, as safetensors' save_file sorts them, or in the order of the layers.
"""
import json
import math
import os
import struct

import numpy as np
import torch
import torch.nn as nn

here = os.path.dirname(os.path.abspath(__file__))
golden = {}
torch.manual_seed(1)
rng = np.random.default_rng(1)


def bf16(a):
    return (a.astype("<f4").view("<u4") >> 16).astype("<u2")


def safetensors(name, tensors, dtype="F32"):
    head, body = {"__metadata__": {"format": "pt"}}, b""
    for k, v in tensors.items():
        kind = "I64" if v.dtype.kind == "i" else dtype
        b = {"I64": lambda: v.astype("<i8"), "F32": lambda: v.astype("<f4"), "F64": lambda: v.astype("<f8"),
             "F16": lambda: v.astype("<f2"), "BF16": lambda: bf16(v)}[kind]().tobytes()
        head[k] = {"dtype": kind, "shape": list(v.shape), "data_offsets": [len(body), len(body) + len(b)]}
        body += b
    text = json.dumps(head).encode()
    with open(os.path.join(here, name), "wb") as f:
        f.write(struct.pack("<Q", len(text)) + text + body)


def record(file, x, y):
    golden[file] = {"x": {"shape": list(x.shape), "values": [float(v) for v in x.reshape(-1)]},
                    "y": {"shape": list(y.shape), "values": [float(v) for v in y.reshape(-1)]}}


def of_torch(file, net, x, ours=lambda x: x, dtype="F32", sort=True):
    """ours turns x and y into the layout of nn: channels last."""
    for name, b in net.named_buffers():
        if name.endswith("running_mean"):
            b.copy_(torch.randn(b.shape) * 0.3)
        if name.endswith("running_var"):
            b.copy_(torch.rand(b.shape) + 0.5)
    for p in net.parameters():
        if p.dim() == 1:
            p.data = p.data + torch.randn(p.shape) * 0.2
        if dtype == "F16":
            p.data = p.data.half().float()
        if dtype == "BF16":
            p.data = torch.from_numpy((bf16(p.data.numpy()).astype("<u4") << 16).view("<f4").copy())
    state = {k: v.detach().numpy() for k, v in net.state_dict().items()}
    safetensors(file, dict(sorted(state.items())) if sort else state, dtype)
    net = net.double().eval()
    with torch.no_grad():
        y = net(x.double() if x.is_floating_point() else x)
    record(file, ours(x), ours(y) if y.dim() == x.dim() else y)


def last(image):
    return image.permute(0, *range(2, image.dim()), 1)


class Named(nn.Module):
    def __init__(self, run, **parts):
        super().__init__()
        for k, v in parts.items():
            self.add_module(k, v)
        self.run = run

    def forward(self, x):
        return self.run(self, x)


of_torch("torch-mlp.safetensors", nn.Sequential(nn.Linear(5, 5), nn.Tanh(), nn.Linear(5, 7), nn.Tanh(), nn.Linear(7, 3)),
         torch.randn(4, 5), dtype="BF16")
of_torch("torch-conv.safetensors",
         Named(lambda m, x: m.fc(torch.relu(m.bn2(m.dw(torch.relu(m.bn1(m.conv1(x)))))).flatten(1)),
               conv1=nn.Conv2d(3, 4, 3, padding=1, bias=False), bn1=nn.BatchNorm2d(4),
               dw=nn.Conv2d(4, 8, 3, groups=4), bn2=nn.BatchNorm2d(8), fc=nn.Linear(8 * 4 * 5, 3)),
         torch.randn(2, 3, 6, 7), last)
of_torch("torch-up.safetensors", nn.Sequential(nn.Conv2d(3, 4, 1), nn.ConvTranspose2d(4, 6, 2, stride=2)),
         torch.randn(2, 3, 4, 5), last, dtype="F64")
of_torch("torch-conv1d.safetensors", nn.Sequential(nn.Conv1d(3, 4, 3), nn.ReLU(), nn.Conv1d(4, 4, 2, groups=2)),
         torch.randn(2, 3, 8), last, dtype="F16")
of_torch("torch-lstm.safetensors", Named(lambda m, x: m.out(m.rnn(x)[0][:, -1]), rnn=nn.LSTM(3, 4, num_layers=2, batch_first=True), out=nn.Linear(4, 2)),
         torch.randn(2, 5, 3))
of_torch("torch-gru.safetensors", Named(lambda m, x: m.out(m.rnn(x)[0][:, -1]), rnn=nn.GRU(3, 4, batch_first=True), out=nn.Linear(4, 2)),
         torch.randn(2, 5, 3))


class Block(nn.Module):
    """A pre-norm transformer block with the names of nn.TransformerEncoderLayer."""

    def __init__(self, width, heads):
        super().__init__()
        self.self_attn = nn.MultiheadAttention(width, heads, batch_first=True)
        self.linear1, self.linear2 = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)
        self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)

    def forward(self, x):
        h = self.norm1(x)
        x = x + self.self_attn(h, h, h, need_weights=False)[0]
        return x + self.linear2(nn.functional.gelu(self.linear1(self.norm2(x))))


of_torch("torch-encoder.safetensors",
         Named(lambda m, x: m.head(m.norm(m.layers(m.embed(x)))), embed=nn.Embedding(11, 8), layers=nn.Sequential(Block(8, 2), Block(8, 2)),
               norm=nn.LayerNorm(8), head=nn.Linear(8, 3)),
         torch.randint(0, 11, (2, 5)))


class GPT(nn.Module):
    """GPT-2 in small; names of nanoGPT, or those and the layout of GPT-2's own files."""

    def __init__(self, conv1d):
        super().__init__()
        w, self.conv1d = 8, conv1d
        def linear(i, o):
            m = nn.Linear(i, o)
            if conv1d:
                m.weight = nn.Parameter(m.weight.data.t().contiguous())
            return m
        block = lambda: nn.ModuleDict(dict(
            ln_1=nn.LayerNorm(w), attn=nn.ModuleDict(dict(c_attn=linear(w, 3 * w), c_proj=linear(w, w))),
            ln_2=nn.LayerNorm(w), mlp=nn.ModuleDict(dict(c_fc=linear(w, 4 * w), c_proj=linear(4 * w, w)))))
        body = nn.ModuleDict(dict(wte=nn.Embedding(11, w), wpe=nn.Embedding(6, w), h=nn.ModuleList([block(), block()]), ln_f=nn.LayerNorm(w)))
        if conv1d:
            for k, v in body.items():
                self.add_module(k, v)
            self.body = [body]
        else:
            self.transformer, self.body = body, [body]
            self.lm_head = nn.Linear(w, 11, bias=False)
            self.lm_head.weight = body.wte.weight

    def forward(self, ids):
        b = self.body[0]
        of = (lambda m, x: x @ m.weight + m.bias) if self.conv1d else (lambda m, x: m(x))
        x = b.wte(ids) + b.wpe.weight[: ids.shape[1]]
        mask = torch.full((ids.shape[1],) * 2, -math.inf).triu(1).double()
        for blk in b.h:
            q, k, v = of(blk.attn.c_attn, blk.ln_1(x)).split(8, 2)
            heads = lambda z: z.view(z.shape[0], z.shape[1], 2, 4).transpose(1, 2)
            a = ((heads(q) @ heads(k).transpose(2, 3)) / 2 + mask).softmax(-1) @ heads(v)
            x = x + of(blk.attn.c_proj, a.transpose(1, 2).reshape(x.shape))
            x = x + of(blk.mlp.c_proj, nn.functional.gelu(of(blk.mlp.c_fc, blk.ln_2(x))))
        return b.ln_f(x) @ b.wte.weight.t()


of_torch("torch-nanogpt.safetensors", GPT(False), torch.randint(0, 11, (2, 5)))
of_torch("torch-gpt2.safetensors", GPT(True), torch.randint(0, 11, (2, 5)))


# Names of Keras: kernels [in, out] and HWIO, and a GRU whose gates are z, r, h.
def normal(*shape):
    return rng.standard_normal(shape).astype("<f4") * np.float32(0.5)


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def keras(file, tensors, x, y):
    np.savez(os.path.join(here, file), **tensors)
    record(file, x, y)


def wide(tensors):
    return {k: v.astype("f8") for k, v in tensors.items()}


def conv(x, w, groups=1):  # valid
    n, h, wd, c = x.shape
    kh, kw = w.shape[:2]
    out = np.zeros((n, h - kh + 1, wd - kw + 1, w.shape[3]))
    for i in range(out.shape[1]):
        for j in range(out.shape[2]):
            out[:, i, j] = np.tensordot(x[:, i:i + kh, j:j + kw], w, axes=([1, 2, 3], [0, 1, 2]))
    return out


t = {"conv2d/kernel:0": normal(3, 3, 2, 4), "conv2d/bias:0": normal(4),
     "batch_normalization/gamma:0": normal(4), "batch_normalization/beta:0": normal(4),
     "batch_normalization/moving_mean:0": normal(4), "batch_normalization/moving_variance:0": normal(4) ** 2 + np.float32(0.5),
     "depthwise_conv2d/depthwise_kernel:0": normal(2, 2, 4, 2), "depthwise_conv2d/bias:0": normal(8),
     "dense/kernel:0": normal(2 * 3 * 8, 3), "dense/bias:0": normal(3)}
x, w = normal(2, 5, 6, 2).astype("f8"), wide(t)
h = conv(x, w["conv2d/kernel:0"]) + w["conv2d/bias:0"]
bn = "batch_normalization/"
h = (h - w[bn + "moving_mean:0"]) / np.sqrt(w[bn + "moving_variance:0"] + 1e-3) * w[bn + "gamma:0"] + w[bn + "beta:0"]
h = np.maximum(h, 0)
k = w["depthwise_conv2d/depthwise_kernel:0"]
full = np.zeros((2, 2, 4, 8))
for c in range(4):
    full[:, :, c, 2 * c:2 * c + 2] = k[:, :, c]
h = conv(h, full) + w["depthwise_conv2d/bias:0"]
keras("keras-conv.npz", t, x, h.reshape(2, -1) @ w["dense/kernel:0"] + w["dense/bias:0"])

t = {"lstm/lstm_cell/kernel:0": normal(3, 16), "lstm/lstm_cell/recurrent_kernel:0": normal(4, 16), "lstm/lstm_cell/bias:0": normal(16),
     "layer_normalization/gamma:0": normal(4), "layer_normalization/beta:0": normal(4), "dense/kernel:0": normal(4, 4), "dense/bias:0": normal(4)}
x, w = normal(2, 5, 3).astype("f8"), wide(t)
h, c = np.zeros((2, 4)), np.zeros((2, 4))
for s in range(5):
    z = x[:, s] @ w["lstm/lstm_cell/kernel:0"] + h @ w["lstm/lstm_cell/recurrent_kernel:0"] + w["lstm/lstm_cell/bias:0"]
    i, f, g, o = np.split(z, 4, 1)
    c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
    h = sigmoid(o) * np.tanh(c)
mean, var = h.mean(1, keepdims=True), h.var(1, keepdims=True)
h = (h - mean) / np.sqrt(var + 1e-3) * w["layer_normalization/gamma:0"] + w["layer_normalization/beta:0"]
keras("keras-lstm.npz", t, x, h @ w["dense/kernel:0"] + w["dense/bias:0"])

t = {"embedding/embeddings:0": normal(9, 3), "gru/gru_cell/kernel:0": normal(3, 12), "gru/gru_cell/recurrent_kernel:0": normal(4, 12),
     "gru/gru_cell/bias:0": normal(2, 12), "dense/kernel:0": normal(4, 2), "dense/bias:0": normal(2)}
ids, w = rng.integers(0, 9, (2, 5)), wide(t)
h = np.zeros((2, 4))
for s in range(5):
    a = w["embedding/embeddings:0"][ids[:, s]] @ w["gru/gru_cell/kernel:0"] + w["gru/gru_cell/bias:0"][0]
    b = h @ w["gru/gru_cell/recurrent_kernel:0"] + w["gru/gru_cell/bias:0"][1]
    az, ar, ah = np.split(a, 3, 1)
    bz, br, bh = np.split(b, 3, 1)
    z, r = sigmoid(az + bz), sigmoid(ar + br)
    h = z * h + (1 - z) * np.tanh(ah + r * bh)
keras("keras-gru.npz", t, ids, h @ w["dense/kernel:0"] + w["dense/bias:0"])

E_, H, D = 6, 2, 3
t = {"mha/query/kernel:0": normal(E_, H, D), "mha/query/bias:0": normal(H, D), "mha/key/kernel:0": normal(E_, H, D), "mha/key/bias:0": normal(H, D),
     "mha/value/kernel:0": normal(E_, H, D), "mha/value/bias:0": normal(H, D),
     "mha/attention_output/kernel:0": normal(H, D, E_), "mha/attention_output/bias:0": normal(E_)}
x, w = normal(2, 4, E_).astype("f8"), wide(t)
q, k, v = [np.einsum("nte,ehd->nthd", x, w[f"mha/{p}/kernel:0"]) + w[f"mha/{p}/bias:0"] for p in ("query", "key", "value")]
a = np.einsum("nthd,nshd->nhts", q, k) / math.sqrt(D)
a = np.exp(a - a.max(-1, keepdims=True))
a /= a.sum(-1, keepdims=True)
y = np.einsum("nthd,hde->nte", np.einsum("nhts,nshd->nthd", a, v), w["mha/attention_output/kernel:0"]) + w["mha/attention_output/bias:0"]
keras("keras-attention.npz", t, x, y)

with open(os.path.join(here, "golden.json"), "w") as f:
    json.dump(golden, f)
    f.write("\n")
