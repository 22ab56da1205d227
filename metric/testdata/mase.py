"""Writes mase.json: the mean absolute scaled error by numpy, of two targets whose
training values repeat a season of 3.

Run with numpy 1.24:  python3 mase.py > mase.json
"""
import json
import numpy as np

rng = np.random.default_rng(20251129)
season, train = 3, rng.normal(size=(40, 2)) * [1, 5] + np.tile([[0, 1], [2, 0], [1, 3]], (14, 1))[:40]
want = rng.normal(size=(17, 2)) * [1, 5]
pred = want + rng.normal(size=(17, 2))
scales = np.abs(train[season:] - train[:-season]).mean(0)
error = np.abs(pred - want).mean(0)
print(json.dumps({
    "train": train.ravel().tolist(), "season": season, "scales": scales.tolist(),
    "pred": pred.ravel().tolist(), "want": want.ravel().tolist(),
    "mse": float(((pred - want) ** 2).mean()), "mae": float(np.abs(pred - want).mean()), "mase": float((error / scales).mean()),
}))
