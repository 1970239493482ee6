"""Writes `corpus.csv` into a folder: somewhat more of the written transcripts than the program works on at once, with two
rows that cannot be read and one that says who somebody is."""
import csv
import gzip
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
ROWS = 1100

with gzip.open(ROOT / "data/corpus/written_transcripts.csv.gz", "rt", encoding="utf-8", newline="") as file:
    rows = [row for row, _ in zip(csv.DictReader(file), range(ROWS))]
rows[39]["speaker"] = "someone"
rows[1049]["session_id"] = ""
rows[60]["text"] = "Call me on 07700 900123, ask for Margaret Hughes."
with open(pathlib.Path(sys.argv[1]) / "corpus.csv", "w", encoding="utf-8", newline="") as file:
    table = csv.DictWriter(file, rows[0])
    table.writeheader()
    table.writerows(rows)
