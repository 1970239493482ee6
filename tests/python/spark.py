"""The Spark example on two executors of one processor each, held against one process. Called by tests/python/wheel with the
folder that holds `corpus.csv`."""
import os
import pathlib
import sys
import unittest
import warnings

import pandas as pd
import pyarrow as pa
import pyspark
from pyspark.sql import SparkSession

import breakthrough

EXAMPLES = pathlib.Path(__file__).resolve().parents[2] / "python" / "examples"
MASTER = "local-cluster[2,1,1024]"


class Spark(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        # The executors of a local cluster are processes of their own: they must find Spark and this Python.
        os.environ["SPARK_HOME"] = str(pathlib.Path(pyspark.__file__).parent)
        os.environ["PYSPARK_PYTHON"] = sys.executable
        os.environ["SPARK_LOCAL_IP"] = "127.0.0.1"
        cls.spark = (
            SparkSession.builder.master(MASTER)
            .appName("breakthrough")
            .config("spark.ui.enabled", "false")
            .config("spark.driver.host", "127.0.0.1")
            .config("spark.sql.shuffle.partitions", "4")
            .config("spark.sql.execution.arrow.maxRecordsPerBatch", "100")
            .config("spark.local.dir", os.path.abspath("spark"))
            .getOrCreate()
        )
        cls.spark.sparkContext.setLogLevel("ERROR")

    @classmethod
    def tearDownClass(cls):
        cls.spark.stop()

    def test_two_executors_give_the_rows_of_one_process(self):
        self.spark.sparkContext.addPyFile(str(EXAMPLES / "spark_map_in_arrow.py"))
        sys.path.insert(0, str(EXAMPLES))
        import spark_map_in_arrow

        frame = pd.read_csv("corpus.csv", keep_default_na=False, dtype=str)
        frame["position"] = range(len(frame))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", breakthrough.RejectWarning)
            batches = pa.Table.from_pandas(frame, preserve_index=False).to_batches()
            expected = pa.Table.from_batches(breakthrough.analyze_batches(batches)).to_pandas()
        # In no order, as a table in Spark is.
        given = self.spark.createDataFrame(frame.sample(frac=1, random_state=1)).repartition(3)
        found = spark_map_in_arrow.coded(given, 4).toPandas()

        executors = self.spark.sparkContext._jsc.sc().getExecutorMemoryStatus().size() - 1
        self.assertEqual(executors, 2)
        order = ["session_id", "utterance_id"]
        expected, found = (
            table.sort_values(order, kind="stable").reset_index(drop=True) for table in (expected, found)
        )
        self.assertEqual(list(found.columns), list(expected.columns))
        self.assertEqual(len(found), len(frame) - 2)
        pd.testing.assert_frame_equal(found, expected, check_dtype=False, check_exact=True)


if __name__ == "__main__":
    os.chdir(sys.argv.pop())
    unittest.main(verbosity=2)
