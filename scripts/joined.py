"""What the scripts share that join our codes to somebody's own copy of a text: not a script of its own."""
import csv
import gzip
import hashlib
import io
import pathlib
import sys

CORPUS = pathlib.Path(__file__).parent.parent / "data/corpus"


def codes(name):
    """The rows of a packed table of the data set."""
    with gzip.open(CORPUS / name, "rt", newline="", encoding="utf-8") as file:
        yield from csv.DictReader(file)


def write(program, columns, rows, sha256, same_as):
    """Writes rows as CSV to standard output, and says on the other one whether they are byte for byte the table `same_as`."""
    text = io.StringIO()
    out = csv.DictWriter(text, columns, lineterminator="\n")
    out.writeheader()
    out.writerows(rows)
    table = text.getvalue().encode()
    same = "exactly" if hashlib.sha256(table).hexdigest() == sha256 else "not byte for byte"
    print(f"{program}: {same} the table that {same_as}", file=sys.stderr)
    sys.stdout.buffer.write(table)
