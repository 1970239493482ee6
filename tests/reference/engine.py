"""Reference logits of the network, made with transformers and torch.

    pip install torch==2.4.0 "transformers<5" "numpy<2"
    python tests/reference/engine.py models/minilm tests/reference/units.csv > tests/reference/engine.json

Reads the weights of a model folder into Hugging Face's BertModel and MPNetModel and torch's GRU and Linear, and writes, for
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


def untaught_mpnet(large, shape, weights):
    """Hugging Face's MPNet with the weights of the large encoder, and the ids of its table for those of the model's tokenizer."""
    hidden, window = large["hidden"], shape["window"]
    model = transformers.MPNetModel(
        transformers.MPNetConfig(
            vocab_size=shape["vocabulary"] + 1,
            hidden_size=hidden,
            num_hidden_layers=large["layers"],
            num_attention_heads=large["heads"],
            intermediate_size=large["intermediate"],
            max_position_embeddings=window + 2,
            layer_norm_eps=1e-5,
            pad_token_id=1,
        ),
        add_pooling_layer=False,
    )
    # Its row 1 is that of padding: every token from 1 on stands one row further down.
    words = torch.cat([weights["word.weight"][:1], torch.zeros(1, hidden), weights["word.weight"][1:]])
    state = {
        "embeddings.word_embeddings.weight": words,
        "embeddings.position_embeddings.weight": torch.cat([torch.zeros(2, hidden), weights["position.weight"]]),
        "embeddings.LayerNorm.weight": weights["embedding_norm.weight"],
        "embeddings.LayerNorm.bias": weights["embedding_norm.bias"],
    }
    # Of each bucket what is added for any of its distances: near ones have a bucket each, and those share one alike.
    distances = torch.arange(-(window - 1), window)
    buckets = transformers.models.mpnet.modeling_mpnet.MPNetEncoder.relative_position_bucket(-distances)
    table = torch.zeros(32, large["heads"])
    table[buckets] = weights["distance.weight"].T
    assert torch.equal(table[buckets], weights["distance.weight"].T)
    state["encoder.relative_attention_bias.weight"] = table
    for n in range(large["layers"]):
        for kind in ("weight", "bias"):
            own, theirs = (lambda name: weights[f"layer.{n}.{name}.{kind}"]), f"encoder.layer.{n}."
            for part, name in zip(own("attention").chunk(3), "qkv"):
                state[f"{theirs}attention.attn.{name}.{kind}"] = part
            for name, ours in {
                "attention.attn.o": "attention_output",
                "attention.LayerNorm": "attention_norm",
                "intermediate.dense": "intermediate",
                "output.dense": "output",
                "output.LayerNorm": "output_norm",
            }.items():
                state[f"{theirs}{name}.{kind}"] = own(ours)
    missing = model.load_state_dict(state, strict=False)
    assert not missing.unexpected_keys and all("position_ids" in key for key in missing.missing_keys), missing
    return model.eval(), lambda ids: [id + (id > 0) for id in ids]


def main(folder, units):
    # In double precision: what differs is the engine's own rounding.
    torch.set_default_dtype(torch.float64)
    folder = pathlib.Path(folder)
    config = json.loads((folder / "config.json").read_text())
    shape, context = config["encoder"], config["context"]
    weights = {name: tensor.double() for name, tensor in load_file(folder / "model.safetensors").items()}

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
    plain, large = config["plain"], config["large"]
    # Embeddings and the layers below `shared` are those of the taught encoder.
    below = tuple(f"encoder.layer.{n}." for n in range(plain["shared"]))
    own = {name: t for name, t in weights.items() if name.startswith(("embeddings.", *below))}
    own |= {"encoder." + name: t for name, t in part("plain.encoder.").items()}
    untaught = bert(plain["layers"], own)
    narrow = torch.nn.Linear(shape["hidden"] * (1 + plain["pools"]), plain["width"])
    narrow.load_state_dict(part("plain.input."), strict=True)
    second = reader("plain.", plain["width"])

    stored = load_file(folder / "large.safetensors") | load_file(folder / "large_words.safetensors")
    # Weights that are bytes have what each row is worth beside them.
    weights |= {
        name: tensor.double() * stored[name.removesuffix("weight") + "scale"].double()[:, None]
        if tensor.dtype == torch.int8
        else tensor.double()
        for name, tensor in stored.items()
    }
    mpnet, large_ids = untaught_mpnet(large, shape, part("large."))
    above = []
    for n in range(large["readers"]):
        prefix = f"large.reader.{n}."
        narrow_large = torch.nn.Linear(large["hidden"] * (1 + large["pools"]), large["width"])
        narrow_large.load_state_dict(part(prefix + "input."), strict=True)
        above.append((prefix + "pool.weight", narrow_large, reader(prefix, large["width"])))

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

            def pooled(name, states):
                """Of each unit the mean over its tokens, then the weighted ones."""
                means = [
                    torch.cat([tokens.mean(0), *torch.softmax(weights[name] @ tokens.T, 1) @ tokens]) for tokens in states
                ]
                return torch.stack(means)

            def states(model):
                return [model(torch.tensor([unit["ids"]])).last_hidden_state[0] for unit in session]

            small = first(torch.stack([tokens.mean(0) for tokens in states(taught)]), roles)
            small = small + second(narrow(pooled("plain.pool.weight", states(untaught))), roles)
            tokens = [mpnet(torch.tensor([large_ids(unit["ids"])])).last_hidden_state[0] for unit in session]
            logits = sum(read(narrow_large(pooled(pools, tokens)), roles) for pools, narrow_large, read in above)
            for name, rows in (("logits", logits), ("logits_small", small)):
                for unit, row in zip(session, rows):
                    unit[name] = [round(value, 6) for value in row.tolist()]

    versions = {"torch": torch.__version__, "transformers": transformers.__version__}
    json.dump({"made_with": versions, "sessions": list(sessions.values())}, sys.stdout, ensure_ascii=False)
    print()


if __name__ == "__main__":
    main(*sys.argv[1:])
