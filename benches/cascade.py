"""What a cascade could win: how many tokens would the encoder be spared if n-grams ruled out units without a code?

    python benches/cascade.py CORPUS_DIR        (numpy; CORPUS_DIR holds annomi_train.csv)

From the out-of-fold logits that the model is shipped with. A unit is skipped when the n-gram logit of every code is
below a cut; the cuts are chosen on the very units that they are tried on, so that this is more than could be had.
"""

import csv
import gzip
import json
import pathlib
import sys

import numpy as np

ROOT = pathlib.Path(__file__).resolve().parent.parent


def read(path):
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rt", newline="", encoding="utf-8") as file:
        yield from csv.DictReader(file)


def main(corpus):
    written = [ROOT / f"data/corpus/written_transcripts{n}.csv.gz" for n in ("", "_2", "_3")]
    texts = {}
    for path in [pathlib.Path(corpus) / "annomi_train.csv", *written]:
        texts |= {(row["session_id"], row["utterance_id"]): row["text"] for row in read(path)}
    lines = json.loads((ROOT / "models/minilm/calibration.json").read_text())["transcript"]
    units, network, ngrams = [], [], []
    for row in read(ROOT / "models/minilm/folds.csv.gz"):
        unit = (row["session_id"], row["utterance_id"])
        if unit in texts:
            units.append(unit)
            for logits, name in ((network, "network"), (ngrams, "ngrams")):
                logits.append([float(row[f"{name}_{line['code']}"] or "-inf") / 100 for line in lines])
    network, ngrams = np.array(network), np.array(ngrams)
    weigh = lambda name: np.array([line[name] for line in lines])  # noqa: E731
    with np.errstate(invalid="ignore"):
        mixed = network * weigh("encoder") + ngrams * weigh("ngrams") + weigh("bias")
        coded = (1 / (1 + np.exp(-mixed)) >= weigh("threshold")) & np.isfinite(network)
    tokens = np.array([2 + 1.3 * len(texts[unit].split()) for unit in units])  # about
    annomi = np.array([session.startswith("annomi") for session, _ in units])
    print("| | coded units lost, % | units skipped, % | tokens spared, % |\n|---|--:|--:|--:|")
    for name, own in (("AnnoMI", annomi), ("written transcripts", ~annomi)):
        first = np.zeros(len(units), bool)  # the same text is encoded once in any case
        seen = set()
        for i in np.flatnonzero(own):
            first[i] = texts[units[i]] not in seen
            seen.add(texts[units[i]])
        share = lambda chosen: 100 * tokens[first & chosen].sum() / tokens[first].sum()  # noqa: E731
        for loss in (0.001, 0.01, 0.02, 0.05):
            of = [ngrams[own & coded[:, c], c] for c in range(len(lines))]
            cut = np.array([np.quantile(l, loss, method="lower") if l.size else np.inf for l in of])
            skipped = own & (ngrams < cut).all(1)
            lost = (skipped & coded.any(1)).sum() / (own & coded.any(1)).sum()
            print(f"| {name} | {100 * lost:.2f} | {100 * skipped.sum() / own.sum():.1f} | {share(skipped):.1f} |")
        print(f"| {name}, every unit without a code | 0 | | {share(~coded.any(1)):.1f} |")


if __name__ == "__main__":
    main(*sys.argv[1:])
