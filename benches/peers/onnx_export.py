"""The same network for ONNX Runtime, in single precision and in int8.

    python onnx_export.py MODEL_DIR OUT_DIR

Writes f32.onnx and int8.onnx: dynamic quantisation, per channel, as the documentation of ONNX Runtime recommends for
transformers. Outputs are the logits of the head and the mean vector, by which the two are compared.
"""

import pathlib
import sys

import torch
from network import build
from onnxruntime.quantization import QuantType, quantize_dynamic


class Network(torch.nn.Module):
    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, input_ids, attention_mask):
        out = self.model.bert(input_ids=input_ids, attention_mask=attention_mask)
        mask = attention_mask.unsqueeze(-1).float()
        mean = (out.last_hidden_state * mask).sum(1) / mask.sum(1)
        return self.model.classifier(out.pooler_output), mean


def main(folder, target):
    target = pathlib.Path(target)
    target.mkdir(parents=True, exist_ok=True)
    model, _ = build(folder)
    model.config._attn_implementation = "eager"
    example = torch.ones(2, 8, dtype=torch.long)
    names = ["input_ids", "attention_mask"]
    axes = {name: {0: "batch", 1: "tokens"} for name in names} | {"logits": {0: "batch"}, "mean": {0: "batch"}}
    torch.onnx.export(
        Network(model), (example, example), str(target / "f32.onnx"), input_names=names,
        output_names=["logits", "mean"], dynamic_axes=axes, opset_version=17,
    )
    quantize_dynamic(target / "f32.onnx", target / "int8.onnx", per_channel=True, weight_type=QuantType.QInt8)


if __name__ == "__main__":
    main(*sys.argv[1:])
