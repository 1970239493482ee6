"""Reference logits of the network, made with transformers and torch.

    pip install torch==2.4.0 "transformers<5" "numpy<2"
    python tests/reference/engine.py models/minilm tests/reference/units.csv > tests/reference/engine.json

Reads the weights of a model folder into Hugging Face's BertModel and torch's GRU and Linear, and writes, for
every unit that fits into one window, its token ids, and the logits of every session made of such units.
"""

import csv
import json
import pathlib
import sys

import torch
import transformers
from safetensors.torch import load_file
from tokenizers import Tokenizer

SECTIONS = "SOAPDBIRG"


def role(speaker):
    if speaker == "therapist":
        return 0
    if speaker.startswith("client"):
        return 1 if speaker in ("client", "client 1") else 2
    section = speaker.partition(":")[2]
    return 4 + SECTIONS.index(section) if section and section in SECTIONS else 3


def main(folder, units):
    folder = pathlib.Path(folder)
    config = json.loads((folder / "config.json").read_text())
    shape, context = config["encoder"], config["context"]
    weights = {name: tensor.float() for name, tensor in load_file(folder / "model.safetensors").items()}

    def part(prefix):
        return {name[len(prefix) :]: t for name, t in weights.items() if name.startswith(prefix)}

    bert = transformers.BertModel(
        transformers.BertConfig(
            vocab_size=shape["vocabulary"],
            hidden_size=shape["hidden"],
            num_hidden_layers=shape["layers"],
            num_attention_heads=shape["heads"],
            intermediate_size=shape["intermediate"],
            max_position_embeddings=shape["positions"],
        ),
        add_pooling_layer=False,
    )
    own = {name: t for name, t in weights.items() if name.startswith(("embeddings.", "encoder."))}
    bert.load_state_dict(own, strict=True)
    bert.eval()
    gru = torch.nn.GRU(shape["hidden"], context["hidden"], bidirectional=True, batch_first=True)
    gru.load_state_dict(part("context.gru."), strict=True)
    hidden = torch.nn.Linear(shape["hidden"] + 2 * context["hidden"], context["head"])
    hidden.load_state_dict(part("head.hidden."), strict=True)
    output = torch.nn.Linear(context["head"], len(config["codes"]))
    output.load_state_dict(part("head.output."), strict=True)

    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    tokenizer.encode_special_tokens = True  # "[SEP]" in somebody's text is text
    sessions = {}
    for row in csv.DictReader(open(units, newline="", encoding="utf-8")):
        ids = tokenizer.encode(row["text"]).ids
        if len(ids) <= shape["window"] and any(character.isalnum() for character in row["text"]):
            unit = {"speaker": row["speaker"], "text": row["text"], "ids": ids}
            sessions.setdefault(row["session_id"], []).append(unit)

    with torch.no_grad():
        for session in sessions.values():
            vectors = torch.stack(
                [bert(torch.tensor([unit["ids"]])).last_hidden_state[0].mean(0) for unit in session]
            )
            roles = torch.tensor([role(unit["speaker"]) for unit in session])
            x = vectors + weights["context.role.weight"][roles]
            states, _ = gru(x[None])
            logits = output(torch.relu(hidden(torch.cat([x, states[0]], 1))))
            for unit, row in zip(session, logits):
                unit["logits"] = [round(value, 6) for value in row.tolist()]

    versions = {"torch": torch.__version__, "transformers": transformers.__version__}
    json.dump({"made_with": versions, "sessions": list(sessions.values())}, sys.stdout, ensure_ascii=False)
    print()


if __name__ == "__main__":
    main(*sys.argv[1:])
