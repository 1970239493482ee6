#!/usr/bin/env python3
"""Joins our codes of GoEmotions comments to your own copy, and writes the table that training reads.

    python3 scripts/goemotions.py FOLDER > CORPUS_DIR/goemotions_coded.csv

FOLDER holds train.tsv, dev.tsv and test.tsv as published with GoEmotions
(https://github.com/google-research/google-research/tree/master/goemotions/data): text, labels, id, no header.
data/corpus/goemotions_codes.csv.gz has our codes and no text; `ge.N` is comment N, counted from 0 through the three
files in that order. Standard library only.
"""
import csv
import gzip
import hashlib
import io
import pathlib
import sys

CODES = pathlib.Path(__file__).parent.parent / "data/corpus/goemotions_codes.csv.gz"
SHA256 = "e5c1e81fe7444a70e8bcadcb84113b02d5f5e308472d91c889728a996f536d78"


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    comments = []
    for name in ("train.tsv", "dev.tsv", "test.tsv"):
        # Not csv: a quotation mark in a comment is only that.
        lines = (pathlib.Path(sys.argv[1]) / name).read_text(encoding="utf-8").split("\n")
        comments += [line.split("\t")[0] for line in lines if line]
    if len(comments) != 54263:
        sys.exit(f"goemotions.py: {len(comments)} comments where 54263 are expected: are these the three files?")
    text = io.StringIO()
    out = csv.writer(text, lineterminator="\n")
    out.writerow(["id", "text", "codes"])
    with gzip.open(CODES, "rt", newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            out.writerow([row["id"], comments[int(row["id"].removeprefix("ge."))], row["codes"]])
    table = text.getvalue().encode()
    same = hashlib.sha256(table).hexdigest() == SHA256
    print("goemotions.py: " + ("exactly the table that the model was trained from" if same else
                               "not byte for byte the table that the model was trained from"), file=sys.stderr)
    sys.stdout.buffer.write(table)


if __name__ == "__main__":
    main()
