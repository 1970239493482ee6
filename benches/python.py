"""Utterances per second of the Python package beside the command line, on the same rows, and of Spark on one executor and
on two.

    cargo build --release && tests/python/wheel
    target/wheel/bin/python benches/python.py --program target/release/breakthrough --units 3000 --rounds 3 [--spark]

Rows are the first units of the written transcripts. Every way is a process of its own, all of them in turn, round after round;
the time is that of the whole process, and of Spark that of coding once everything has been started and has coded a few rows.
The table gives the median and the range. Run it on a machine that does nothing else.
"""

import argparse
import csv
import gzip
import itertools
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
READ = "import sys, pandas as pd, pyarrow as pa, breakthrough\nf = pd.read_csv(sys.argv[1], dtype=str, keep_default_na=False)\n"
WAYS = {
    "import and read only": READ,
    "analyze": READ + "breakthrough.analyze(f).utterances",
    "analyze_batches": READ + "for _ in breakthrough.analyze_batches(pa.Table.from_pandas(f).to_batches()): pass",
    "analyze, 1 thread": READ + "breakthrough.analyze(f, threads=1).utterances",
}
SPARK = r"""
import os, pathlib, sys, time
import pandas as pd, pyspark
from pyspark.sql import SparkSession
os.environ.update(SPARK_HOME=str(pathlib.Path(pyspark.__file__).parent), PYSPARK_PYTHON=sys.executable, SPARK_LOCAL_IP="127.0.0.1")
table, executors, examples = sys.argv[1], sys.argv[2], sys.argv[3]
spark = (SparkSession.builder.master(f"local-cluster[{executors},1,1024]").config("spark.ui.enabled", "false")
    .config("spark.driver.host", "127.0.0.1").config("spark.sql.adaptive.enabled", "false").getOrCreate())
spark.sparkContext.addPyFile(examples + "/spark_map_in_arrow.py")
sys.path.insert(0, examples)
from spark_map_in_arrow import coded
frame = pd.read_csv(table, dtype=str, keep_default_na=False)
frame["position"] = range(len(frame))
coded(spark.createDataFrame(frame.head(200)), 8).count()
given = spark.createDataFrame(frame).cache()
given.count()
began = time.perf_counter()
rows = coded(given, 8).toPandas()
print(f"{time.perf_counter() - began} {len(rows)}")
spark.stop()
"""


def rows(target, units):
    with gzip.open(ROOT / "data/corpus/written_transcripts.csv.gz", "rt", encoding="utf-8", newline="") as file:
        taken = list(itertools.islice(csv.DictReader(file), units))
    with open(target, "w", encoding="utf-8", newline="") as out:
        table = csv.DictWriter(out, taken[0])
        table.writeheader()
        table.writerows(taken)


def timed(command):
    began = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.perf_counter() - began


def spark(table, executors):
    command = [sys.executable, "-c", SPARK, table, str(executors), str(ROOT / "python/examples")]
    shown = subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True).stdout
    return float(shown.split()[-2])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", required=True)
    parser.add_argument("--units", type=int, default=3000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--spark", action="store_true")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as work:
        table = os.path.join(work, "t.csv")
        rows(table, given.units)
        program = [given.program, "analyze", table, "--quiet", "--out", os.path.join(work, "out")]
        ways = {"command line": lambda: timed(program), "command line, 1 thread": lambda: timed([*program, "--threads", "1"])}
        for name, lines in WAYS.items():
            ways[name] = lambda lines=lines: timed([sys.executable, "-c", lines, table])
        if given.spark:
            for executors in (1, 2):
                ways[f"Spark, {executors} executor(s)"] = lambda executors=executors: spark(table, executors)
        found = {name: [] for name in ways}
        for _ in range(given.rounds):
            for name, way in ways.items():
                found[name].append(way())
    print("| | seconds, median [range] | units/s |\n|---|--:|--:|")
    for name, seconds in found.items():
        median = statistics.median(seconds)
        rate = "" if name == "import and read only" else f"{given.units / median:.0f}"
        print(f"| {name} | {median:.1f} [{min(seconds):.1f}–{max(seconds):.1f}] | {rate} |")


if __name__ == "__main__":
    main()
