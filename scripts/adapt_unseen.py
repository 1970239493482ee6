#!/usr/bin/env python3
"""How well `adapt` does on sessions that the model below has not seen either, where the model has learned from the coded material.

    python3 scripts/adapt_unseen.py annomi_train.csv --label talk_type --work train-out --out unseen

For every fold of data/splits.csv: a model folder whose readers and n-grams were taught without it (a training leaves them in its
work folder), `adapt` on the sessions of the other folds, `analyze` on those of the fold. Prints F1 per label and macro over all
labelled units (one label a unit), with a 95 % interval from 1,000 resamples of groups. Needs numpy and safetensors, and the program in --program.
"""
import argparse
import csv
import hashlib
import pathlib
import random
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


def scores(pairs):
    """F1 of every label over pairs of a label and what was given."""
    labels = sorted({label for label, _ in pairs})
    f1 = {}
    for label in labels:
        both = sum(label == gold == given for gold, given in pairs)
        f1[label] = 2 * both / max(1, sum((label == gold) + (label == given) for gold, given in pairs))
    return f1


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
    groups = {}
    for fold in range(FOLDS):
        place = arguments.out / str(fold)
        model_without(fold, arguments.base, arguments.work, place / "below")
        held = [row for row in rows if folds[row["group"]] == fold]
        write(place / "learned.csv", (row for row in rows if folds[row["group"]] != fold), list(rows[0]))
        write(place / "held.csv", held, ["session_id", "utterance_id", "speaker", "text"])

        def run(command, *more, place=place):
            subprocess.run([arguments.program, command, *map(str, more)], check=True)

        run("adapt", place / "learned.csv", "--label", arguments.label, "--model", place / "below", "--resamples", 0,
            "--out", place / "own")
        run("analyze", place / "held.csv", "--model", place / "own", "--quiet", "--out", place / "tables")
        with open(place / "tables/own_codes.csv", newline="", encoding="utf-8") as file:
            given = {(row["session_id"], row["utterance_id"]): row["codes"] for row in csv.DictReader(file)}
        for row in held:
            if row[arguments.label]:
                pair = row[arguments.label], given[row["session_id"], row["utterance_id"]]
                groups.setdefault(row["group"], []).append(pair)

    f1 = scores([pair for pairs in groups.values() for pair in pairs])
    macro = lambda f1: sum(f1.values()) / len(f1)
    random.seed(1)
    drawn = (random.choices(list(groups), k=len(groups)) for _ in range(1000))
    resampled = sorted(macro(scores([pair for group in names for pair in groups[group]])) for names in drawn)
    print(", ".join(f"{label} {value:.3f}" for label, value in f1.items()))
    print(f"macro-F1 {macro(f1):.3f} [{resampled[25]:.3f}, {resampled[975]:.3f}]")


if __name__ == "__main__":
    main()
