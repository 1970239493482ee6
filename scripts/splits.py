#!/usr/bin/env python3
"""Divides the coded corpus into three folds for cross-validation and writes data/splits.csv (group,fold).

    python3 scripts/splits.py CORPUS_DIR > data/splits.csv

What must not be torn apart stays together: a source video (AnnoMI), a client (written sessions, notes and
cases), a contrast group (snippets), a comment (GoEmotions). Within each source the folds get about the same
number of units and of every code; the groups that hold the rarest codes are placed first, each into the fold
that stays the most even. Only ids leave the corpus. Standard library only; the same corpus gives the same bytes.
"""
import csv
import pathlib
import random
import sys
from collections import Counter, defaultdict

SEED, FOLDS = 20261123, 3
SOURCES = ["annomi_train", "written_transcripts", "written_notes", "written_contrasts", "written_cases",
           "external/goemotions_coded"]


def key(row):
    """The id of what a row must stay together with; unique over all files."""
    return row.get("group") or row.get("client_id") or row["id"]


def read(path):
    """Group -> counts of units (under ''), of units of notes, and of every code."""
    groups = defaultdict(Counter)
    with open(path, newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            counts = groups[key(row)]
            counts["unit"] += 1
            counts["note"] += row.get("kind") == "note"
            for column in ("codes", "codes_2"):
                for code in filter(None, (row.get(column) or "").split("|")):
                    counts[code.rstrip("!~")] += 1
    return groups


def divide(groups, rng):
    """Group -> fold, greedily against the sum over columns of the squared shares of the folds."""
    totals = sum(groups.values(), Counter())
    names = sorted(groups)
    rng.shuffle(names)
    share = {name: {c: n / totals[c] for c, n in groups[name].items() if n} for name in names}
    names.sort(key=lambda name: -sum(share[name].values()))
    filled = [Counter() for _ in range(FOLDS)]
    folds = {}
    for name in names:
        # Growth of the sum of squares when the group goes into this fold; equal ones by number of units.
        cost = [(round(sum((f[c] + s) ** 2 - f[c] ** 2 for c, s in share[name].items()), 12), f["unit"], rng.random(), i)
                for i, f in enumerate(filled)]
        folds[name] = min(cost)[-1]
        for c, s in share[name].items():
            filled[folds[name]][c] += s
    return folds


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    corpus, rng, folds = pathlib.Path(sys.argv[1]), random.Random(SEED), {}
    for source in SOURCES:
        groups = read(corpus / f"{source}.csv")
        placed = divide(groups, rng)
        if clash := placed.keys() & folds.keys():
            sys.exit(f"splits.py: group {min(clash)} of {source} is also in another file")
        folds |= placed
        for fold in range(FOLDS):
            counts = sum((groups[g] for g, f in placed.items() if f == fold), Counter())
            print(source, fold, dict(sorted(counts.items())), file=sys.stderr)
    out = csv.writer(sys.stdout, lineterminator="\n")
    out.writerow(["group", "fold"])
    out.writerows(sorted(folds.items()))


if __name__ == "__main__":
    main()
