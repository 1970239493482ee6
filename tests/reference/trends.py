#!/usr/bin/env python3
"""Makes tests/reference/trends.json: what scipy, pymannkendall, statsmodels and numpy say about invented series.

    pip install numpy==2.4.6 scipy==1.17.1 pymannkendall==1.4.3 statsmodels==0.15.0
    python3 tests/reference/trends.py > tests/reference/trends.json

Sudden gains follow the documented rules of the R package suddengains 0.7.2 (check_interval), written down here anew;
where a series has as many sessions as the rules ask for, they are Tang and DeRubeis (1999) and Lutz et al. (2013).
"""
import itertools
import json
import sys

import numpy as np
import pymannkendall
from scipy import stats
from scipy.special import gammaln
from statsmodels.stats.contingency_tables import StratifiedTable
from statsmodels.stats.multitest import multipletests

rng = np.random.default_rng(23)


def mann_kendall_exact(x):
    """Two-sided p by trying all orders; for short series."""
    x = np.asarray(x)
    pairs = list(itertools.combinations(range(len(x)), 2))
    orders = np.array(list(itertools.permutations(range(len(x)))))
    s = sum(np.sign(x[orders[:, j]] - x[orders[:, i]]) for i, j in pairs)
    return float(np.mean(np.abs(s) >= abs(s[0])))


def change_point(x):
    """The split with the largest z of the rank-sum test (no continuity correction), and its permutation p by scipy."""
    x = np.asarray(x, float)
    n = len(x)
    ranks = stats.rankdata(x)
    sd = np.sqrt(np.sum((ranks - ranks.mean()) ** 2) / (n - 1))

    def z(order):
        return [abs(order[:k].sum() - k * ranks.mean()) / (sd * np.sqrt(k * (n - k) / n)) for k in range(2, n - 1)]

    # As an independent check of the statistic: scipy's z of the Mann-Whitney test is the same up to (n - 1) / n.
    for k, ours in zip(range(2, n - 1), z(ranks)):
        u = stats.mannwhitneyu(x[:k], x[k:], method="asymptotic", use_continuity=False)
        assert abs(stats.norm.isf(u.pvalue / 2) - ours) < 1e-6, (k, u, ours)
    test = stats.permutation_test((ranks,), lambda order: max(z(order)), permutation_type="pairings",
                                  n_resamples=np.inf, alternative="greater", vectorized=False)
    best = z(ranks)
    return {"at": int(np.argmax(np.round(best, 9))) + 2, "p": float(test.pvalue)}


def sudden(x, cutoff, identify):
    """Sessions after sudden gains (a fall) or losses (a rise), as check_interval of suddengains has them."""
    found = []
    for k in range(1, len(x)):
        pre, post = x[max(0, k - 3):k], x[k:k + 3]
        if len(pre) < 2 or len(post) < 2:
            continue
        sign = 1 if identify == "sg" else -1
        freedom = len(pre) + len(post) - 2
        critical = abs(stats.t.ppf(0.025, freedom))
        pooled = np.sqrt(((len(pre) - 1) * np.var(pre, ddof=1) + (len(post) - 1) * np.var(post, ddof=1)) / freedom)
        if (sign * (pre[-1] - post[0]) >= cutoff and sign * (pre[-1] - post[0]) >= 0.25 * pre[-1]
                and sign * (np.mean(pre) - np.mean(post)) > critical * pooled):
            found.append(k)
    return found


def turn_range(x):
    """Smallest set of places with 95 % of the belief, by the marginal likelihood of a step with normal errors."""
    n = len(x)
    log = {}
    for k in range(1, n):
        rss = sum(((part - part.mean()) ** 2).sum() for part in (x[:k], x[k:]))
        # Flat on both means and on the log of the standard deviation, all three integrated out.
        log[k] = (gammaln((n - 2) / 2) - (n - 2) / 2 * np.log(np.pi * rss) - 0.5 * np.log(k) - 0.5 * np.log(n - k))
    top = max(log.values())
    belief = {k: np.exp(v - top) for k, v in log.items()}
    held, places = 0.0, []
    for k, b in sorted(belief.items(), key=lambda item: -item[1]):
        places.append(k)
        held += b
        if held >= 0.95 * sum(belief.values()):
            break
    return [min(places), max(places)]


def smooth(position, value):
    at = np.linspace(0, 1, 21)[:, None]
    w = stats.norm.pdf(at, position, 0.08)
    return (w @ value / w.sum(1)).tolist()


