"""Writes ordinal.json: the proportional odds model by statsmodels 0.13.

Run with a Python that has it: python3 ordinal.py > ordinal.json
"""
import json
import sys

import numpy as np
from statsmodels.miscmodels.ordinal_model import OrderedModel

rng = np.random.default_rng(3)
x = np.round(rng.standard_normal((200, 2)) * 64) / 64
y = np.digitize(1.2 * x[:, 0] - 0.7 * x[:, 1] + rng.logistic(size=200), [-1.5, 0.2, 1.4])
fit = OrderedModel(y, x, distr="logit").fit(method="bfgs", disp=0, gtol=1e-8)
cuts = fit.model.transform_threshold_params(fit.params[2:])[1:-1]
json.dump(dict(x=x.tolist(), y=y.tolist(), coefficients=fit.params[:2].tolist(), cuts=cuts.tolist(), loss=-fit.llf / 200,
               probabilities=fit.predict()[:5].tolist()), sys.stdout)
