#!/usr/bin/env python3
"""The baseline: TF-IDF (words 1-2, characters 3-5 in words) and one logistic regression per code.

    python3 benches/peers/tfidf.py CORPUS_DIR OUT.csv [SCORES.json]

Trained on all coded sources, cross-validated over the folds of data/splits.csv, evaluated per source. Nothing is
chosen on a test fold: C and class weights by models that learn one of the training folds and score the other;
thresholds (one per code, best F1) on grouped inner predictions of the training folds.
OUT.csv: session_id, utterance_id, codes and one out-of-fold probability column per code, 0 where the side rules of
the codebook exclude the code.
"""
import json
import pathlib
import sys
import time

import numpy as np
import pandas as pd
from joblib import Parallel, delayed
from scipy import sparse
from sklearn.feature_extraction.text import CountVectorizer, TfidfTransformer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score
from sklearn.model_selection import GroupKFold

CODES = ("emotional cognitive behavioural resistance_change resistance_defence resistance_fear motivation "
         "self_awareness openness empathy guidance pacing alliance").split()
SOURCES = ["annomi_train", "written_transcripts", "written_notes", "written_cases", "written_contrasts",
           "external/goemotions_coded"]
CONFIGS = [(c, w) for w in (None, "balanced") for c in (1.0, 3.0, 10.0, 30.0)]
FOLDS = (0, 1, 2)
JOBS = 2


def load(corpus):
    """All coded units with group, fold, 13 gold columns and 13 columns of what the side rules allow."""
    parts = []
    for source in SOURCES:
        part = pd.read_csv(corpus / f"{source}.csv", dtype=str, keep_default_na=False)
        part["source"] = source.split("/")[-1]
        if "id" in part:  # comments: no session, the writer speaks of himself or herself
            part = part.assign(session_id=part.id, utterance_id="0", speaker="client")
        for column in ("group", "client_id"):
            part[column] = part[column] if column in part else ""
        part["key"] = part.group.where(part.group != "", part.client_id.where(part.client_id != "", part.session_id))
        parts.append(part[["source", "key", "session_id", "utterance_id", "speaker", "text", "codes"]])
    units = pd.concat(parts, ignore_index=True)
    fold = pd.read_csv(pathlib.Path(__file__).parents[2] / "data/splits.csv").set_index("group").fold
    units["fold"] = units.key.map(fold)
    assert units.fold.notna().all(), "a unit has no fold: run scripts/splits.py"
    sets = units.codes.map(lambda s: {c.rstrip("!~") for c in s.split("|")})
    gold = np.array([[c in s for c in CODES] for s in sets])
    client, therapist = units.speaker.str.startswith("client"), units.speaker.str.startswith("therapist")
    side = np.array([~therapist] * 9 + [~client] * 3 + [client == client]).T
    return units, gold, side


class Counts:
    """Counts of n-grams over the whole corpus, cut to the vocabulary and idf of the training units at hand:
    the same as fitting the vectorisers on those units, without tokenising fifteen times."""

    def __init__(self, texts):
        # Contractions stay whole and one-letter words count: "I", "don't".
        words = CountVectorizer(ngram_range=(1, 2), token_pattern=r"(?u)\b\w+(?:['’]\w+)*\b", dtype=np.float32)
        chars = CountVectorizer(analyzer="char_wb", ngram_range=(3, 5), dtype=np.float32)
        self.parts = [words.fit_transform(texts), chars.fit_transform(texts)]

    def features(self, train, *others):
        out = [[] for _ in range(1 + len(others))]
        for counts in self.parts:
            columns = np.flatnonzero(counts[train].getnnz(axis=0) >= 2)
            idf = TfidfTransformer(sublinear_tf=True).fit(counts[train][:, columns])
            for rows, place in zip((train, *others), out):
                place.append(idf.transform(counts[rows][:, columns]))
        return [sparse.hstack(place, format="csr") for place in out]


def fit_predict(x, y, allowed, config, x_tests):
    """Probabilities of one code on each test matrix by a model of the training units that may carry it."""
    c, weight = config
    model = LogisticRegression(C=c, class_weight=weight, solver="liblinear", random_state=0)
    model.fit(x[allowed], y[allowed])
    return [model.predict_proba(test)[:, 1] for test in x_tests]


def scores(counts, gold, side, train, tests, config):
    """One (units, 13) array of probabilities per test set."""
    x, *x_tests = counts.features(train, *tests)
    columns = Parallel(JOBS, max_nbytes="1M")(
        delayed(fit_predict)(x, gold[train, k], side[train, k], config, x_tests) for k in range(13))
    return [np.stack([column[i] for column in columns], 1) * side[test] for i, test in enumerate(tests)]


def best_threshold(y, p):
    """The cut with the best F1: half-way between the two neighbouring scores; of equals the highest."""
    order = np.argsort(-p, kind="stable")
    y, p = y[order], p[order]
    f1 = 2 * np.cumsum(y) / (np.arange(1, len(y) + 1) + y.sum())
    f1[:-1][p[:-1] == p[1:]] = -1  # a cut cannot part equal scores
    i = int(np.argmax(f1))
    return (p[i] + p[i + 1]) / 2 if i + 1 < len(p) else p[i]


