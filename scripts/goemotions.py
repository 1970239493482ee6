#!/usr/bin/env python3
"""Joins our codes of GoEmotions comments to your own copy, and writes the table that training reads.

    python3 scripts/goemotions.py FOLDER > CORPUS_DIR/goemotions_coded.csv

FOLDER holds train.tsv, dev.tsv and test.tsv as published with GoEmotions
(https://github.com/google-research/google-research/tree/master/goemotions/data): text, labels, id, no header.
data/corpus/goemotions_codes.csv.gz has our codes and no text; `ge.N` is comment N, counted from 0 through the three
files in that order. Standard library only.
"""
import pathlib
import sys

import joined

SHA256 = "e5c1e81fe7444a70e8bcadcb84113b02d5f5e308472d91c889728a996f536d78"


def comments(program, folder):
    """All comments, in the order in which they are counted."""
    comments = []
    for name in ("train.tsv", "dev.tsv", "test.tsv"):
        # Not csv: a quotation mark in a comment is only that.
        lines = (pathlib.Path(folder) / name).read_text(encoding="utf-8").split("\n")
        comments += [line.split("\t")[0] for line in lines if line]
    if len(comments) != 54263:
        sys.exit(f"{program}: {len(comments)} comments where 54263 are expected: are these the three files?")
    return comments


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    texts = comments("goemotions.py", sys.argv[1])
    rows = (row | {"text": texts[int(row["id"].removeprefix("ge."))]} for row in joined.codes("goemotions_codes.csv.gz"))
    joined.write("goemotions.py", ["id", "text", "codes"], rows, SHA256, "the model was trained from")


if __name__ == "__main__":
    main()
