"""Utterances per second from file to tables: this program beside what a user would pick instead, in one run.

    cargo build --release
    python -m venv PEERS && PEERS/bin/pip install -r benches/peers/requirements-peers.txt
    python benches/end_to_end.py INPUT.csv --python PEERS/bin/python --out speed

INPUT.csv (may be packed with gzip) has the columns session_id, utterance_id, speaker, text; the first units are taken.
Every command is run as a whole process, all of them in turn, round after round, on the same number of threads; the
table gives the median and the range. Without --python only this program is timed; --rust-bert takes a program built
with that feature. OUT gets table.md and plot.svg. Run it on a machine that does nothing else.
"""

import argparse
import csv
import gzip
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
MODEL = ROOT / "models/minilm"
PEERS = ROOT / "benches/peers"


def run(command, environment=None):
    """Seconds and peak memory in MB of a process."""
    began = time.perf_counter()
    process = subprocess.Popen(
        [str(word) for word in command], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
        env={**os.environ, **(environment or {})},
    )
    message = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    if status != 0:
        sys.exit(f"{' '.join(map(str, command))} failed: {message.decode()[-500:]}")
    return time.perf_counter() - began, usage.ru_maxrss / 1024


def take(source, target, units):
    """Writes the first units of a table; how many there were."""
    opened = gzip.open if str(source).endswith(".gz") else open
    with opened(source, "rt", newline="", encoding="utf-8") as file, open(target, "w", newline="") as out:
        rows = csv.DictReader(file)
        table = csv.DictWriter(out, rows.fieldnames)
        table.writeheader()
        taken = 0
        for _, row in zip(range(units), rows):
            table.writerow(row)
            taken += 1
    return taken


def codes(folder):
    with open(folder / "utterances.csv", newline="", encoding="utf-8") as file:
        return [row["codes"] for row in csv.DictReader(file)]


def commands(options, source, folder):
    """What is timed: name, command, environment."""
    analyze = lambda program, name, *more: [  # noqa: E731
        program, "analyze", source, "--quiet", "--out", folder / name, "--threads", options.threads, *more
    ]
    program = ROOT / "target/release/breakthrough"
    yield "breakthrough", analyze(program, "fast"), None
    yield "breakthrough --exact", analyze(program, "exact", "--exact"), None
    yield "breakthrough, 1 thread", [*analyze(program, "one")[:-1], 1], None
    yield "breakthrough --small", analyze(program, "fast-small", "--small"), None
    yield "breakthrough --small --exact", analyze(program, "exact-small", "--small", "--exact"), None
    yield "breakthrough --small, 1 thread", [*analyze(program, "one-small")[:-1], 1, "--small"], None
    if options.rust_bert:
        library = {"LD_LIBRARY_PATH": os.path.join(os.environ.get("LIBTORCH", ""), "lib")}
        yield "breakthrough on libtorch", analyze(options.rust_bert, "torch", "--engine", "rust-bert"), library
    if not options.python:
        return
    python = [options.python]
    out = folder / "peer.csv"
    tables = [PEERS / "transformers_pipeline.py", MODEL, source, out, options.threads]
    yield "transformers pipeline, batch 32, file order", [*python, *tables], None
    yield "transformers pipeline, batch 32, sorted by length", [*python, *tables, "--sorted"], None
    run([*python, PEERS / "onnx_export.py", MODEL, folder / "onnx"])
    for name, file in [("f32", "f32.onnx"), ("int8, dynamic, per channel", "int8.onnx")]:
        network = folder / "onnx" / file
        command = [PEERS / "onnx_tables.py", MODEL, network, source, out, options.threads, network.with_suffix(".npy")]
        yield f"ONNX Runtime {name}, sorted by length", [*python, *command], None
    linear = folder / "linear.joblib"
    run([*python, PEERS / "tfidf_tables.py", "fit", ROOT / "data/corpus/written_transcripts.csv.gz", linear])
    yield "TF-IDF and a linear model", [*python, PEERS / "tfidf_tables.py", "run", linear, source, out], None


