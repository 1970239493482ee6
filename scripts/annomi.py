#!/usr/bin/env python3
"""Joins our codes of AnnoMI to your own copy of AnnoMI, and writes the table that training reads.

    python3 scripts/annomi.py AnnoMI-simple.csv > CORPUS_DIR/annomi_train.csv

data/corpus/annomi_codes.csv.gz has codes by id and no text; AnnoMI is published at
https://github.com/uccollab/AnnoMI. AnnoMI-simple.csv gives the table byte for byte; AnnoMI-full.csv, where some
transcripts stand once for every annotator, gives the talk type of the first. Units that your copy does not have are
counted and left out, and it is said whether the table is the one that the published figures were made from.
Standard library only.
"""
import csv
import sys

import joined

COLUMNS = ["session_id", "group", "utterance_id", "speaker", "text", "codes", "codes_2", "talk_type"]
SHA256 = "e7ef24b443759a2c0494233c95949b6accb3b304afabaca55729bf94b4d7b98d"


def read(path):
    """(session, utterance) -> speaker, text and talk type; the first row of each."""
    units = {}
    with open(path, newline="", encoding="utf-8-sig") as file:
        rows = csv.DictReader(file)
        needed = ["transcript_id", "utterance_id", "interlocutor", "utterance_text", "client_talk_type"]
        if missing := [name for name in needed if name not in (rows.fieldnames or [])]:
            sys.exit(f"annomi.py: {path} has no column {missing[0]}: is it AnnoMI-simple.csv or AnnoMI-full.csv?")
        for row in rows:
            key = f"annomi-{row['transcript_id']}", row["utterance_id"]
            client = row["interlocutor"] == "client"
            text = " ".join(row["utterance_text"].split())
            units.setdefault(key, (row["interlocutor"], text, row["client_talk_type"] if client else ""))
    return units


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    units = read(sys.argv[1])
    rows, missing, swapped = [], 0, 0
    for row in joined.codes("annomi_codes.csv.gz"):
        unit = units.get((row["session_id"], row["utterance_id"]))
        if unit is None:
            missing += 1
            continue
        swapped += unit[0] != row["speaker"]
        rows.append(row | {"text": unit[1], "talk_type": unit[2]})
    if missing or swapped:
        print(f"annomi.py: {missing} coded units are not in this copy, {swapped} have another speaker there",
              file=sys.stderr)
    joined.write("annomi.py", COLUMNS, rows, SHA256, "the figures were made from")


if __name__ == "__main__":
    main()
