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
import gzip
import hashlib
import io
import pathlib
import sys

CODES = pathlib.Path(__file__).parent.parent / "data/corpus/comments_codes.csv.gz"
SHA256 = "07a21d0fde311fe7faf844fe4c8c438648c7ace4e84361830f4b74f5350fec3f"


def goemotions(folder):
    for name in ("train.tsv", "dev.tsv", "test.tsv"):
        # Not csv: a quotation mark in a comment is only that.
        lines = (folder / name).read_text(encoding="utf-8").split("\n")
        yield from (line.split("\t")[0] for line in lines if line)


def frames(folder):
    for name in ("wholetrain.csv", "wholedev.csv", "wholetest.csv"):
        with open(folder / name, newline="", encoding="utf-8") as file:
            yield from (row["original_text"] for row in csv.DictReader(file))


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    texts = {}
    for of, read, expected, folder in zip(("ge", "pr"), (goemotions, frames), (54263, 8349), sys.argv[1:]):
        texts[of] = list(read(pathlib.Path(folder)))
        if len(texts[of]) != expected:
            sys.exit(f"comments.py: {folder}: {len(texts[of])} texts where {expected} are expected: are these the three files?")
    text = io.StringIO()
    out = csv.writer(text, lineterminator="\n")
    out.writerow(["id", "text", "codes"])
    with gzip.open(CODES, "rt", newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            of, number = row["id"].split(".")
            out.writerow([row["id"], texts[of][int(number)], row["codes"]])
    table = text.getvalue().encode()
    same = hashlib.sha256(table).hexdigest() == SHA256
    print("comments.py: " + ("exactly the table that the model was trained from" if same else
                             "not byte for byte the table that the model was trained from"), file=sys.stderr)
    sys.stdout.buffer.write(table)


if __name__ == "__main__":
    main()
