"""The Python package as its users have it: installed, called with everything it takes, held against the command line.
Called by tests/python/wheel with a folder that holds `corpus.csv`, its tables in `out`, and those with --redact in
`redacted`."""
import csv
import gc
import multiprocessing
import os
import pathlib
import re
import shutil
import subprocess
import sys
import threading
import time
import traceback
import unittest
import warnings

import pandas as pd
import pyarrow as pa

import breakthrough

ROOT = pathlib.Path(__file__).resolve().parents[2]
TABLES = ["utterances", "moments", "sessions", "clients", "trends", "factors", "privacy", "rejects"]
WORDS = "I never told anyone"


def corpus(**kinds):
    return pd.read_csv("corpus.csv", keep_default_na=False, dtype=str, **kinds)


def quiet(call, *args, **kwargs):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", breakthrough.RejectWarning)
        return call(*args, **kwargs)


def rows(*sessions, units=3):
    return [
        {"session_id": session, "utterance_id": str(unit), "speaker": "client", "text": f"{WORDS}, {session} {unit}."}
        for session in sessions
        for unit in range(units)
    ]


def record_batch(some):
    return pa.RecordBatch.from_pylist(some)


def joined(batches):
    return pa.Table.from_batches(batches, breakthrough.schema())


def peak(call):
    """Resident memory in kB before a call, and the most during it, as Linux counts them."""

    def now(line):
        return int(re.search(rf"^{line}:\s+(\d+) kB", pathlib.Path("/proc/self/status").read_text(), re.M)[1])

    if not os.path.exists("/proc/self/clear_refs"):
        raise unittest.SkipTest("memory is counted on Linux only")
    pathlib.Path("/proc/self/clear_refs").write_text("5")
    before = now("VmRSS")
    call()
    return before, now("VmHWM")


def in_child(queue):
    queue.put(breakthrough.analyze(rows("a")).utterances.to_dict("list"))


