#!/usr/bin/env python3
"""How well `adapt` does on sessions that the model below has not seen either, where the model has learned from the coded material.

    python3 scripts/adapt_unseen.py annomi_train.csv --label talk_type --work train-out --out unseen

For every fold of data/splits.csv: a model folder whose readers and n-grams were taught without it (a training leaves them in its
work folder), `adapt` on the sessions of the other folds, `analyze` on those of the fold. Prints what `agreement` says of the labels
and what was given, over all labelled units; it resamples groups. Needs numpy and safetensors, and the program in --program.
"""
import argparse
import csv
import hashlib
import pathlib
import shutil
import subprocess

from safetensors.numpy import load_file, save_file

FOLDS = 3
READERS = ["third", "fourth", "fifth", "sixth"]


def model_without(fold, base, work, to):
    """A copy of the model folder `base` that has seen nothing of a fold."""
    shutil.copytree(base, to, dirs_exist_ok=True)
    tensors = load_file(to / "large.safetensors")
    for reader in READERS:
        for name, taught in load_file(work / f"{reader}{fold}.safetensors").items():
            assert tensors[name].shape == taught.shape and tensors[name].dtype == taught.dtype, name
            tensors[name] = taught
    save_file(tensors, to / "large.safetensors")
    shutil.copy(work / f"ngrams{fold}.safetensors", to / "ngrams.safetensors")
    sums = to / "SHA256SUMS"
    names = [line.split()[1] for line in sums.read_text().splitlines()]
    lines = [f"{hashlib.sha256((to / name).read_bytes()).hexdigest()}  {name}\n" for name in names]
    sums.write_text("".join(lines))


def write(path, rows, columns):
    with open(path, "w", newline="", encoding="utf-8") as file:
        table = csv.DictWriter(file, columns, extrasaction="ignore")
        table.writeheader()
        table.writerows(rows)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("coded", type=pathlib.Path)
    parser.add_argument("--label", default="codes")
    parser.add_argument("--work", type=pathlib.Path, required=True)
    parser.add_argument("--out", type=pathlib.Path, required=True)
    parser.add_argument("--base", type=pathlib.Path, default="models/minilm")
    parser.add_argument("--splits", default="data/splits.csv")
    parser.add_argument("--program", default="target/release/breakthrough")
    arguments = parser.parse_args()

    with open(arguments.splits, newline="") as file:
        folds = {row["group"]: int(row["fold"]) for row in csv.DictReader(file)}
    with open(arguments.coded, newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))

    def run(command, *more):
        subprocess.run([arguments.program, command, *map(str, more)], check=True)

    coded, given = [], []
    for fold in range(FOLDS):
        place = arguments.out / str(fold)
        model_without(fold, arguments.base, arguments.work, place / "below")
        held = [row for row in rows if folds[row["group"]] == fold]
        write(place / "learned.csv", (row for row in rows if folds[row["group"]] != fold), list(rows[0]))
        write(place / "held.csv", held, ["session_id", "utterance_id", "speaker", "text"])
        run("adapt", place / "learned.csv", "--label", arguments.label, "--model", place / "below", "--resamples", 0,
            "--out", place / "own")
        run("analyze", place / "held.csv", "--model", place / "own", "--quiet", "--out", place / "tables")
        with open(place / "tables/own_codes.csv", newline="", encoding="utf-8") as file:
            codes = {(row["session_id"], row["utterance_id"]): row["codes"] for row in csv.DictReader(file)}
        for row in held:
            if row[arguments.label]:
                key = row["session_id"], row["utterance_id"]
                # What stands as a session is what is resampled.
                unit = {"session_id": row["group"], "utterance_id": " ".join(key)}
                coded.append(unit | {"codes": row[arguments.label]})
                given.append(unit | {"codes": codes[key]})

    tables = {"coded": coded, "given": given}
    for name, units in tables.items():
        write(arguments.out / f"{name}.csv", units, ["session_id", "utterance_id", "codes"])
    run("agreement", *(arguments.out / f"{name}.csv" for name in tables))


if __name__ == "__main__":
    main()
