#!/usr/bin/env python3
"""Divides the coded corpus into three folds for cross-validation and writes data/splits.csv (group,fold).

    python3 scripts/splits.py data/corpus data/splits.csv > new.csv && mv new.csv data/splits.csv

Groups that the second file already has keep their fold, so that figures before and after new material can be
compared; without it everything is divided anew. What must not be torn apart stays together: a source video (AnnoMI),
a client (written sessions, notes and cases), a contrast group (snippets), a comment (GoEmotions). Within each source
the folds get about the same number of units and of every code; the groups that hold the rarest codes are placed
first, each into the fold that stays the most even. Standard library only; the same corpus gives the same bytes.
"""
import csv
import gzip
import itertools
import pathlib
import random
import sys
from collections import Counter, defaultdict

SEED, FOLDS = 20261123, 3
# What comes first.
SOURCES = ["annomi_codes", "written_transcripts", "written_notes", "written_contrasts", "written_cases",
           "goemotions_codes"]


def sources(corpus):
    """Names of the files, batch by batch: a later one is divided for itself, so that every fold gets its part of it."""
    yield from SOURCES
    for batch in itertools.count(2):
        later = [f"{name}_{batch}" for name in ("written_transcripts", "written_notes", "written_contrasts")]
        if not any((corpus / f"{name}.csv.gz").exists() for name in later):
            return
        yield from later


def key(row):
    """The id of what a row must stay together with; unique over all files."""
    return row.get("group") or row.get("client_id") or row["id"]


def read(path):
    """Group -> counts of units (under ''), of units of notes, and of every code."""
    groups = defaultdict(Counter)
    with gzip.open(path, "rt", newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            counts = groups[key(row)]
            counts["unit"] += 1
            counts["note"] += row.get("kind") == "note"
            for column in ("codes", "codes_2"):
                for code in filter(None, (row.get(column) or "").split("|")):
                    counts[code.rstrip("!~")] += 1
    return groups


def divide(groups, kept, rng):
    """Group -> fold, greedily against the sum over columns of the squared shares of the folds."""
    totals = sum(groups.values(), Counter())
    share = {name: {c: n / totals[c] for c, n in counts.items() if n} for name, counts in groups.items()}
    filled = [Counter() for _ in range(FOLDS)]
    folds = {}

    def place(name, fold):
        folds[name] = fold
        for c, s in share[name].items():
            filled[fold][c] += s

    for name in sorted(groups.keys() & kept.keys()):
        place(name, kept[name])
    names = sorted(groups.keys() - kept.keys())
    rng.shuffle(names)
    names.sort(key=lambda name: -sum(share[name].values()))
    for name in names:
        # Growth of the sum of squares when the group goes into this fold; equal ones by number of units.
        cost = [(round(sum((f[c] + s) ** 2 - f[c] ** 2 for c, s in share[name].items()), 12), f["unit"], rng.random(), i)
                for i, f in enumerate(filled)]
        place(name, min(cost)[-1])
    return folds


def main():
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    corpus, kept, folds = pathlib.Path(sys.argv[1]), {}, {}
    if len(sys.argv) == 3:
        with open(sys.argv[2], newline="", encoding="utf-8") as file:
            kept = {row["group"]: int(row["fold"]) for row in csv.DictReader(file)}
    rng = random.Random(SEED)
    for source in sources(corpus):
        path = corpus / f"{source}.csv.gz"
        if not path.exists():
            print(f"{source}: not there", file=sys.stderr)
            continue
        groups = read(path)
        placed = divide(groups, kept, rng)
        if clash := placed.keys() & folds.keys():
            sys.exit(f"splits.py: group {min(clash)} of {source} is also in another file")
        folds |= placed
        for fold in range(FOLDS):
            counts = sum((groups[g] for g, f in placed.items() if f == fold), Counter())
            print(source, fold, dict(sorted(counts.items())), file=sys.stderr)
    if lost := kept.keys() - folds.keys():
        sys.exit(f"splits.py: group {min(lost)} has a fold but is not in the corpus any more")
    out = csv.writer(sys.stdout, lineterminator="\n")
    out.writerow(["group", "fold"])
    out.writerows(sorted(folds.items()))


if __name__ == "__main__":
    main()
