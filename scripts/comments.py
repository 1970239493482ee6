#!/usr/bin/env python3
"""Joins our codes of comments to your own copies, and writes the table that training reads.

    python3 scripts/comments.py GOEMOTIONS FRAMES > CORPUS_DIR/comments_coded.csv

GOEMOTIONS holds train.tsv, dev.tsv and test.tsv as published with GoEmotions
(https://github.com/google-research/google-research/tree/master/goemotions/data): text, labels, id, no header.
FRAMES holds wholetrain.csv, wholedev.csv and wholetest.csv as published with Positive Psychology Frames
(https://github.com/SALT-NLP/positive-frames, folder data), with the column original_text.
data/corpus/comments_codes.csv.gz has our codes and no text; `ge.N` is comment N of the one, `pr.N` original text N of
the other, counted from 0 through the three files in that order. Standard library only. (The comments that were coded
first stand in a table of their own, see scripts/goemotions.py.)
"""
import csv
import pathlib
import sys

import goemotions
import joined

SHA256 = "07a21d0fde311fe7faf844fe4c8c438648c7ace4e84361830f4b74f5350fec3f"


def frames(folder):
    """All original texts, in the order in which they are counted."""
    texts = []
    for name in ("wholetrain.csv", "wholedev.csv", "wholetest.csv"):
        with open(pathlib.Path(folder) / name, newline="", encoding="utf-8") as file:
            texts += [row["original_text"] for row in csv.DictReader(file)]
    if len(texts) != 8349:
        sys.exit(f"comments.py: {len(texts)} original texts where 8349 are expected: are these the three files?")
    return texts


def text(texts, identifier):
    """That of `ge.N` or `pr.N`."""
    of, number = identifier.split(".")
    return texts[of][int(number)]


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    texts = {"ge": goemotions.comments("comments.py", sys.argv[1]), "pr": frames(sys.argv[2])}
    rows = (row | {"text": text(texts, row["id"])} for row in joined.codes("comments_codes.csv.gz"))
    joined.write("comments.py", ["id", "text", "codes"], rows, SHA256, "the model was trained from")


if __name__ == "__main__":
    main()
