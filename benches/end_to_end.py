"""Units per second from file to tables: this program beside what a user would pick instead, in one run.

    cargo build --release
    python benches/end_to_end.py INPUT.csv [--units 2000] [--rounds 3] [--python PYTHON]

INPUT.csv has the columns session_id, utterance_id, speaker, text; the first units are taken. Every command is
run as a whole process, all of them in turn, round after round; the table gives the median and the range.
PYTHON is an interpreter with benches/peers/requirements-transformers.txt; without it only this program is timed.
"""

import argparse
import csv
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent


def run(command):
    began = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    message = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    if status != 0:
        sys.exit(f"{' '.join(map(str, command))} failed: {message.decode()[-500:]}")
    return time.perf_counter() - began, usage.ru_maxrss / 1024


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("input")
    parser.add_argument("--units", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--python")
    options = parser.parse_args()

    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        source = folder / "units.csv"
        with open(options.input, newline="", encoding="utf-8") as file, open(source, "w", newline="") as out:
            rows = csv.DictReader(file)
            table = csv.DictWriter(out, rows.fieldnames)
            table.writeheader()
            taken = [row for _, row in zip(range(options.units), rows)]
            table.writerows(taken)

        program = [ROOT / "target/release/breakthrough", "analyze", source, "--quiet", "--out", folder / "out"]
        commands = {
            "breakthrough": program,
            "breakthrough, 1 thread": [*program, "--threads", "1"],
        }
        if options.python:
            peer = [options.python, ROOT / "benches/peers/transformers_pipeline.py", ROOT / "models/minilm"]
            commands["transformers pipeline, batch 32, sorted by length"] = [*peer, source, folder / "p.csv", "--sorted"]
            commands["transformers pipeline, batch 32, file order"] = [*peer, source, folder / "p.csv"]
        times = {name: [] for name in commands}
        memory = dict.fromkeys(commands, 0.0)
        for _ in range(options.rounds):
            for name, command in commands.items():
                seconds, peak = run(command)
                times[name].append(seconds)
                memory[name] = max(memory[name], peak)

    best = statistics.median(times["breakthrough"])
    print(f"{len(taken)} units, {options.rounds} rounds, whole processes, model loading included\n")
    print("| | units/s, median [range] | seconds, median | times as long | peak memory, MB |")
    print("|---|---|--:|--:|--:|")
    for name, seconds in times.items():
        rates = sorted(len(taken) / s for s in seconds)
        median = statistics.median(seconds)
        print(
            f"| {name} | {len(taken) / median:.0f} [{rates[0]:.0f}–{rates[-1]:.0f}] | {median:.1f} "
            f"| {median / best:.1f} | {memory[name]:.0f} |"
        )


if __name__ == "__main__":
    main()
