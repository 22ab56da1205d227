# Greedy selection of ensemble members with replacement, by numpy: prints greedy.json.
import json
import numpy

def greedy(p, loss, rounds):
    chosen, losses = [], []
    for _ in range(rounds):
        l = [loss(numpy.mean(p[chosen + [k]], axis=0)) for k in range(len(p))]
        chosen.append(int(numpy.argmin(l)))
        losses.append(min(l))
    best = int(numpy.argmin(losses))
    return numpy.bincount(chosen[: best + 1], minlength=len(p)).tolist(), float(losses[best])

random = numpy.random.RandomState(7)
cases = []
for members, rows, rounds in [(1, 20, 5), (4, 60, 12), (9, 40, 50), (6, 200, 30)]:
    y = random.normal(size=rows)
    noise = random.uniform(0.3, 1.5, size=members)
    p = numpy.round(y + noise[:, None] * random.normal(size=(members, rows)) + random.normal(scale=.3, size=(members, 1)), 6)
    y = numpy.round(y, 6)
    counts, loss = greedy(p, lambda q: numpy.mean((q - y) ** 2), rounds)
    cases.append({"y": y.tolist(), "predictions": p.tolist(), "rounds": rounds, "counts": counts, "loss": loss})
print(json.dumps(cases))
