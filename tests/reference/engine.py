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

    def bert(layers, own):
        model = transformers.BertModel(
            transformers.BertConfig(
                vocab_size=shape["vocabulary"],
                hidden_size=shape["hidden"],
                num_hidden_layers=layers,
                num_attention_heads=shape["heads"],
                intermediate_size=shape["intermediate"],
                max_position_embeddings=shape["positions"],
            ),
            add_pooling_layer=False,
        )
        model.load_state_dict(own, strict=True)
        return model.eval()

    def reader(prefix, width):
        """Logits of a session from its vectors and roles."""
        gru = torch.nn.GRU(width, context["hidden"], bidirectional=True, batch_first=True)
        gru.load_state_dict(part(prefix + "context.gru."), strict=True)
        hidden = torch.nn.Linear(width + 2 * context["hidden"], context["head"])
        hidden.load_state_dict(part(prefix + "head.hidden."), strict=True)
        output = torch.nn.Linear(context["head"], len(config["codes"]))
        output.load_state_dict(part(prefix + "head.output."), strict=True)

        def read(vectors, roles):
            x = vectors + weights[prefix + "context.role.weight"][roles]
            states, _ = gru(x[None])
            return output(torch.relu(hidden(torch.cat([x, states[0]], 1))))

        return read

    taught = bert(
        shape["layers"],
        {name: t for name, t in weights.items() if name.startswith(("embeddings.", "encoder."))},
    )
    first = reader("", shape["hidden"])
    plain = config.get("plain")
    if plain:
        # Embeddings and the layers below `shared` are those of the taught encoder.
        below = tuple(f"encoder.layer.{n}." for n in range(plain["shared"]))
        own = {name: t for name, t in weights.items() if name.startswith(("embeddings.", *below))}
        own |= {"encoder." + name: t for name, t in part("plain.encoder.").items()}
        untaught = bert(plain["layers"], own)
        narrow = torch.nn.Linear(shape["hidden"] * (1 + plain["pools"]), plain["width"])
        narrow.load_state_dict(part("plain.input."), strict=True)
        second = reader("plain.", plain["width"])

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
            roles = torch.tensor([role(unit["speaker"]) for unit in session])

            def states(model):
                return [model(torch.tensor([unit["ids"]])).last_hidden_state[0] for unit in session]

            logits = first(torch.stack([tokens.mean(0) for tokens in states(taught)]), roles)
            if plain:
                pooled = [
                    torch.cat([tokens.mean(0), *torch.softmax(weights["plain.pool.weight"] @ tokens.T, 1) @ tokens])
                    for tokens in states(untaught)
                ]
                logits = logits + second(narrow(torch.stack(pooled)), roles)
            for unit, row in zip(session, logits):
                unit["logits"] = [round(value, 6) for value in row.tolist()]

    versions = {"torch": torch.__version__, "transformers": transformers.__version__}
    json.dump({"made_with": versions, "sessions": list(sessions.values())}, sys.stdout, ensure_ascii=False)
    print()


if __name__ == "__main__":
    main(*sys.argv[1:])