class Package(unittest.TestCase):
    def assert_tables(self, found, folder, name="corpus.csv"):
        for table in TABLES:
            with open(f"{folder}/{table}.csv", encoding="utf-8", newline="") as file:
                expected = list(csv.DictReader(file))
                file.seek(0)
                header = next(csv.reader(file))
            frame = getattr(found, table)
            self.assertEqual(list(frame.columns), header)
            self.assertEqual(len(frame), len(expected), table)
            for column in header:
                if (table, column) == ("rejects", "line"):
                    self.assertTrue(frame[column].isna().all(), "rows in memory stand on no lines")
                    continue
                for cell, row in zip(frame[column], expected):
                    text = row[column]
                    if pd.isna(cell):
                        self.assertEqual(text, "", f"{table}.{column}")
                    elif isinstance(cell, str):
                        self.assertEqual(cell, os.path.basename(text) if column == "file" else text, f"{table}.{column}")
                    else:
                        self.assertEqual(float(cell), float(text), f"{table}.{column}")

    def test_tables_are_those_of_the_command_line(self):
        with self.assertWarnsRegex(breakthrough.RejectWarning, "2 rows could not be read, the first is row 40"):
            found = breakthrough.analyze(corpus(), name="corpus.csv")
        self.assert_tables(found, "out")
        self.assertGreater(len(found.moments), 10)
        self.assertEqual(len(found.rejects), 2)
        self.assertIsNone(found.own_codes)
        self.assertTrue(any("no trend" in notice for notice in found.notices))
        self.assertEqual(str(found.sessions["units"].dtype), "Int64")
        self.assertEqual(str(found.sessions["client_words"].dtype), "Int64")
        self.assertEqual(str(found.utterances["cognitive"].dtype), "float64")

    def test_redaction_too_and_threads_change_nothing(self):
        found = quiet(breakthrough.analyze, corpus(), name="corpus.csv", redact=True, threads=1)
        self.assert_tables(found, "redacted")
        self.assertTrue(found.privacy["text"].isna().all())

    def test_every_kind_of_rows_is_the_same(self):
        some = rows("7", "8")
        expected = breakthrough.analyze(some).utterances
        self.assertEqual(len(expected), 6)
        frame = pd.DataFrame(some)
        numbered = frame.assign(session_id=frame["session_id"].astype("float64"), utterance_id=frame["utterance_id"].astype("int32"))
        mixed = frame.assign(utterance_id=[0, "1", 2.0, "0", 1, "2"])
        table = pa.Table.from_pandas(frame)
        dictionary = table.set_column(3, "text", table["text"].dictionary_encode())
        kinds = {
            "frame": frame,
            "frame with an index": frame.set_index(pd.Index(range(5, 11))),
            "numbers for ids": numbered,
            "two kinds in a column": mixed,
            "categories": frame.assign(speaker=frame["speaker"].astype("category")),
            "table": table,
            "chunks": pa.concat_tables([table.slice(0, 1), table.slice(1)]),
            "dictionary": dictionary,
            "large strings": table.cast(pa.schema([(name, pa.large_string()) for name in table.column_names])),
            "batch": record_batch(some),
            "a stream of Arrow": table.to_reader(),
            "keys in another order, and one more": [{"mood": object(), **dict(reversed(list(row.items())))} for row in some],
        }
        # Arrow 21 crashes when it hands over such a column (Array.__arrow_c_array__), whoever asks for it.
        if int(pa.__version__.split(".")[0]) >= 26:
            kinds["views"] = table.cast(pa.schema([(name, pa.string_view()) for name in table.column_names]))
        for kind, given in kinds.items():
            with self.subTest(kind):
                pd.testing.assert_frame_equal(breakthrough.analyze(given).utterances, expected)

    def test_dates_and_missing_cells(self):
        given = pd.DataFrame(rows("a", "b", units=1)).assign(
            client_id=["k", None], date=pd.to_datetime(["2024-10-04", None]), session_number=[3, None], start=[0.5, None]
        )
        found = breakthrough.analyze(given).sessions
        self.assertEqual(found["date"][0], "2024-10-04")
        self.assertEqual(found["session_number"][0], 3)
        self.assertTrue(found[["client_id", "date", "session_number"]].iloc[1].isna().all())

    def test_arguments(self):
        talk = pd.DataFrame({"who": ["Dr Field", "Ann"], "said": ["What came up?", WORDS]})
        named = breakthrough.analyze(talk, map={"speaker": "who", "text": "said"}, therapist="Dr Field", name="talk.csv")
        self.assertEqual(list(named.utterances["speaker"]), ["therapist", "client"])
        self.assertEqual(set(named.utterances["session_id"]), {"talk"})
        spoken = rows("a", units=1) + [{"session_id": "a", "speaker": "client", "text": "Call me on 07700 900123."}]
        shown = breakthrough.analyze(spoken, privacy_text=True).privacy
        self.assertEqual(list(shown["text"]), ["07700 900123"])
        self.assertEqual(len(breakthrough.analyze(spoken, allow="07700 900123").privacy), 0)
        batch = record_batch(spoken)
        allowed = breakthrough.analyze_batches([batch], redact=True, allow="07700 900123")
        self.assertTrue(joined(list(allowed)).equals(joined(list(breakthrough.analyze_batches([batch])))))
        with self.assertRaises(TypeError):
            breakthrough.analyze(spoken, allow=[7])
        exact = breakthrough.analyze(rows("a"), exact=True).utterances
        near = breakthrough.analyze(rows("a")).utterances
        self.assertLess((exact[list(breakthrough.CODES)] - near[list(breakthrough.CODES)]).abs().max().max(), 0.05)
        small = breakthrough.analyze(rows("a"), small=True).utterances
        self.assertFalse(small.equals(near))
        without = quiet(breakthrough.analyze, corpus().head(400), text=False)
        self.assertTrue(without.moments["evidence"].isna().all())
        self.assertTrue(without.moments["evidence_end"].notna().any())

    def test_nothing_is_nothing(self):
        for given in [[], pd.DataFrame(), pd.DataFrame({"speaker": [], "text": []})]:
            with self.assertWarnsRegex(breakthrough.InputWarning, "no records"):
                found = breakthrough.analyze(given)
            # Of factors every pair has its row, with nothing in it.
            self.assertEqual([len(getattr(found, table)) for table in TABLES if table != "factors"], [0] * 7)
            self.assertEqual(list(found.utterances.columns), breakthrough.schema().names)
        self.assertEqual(list(breakthrough.analyze_batches([])), [])

    def test_what_cannot_be_used(self):
        good = rows("a")
        frame = pd.DataFrame(good)
        # Lists in a column that nobody asked for stop nobody.
        unnamed = {"flags": [[1], [2]], "by": ["therapist", "client"], "text": [WORDS, WORDS]}
        analyze = breakthrough.analyze
        cases = [
            (ValueError, "1 columns is 'text'", lambda: analyze(pd.DataFrame({WORDS: [1]}))),
            (ValueError, "map=\\{'speaker'", lambda: analyze(frame.drop(columns="speaker"))),
            (ValueError, "column 2 of the table seems to say who", lambda: analyze(pd.DataFrame(unnamed))),
            (ValueError, "column 2 of the table seems to say who", lambda: list(breakthrough.analyze_batches([pa.RecordBatch.from_pydict(unnamed)]))),
            (ValueError, "no column \"said\"", lambda: analyze(frame, map={"text": "said"})),
            (ValueError, "map does not know \"words\"", lambda: analyze(frame, map={"words": "text"})),
            (ValueError, "column 'text', row 0: neither", lambda: analyze([{**good[0], "text": [WORDS]}])),
            (ValueError, "column 'text', row 1: neither", lambda: analyze([good[0], {**good[1], "text": True}])),
            (ValueError, "column 'text', row 0: neither", lambda: analyze([{**good[0], "text": WORDS.encode()}])),
            (ValueError, "no Unicode", lambda: analyze([{**good[0], "text": WORDS + "\udcff"}])),
            (ValueError, "column \"text\" holds lists", lambda: analyze(pa.table({"speaker": ["client"], "text": [[WORDS]]}))),
            (ValueError, "column \"start\" holds values", lambda: analyze(frame.assign(start=pd.Timedelta(3, "s")))),
            (ValueError, "threads must be 1", lambda: analyze(frame, threads=0)),
            (TypeError, "threads must be a whole", lambda: analyze(frame, threads="two")),
            (TypeError, "rows must be a pandas", lambda: analyze(WORDS)),
            (TypeError, "row 0 is str", lambda: analyze([WORDS])),
            (TypeError, "must be pyarrow.RecordBatch or the like, not str", lambda: list(breakthrough.analyze_batches([WORDS]))),
            (TypeError, "not iterable", lambda: breakthrough.analyze_batches(3)),
            (ValueError, "'text'", lambda: list(breakthrough.analyze_batches([pa.RecordBatch.from_pydict({"a": [WORDS]})]))),
            (breakthrough.ModelError, "is nowhere a model folder", lambda: analyze(frame, model="nowhere")),
            (breakthrough.ModelError, "nowhere", lambda: breakthrough.analyze_batches([], model=pathlib.Path("nowhere"))),
        ]
        for kind, message, call in cases:
            with self.subTest(message):
                with self.assertRaisesRegex(kind, message) as caught:
                    call()
                error = caught.exception
                while error is not None:
                    shown = "".join(traceback.format_exception_only(type(error), error))
                    self.assertNotIn(WORDS, shown, "a message holds words of a session")
                    error = error.__context__
        self.assertTrue(issubclass(breakthrough.InputError, ValueError))

    def test_a_model_folder_and_what_is_wrong_with_it(self):
        folder = ROOT / "models" / "minilm"
        expected = breakthrough.analyze(rows("a")).utterances
        pd.testing.assert_frame_equal(breakthrough.analyze(rows("a"), model=folder).utterances, expected)
        shutil.copytree(folder, "damaged")
        with open("damaged/calibration.json", "a", encoding="utf-8") as file:
            file.write(" ")
        with self.assertRaisesRegex(breakthrough.ModelError, "calibration.json is damaged|calibration.json: is damaged"):
            breakthrough.analyze(rows("a"), model="damaged")

    def test_batches_give_the_utterances(self):
        table = pa.Table.from_pandas(corpus(), preserve_index=False)
        expected = quiet(breakthrough.analyze, table).tables["utterances"]
        self.assertEqual(expected.schema, breakthrough.schema())
        for size in [1, 97, 5000]:
            with self.subTest(size):
                given = table.to_batches(max_chunksize=size)
                found = quiet(lambda: list(breakthrough.analyze_batches(given, threads=2)))
                self.assertTrue(joined(found).equals(expected))
        redacted = quiet(lambda: list(breakthrough.analyze_batches(table.to_batches(), redact=True)))
        cells = pd.read_csv("redacted/utterances.csv", keep_default_na=False)["cognitive"]
        self.assertEqual(joined(redacted)["cognitive"].to_pylist(), list(cells))

    def test_a_session_goes_on_in_the_next_batch(self):
        some = rows("a", "b", "c")
        whole = joined(list(breakthrough.analyze_batches([record_batch(some)])))
        for cut in range(1, len(some)):
            parts = [record_batch(some[:cut]), record_batch(some[cut:])]
            self.assertTrue(joined(list(breakthrough.analyze_batches(parts))).equals(whole), cut)
        empty = [record_batch(some).slice(0, 0), record_batch(some[:4]), record_batch(some).slice(0, 0), record_batch(some[4:])]
        self.assertTrue(joined(list(breakthrough.analyze_batches(empty))).equals(whole))

    def test_rows_are_taken_as_they_are_needed_and_a_session_is_held(self):
        taken = []

        def batches():
            for number in range(40):
                taken.append(number)
                # A session ends in the middle of every batch.
                yield record_batch((rows(str(number), units=100) + rows(str(number + 1), units=50)))

        found = breakthrough.analyze_batches(batches())
        self.assertEqual(taken, [])
        with warnings.catch_warnings():
            # The ids of the second part of a session are those of its first.
            warnings.simplefilter("ignore", breakthrough.InputWarning)
            first = next(found)
        self.assertLess(len(taken), 10)
        sessions = first["session_id"].to_pylist()
        # Nothing of the session that the next row belongs to.
        self.assertEqual(sessions.count(sessions[-1]), 150)
        found.close()

    def test_what_the_batches_raise_comes_after_what_was_whole(self):
        class Broken(Exception):
            pass

        def batches():
            yield record_batch(rows("a", "b"))
            raise Broken

        found = breakthrough.analyze_batches(batches())
        self.assertEqual(next(found)["session_id"].to_pylist(), ["a"] * 3)
        with self.assertRaises(Broken):
            next(found)
        self.assertEqual(list(found), [])
        other = breakthrough.analyze_batches([record_batch(rows("a")), record_batch(rows("b")).drop_columns(["text"])])
        with self.assertRaisesRegex(breakthrough.InputError, "other columns than the first"):
            list(other)

    def test_rejects_of_batches(self):
        bad = {**rows("a")[0], "speaker": "nobody known"}
        given = [record_batch(rows("a") + [bad]), record_batch(rows("b") + [bad])]
        with self.assertWarnsRegex(breakthrough.RejectWarning, "2 rows could not be read, the first is row 4: ") as told:
            self.assertEqual(joined(list(breakthrough.analyze_batches(given))).num_rows, 6)
        self.assertNotIn(WORDS, str(told.warning))
        rejects = []
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", breakthrough.InputWarning)
            warnings.simplefilter("error", breakthrough.RejectWarning)
            list(breakthrough.analyze_batches(given, on_reject=lambda row, reason: rejects.append((row, reason))))
        self.assertEqual([row for row, _ in rejects], [4, 8])

    def test_batches_come_in_without_a_copy(self):
        class Capsules:
            """Speaks Arrow, and is nothing of pyarrow's."""

            def __init__(self, batch):
                self.batch, self.asked = batch, 0

            def __arrow_c_array__(self, requested_schema=None):
                self.asked += 1
                return self.batch.__arrow_c_array__(requested_schema)

        given = Capsules(record_batch(rows("a")))
        self.assertEqual(joined(list(breakthrough.analyze_batches([given]))).num_rows, 3)
        self.assertEqual(given.asked, 1)
        # 64 MiB in a column that is not read: the memory of the process does not grow by them, and they are let go of.
        allocated = pa.total_allocated_bytes()
        big = record_batch(rows("a")).append_column("ballast", pa.array([b"x" * (64 << 20), b"", b""]))
        before, most = peak(lambda: list(breakthrough.analyze_batches([big])))
        self.assertLess(most - before, 32 << 10, "kB")
        del big
        gc.collect()
        self.assertLess(pa.total_allocated_bytes() - allocated, 1 << 20)

    def test_the_interpreter_goes_on_while_rows_are_coded(self):
        ticks, stop = [], threading.Event()

        def tick():
            while not stop.wait(0.01):
                ticks.append(time.monotonic())

        given = corpus().head(400)
        quiet(breakthrough.analyze, given.head(2))
        thread = threading.Thread(target=tick)
        thread.start()
        began = time.monotonic()
        quiet(breakthrough.analyze, given, threads=1)
        ended = time.monotonic()
        stop.set()
        thread.join()
        within = [tick for tick in ticks if began <= tick <= ended]
        self.assertGreater(len(within), (ended - began) / 0.01 / 10, "the interpreter lock was held")

    def test_threads_of_python_may_call_at_once(self):
        expected = breakthrough.analyze(rows("a", "b")).utterances
        found = [None] * 4

        def call(at):
            found[at] = breakthrough.analyze(rows("a", "b"), threads=1 + at % 2).utterances

        threads = [threading.Thread(target=call, args=(at,)) for at in range(4)]
        [thread.start() for thread in threads]
        [thread.join() for thread in threads]
        for frame in found:
            pd.testing.assert_frame_equal(frame, expected)

    def test_forked_processes_have_threads_of_their_own(self):
        expected = breakthrough.analyze(rows("a")).utterances.to_dict("list")
        context = multiprocessing.get_context("fork")
        queue = context.Queue()
        child = context.Process(target=in_child, args=(queue,))
        child.start()
        found = queue.get(timeout=60)
        child.join(60)
        self.assertEqual(str(found), str(expected))

    def test_the_model_is_loaded_once(self):
        lines = (
            "import time, breakthrough\nrow = [{'speaker': 'client', 'text': 'No.'}]\n"
            "def took():\n    began = time.perf_counter(); breakthrough.analyze(row); return time.perf_counter() - began\n"
            "first = took(); print(first, min(took() for _ in range(5)))"
        )
        shown = subprocess.run([sys.executable, "-c", lines], check=True, capture_output=True, text=True).stdout
        first, later = map(float, shown.split())
        print(f"(first call {first * 1e3:.0f} ms, later ones {later * 1e3:.1f} ms) ", end="", file=sys.stderr)
        self.assertLess(later, first / 2)

    def test_a_bug_says_where_and_not_what(self):
        with self.assertRaisesRegex(RuntimeError, "a bug at src/bugs.rs:[0-9]+:[0-9]+: please report it") as caught:
            breakthrough._native.bug(WORDS)
        self.assertNotIn(WORDS, str(caught.exception))
        shown = subprocess.run(
            [sys.executable, "-c", f"import breakthrough; breakthrough._native.bug({WORDS!r} + '!')"],
            capture_output=True,
            text=True,
        )
        self.assertNotIn(WORDS + "!", shown.stdout + shown.stderr.replace(repr(WORDS) + " + '!'", ""))

    def test_it_says_what_it_is(self):
        version = re.search(r'^version = "(.*)"', (ROOT / "Cargo.toml").read_text(encoding="utf-8"), re.M)[1]
        self.assertEqual(breakthrough.__version__, version)
        self.assertTrue(pathlib.Path(breakthrough.__file__).with_name("py.typed").exists())
        self.assertIn("utterances: 3", repr(breakthrough.analyze(rows("a"))))
        self.assertEqual(len(breakthrough.CODES), 13)

    def test_the_lines_of_the_docs_run(self):
        text = (ROOT / "docs" / "python.md").read_text(encoding="utf-8")
        blocks = re.findall(r"^```python\n(.*?)^```", text, re.M | re.S)
        self.assertGreater(len(blocks), 3)
        names = {}
        for number, block in enumerate(blocks):
            with self.subTest(block=number + 1):
                exec(compile(block, f"python.md, block {number + 1}", "exec"), names)


if __name__ == "__main__":
    os.chdir(sys.argv.pop())
    unittest.main(verbosity=2)
