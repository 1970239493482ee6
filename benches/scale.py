"""Throughput and memory at 10⁴, 10⁵ and 10⁶ units: neither may depend on the size of the corpus.

    python benches/scale.py [--units 10000 100000 1000000] [--clients] [--small] [--narrow]

Inputs are made of data/corpus, over and over under new session ids; every copy but the first has a number put before
each text of more than five words, so that no more texts are the same than in real talk. --clients gives every eight
sessions a client, with dates and numbers.

--narrow takes a model whose n-grams are the shipped ones and whose encoder is one empty layer of 32 numbers. What it codes is
of no use, but all else runs as always, ten times as fast: for the memory of millions of units, in which the encoder has no part that grows.
"""

import argparse
import csv
import gzip
import datetime
import hashlib
import itertools
import json
import math
import pathlib
import shutil
import struct
import tempfile

from end_to_end import MODEL, ROOT, run


def corpus():
    for name in ("", "_2", "_3"):
        with gzip.open(ROOT / f"data/corpus/written_transcripts{name}.csv.gz", "rt", newline="", encoding="utf-8") as file:
            yield from csv.DictReader(file)


def make(target, units, clients):
    written = list(corpus())
    ids = {row["session_id"]: place for place, row in enumerate(written)}
    order = {session: n for n, session in enumerate(sorted(ids, key=ids.get))}
    first = datetime.date(2000, 1, 3)
    with open(target, "w", newline="", encoding="utf-8") as out:
        table = csv.writer(out)
        table.writerow(["session_id", "utterance_id", "speaker", "text", *(["client_id", "session_number", "date"] if clients else [])])
        endless = ((copy, row) for copy in itertools.count() for row in written)
        for copy, row in itertools.islice(endless, units):
            text = f"{copy} {row['text']}" if copy and row["text"].count(" ") > 4 else row["text"]
            client, number = divmod(copy * len(order) + order[row["session_id"]], 8)
            about = [f"c{client}", number + 1, first + datetime.timedelta(weeks=number)] if clients else []
            table.writerow([f"{copy}-{row['session_id']}", row["utterance_id"], row["speaker"], text, *about])


def narrow(folder):
    """A model of the shipped n-grams, and of an encoder that is one layer and narrow; its weights are zeros, its norms ones."""
    hidden, inner, gru, head = 32, 32, 8, 16
    shapes = {
        "context.role.weight": [13, hidden],
        "head.hidden.weight": [head, hidden + 2 * gru], "head.hidden.bias": [head],
        "head.output.weight": [13, head], "head.output.bias": [13],
        "embeddings.word_embeddings.weight": [30522, hidden],
        "embeddings.position_embeddings.weight": [64, hidden],
        "embeddings.token_type_embeddings.weight": [2, hidden],
    }
    for way in ("l0", "l0_reverse"):
        shapes |= {f"context.gru.weight_ih_{way}": [3 * gru, hidden], f"context.gru.weight_hh_{way}": [3 * gru, gru]}
        shapes |= {f"context.gru.bias_{kind}_{way}": [3 * gru] for kind in ("ih", "hh")}
    linear = {"attention.self.query": (hidden, hidden), "attention.self.key": (hidden, hidden), "attention.self.value": (hidden, hidden)}
    linear |= {"attention.output.dense": (hidden, hidden), "intermediate.dense": (inner, hidden), "output.dense": (hidden, inner)}
    for name, shape in linear.items():
        shapes |= {f"encoder.layer.0.{name}.weight": list(shape), f"encoder.layer.0.{name}.bias": [shape[0]]}
    for norm in ("embeddings.LayerNorm", "encoder.layer.0.attention.output.LayerNorm", "encoder.layer.0.output.LayerNorm"):
        shapes |= {f"{norm}.weight": [hidden], f"{norm}.bias": [hidden]}
    header, data = {}, b""
    for name, shape in shapes.items():
        one = b"\x00\x3c" if name.endswith("LayerNorm.weight") else b"\x00\x00"
        values = one * math.prod(shape)
        header[name] = {"dtype": "F16", "shape": shape, "data_offsets": [len(data), len(data) + len(values)]}
        data += values
    described = json.dumps(header).encode()
    folder.mkdir()
    (folder / "model.safetensors").write_bytes(struct.pack("<Q", len(described)) + described + data)
    for name in ("tokenizer.json", "ngrams.safetensors"):
        shutil.copy(MODEL / name, folder / name)
    config = json.loads((MODEL / "config.json").read_text())
    del config["plain"], config["large"]
    config |= {"name": "narrow"}
    config["encoder"] |= {"hidden": hidden, "layers": 1, "heads": 1, "intermediate": inner, "positions": 64}
    config["context"] |= {"hidden": gru, "head": head}
    (folder / "config.json").write_text(json.dumps(config))
    calibration = json.loads((MODEL / "calibration.json").read_text())
    calibration.pop("small", None)
    # What the encoder would have said of a unit without a code is not there to weigh the n-grams down: their own weight is 1.
    for kind in calibration.values():
        for code in kind:
            code |= {"ngrams": 1.0, "bias": 0.0}
    (folder / "calibration.json").write_text(json.dumps(calibration))
    sums = [f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n" for path in sorted(folder.iterdir())]
    (folder / "SHA256SUMS").write_text("".join(sums))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--units", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--clients", action="store_true")
    parser.add_argument("--small", action="store_true", help="as analyze --small")
    parser.add_argument("--narrow", action="store_true")
    parser.add_argument("--program", default=ROOT / "target/release/breakthrough")
    options = parser.parse_args()
    print("| units | units/s | peak memory, MB |\n|--:|--:|--:|")
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        command = [options.program, "analyze", folder / "units.csv", "--quiet", "--out", folder / "out"]
        if options.small:
            command.append("--small")
        if options.narrow:
            narrow(folder / "narrow")
            command += ["--model", folder / "narrow"]
        for units in options.units:
            make(folder / "units.csv", units, options.clients)
            seconds, peak = run(command)
            print(f"| {units:,} | {units / seconds:.0f} | {peak:.0f} |", flush=True)


if __name__ == "__main__":
    main()
