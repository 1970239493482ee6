#!/usr/bin/env python3
"""Prints the ratios of `src/trends/reliable_change.rs` from out-of-fold scores, to be taken over there after a training,
with the version of the model. There none is below 0.27, so that a single unit is never a reliable change.

    pip install numpy==2.4.6 pandas==3.1.1
    python3 scripts/error_ratio.py data/corpus models/minilm
"""
import json
import pathlib
import sys

import numpy as np
import pandas as pd

corpus, model_folder = map(pathlib.Path, sys.argv[1:])
calibration = json.loads((model_folder / "calibration.json").read_text())
CODES = [line["code"] for line in calibration["transcript"]]
FAMILIES = {"breakthrough": CODES[:3], "resistance": CODES[3:6]}
TEXT = dict(dtype=str, keep_default_na=False)

PARTS = ("written_transcripts", "written_notes", "written_cases", "annomi_codes")
units = pd.concat([pd.read_csv(file, **TEXT).assign(source=part)
                   for part in PARTS for file in sorted(corpus.glob(f"{part}*.csv.gz"))])
units = units[["source", "session_id", "utterance_id", "speaker", "codes"]]
# Logits in hundredths; an empty cell is −∞.
scores = pd.read_csv(model_folder / "folds.csv.gz", dtype={"session_id": str, "utterance_id": str}).fillna(-np.inf)
units = units.merge(scores, on=["session_id", "utterance_id"])
note, client = units.speaker.str.startswith("note"), units.speaker.str.startswith("client")
sides = {"empathy": ~client, "guidance": ~client, "pacing": ~client, "alliance": True}
coder, model = {}, {}
for place, code in enumerate(CODES):
    may = note | sides.get(code, client)
    given = []
    for kind in ("transcript", "note"):
        line = calibration[kind][place]
        network, ngrams = units[f"network_{code}"] / 100, units[f"ngrams_{code}"] / 100
        logit = line["encoder"] * network + line["ngrams"] * ngrams + line["bias"]
        given.append(1 / (1 + np.exp(-logit)) >= line["threshold"])
    model[code] = may & np.where(note, given[1], given[0])
    coder[code] = units.codes.map(lambda codes: code in [word.strip("!~") for word in codes.split("|")])
for of in (coder, model):
    for family, codes in FAMILIES.items():
        of[family] = np.any([of[code] for code in codes], axis=0)

groups = [units.source, units.session_id]
n = (note | client).groupby(groups).sum()
long = n >= 5
for measure in list(FAMILIES) + CODES:
    y, x = (100 * pd.Series(of[measure], index=units.index).groupby(groups).sum()[long] / n[long] for of in (coder, model))
    m = ((x + y) / 2).groupby(level=0).transform("mean")
    ratio = ((x - y) ** 2 / 2).sum() / (m * (100 - m).clip(lower=20) / n[long]).sum()
    print(f"{measure:20} {ratio:.2f}")
