"""ONNX Runtime over a table of utterances, in batches of 32 in order of length.

    python onnx_tables.py MODEL_DIR NETWORK.onnx INPUT.csv OUTPUT.csv THREADS [VECTORS.npy]
"""

import csv
import pathlib
import sys

import numpy as np
import onnxruntime
from tokenizers import Tokenizer


def main(folder, network, source, target, threads, vectors=None):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = int(threads)
    session = onnxruntime.InferenceSession(network, options, providers=["CPUExecutionProvider"])
    tokenizer = Tokenizer.from_file(str(pathlib.Path(folder) / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(128)
    rows = list(csv.DictReader(open(source, newline="", encoding="utf-8")))
    ids = [encoding.ids for encoding in tokenizer.encode_batch([row["text"] for row in rows])]
    order = sorted(range(len(rows)), key=lambda i: len(ids[i]))
    scores, means = [None] * len(rows), [None] * len(rows)
    for start in range(0, len(order), 32):
        batch = order[start : start + 32]
        longest = max(len(ids[i]) for i in batch)
        tokens, mask = np.zeros((2, len(batch), longest), np.int64)
        for row, i in enumerate(batch):
            tokens[row, : len(ids[i])] = ids[i]
            mask[row, : len(ids[i])] = 1
        logits, mean = session.run(None, {"input_ids": tokens, "attention_mask": mask})
        for row, i in enumerate(batch):
            scores[i], means[i] = 1 / (1 + np.exp(-logits[row])), mean[row]
    with open(target, "w", newline="") as file:
        table = csv.writer(file)
        table.writerows([row["session_id"], row["utterance_id"], *score] for row, score in zip(rows, scores))
    if vectors:
        np.save(vectors, np.array(means))


if __name__ == "__main__":
    main(*sys.argv[1:])
