#!/usr/bin/env python3
"""Makes tests/reference/privacy.csv: sentences with what in them identifies a person.

    pip install faker==40.54.0
    python tests/reference/privacy.py

Half of it and more is written by hand (privacy_written.txt); the rest fills phrases with invented values of Faker, with a
fixed seed. One row a sentence: `part` (generated or written), `text`, and `spans` as `kind:start-end`, in Unicode code points,
joined by `;`.
"""
import csv
import random
import re
from datetime import date
from pathlib import Path

from faker import Faker

HERE = Path(__file__).resolve().parent
PER_KIND = 14

# Phrases of talk and of notes; the place of the value says nothing more than ordinary words do.
PHRASES = {
    "name": [
        "I was with {} when it happened.", "{} thinks I should stop.", "Me and {} don't talk.", "It was {}'s idea, all of it.",
        "She's called {}, after her gran.", "My brother {} moved back in.", "I used to live with {}.", "So I said to {}, not today.",
        "Mrs {} wrote a letter.", "Client reports argument with {} last night.", "{} attended with her mother.",
        "You sound like {}.", "Session cancelled by {}.", "And then {} walked out.",
    ],
    "phone": ["It's {} now.", "Try {} after six.", "They rang from {} again.", "Tel {}", "My mobile is {}, same as ever.", "Leave a message on {}."],
    "email": ["I'm on {} mostly.", "Write to {}, she reads it.", "Email: {}"],
    "url": ["It's all on {} if you want.", "See {}."],
    "ip": ["They traced it to {}.", "Logged in from {} at night."],
    "social_security": ["SSN: {}", "I gave them {} and that was that.", "My social security number is {}."],
    "nhs": ["NHS number {}.", "It's {}, on every letter.", "NHS: {}"],
    "card": ["I read them {} down the line.", "Card {}, expired now."],
    "bank": ["The money goes to {}.", "IBAN: {}"],
    "date": ["It was {}, a bad day.", "Seen on {}.", "We split up on {}, for good."],
    "birth_date": ["DOB: {}", "I was born on {}.", "Date of birth {}, lives with aunt."],
    "address": ["I'm at {} now.", "They found her at {}.", "Home address {}."],
    "postcode": ["It's {} if you're driving.", "Somewhere in {}, I forget."],
    "record": ["MRN {}.", "Case number {}, pending.", "Reference number: {}"],
    "national_id": ["National insurance number {}.", "My NI number is {}.", "It says {} on the payslip."],
    "place": ["I live in {} now.", "We moved to {} last year.", "He's from {}, originally."],
    "organisation": ["I work at {}.", "She got a job at {}."],
}

LOCALES = ["en_GB", "en_US", "en_IE", "en_IN", "en_AU", "en_NZ", "yo_NG", "pl_PL"]


def nhs_number(rng):
    while True:
        digits = [rng.choice([4, 6, 7, 9])] + [rng.randrange(10) for _ in range(8)]
        check = 11 - sum(d * w for d, w in zip(digits, range(10, 1, -1))) % 11
        if check != 10:
            number = "".join(map(str, digits + [check % 11]))
            return rng.choice([number, f"{number[:3]} {number[3:6]} {number[6:]}"])


def phone_number(rng):
    n = lambda k: "".join(rng.choice("0123456789") for _ in range(k))
    return rng.choice([
        lambda: f"07{rng.randrange(4, 10)}{n(2)} {n(6)}",
        lambda: f"07{rng.randrange(4, 10)}{n(8)}",
        lambda: f"+44 7{rng.randrange(4, 10)}{n(2)} {n(6)}",
        lambda: f"0{rng.choice(['113', '114', '121', '161'])} {rng.randrange(2, 9)}{n(2)} {n(4)}",
        lambda: f"({rng.randrange(201, 980)}) {rng.randrange(200, 999)}-{n(4)}",
        lambda: f"{rng.randrange(201, 980)}-{rng.randrange(200, 999)}-{n(4)}",
        lambda: f"+1 {rng.randrange(201, 980)} {rng.randrange(200, 999)} {n(4)}",
        lambda: f"08{rng.choice('3567')} {n(3)} {n(4)}",
        lambda: f"+91 {rng.randrange(6, 10)}{n(4)} {n(5)}",
        lambda: f"04{n(2)} {n(3)} {n(3)}",
        lambda: f"0{rng.choice(['803', '805', '706', '810'])} {n(3)} {n(4)}",
        lambda: f"+234 80{n(1)} {n(3)} {n(4)}",
    ])()