series = [rng.normal(0, 4, n) + slope * np.arange(n) for n, slope in [(5, 2), (6, 0), (7, 1.5), (8, 0), (8, 2), (12, .5), (25, .3)]]
series += [rng.poisson(2, n).astype(float) for n in (5, 7, 8, 15, 30)]
series += [np.r_[rng.poisson(1, a), rng.poisson(6, b)].astype(float) for a, b in ((3, 5), (4, 4), (2, 6))]
series += [rng.poisson(3, 40) + .05 * np.arange(40), rng.normal(0, 1, 60)]
series = [np.round(x, 3) for x in series]

of_series = []
for x in series:
    slope = stats.theilslopes(x, np.arange(len(x)), alpha=0.95)
    mk = pymannkendall.original_test(x)
    entry = {"values": x.tolist(), "slope": [float(slope.slope), float(slope.low_slope), float(slope.high_slope)],
             "s": int(mk.s), "variance": float(mk.var_s), "normal_p": float(mk.p)}
    if len(x) <= 8:
        entry["exact_p"] = mann_kendall_exact(x)
        entry["change_point"] = change_point(x)
    if len(x) <= 30 and len(set(x)) == len(x):
        entry["untied_p"] = float(stats.kendalltau(np.arange(len(x)), x, method="exact").pvalue)
    entry["range"] = turn_range(x)
    of_series.append(entry)

walks = []
for _ in range(60):
    level = np.repeat(rng.choice([5, 12, 20, 30], 4), rng.integers(2, 5, 4))
    x = np.round(np.maximum(level + rng.normal(0, 1.5, len(level)), 0), 1)
    walks.append({"values": x.tolist(), "cutoff": 7, "gains": sudden(x, 7, "sg"), "losses": sudden(x, 7, "sl")})
assert sum(len(w["gains"]) for w in walks) > 10 and sum(len(w["losses"]) for w in walks) > 10

# Sessions with a base rate of their own, and a factor that raises the odds within them.
tables = []
for session in range(40):
    base, share = rng.uniform(.02, .3), rng.uniform(.1, .9)
    n = rng.integers(8, 60)
    exposed = rng.random(n) < share
    odds = base / (1 - base) * np.where(exposed, np.exp(.7 + rng.normal(0, .5)), 1)
    outcome = rng.random(n) < odds / (1 + odds)
    tables.append([[int(np.sum(exposed & outcome)), int(np.sum(exposed & ~outcome))],
                   [int(np.sum(~exposed & outcome)), int(np.sum(~exposed & ~outcome))]])


def informative(t):
    return t[0][0] * t[1][1] + t[0][1] * t[1][0] > 0


def pooled(which):
    return float(np.log(StratifiedTable([np.array(t, float) for t in which]).oddsratio_pooled))


told = [t for t in tables if informative(t)]
K = len(told)
value = pooled(told)
# The sandwich without its formula: the infinitesimal jackknife, by numerical derivatives of statsmodels' estimate in the
# weight of every session. R and S of a table are of degree one in its counts.
step = 1e-4
influence = []
for k in range(K):
    t = [np.array(t, float) * (1 + step if i == k else 1) for i, t in enumerate(told)]
    down = [np.array(t, float) * (1 - step if i == k else 1) for i, t in enumerate(told)]
    influence.append((pooled(t) - pooled(down)) / (2 * step))
error = float(np.sqrt(K / (K - 1) * np.sum(np.square(influence))))
half = stats.t.ppf(.975, K - 1) * error
bootstrap = [pooled([told[i] for i in rng.integers(0, K, K)]) for _ in range(2000)]
lagged = {"tables": tables, "sessions": K, "log_odds": value, "low": value - half, "high": value + half,
          "p": float(2 * stats.t.sf(abs(value / error), K - 1)), "bootstrap_error": float(np.std(bootstrap)), "error": error}

p = np.round(np.r_[rng.uniform(0, 1, 9), rng.uniform(0, .02, 5)], 6)
position = np.sort(rng.random(33))
value = np.round(rng.random(33), 4)

json.dump({"series": of_series, "walks": walks, "lagged": lagged,
           "p": p.tolist(), "q": multipletests(p, method="fdr_bh")[1].tolist(),
           "course": {"position": position.tolist(), "value": value.tolist(), "is": smooth(position, value)}},
          sys.stdout, separators=(",", ":"))
print()