def agreement(folder, python):
    """What speed costs: codes of the fast path, vectors of int8, each against single precision."""
    lines = []
    for size, of in [("", ""), ("-small", " --small")]:
        fast, exact = codes(folder / f"fast{size}"), codes(folder / f"exact{size}")
        same = sum(a == b for a, b in zip(fast, exact))
        share = 100 * same / len(exact)
        lines.append(f"The same codes{of} as with{of} --exact: {same} of {len(exact)} units ({share:.2f} %).")
    if python:
        compare = (
            "import numpy as np, sys; a, b = (np.load(f) for f in sys.argv[1:]);"
            "c = (a * b).sum(1) / np.linalg.norm(a, axis=1) / np.linalg.norm(b, axis=1);"
            "print(f'{c.mean():.4f}, least {c.min():.4f}')"
        )
        files = [folder / "onnx" / name for name in ("f32.npy", "int8.npy")]
        said = subprocess.run([python, "-c", compare, *files], capture_output=True, text=True, check=True).stdout
        lines.append(f"Cosine of ONNX Runtime's vectors in int8 with those in f32: mean {said.strip()}.")
    return lines


def plot(rates):
    """A bar per command, as SVG."""
    most, height = max(rates.values()), 26
    parts = []
    for i, (name, rate) in enumerate(rates.items()):
        y, width = 10 + i * height, 380 * rate / most
        own = name.startswith("breakthrough")
        parts.append(
            f'<text x="330" y="{y + 14}" text-anchor="end">{name}</text>'
            f'<rect x="340" y="{y}" width="{width:.1f}" height="18" fill="{"#1b6e5a" if own else "#9aa5a1"}"/>'
            f'<text x="{346 + width:.1f}" y="{y + 14}">{rate:.0f}</text>'
        )
    size = 20 + len(rates) * height
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 790 {size}" font-family="sans-serif" font-size="13" '
        f'role="img" aria-label="Utterances per second"><rect width="790" height="{size}" fill="#fff"/>'
        + "".join(parts) + "</svg>\n"
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("input")
    parser.add_argument("--units", type=int, default=9000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--python", help="an interpreter with benches/peers/requirements-peers.txt")
    parser.add_argument("--rust-bert", help="a program built with --features rust-bert; LIBTORCH must be set")
    parser.add_argument("--out", type=pathlib.Path, help="folder for table.md and plot.svg")
    options = parser.parse_args()

    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        source = folder / "units.csv"
        units = take(options.input, source, options.units)
        timed = list(commands(options, source, folder))
        times = {name: [] for name, _, _ in timed}
        memory = dict.fromkeys(times, 0.0)
        for _ in range(options.rounds):
            for name, command, environment in timed:
                seconds, peak = run(command, environment)
                times[name].append(seconds)
                memory[name] = max(memory[name], peak)
        notes = agreement(folder, options.python)

    medians = {name: statistics.median(seconds) for name, seconds in times.items()}
    lines = [
        f"{units} units, {options.threads} threads, {options.rounds} rounds, whole processes from file to tables.",
        "",
        "| | units/s, median [range] | seconds, median | times as long | peak memory, MB |",
        "|---|---|--:|--:|--:|",
    ]
    for name, seconds in times.items():
        rates = sorted(units / s for s in seconds)
        lines.append(
            f"| {name} | {units / medians[name]:.0f} [{rates[0]:.0f}–{rates[-1]:.0f}] | {medians[name]:.1f} "
            f"| {medians[name] / medians['breakthrough']:.1f} | {memory[name]:.0f} |"
        )
    table = "\n".join([*lines, "", *notes]) + "\n"
    print(table)
    if options.out:
        options.out.mkdir(parents=True, exist_ok=True)
        (options.out / "table.md").write_text(table)
        (options.out / "plot.svg").write_text(plot({name: units / median for name, median in medians.items()}))


if __name__ == "__main__":
    main()
