"""Throughput and memory at 10⁴, 10⁵ and 10⁶ units: neither may depend on the size of the corpus.

    python benches/scale.py [--units 10000 100000 1000000]

Inputs are made of data/corpus, over and over under new session ids; every copy but the first has a number put before
each text of more than five words, so that no more texts are the same than in real talk.
"""

import argparse
import csv
import gzip
import itertools
import pathlib
import tempfile

from end_to_end import ROOT, run


def corpus():
    for name in ("", "_2", "_3"):
        with gzip.open(ROOT / f"data/corpus/written_transcripts{name}.csv.gz", "rt", newline="", encoding="utf-8") as file:
            yield from csv.DictReader(file)


def make(target, units):
    written = list(corpus())
    with open(target, "w", newline="", encoding="utf-8") as out:
        table = csv.writer(out)
        table.writerow(["session_id", "utterance_id", "speaker", "text"])
        endless = ((copy, row) for copy in itertools.count() for row in written)
        for copy, row in itertools.islice(endless, units):
            text = f"{copy} {row['text']}" if copy and row["text"].count(" ") > 4 else row["text"]
            table.writerow([f"{copy}-{row['session_id']}", row["utterance_id"], row["speaker"], text])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--units", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    options = parser.parse_args()
    print("| units | units/s | peak memory, MB |\n|--:|--:|--:|")
    with tempfile.TemporaryDirectory() as folder:
        source = pathlib.Path(folder) / "units.csv"
        for units in options.units:
            make(source, units)
            program = ROOT / "target/release/breakthrough"
            seconds, peak = run([program, "analyze", source, "--quiet", "--out", pathlib.Path(folder) / "out"])
            print(f"| {units:,} | {units / seconds:.0f} | {peak:.0f} |", flush=True)


if __name__ == "__main__":
    main()
