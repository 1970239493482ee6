"""What a user would otherwise write: transformers' text-classification pipeline over a table of utterances.

    python transformers_pipeline.py MODEL_DIR INPUT.csv OUTPUT.csv THREADS [--sorted]

Batches of 32 in file order, as the documentation of transformers shows it, or with --sorted in order of length, which
is what one does by hand to avoid padding.
"""

import csv
import sys

import torch
import transformers
from network import build


def main(folder, source, target, threads, by_length):
    torch.set_num_threads(int(threads))
    model, tokenizer = build(folder)
    classify = transformers.pipeline(
        "text-classification", model=model, tokenizer=tokenizer, top_k=None, batch_size=32, truncation=True
    )
    rows = list(csv.DictReader(open(source, newline="", encoding="utf-8")))
    order = sorted(range(len(rows)), key=lambda i: len(rows[i]["text"])) if by_length else range(len(rows))
    texts = transformers.pipelines.pt_utils.KeyDataset([{"text": rows[i]["text"]} for i in order], "text")
    results = dict(zip(order, classify(texts)))
    with open(target, "w", newline="") as file:
        table = csv.writer(file)
        for i, row in enumerate(rows):
            scores = {label["label"]: label["score"] for label in results[i]}
            table.writerow([row["session_id"], row["utterance_id"], *(scores[key] for key in sorted(scores))])


if __name__ == "__main__":
    arguments = [argument for argument in sys.argv[1:] if argument != "--sorted"]
    main(*arguments, by_length="--sorted" in sys.argv)
