"""Opens what `breakthrough analyze --also ...` wrote, as its users do. Called by tests/python/run with the folder that
holds `out`; leaves `mine.parquet` there, which the program has to read."""
import contextlib
import io
import os
import pathlib
import re
import sys
import unittest
import xml.etree.ElementTree as ElementTree
import zipfile

import pandas as pd
import pyarrow.parquet
from convokit import Corpus
from pympi import Eaf

DOCS = pathlib.Path(__file__).parents[2] / "docs"
# With their blocks of Python.
PAGES = {"interchange.md": 2, "tutorial-researcher.md": 1}
TABLES = ["utterances", "moments", "sessions", "clients", "trends", "factors", "excerpts", "privacy", "rejects"]
QDE = "{urn:QDA-XML:project:1.0}"


def csv(table):
    return pd.read_csv(f"out/{table}.csv", keep_default_na=False, dtype=str)


class Interchange(unittest.TestCase):
    def test_parquet_holds_the_cells_of_the_csv(self):
        for table in TABLES:
            read, expected = pd.read_parquet(f"out/{table}.parquet"), csv(table)
            self.assertEqual(list(read.columns), list(expected.columns))
            self.assertEqual(len(read), len(expected), table)
            for column, kind in zip(read.columns, pyarrow.parquet.read_schema(f"out/{table}.parquet").types):
                self.assertIn(str(kind), ["string", "int64", "double"], "plain types that every reader knows")
                for cell, text in zip(read[column], expected[column]):
                    if pd.isna(cell):
                        self.assertEqual(text, "", column)
                    elif str(kind) == "string":
                        self.assertEqual(cell, text, column)
                    else:
                        self.assertEqual(float(cell), float(text), column)

    def test_convokit_loads_the_corpus(self):
        corpus, units = Corpus(filename="out/convokit"), csv("utterances")
        self.assertEqual(len(list(corpus.iter_utterances())), len(units))
        self.assertEqual(len(list(corpus.iter_conversations())), len(csv("sessions")))
        for row, unit in enumerate(units.to_dict("records"), 1):
            utterance = corpus.get_utterance(str(row))
            self.assertEqual(utterance.meta["utterance_id"], unit["utterance_id"])
            self.assertEqual("|".join(utterance.meta["codes"]), unit["codes"])
            if utterance.meta["cognitive"] is not None:
                self.assertEqual(utterance.meta["cognitive"], float(unit["cognitive"]))
        for conversation in corpus.iter_conversations():
            self.assertTrue(conversation.check_integrity(verbose=False))

    def test_pympi_reads_every_elan_file(self):
        files = sorted(pathlib.Path("out/eaf").glob("*.eaf"))
        self.assertGreaterEqual(len(files), 3)
        codes = 0
        for file in files:
            eaf = Eaf(str(file))
            tiers = list(eaf.get_tier_names())
            for speaker in (tier for tier in tiers if "@" not in tier):
                spoken = sorted(eaf.get_annotation_data_for_tier(speaker))
                self.assertTrue(all(start < end and words for start, end, words, *_ in spoken))
                self.assertTrue(all(before[1] <= after[0] for before, after in zip(spoken, spoken[1:])))
            for tier in (tier for tier in tiers if "@" in tier):
                for start, end, value, words, *_ in eaf.get_ref_annotation_data_for_tier(tier):
                    codes += 1
                    self.assertTrue(0 < float(value) <= 1 and words and start < end)
        self.assertGreater(codes, 0)

    def test_the_project_gives_every_code_its_words(self):
        project = zipfile.ZipFile("out/project.qdpx")
        self.assertIsNone(project.testzip())
        root = ElementTree.fromstring(project.read("project.qde"))
        names = {code.get("guid"): code.get("name") for code in root.iter(f"{QDE}Code")}
        found = set()
        for source in root.iter(f"{QDE}TextSource"):
            file = source.get("plainTextPath").replace("internal://", "sources/")
            text = project.read(file).decode("utf-8")
            for selection in source.iter(f"{QDE}PlainTextSelection"):
                start, end = int(selection.get("startPosition")), int(selection.get("endPosition"))
                code = names[selection.find(f".//{QDE}CodeRef").get("targetGUID")]
                found.add((source.get("name"), code, text[start:end]))
        excerpts = csv("excerpts").set_index(["session_id", "utterance_id"])["text"]
        for moment in csv("moments").to_dict("records"):
            words = excerpts[moment["session_id"], moment["peak_utterance_id"]].replace("\r\n", "\n")
            self.assertIn((moment["session_id"], moment["type"], words), found)
            if moment["evidence"]:
                self.assertIn((moment["session_id"], moment["type"], moment["evidence"]), found)

    def test_the_lines_of_the_docs_run(self):
        printed = io.StringIO()
        for page, count in PAGES.items():
            text = (DOCS / page).read_text(encoding="utf-8")
            blocks = re.findall(r"^```python\n(.*?)^```", text, re.M | re.S)
            self.assertEqual(len(blocks), count, page)
            for number, block in enumerate(blocks):
                with contextlib.redirect_stdout(printed):
                    exec(compile(block, f"{page}, block {number + 1}", "exec"), {})
        self.assertIn("Number of Utterances", printed.getvalue())
        self.assertIn("→", printed.getvalue())


if __name__ == "__main__":
    os.chdir(sys.argv.pop())
    unittest.main(verbosity=2)
