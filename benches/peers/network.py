"""The encoder of a model folder with a bare classification head, and its tokenizer, in transformers.

The head is fresh: speed is that of the real thing, and its labels mean nothing.
"""

import json
import pathlib

import torch
import transformers
from safetensors.torch import load_file


def build(folder):
    folder = pathlib.Path(folder)
    config = json.loads((folder / "config.json").read_text())
    shape = config["encoder"]
    torch.manual_seed(0)
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
    tokenizer = transformers.PreTrainedTokenizerFast(
        tokenizer_file=str(folder / "tokenizer.json"), pad_token="[PAD]", model_max_length=128
    )
    return model.eval(), tokenizer
