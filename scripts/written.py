#!/usr/bin/env python3
"""Turns what writers write into rows of data/corpus, and checks it.

    python3 scripts/written.py check S401.txt N403.txt ...
    python3 scripts/written.py rows  S401.txt S402.txt ... > rows.csv
    python3 scripts/written.py pack  rows.csv > data/corpus/written_transcripts_2.csv.gz

`check` says what is wrong, by file and line, and counts sessions, units and codes; it ends with 1 if anything is
wrong. `rows` does the same and writes the table. `pack` compresses a table so that the same rows give the same bytes.

A writer's file holds sessions, one turn (in a note: one sentence) a line:

    ## session S401-01 | kind=transcript | client=K-S401-01 | number=1 | school=CBT | topic=sleep
    T: How has it been?
    C: I got up when the alarm went. Every day. {B|OP}

Before the colon stands who speaks (T, C, C1, C2 ...) or the section of a note (S, O, A, P, D, B, I, R, G, N); codes
stand in braces at the end, with `!` (sudden) or `~` (gradual) after E, C and B where the words show it. A heading may
also have date= and therapist=, and a snippet group=. Standard library only; nothing of a session is quoted in a
message.
"""
import csv
import gzip
import io
import re
import sys
from collections import Counter

COLUMNS = ["session_id", "client_id", "session_number", "date", "therapist_id", "kind", "school", "topic", "group",
           "utterance_id", "speaker", "text", "codes"]
# In the order of the codebook.
CODES = {"E": "emotional", "C": "cognitive", "B": "behavioural", "RC": "resistance_change", "RD": "resistance_defence",
         "RF": "resistance_fear", "MO": "motivation", "SA": "self_awareness", "OP": "openness", "EM": "empathy",
         "GU": "guidance", "PA": "pacing", "AL": "alliance"}
ORDER = list(CODES)
THERAPIST, EITHER, MARKED = {"EM", "GU", "PA"}, {"AL"}, {"E", "C", "B"}
HEADING = re.compile(r"## (session|note) (\S+)((?: \| \w+=[^|]*)*)$")
TURN = re.compile(r"(T|C\d?|[SOAPDBIRGN]):\s+(.*?)\s*(?:\{([^{}]*)\})?$")
KEYS = {"kind", "client", "number", "school", "topic", "group", "date", "therapist", "format"}


def speaker(prefix, kind):
    """The speaker as tables have it, or None where the prefix does not belong to the kind of session."""
    if kind == "note":
        return None if prefix == "T" or prefix[1:] else "note:" + prefix
    if prefix == "T":
        return "therapist"
    return "client " + prefix[1:] if re.fullmatch(r"C[1-9]", prefix) else "client" if prefix == "C" else None


def codes(braces, who):
    """The codes in order of the codebook; raises ValueError with what is wrong."""
    found = {}
    for word in filter(None, (part.strip() for part in (braces or "").split("|"))):
        short = word.rstrip("!~")
        if short not in CODES:
            raise ValueError("a code that the codebook does not have")
        if word != short and (short not in MARKED or len(word) != len(short) + 1):
            raise ValueError("a manner mark where none may stand")
        if short in found:
            raise ValueError(f"{short} twice")
        on_therapist = short in THERAPIST
        if not who.startswith("note") and short not in EITHER and on_therapist != (who == "therapist"):
            raise ValueError(f"{short} on the wrong side")
        found[short] = CODES[short] + word[len(short):]
    return "|".join(found[short] for short in ORDER if short in found)


def heading(line):
    """Columns of a heading; raises ValueError with what is wrong."""
    match = HEADING.fullmatch(line)
    if not match:
        raise ValueError("not a heading")
    pairs = [part.strip().split("=", 1) for part in match[3].split(" | ") if part.strip()]
    fields = dict(pairs)
    if unknown := fields.keys() - KEYS:
        raise ValueError(f"unknown key {min(unknown)}")
    kind = fields.get("kind", "note" if match[1] == "note" else "transcript")
    if kind not in ("transcript", "note") or not fields.get("client"):
        raise ValueError("kind= must be transcript or note, and client= be given")
    return {"session_id": match[2], "client_id": fields["client"], "session_number": fields.get("number", ""),
            "date": fields.get("date", ""), "therapist_id": fields.get("therapist", ""), "kind": kind,
            "school": fields.get("school", "").strip(), "topic": fields.get("topic", "").strip(),
            "group": fields.get("group", "").strip()}


def read(paths):
    """Rows of all files, and what is wrong with them."""
    rows, wrong, seen = [], [], set()
    for path in paths:
        session, units = None, 0
        for number, line in enumerate(open(path, encoding="utf-8"), 1):
            line = line.strip()
            try:
                if not line:
                    continue
                if line.startswith("#"):
                    session, units = heading(line), 0
                    if session["session_id"] in seen:
                        raise ValueError("a session of this id stands above, or in another file")
                    seen.add(session["session_id"])
                    continue
                match = TURN.fullmatch(line)
                if not match or not match[2]:
                    raise ValueError("neither heading nor turn")
                if session is None:
                    raise ValueError("a turn before any heading")
                who = speaker(match[1], session["kind"])
                if who is None:
                    raise ValueError(f"{match[1]} does not belong in a {session['kind']}")
                rows.append(session | {"utterance_id": str(units), "speaker": who, "text": match[2],
                                       "codes": codes(match[3], who)})
                units += 1
            except ValueError as error:
                wrong.append(f"{path}:{number}: {error}")
    return rows, wrong


def count(rows):
    given = Counter(code.rstrip("!~") for row in rows for code in row["codes"].split("|") if code)
    sessions = len({row["session_id"] for row in rows})
    return f"{sessions} sessions, {len(rows)} units; " + ", ".join(f"{c} {given[c]}" for c in CODES.values())


def table(rows):
    text = io.StringIO()
    out = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    out.writeheader()
    out.writerows(rows)
    return text.getvalue()


def pack(data):
    """Without name and time, and with the operating system said to be unknown: the same bytes everywhere."""
    packed = bytearray(gzip.compress(data, 9, mtime=0))
    packed[9] = 255
    return bytes(packed)


def main():
    command, paths = (sys.argv + [""])[1], sys.argv[2:]
    if command == "pack" and len(paths) == 1:
        sys.stdout.buffer.write(pack(open(paths[0], "rb").read()))
        return
    if command not in ("check", "rows") or not paths:
        sys.exit(__doc__)
    rows, wrong = read(paths)
    print(*wrong, count(rows), sep="\n", file=sys.stderr)
    if command == "rows" and not wrong:
        sys.stdout.reconfigure(newline="")
        sys.stdout.write(table(rows))
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
