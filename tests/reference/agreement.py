#!/usr/bin/env python3
"""Makes tests/reference/agreement.json: what scikit-learn, statsmodels, krippendorff and numpy say about invented codings.

    pip install numpy==2.4.6 scikit-learn==1.9.1 statsmodels==0.15.0 krippendorff==0.9.0
    python3 tests/reference/agreement.py > tests/reference/agreement.json
"""
import json
import sys
import warnings

import krippendorff
import numpy as np
from sklearn.calibration import calibration_curve
from sklearn.metrics import (average_precision_score, cohen_kappa_score, f1_score, precision_score, recall_score)
from statsmodels.stats.inter_rater import aggregate_raters, cohens_kappa, fleiss_kappa

warnings.filterwarnings("ignore")
rng = np.random.default_rng(11)
UNITS, CLUSTERS, CODES = 400, 12, 13


def ece(y, p):
    """Expected calibration error from scikit-learn's bins and the number of units in each."""
    observed, predicted = calibration_curve(y, p, n_bins=10, strategy="uniform")
    n = np.bincount(np.searchsorted(np.linspace(0, 1, 11)[1:-1], p), minlength=10)
    n = n[n > 0]
    return {"n": n.tolist(), "observed": observed.tolist(), "predicted": predicted.tolist(),
            "ece": float(np.sum(n * np.abs(observed - predicted)) / n.sum())}


def kappa(a, b):
    table = np.array([[np.sum((a == i) & (b == j)) for j in (0, 1)] for i in (0, 1)])
    k = float(cohens_kappa(table).kappa)
    assert np.isnan(k) or abs(k - cohen_kappa_score(a, b, labels=[0, 1])) < 1e-12
    return None if np.isnan(k) else k


rates = np.array([.02, .05, .3, .1, .2, .5, .08, .03, .15, .6, .25, 0, .01])
gold = rng.random((UNITS, CODES)) < rates
p = np.clip(rates + .35 * gold + rng.normal(0, .15, gold.shape), 0, 1)
p = np.round(p, 2).astype(np.float32)  # many ties, values on the edges of bins
predicted = p >= np.minimum(rates + .15, .9).astype(np.float32)
predicted[:, 12] = False  # a code that is never given; code 11 never occurs
cluster = rng.integers(0, CLUSTERS, UNITS)
times = np.bincount(rng.integers(0, CLUSTERS, CLUSTERS), minlength=CLUSTERS)
weight = times[cluster]

codes = []
for k in range(CODES):
    y, c, q = gold[:, k], predicted[:, k], p[:, k].astype(np.float64)
    zero = {"zero_division": 0}
    codes.append({
        "precision": precision_score(y, c, **zero), "recall": recall_score(y, c, **zero), "f1": f1_score(y, c, **zero),
        "f1_resampled": f1_score(y, c, sample_weight=weight, **zero),
        "average_precision": average_precision_score(y, q) if y.any() else 0.0,
        "average_precision_resampled": average_precision_score(y, q, sample_weight=weight) if (weight[y] > 0).any() else 0.0,
        "kappa": kappa(y.astype(int), c.astype(int)), "calibration": ece(y, q)})

f1 = {average: f1_score(gold, predicted, average=average, zero_division=0) for average in ("macro", "micro")}
values = rng.normal(size=37)
any_gold, any_p, any_predicted = gold[:, 3:6].any(1), p[:, 3:6].max(1), predicted[:, 3:6].any(1)

# The same kind of bootstrap with another generator of random numbers: bounds agree up to chance.
by_cluster = [np.flatnonzero(cluster == c) for c in range(CLUSTERS)]
draws = []
for _ in range(4000):
    rows = np.concatenate([by_cluster[c] for c in rng.integers(0, CLUSTERS, CLUSTERS)])
    draws.append([f1_score(gold[rows, 2], predicted[rows, 2]), average_precision_score(gold[rows, 2], p[rows, 2])])



def coders():
    """Three codings with labels of their own, each without some of the units; the third has probabilities."""
    rng = np.random.default_rng(12)
    units, labels = 120, ["anger", "joy", "fear of \"it\"", "cognitive"]
    truth = rng.random((units, 4)) < [.3, .5, .1, .05]
    said = np.array([truth ^ (rng.random(truth.shape) < e) for e in (.05, .15, .2)])
    has = rng.random((3, units)) < [[.95], [.9], [.85]]
    p = np.round(np.clip(.25 + .5 * truth + rng.normal(0, .2, truth.shape), 0, 1), 2)
    session = np.sort(rng.integers(0, 9, units))

    def nominal(codes):
        """Pairs (agreement, kappa), then Fleiss and alpha, of codes[coder, unit]."""
        pairs = []
        for i, j in ((0, 1), (0, 2), (1, 2)):
            both = has[i] & has[j]
            pairs.append([float(np.mean(codes[i][both] == codes[j][both])), cohen_kappa_score(codes[i][both], codes[j][both])])
        complete = codes[:, has.all(0)].T
        data = np.where(has, codes, np.nan).astype(float)
        return {"agreement": float(np.mean([a for a, _ in pairs])), "cohen": float(np.mean([k for _, k in pairs])),
                "fleiss": float(fleiss_kappa(aggregate_raters(complete)[0])),
                "alpha": float(krippendorff.alpha(reliability_data=data, level_of_measurement="nominal"))}

    def against(c):
        both = has[0] & has[c]
        gold, other = said[0][both], said[c][both]
        zero = {"average": None, "zero_division": 0}
        out = {"precision": precision_score(gold, other, **zero).tolist(), "recall": recall_score(gold, other, **zero).tolist(),
               "f1": f1_score(gold, other, **zero).tolist(), "macro": f1_score(gold, other, average="macro"),
               "micro": f1_score(gold, other, average="micro")}
        if c == 2:
            out["average_precision"] = [average_precision_score(gold[:, k], p[both][:, k]) for k in range(4)]
            out["ece"] = [ece(gold[:, k], p[both][:, k].astype(np.float32).astype(np.float64))["ece"] for k in range(4)]
        return out

    whole = (said * [1, 2, 4, 8]).sum(2)
    return {"labels": labels, "session": session.tolist(), "has": has.tolist(), "said": said.astype(int).tolist(),
            "probabilities": p.tolist(), "nominal": [nominal(said[:, :, k].astype(int)) for k in range(4)],
            "sets": nominal(whole), "against": [against(1), against(2)]}


json.dump({
    "cluster": cluster.tolist(), "times": times.tolist(),
    "gold": [np.flatnonzero(row).tolist() for row in gold], "predicted": [np.flatnonzero(row).tolist() for row in predicted],
    "probabilities": [[round(float(x), 2) for x in row] for row in p],
    "codes": codes, "f1": f1,
    "any_resistance": {"f1": f1_score(any_gold, any_predicted), "average_precision": average_precision_score(any_gold, any_p)},
    "quantiles": {"values": values.tolist(), "q": [0, .025, .1, .5, .975, 1],
                  "is": np.quantile(values, [0, .025, .1, .5, .975, 1]).tolist()},
    "bootstrap": {"code": 2, "f1": np.quantile([d[0] for d in draws], [.025, .975]).tolist(),
                  "average_precision": np.quantile([d[1] for d in draws], [.025, .975]).tolist()},
    "coders": coders(),
}, sys.stdout, separators=(",", ":"))
print()
