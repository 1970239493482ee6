#!/usr/bin/env python3
"""Puts the figures of a training into the model card.

    python3 scripts/model_card.py train-out/figures.md models/minilm

Replaces, in MODEL_CARD.md of the model folder, the rows of this model in the table of sources (and those of `--small`, from
figures_small.md beside figures.md), the tables per code with the lines below them, and the thresholds (from calibration.json). All other words stand as they are: read them again. Standard library only.
"""
import json
import pathlib
import re
import sys


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    figures, folder = pathlib.Path(sys.argv[1]).read_text(encoding="utf-8"), pathlib.Path(sys.argv[2])
    card = (folder / "MODEL_CARD.md").read_text(encoding="utf-8")
    overview, *sources = re.split(r"^### ", figures, flags=re.M)
    small = pathlib.Path(sys.argv[1]).with_name("figures_small.md").read_text(encoding="utf-8").split("### ")[0]
    for label, table in [("**this model**", overview), ("`--small`", small)]:
        for name, units, groups, rest in re.findall(r"^\| (\w+) \| (\d+) \| (\d+) \| (.*) \|$", table, flags=re.M):
            four, ap_four, all_codes, ap_all = rest.split(" | ")
            row = " | ".join([f"{name}, {label}", units, groups, four, all_codes, ap_four, ap_all])
            card, count = re.subn(rf"^\| {name}, {re.escape(label)} \|.*$", f"| {row} |", card, flags=re.M)
            assert count == 1, (name, label)
    for source in sources:
        name, body = source.split("\n", 1)
        table = re.search(r"^\| code .*?(?=\n\n)", body, flags=re.M | re.S)
        if not table:
            continue
        table = table.group()
        below = re.search(r"^False breakthrough tags.*$", body, flags=re.M)
        there = re.compile(rf"(?<=^\*\*{name}\*\*\n\n)\| code .*?(?=\n\n)", flags=re.M | re.S)
        if there.search(card):
            card = there.sub(lambda _: table, card)
            line = re.compile(rf"(^\*\*{name}\*\*\n\n\| code .*?\n\n)False breakthrough tags[^\n]*", flags=re.M | re.S)
            if below and line.search(card):
                card = line.sub(lambda found: found.group(1) + below.group(), card)
    lines = json.loads((folder / "calibration.json").read_text())
    for transcript, note in zip(lines["transcript"], lines["note"]):
        assert transcript["code"] == note["code"]
        cells = f"| {transcript['threshold']:.3f} | {note['threshold']:.3f} |"
        card, count = re.subn(rf"^(\| `{note['code']}` )\| [\d.]+ \| [\d.]+ \|$", rf"\g<1>{cells}", card, flags=re.M)
        assert count == 1, note["code"]
    (folder / "MODEL_CARD.md").write_text(card, encoding="utf-8")


if __name__ == "__main__":
    main()
