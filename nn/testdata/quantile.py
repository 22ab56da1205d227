"""Writes quantile.json: columns mapped by scikit-learn 1.2's QuantileTransformer, and far outputs of ensembles by NumPy.

Run: python3 quantile.py > quantile.json
"""
import json
import sys

import numpy as np
from scipy.special import log_softmax, logsumexp
from sklearn.preprocessing import QuantileTransformer

rng = np.random.default_rng(7)
seen = np.stack([rng.normal(size=500), np.where(rng.random(500) < 0.6, 0, rng.exponential(size=500)), rng.integers(0, 6, 500)], 1)
seen = np.float32(seen).astype(float)
new = np.float32(np.concatenate([seen[:40], rng.normal(size=(20, 3)), [[-9, -9, -9], [9, 9, 9]]])).astype(float)
out = dict(x=new.flatten().tolist(), rows=len(new))
for name in "uniform", "normal":
    t = QuantileTransformer(n_quantiles=21, output_distribution=name, subsample=10**9).fit(seen)
    t.quantiles_ = np.float32(t.quantiles_).astype(float)
    out["quantiles"] = t.quantiles_.T.tolist()
    out[name] = t.transform(new).flatten().tolist()

logits = np.array([
    [[100, -100, 0], [-100, 100, 0]],
    [[100, 99, -100], [100, -99, -100]],
    [[-100, -100, -100], [80, 81, -90]],
    [[1e-3, 0, 5], [0, 0, 0]],
    [[50, -50, 88], [52, -48, 90]],
], float)  # rows × members × numbers
w = np.log(np.array([0.25, 0.75]))[None, :, None]
out["logits"] = [logits[:, i].flatten().tolist() for i in range(2)]
out["classes"] = logsumexp(log_softmax(logits, -1) + w, 1).flatten().tolist()
log_sigmoid = lambda z: -np.logaddexp(0, -z)
out["labels"] = (logsumexp(log_sigmoid(logits) + w, 1) - logsumexp(log_sigmoid(-logits) + w, 1)).flatten().tolist()
json.dump(out, sys.stdout, separators=(",", ":"))
print()
