"""Writes table.json: every metric of the table by scikit-learn, on small cases.

Run with scikit-learn 1.2:  python3 table.py > table.json

scikit-learn refuses a NaN, clips probabilities of 0, breaks ties of top-k
accuracy the other way, and has no calibration error: these stand here by their
definitions. null is NaN, and an infinity is a text.
"""
import json
import math
import sys
import warnings

import numpy as np
from sklearn import metrics as sk

warnings.simplefilter("ignore")
rng = np.random.default_rng(20240817)
nan = float("nan")


def plain(x):
    x = float(x)
    return None if math.isnan(x) else str(x) if math.isinf(x) else x


def by_name(values):
    return {k: plain(v) for k, v in values.items()}


def averages(truth, pred, labels):
    """Macro, weighted and micro precision, recall and F1 over those that occur."""
    return {
        how: [plain(v) for v in sk.precision_recall_fscore_support(
            truth, pred, labels=labels if len(labels) else None, average=how, zero_division=0)[:3]]
        for how in ("macro", "weighted", "micro")
    }


def case(kind, name, width, pred, target, values, **more):
    return dict(kind=kind, name=name, width=width, values=by_name(values),
                pred=[plain(v) for v in np.ravel(pred)], target=[plain(v) for v in np.ravel(target)], **more)


def calibration_error(y, p, bins=15):
    best, sure = p.argmax(1), p.max(1)
    at = np.clip(np.ceil(sure * bins) - 1, 0, bins - 1)
    return sum(abs((best == y)[at == b].mean() - sure[at == b].mean()) * (at == b).mean() for b in range(bins) if (at == b).any())


def label_calibration_error(truth, p, bins=15):
    y, p = truth.ravel(), p.ravel()
    at = np.clip(np.ceil(p * bins) - 1, 0, bins - 1)
    return sum(abs(y[at == b].mean() - p[at == b].mean()) * (at == b).mean() for b in range(bins) if (at == b).any())


def one_against_rest(y, p):
    if len(set(y)) < p.shape[1]:
        return nan
    out = np.mean([sk.roc_auc_score(y == k, p[:, k]) for k in range(p.shape[1])])
    if p.shape[1] > 2:
        assert abs(out - sk.roc_auc_score(y, p, multi_class="ovr")) < 1e-12
    return out


def classes(name, n, k, labels=None, quantum=0, zero=False, lost=0):
    y = rng.integers(0, k, n) if labels is None else np.array(labels)
    z = 1.5 * rng.standard_normal((n, k))
    z[np.arange(n), y] += 1.0
    p = np.exp(z) / np.exp(z).sum(1, keepdims=True)
    if quantum:  # whole parts of a quantum, so that there are ties and sums are 1
        p = np.array([rng.multinomial(quantum, row) for row in p]) / quantum
    if zero:
        p[0] = np.eye(k)[(y[0] + 1) % k]
    whole = p.copy()
    p[:lost, 0] = nan
    best = np.where(np.isnan(p).any(1), -1, whole.argmax(1))
    occur = [c for c in range(k) if (y == c).any() or (best == c).any()]
    right = p[np.arange(n), y]
    values = dict(
        accuracy=sk.accuracy_score(y, best),
        balanced_accuracy=sk.recall_score(y, best, labels=sorted(set(y)), average="macro", zero_division=0),
        f1=sk.f1_score(y, best, labels=occur, average="macro", zero_division=0),
        precision=sk.precision_score(y, best, labels=occur, average="macro", zero_division=0),
        recall=sk.recall_score(y, best, labels=occur, average="macro", zero_division=0),
        mcc=sk.matthews_corrcoef(y, best),
        kappa=nan if lost or len(set(y) | set(best)) < 2 else sk.cohen_kappa_score(y, best, labels=range(k), weights="quadratic"),
        rank_error=nan if lost else sk.mean_absolute_error(y, best),
        log_loss=-np.log(right).mean(),
        ece=nan if lost else calibration_error(y, p),
        auroc_ovr=nan if lost else one_against_rest(y, p),
    )
    if not lost:
        assert abs(values["balanced_accuracy"] - sk.balanced_accuracy_score(y, best)) < 1e-12
        if right.min() > 0:
            assert abs(values["log_loss"] - sk.log_loss(y, p, labels=range(k))) < 1e-12
    for top in range(1, k):
        if k > 2:
            back = sk.top_k_accuracy_score(k - 1 - y, whole[:, ::-1], k=top, labels=range(k), normalize=False)
            back -= sk.top_k_accuracy_score(k - 1 - y[:lost], whole[:lost, ::-1], k=top, labels=range(k), normalize=False) if lost else 0
            values["top%d" % top] = back / n
        else:
            values["top1"] = values["accuracy"]
    square = ((p - np.eye(k)[y]) ** 2).sum(1).mean()
    if k == 2 and not lost:
        values["brier"] = sk.brier_score_loss(y, p[:, 1], pos_label=1)
        both = 0 < y.sum() < n
        values["auroc"] = sk.roc_auc_score(y, p[:, 1]) if both else nan
        values["average_precision"] = sk.average_precision_score(y, p[:, 1]) if y.any() else nan
    elif k == 2:
        values.update(brier=square / 2, auroc=nan, average_precision=nan)
    else:
        values["brier"] = square
    return case("classes", name, k, p, y, values, averages=averages(y, best, occur))


