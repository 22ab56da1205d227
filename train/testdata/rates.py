"""Numbers for rates_internal_test.go, by numpy: python3 rates.py > rates.json

Losses of made-up range tests, the smoothed ones, and what they suggest. The
valley is found over all pairs from the back, unlike in Go.
"""
import json
import numpy as np

rng = np.random.RandomState(3)
rows = []
for n, noise, best, steep in [(100, 0.0, 1e-2, 1.0), (100, 0.1, 1e-2, 1.0), (100, 0.3, 1.0, 0.7), (50, 0.05, 1e-3, 1.5), (200, 0.2, 1e-4, 1.0)]:
    i = np.arange(n)
    rates = 1e-7 * (10 / 1e-7) ** (i / (n - 1))
    z = np.log10(rates / best)
    losses = 2.3 - 1.8 / (1 + np.exp(-3 * steep * (z + 1))) + np.exp(3 * (z - 0.8)) + noise * rng.randn(n)
    weights = 0.98 ** (i[:, None] - i[None, :]) * (i[:, None] >= i[None, :])
    smooth = (weights @ losses) / weights.sum(axis=1)
    stop = np.nonzero(smooth > 4 * np.minimum.accumulate(smooth))[0]
    end = stop[0] + 1 if len(stop) else n
    rates, losses, smooth = rates[:end], losses[:end], smooth[:end]
    r, s = rates[n // 10:-5], smooth[n // 10:-5]
    slope = np.diff(s) / np.diff(np.log(r))
    m = len(s)
    longest = np.ones(m, int)  # decreasing from here on
    for a in range(m - 1, -1, -1):
        later = [longest[b] for b in range(a + 1, m) if s[b] < s[a]]
        longest[a] = 1 + max(later, default=0)
    # Of the longest ones, Go takes the first end, and to each element the
    # first that may stand before it.
    upto = np.ones(m, int)
    for a in range(m):
        upto[a] = 1 + max([upto[b] for b in range(a) if s[b] > s[a]], default=0)
    assert upto.max() == longest.max()
    at = stop_at = int(np.argmax(upto))
    while upto[at] > 1:
        at = next(b for b in range(at) if s[b] > s[at] and upto[b] == upto[at] - 1)
    rows.append(dict(updates=n, rates=list(rates), losses=list(losses), smoothed=list(smooth), stopped=bool(len(stop)),
                     steepest=r[int(np.argmin(slope))], valley=r[at + 2 * (stop_at - at) // 3]))
print(json.dumps(rows))
