"""Writes golden.json: measures by scikit-learn on small random predictions.

Run with scikit-learn 1.2:  python3 golden.py > golden.json
"""
import json
import sys
import warnings

import numpy as np
from sklearn import metrics as sk

warnings.simplefilter("ignore")
rng = np.random.default_rng(20240607)


def f32(x):
    return np.asarray(x, dtype=np.float32)


def classification(name, n, classes, labels=None, quantum=0.0, probabilities=False, scale=2.0):
    y = rng.integers(0, classes, n) if labels is None else np.array(labels)
    z = scale * rng.standard_normal((n, classes))
    z[np.arange(n), y] += 1.0
    if quantum:
        z = np.round(z / quantum) * quantum
    if probabilities:
        e = np.exp(z)
        z = e / e.sum(1, keepdims=True)
    z = f32(z)
    wide = z.astype(np.float64)
    pred = wide.argmax(1)
    if probabilities:
        p = wide
        # Without scikit-learn's renormalization: these rows sum to 1 only in float32.
        loss = -np.log(p[np.arange(n), y]).mean()
    else:
        e = np.exp(wide - wide.max(1, keepdims=True))
        p = e / e.sum(1, keepdims=True)
        top = wide.max(1)
        loss = (np.log(np.exp(wide - top[:, None]).sum(1)) + top - wide[np.arange(n), y]).mean()
        if scale < 10:  # beyond, scikit-learn clips the probabilities
            assert abs(loss - sk.log_loss(y, p, labels=range(classes))) < 1e-12
    prf = sk.precision_recall_fscore_support(y, pred, labels=range(classes), zero_division=0)
    out = dict(
        name=name,
        classes=classes,
        probabilities=probabilities,
        scores=[float(v) for v in z.ravel()],
        labels=y.tolist(),
        accuracy=sk.accuracy_score(y, pred),
        balanced=sk.balanced_accuracy_score(y, pred),
        macro_f1=sk.f1_score(y, pred, average="macro", zero_division=0),
        log_loss=loss,
        confusion=sk.confusion_matrix(y, pred, labels=range(classes)).tolist(),
        precision=prf[0].tolist(),
        recall=prf[1].tolist(),
        f1=prf[2].tolist(),
        auroc=None,
    )
    if classes == 2 and 0 < y.sum() < n:
        margin = wide[:, 1] if probabilities else wide[:, 1] - wide[:, 0]
        out["auroc"] = sk.roc_auc_score(y, margin)
    return out


def regression(name, n, targets, want=None, noise=0.5):
    want = rng.standard_normal((n, targets)) * 10.0 ** np.arange(targets) + 3 if want is None else np.array(want, float)
    pred = want + noise * want.std(0) * rng.standard_normal(want.shape)
    training = want.mean(0) + 0.1 * rng.standard_normal(targets)
    base = np.tile(training, (n, 1))

    def all_of(p):
        return dict(
            mse=sk.mean_squared_error(want, p, multioutput="raw_values").tolist(),
            mae=sk.mean_absolute_error(want, p, multioutput="raw_values").tolist(),
            r2=sk.r2_score(want, p, multioutput="raw_values").tolist(),
        )

    return dict(
        name=name,
        targets=targets,
        pred=pred.ravel().tolist(),
        want=want.ravel().tolist(),
        training=training.tolist(),
        measures=all_of(pred),
        baseline=all_of(base),
        mse=sk.mean_squared_error(want, pred),
        mae=sk.mean_absolute_error(want, pred),
        r2=sk.r2_score(want, pred),
    )


out = dict(
    classification=[
        classification("two", 60, 2),
        classification("two, many ties", 60, 2, quantum=2.0),
        classification("two, probabilities", 40, 2, probabilities=True),
        classification("two, one label", 10, 2, labels=[1] * 10),
        classification("two, unbalanced", 40, 2, labels=[0] * 36 + [1] * 4),
        classification("five", 80, 5),
        classification("five, ties", 80, 5, quantum=3.0),
        classification("five, probabilities", 40, 5, probabilities=True),
        classification("six, three occur", 30, 6, labels=[0, 2, 5] * 10),
        classification("three, large logits", 30, 3, scale=300.0),
    ],
    regression=[
        regression("one", 30, 1),
        regression("three, units differ", 25, 3),
        regression("far from zero", 20, 1, want=1e6 + rng.standard_normal((20, 1))),
        regression("one never varies", 8, 2, want=[[i, 2.0] for i in range(8)]),
    ],
)
sys.stdout.write(
    "{" + ",\n".join('"%s": [\n%s\n]' % (k, ",\n".join(json.dumps(i) for i in v)) for k, v in out.items()) + "}\n"
)
