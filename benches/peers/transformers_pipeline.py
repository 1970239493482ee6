"""What a user would otherwise write: transformers' text-classification pipeline over a table of utterances.

    python transformers_pipeline.py MODEL_DIR INPUT.csv OUTPUT.csv [--sorted]

MODEL_DIR is a folder of this project's model; its encoder gets a fresh classification head of thirteen labels,
so speed is that of the real thing and the labels mean nothing. Batches of 32 in file order, as the
documentation of transformers shows it, or with --sorted in order of length, which is what one does by hand to
avoid padding.
"""

import csv
import json
import pathlib
import sys

import torch
import transformers
from safetensors.torch import load_file


def main(folder, source, target, by_length):
    folder = pathlib.Path(folder)
    config = json.loads((folder / "config.json").read_text())
    shape = config["encoder"]
    model = transformers.BertForSequenceClassification(
        transformers.BertConfig(
            vocab_size=shape["vocabulary"],
            hidden_size=shape["hidden"],
            num_hidden_layers=shape["layers"],
            num_attention_heads=shape["heads"],
            intermediate_size=shape["intermediate"],
            max_position_embeddings=shape["positions"],
            num_labels=len(config["codes"]),
            problem_type="multi_label_classification",
        )
    )
    weights = {name: tensor.float() for name, tensor in load_file(folder / "model.safetensors").items()}
    model.bert.load_state_dict(
        {name: t for name, t in weights.items() if name.startswith(("embeddings.", "encoder."))}, strict=False
    )
    model.eval()
    tokenizer = transformers.PreTrainedTokenizerFast(
        tokenizer_file=str(folder / "tokenizer.json"), pad_token="[PAD]", model_max_length=128
    )
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
    torch.set_num_threads(2)
    arguments = [argument for argument in sys.argv[1:] if argument != "--sorted"]
    main(*arguments, by_length="--sorted" in sys.argv)