def deviance(want, pred):
    if not (want >= 0).all() or not (pred >= 0).all():
        return nan
    if np.isinf(pred).any():
        return np.inf
    with np.errstate(all="ignore"):
        out = (2 * (np.where(want > 0, want * np.log(np.where(want > 0, want / pred, 1)), 0) - want + pred)).mean()
    if (pred > 0).all() and np.isfinite(pred).all():
        assert abs(out - np.mean([sk.mean_poisson_deviance(want[:, c], pred[:, c]) for c in range(want.shape[1])])) < 1e-12
    return out


def numbers(name, want, noise=0.5, round_to=None, first=None):
    want = np.array(want, float)
    n, k = want.shape
    pred = want + noise * np.maximum(want.std(0), 0.1) * rng.standard_normal(want.shape)
    if round_to:
        pred = np.round(pred / round_to) * round_to
    if first is None:
        relative = sk.mean_absolute_percentage_error(want, pred)
        if (want == 0).any():
            relative = np.inf
        values = dict(
            mse=sk.mean_squared_error(want, pred),
            rmse=sk.mean_squared_error(want, pred, squared=False),
            mae=sk.mean_absolute_error(want, pred),
            median_ae=sk.median_absolute_error(want, pred),
            mape=relative,
            r2=sk.r2_score(want, pred) if n > 1 else nan,
        )
        for q in (0.05, 0.5, 0.9):
            values["quantile%g" % q] = sk.mean_pinball_loss(want, pred, alpha=q)
    else:
        pred[0, 0] = first
        values = dict.fromkeys(["mse", "rmse", "mae", "mape", "quantile0.9", "median_ae"], first)
        if math.isinf(first):
            values["quantile0.9"] = np.inf
            values["median_ae"] = sk.median_absolute_error(want, np.where(np.isinf(pred), 1e300, pred))
        values["r2"] = -first
    values["poisson_deviance"] = deviance(want, pred)
    return case("numbers", name, k, pred, want, values)


