#!/usr/bin/env python3
"""Writes data/sample/phone.docx: a table of turns, with the marks that Word leaves in a corrected document.

    python3 scripts/sample_docx.py data/sample/phone.docx
"""
import sys
import zipfile
from xml.sax.saxutils import escape

WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
MAIN = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"

TURNS = [
    ("Therapist", "Hello again. How have the nights been since we spoke?"),
    ("Client", "Better. The phone sleeps in the kitchen now, every night, and I go off by twelve."),
    ("Therapist", "So something that was stuck has moved."),
    ("Client", "I told my dad about the mock. On Sunday. I just said it."),
    ("Therapist", "You’d been carrying that for months. What was it like to say it?"),
    ("Client", "I was shaking. He went quiet and then he said he failed his driving test four times. "
               "And I started crying and laughing at once."),
    ("Therapist", "There was room for both."),
    # One word of the typist's was struck out, one put in.
    ("Client", ["I always thought he’d be ", ("del", "disappointed "), ("ins", "ashamed "),
                "of me. And it’s me that was ashamed. He wasn’t even cross."]),
    ("Therapist", "Is that new, to put it like that?"),
    ("Client", "Yeah. I only heard it when I said it just now."),
    ("Therapist", "Would you like to take that anywhere, or let it sit for tonight?"),
    ("Client", "Let it sit. Can I ring next week though?"),
]
HEADER = [("Session ID", "phone_s2"), ("Session number", "2"), ("Client ID", "K-48"), ("Therapist ID", "T7"),
          ("Date", "2024-07-08")]


def run(text, tag="w:t"):
    return f'<w:r><{tag} xml:space="preserve">{escape(text)}</{tag}></w:r>'


def piece(part):
    if isinstance(part, str):
        return run(part)
    kind, text = part
    return f'<w:{kind} w:id="1" w:author="typist">{run(text, "w:delText" if kind == "del" else "w:t")}</w:{kind}>'


def paragraph(content):
    parts = [content] if isinstance(content, str) else content
    return f'<w:p>{"".join(map(piece, parts))}</w:p>'


def row(*cells):
    return "<w:tr>" + "".join(f"<w:tc>{paragraph(cell)}</w:tc>" for cell in cells) + "</w:tr>"


def document():
    header = "".join(f"<w:p>{run(key + ':')}<w:r><w:tab/></w:r>{run(value)}</w:p>" for key, value in HEADER)
    table = "".join(row(*turn) for turn in [("Speaker", "Text"), *TURNS])
    return (f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<w:document xmlns:w="{WORD}"><w:body>{header}'
            f'<w:tbl><w:tblPr/><w:tblGrid/>{table}</w:tbl><w:p/></w:body></w:document>')


PARTS = {
    "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types"><Default Extension="rels" '
    f'ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" '
    f'ContentType="application/xml"/><Override PartName="/word/document.xml" ContentType="{MAIN}"/></Types>',
    "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId1" '
    f'Type="{OFFICE}/officeDocument" Target="word/document.xml"/></Relationships>',
    "word/document.xml": document(),
}

with zipfile.ZipFile(sys.argv[1], "w", zipfile.ZIP_DEFLATED) as archive:
    for name, text in PARTS.items():
        # The same bytes whenever it is run.
        archive.writestr(zipfile.ZipInfo(name, (2024, 7, 8, 0, 0, 0)), text, zipfile.ZIP_DEFLATED)
