"""Codes a table of utterances with Spark, on as many executors as there are.

    spark-submit spark_map_in_arrow.py INPUT.parquet OUTPUT

`breakthrough` must be installed on every executor. Rows of a session go to one partition and stand there in order; the rest
is `mapInArrow`: each task gives its batches to `analyze_batches`, and every Python worker loads the model once.
"""

import sys

from pyspark.sql import DataFrame, SparkSession

import breakthrough

_TYPES = {"string": "string", "double": "double"}
SCHEMA = ", ".join(f"{field.name} {_TYPES[str(field.type)]}" for field in breakthrough.schema())


def code(batches):
    # A task has one processor (spark.task.cpus): more threads would be in each other's way.
    return breakthrough.analyze_batches(batches, threads=1)


def coded(utterances: DataFrame, partitions: int) -> DataFrame:
    """A row for each utterance. `utterances` has session_id, utterance_id, speaker, text, and `position`, a number by which
    the utterances of a session are in order: Spark keeps no order of its own."""
    return (
        utterances.repartition(partitions, "session_id")
        .sortWithinPartitions("session_id", "position")
        .mapInArrow(code, SCHEMA)
    )


if __name__ == "__main__":
    spark = SparkSession.builder.appName("breakthrough").getOrCreate()
    table = spark.read.parquet(sys.argv[1])
    coded(table, spark.sparkContext.defaultParallelism * 4).write.parquet(sys.argv[2])