def labels(name, truth, quantum=None, lost=False, zero=False):
    truth = np.array(truth)
    n, k = truth.shape
    p = 1 / (1 + np.exp(-(2 * truth - 1 + 1.5 * rng.standard_normal((n, k)))))
    if quantum:
        p = np.clip(np.round(p * quantum), 1, quantum - 1) / quantum
    if zero:
        p[0] = truth[0]
        p[0, 0] = 1 - truth[0, 0]
    if lost:
        p[0, 0] = nan
    best = (p > 0.5).astype(int)  # a NaN is no
    wrong = (best != truth) | np.isnan(p)
    occur = [c for c in range(k) if truth[:, c].any() or best[:, c].any()]
    usual = [c for c in range(k) if truth[:, c].any() and not np.isnan(p[:, c]).any()]
    both = [c for c in usual if not truth[:, c].all()]
    ap = [sk.average_precision_score(truth[:, c], p[:, c]) if c in usual else nan for c in range(k)]
    roc = [sk.roc_auc_score(truth[:, c], p[:, c]) if c in both else nan for c in range(k)]
    values = dict(
        subset_accuracy=1 - wrong.any(1).mean(),
        hamming_loss=wrong.mean(),
        log_loss=-np.log(np.where(truth == 1, p, 1 - p)).mean(),
        brier=nan if lost else np.mean([sk.brier_score_loss(truth[:, c], p[:, c], pos_label=1) for c in range(k)]),
        ece=nan if lost else label_calibration_error(truth, p),
        micro_f1=sk.f1_score(truth, best, average="micro", zero_division=0) if k > 1 else sk.f1_score(truth[:, 0], best[:, 0], zero_division=0),
        average_precision=nan if lost or not usual else np.mean([ap[c] for c in usual]),
        auroc=nan if lost or not both else np.mean([roc[c] for c in both]),
    )
    over = {}
    if k > 1:
        if not lost:
            assert abs(values["subset_accuracy"] - sk.accuracy_score(truth, best)) < 1e-12
            assert abs(values["hamming_loss"] - sk.hamming_loss(truth, best)) < 1e-12
        if len(both) == k and not lost:
            assert abs(values["average_precision"] - sk.average_precision_score(truth, p)) < 1e-12
            assert abs(values["auroc"] - sk.roc_auc_score(truth, p)) < 1e-12
        over = averages(truth, best, occur)
        if not truth.any():  # weights of 0
            over["weighted"] = [None] * 3
    else:
        prf = sk.precision_recall_fscore_support(truth[:, 0], best[:, 0], average="binary", zero_division=0)[:3]
        over = {how: [plain(v) for v in prf] for how in ("macro", "weighted", "micro")}
    values.update(zip(("precision", "recall", "f1"), [nan if v is None else v for v in over["macro"]]))
    return case("labels", name, k, p, truth, values, averages=over,
                average_precision=[plain(v) for v in ap], auroc=[plain(v) for v in roc])


def coins(n, shares):
    return (rng.random((n, len(shares))) < shares).astype(int)


few = coins(30, [0.3, 0.5, 0.7, 0.0])
normal = rng.standard_normal
cases = [
    classes("two", 50, 2),
    classes("two, many ties", 60, 2, quantum=4),
    classes("two, one label", 8, 2, labels=[1] * 8),
    classes("two, the other label", 8, 2, labels=[0] * 8),
    classes("two, rare", 60, 2, labels=[0] * 56 + [1] * 4),
    classes("two, one row", 1, 2, labels=[1]),
    classes("two, NaN", 20, 2, lost=3),
    classes("two, sure and wrong", 20, 2, zero=True),
    classes("five", 70, 5),
    classes("five, ties", 70, 5, quantum=6),
    classes("five, one label", 6, 5, labels=[3] * 6),
    classes("five, NaN", 30, 5, lost=4),
    classes("eight", 90, 8),
    classes("eight, three occur", 30, 8, labels=[0, 2, 7] * 10),
    classes("eight, sure and wrong", 20, 8, zero=True),
    numbers("one", normal((25, 1)) + 5),
    numbers("one, few values", np.round(normal((31, 1))) * 2 + 9, round_to=1),
    numbers("three, units differ", normal((24, 3)) * [1, 10, 1000] + [3, 200, 0]),
    numbers("far from zero", normal((20, 1)) + 1e6),
    numbers("one never varies", [[i + 1, 2] for i in range(8)]),
    numbers("a target of 0", [[i] for i in range(9)]),
    numbers("one row", [[2.5]]),
    numbers("two rows", [[2.5], [3.5]]),
    numbers("NaN", normal((7, 1)) + 5, first=nan),
    numbers("infinite", normal((7, 1)) + 5, first=float("inf")),
    labels("three", coins(40, [0.3, 0.5, 0.7])),
    labels("three, ties", coins(40, [0.3, 0.5, 0.7]), quantum=4),
    labels("one never", few),
    labels("one always", 1 - few),
    labels("one label", coins(20, [0.4])),
    labels("none occurs", coins(6, [0.0, 0.0])),
    labels("all occur", coins(6, [1.0, 1.0])),
    labels("NaN", coins(12, [0.4, 0.5]), lost=True),
    labels("sure and wrong", coins(12, [0.4, 0.5]), zero=True),
    labels("one row", [[1, 0, 1]]),
    numbers("counts", rng.poisson(4, (30, 2)) * [1, 5] + [[0, 3]], noise=0.05),
]
sys.stdout.write("[\n%s\n]\n" % ",\n".join(json.dumps(c) for c in cases))