def name(rng, fakers):
    fake = fakers[rng.choice(LOCALES)]
    first, last = fake.first_name(), fake.last_name()
    return rng.choice([first, first, first, f"{first} {last}"]), last


def value(kind, phrase, rng, fakers):
    gb, us = fakers["en_GB"], fakers["en_US"]
    if kind == "name":
        full, last = name(rng, fakers)
        return last if phrase.startswith("Mrs") else full
    when = us.date_between(date(1934, 1, 1), date(2023, 12, 31))
    return {
        "phone": lambda: phone_number(rng),
        "email": lambda: rng.choice([gb, us]).email(),
        "url": lambda: us.url().rstrip("/") + rng.choice(["", "/" + us.uri_path()]),
        "ip": lambda: us.ipv4_public(),
        "social_security": lambda: us.ssn(),
        "nhs": lambda: nhs_number(rng),
        "card": lambda: rng.choice([us.credit_card_number("visa16"), us.credit_card_number("mastercard"), us.credit_card_number("amex")]),
        "bank": lambda: gb.iban(),
        "date": lambda: when.strftime(rng.choice(["%d/%m/%Y", "%Y-%m-%d", "%d %B %Y", "%B %d, %Y", "%d.%m.%Y", "%d %b %Y"])),
        "birth_date": lambda: when.strftime(rng.choice(["%d/%m/%Y", "%d %B %Y", "%B %d, %Y"])),
        "address": lambda: rng.choice([gb, us]).street_address().replace("\n", ", "),
        "postcode": lambda: gb.postcode(),
        "record": lambda: rng.choice([us.numerify("########"), us.bothify("??######").upper(), us.numerify("20##-#####")]),
        "national_id": lambda: re.sub(r"\s", rng.choice(["", " "]), gb.bothify("AB ## ## ## C")).replace("AB", rng.choice(["AB", "JK", "PX"])),
        "place": lambda: rng.choice(["Leeds", "Walsall", "Tulsa", "Dayton", "Mysuru", "Enugu", "Galway", "Ballarat", "Dunedin", "Hartlepool", "Fresno", "Abeokuta", "Lublin", "Kochi"]),
        "organisation": lambda: gb.company(),
    }[kind]()


def generated():
    rng = random.Random(6)
    fakers = {locale: Faker(locale) for locale in LOCALES}
    Faker.seed(6)
    for kind, phrases in PHRASES.items():
        times = 56 if kind == "name" else 28 if kind == "phone" else PER_KIND
        for index in range(times):
            phrase = phrases[index % len(phrases)]
            words = value(kind, phrase, rng, fakers)
            start = phrase.index("{}")
            yield phrase.replace("{}", words), [(kind, start, start + len(words))]


def written():
    """`{name:Mr Adeyemi|Adeyemi}` stands for the words before the stroke, of which those behind it identify."""
    for line in (HERE / "privacy_written.txt").read_text(encoding="utf8").splitlines():
        if not line or line.startswith("#"):
            continue
        text, spans, at = "", [], 0
        for mark in re.finditer(r"\{([a-z_]+):([^}|]+)(?:\|([^}]+))?\}", line):
            text += line[at : mark.start()]
            words = mark[3] or mark[2]
            start = len(text) + mark[2].index(words)
            spans.append((mark[1], start, start + len(words)))
            text += mark[2]
            at = mark.end()
        yield text + line[at:], spans


def main():
    with (HERE / "privacy.csv").open("w", encoding="utf8", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(["part", "text", "spans"])
        for part, sentences in [("generated", generated()), ("written", written())]:
            for text, spans in sentences:
                out.writerow([part, text, ";".join(f"{kind}:{start}-{end}" for kind, start, end in spans)])


if __name__ == "__main__":
    main()
