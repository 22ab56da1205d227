# What scikit-learn cuts, in numbers that do not depend on which rows it draws:
# how many rows of each class each fold has, the sizes of folds of groups, and the
# pieces in time. Prints folds.json; python3-sklearn 1.2.1.
import json
import numpy
from sklearn.model_selection import GroupKFold, KFold, StratifiedKFold, TimeSeriesSplit

cases = {"classes": [], "numbers": [], "groups": [], "time": []}
for counts, k in [([50, 30, 20], 5), ([7, 12, 23, 5], 3), ([101, 53], 10), ([5, 6, 7], 5), ([40, 3], 3)]:
    y = numpy.repeat(numpy.arange(len(counts)), counts)
    folds = StratifiedKFold(k).split(y, y)
    cases["classes"].append({"counts": counts, "k": k, "folds": [numpy.bincount(y[v], minlength=len(counts)).tolist() for _, v in folds]})
for n, k in [(100, 5), (103, 5), (7, 7), (11, 4)]:
    cases["numbers"].append({"n": n, "k": k, "sizes": [len(v) for _, v in KFold(k).split(numpy.zeros(n))]})
for sizes, k in [([9, 1, 4, 4, 7, 2, 30, 3, 3, 8], 3), ([1] * 17, 5), ([20, 19, 18, 5, 5, 5, 5, 1, 1], 4), ([3, 3, 3], 3)]:
    groups = numpy.repeat(numpy.arange(len(sizes)), sizes)
    folds = GroupKFold(k).split(groups, groups, groups)
    cases["groups"].append({"groups": sizes, "k": k, "sizes": sorted(len(v) for _, v in folds)})
for n, k in [(100, 5), (103, 5), (11, 4), (6, 2)]:
    folds = TimeSeriesSplit(k).split(numpy.zeros(n))
    cases["time"].append({"n": n, "k": k, "train": [len(t) for t, _ in TimeSeriesSplit(k).split(numpy.zeros(n))], "validation": [[int(v[0]), int(v[-1])] for _, v in folds]})
print(json.dumps(cases))