def f1(y, predicted):
    tp, wrong = np.sum(y & predicted), np.sum(y != predicted)
    return 2 * tp / (2 * tp + wrong) if tp + wrong else 0.0


def ap(y, p):
    return average_precision_score(y, p) if y.any() else 0.0


def with_any(array, how):
    """The four tags: emotional, cognitive, behavioural, resistance of any kind."""
    return np.column_stack([array[:, :3], how(array[:, 3:6], axis=1)])


def figures(gold, p, predicted):
    four = (with_any(gold, np.any), with_any(p, np.max), with_any(predicted, np.any))
    out = {}
    for name, (g, q, c), labels in (("four", four, [*CODES[:3], "resistance"]), ("all", (gold, p, predicted), CODES)):
        n = range(g.shape[1])
        per = {labels[k]: {"n": int(g[:, k].sum()), "f1": round(float(f1(g[:, k], c[:, k])), 4),
                           "ap": round(float(ap(g[:, k], q[:, k])), 4)} for k in n}
        out[name] = {"macro_f1": round(float(np.mean([per[labels[k]]["f1"] for k in n])), 4),
                     "macro_ap": round(float(np.mean([per[labels[k]]["ap"] for k in n])), 4), "per_code": per}
    return out


def main():
    if len(sys.argv) not in (3, 4):
        sys.exit(__doc__)
    began = time.time()
    units, gold, side = load(pathlib.Path(sys.argv[1]))
    fold, where = units.fold.to_numpy(), {f: np.flatnonzero(units.fold == f) for f in FOLDS}
    counts = Counts(units.text)
    print(f"{len(units)} units, n-grams {[p.shape[1] for p in counts.parts]}, {time.time() - began:.0f} s", file=sys.stderr)

    # One-fold models: what C and class weight to take. tried[config][learned][scored] -> probabilities
    tried = {}
    for config in CONFIGS:
        tried[config] = {}
        for a in FOLDS:
            others = [b for b in FOLDS if b != a]
            tried[config][a] = dict(zip(others, scores(counts, gold, side, where[a], [where[b] for b in others], config)))
        print(f"tried {config}, {time.time() - began:.0f} s", file=sys.stderr)

    real = (units.source != "goemotions_coded").to_numpy()
    probabilities, predicted = np.zeros(gold.shape), np.zeros(gold.shape, bool)
    report = {"folds": []}
    for test in FOLDS:
        a, b = (f for f in FOLDS if f != test)
        inner = np.concatenate([where[b], where[a]])
        keep = real[inner]

        def merit(config):
            p = np.concatenate([tried[config][a][b], tried[config][b][a]])[keep]
            cuts = np.array([best_threshold(gold[inner, k][keep], p[:, k]) for k in range(13)])
            return figures(gold[inner][keep], p, p >= cuts)

        merits = {config: merit(config) for config in CONFIGS}
        chosen = max(CONFIGS, key=lambda c: merits[c]["all"]["macro_f1"])
        train = np.flatnonzero(fold != test)
        p_in = np.zeros((len(train), 13))
        for i, j in GroupKFold(3).split(train, groups=units.key.to_numpy()[train]):
            p_in[j] = scores(counts, gold, side, train[i], [train[j]], chosen)[0]
        keep = real[train]
        cuts = np.array([best_threshold(gold[train, k][keep], p_in[keep, k]) for k in range(13)])
        probabilities[where[test]] = scores(counts, gold, side, train, [where[test]], chosen)[0]
        predicted[where[test]] = (probabilities[where[test]] >= cuts) & side[where[test]]
        report["folds"].append({
            "fold": test, "chosen": str(chosen), "thresholds": dict(zip(CODES, cuts.round(4).tolist())),
            "inner": {str(c): [m["all"]["macro_f1"], m["all"]["macro_ap"]] for c, m in merits.items()}})
        print(f"fold {test}: {chosen}, {time.time() - began:.0f} s", file=sys.stderr)

    for source in [*dict.fromkeys(units.source[real]), "pooled"]:
        rows = real & ((units.source == source).to_numpy() | (source == "pooled"))
        report[source] = figures(gold[rows], probabilities[rows], predicted[rows])
        four, every = report[source]["four"], report[source]["all"]
        print(f"{source:20} macro-F1 {four['macro_f1']:.3f} / {every['macro_f1']:.3f}   "
              f"average precision {four['macro_ap']:.3f} / {every['macro_ap']:.3f}", file=sys.stderr)

    out = units.loc[real, ["session_id", "utterance_id"]].copy()
    out["codes"] = ["|".join(c for c, hit in zip(CODES, row) if hit) for row in predicted[real]]
    for k, code in enumerate(CODES):
        out[code] = probabilities[real, k].round(6)
    out.to_csv(sys.argv[2], index=False)
    if len(sys.argv) == 4:
        pathlib.Path(sys.argv[3]).write_text(json.dumps(report, indent=1))


if __name__ == "__main__":
    main()
