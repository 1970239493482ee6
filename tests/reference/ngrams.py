#!/usr/bin/env python3
"""Makes tests/reference/ngrams.json: the n-gram model by another hand, on invented sentences.

    pip install numpy==2.4.6 scipy==1.17.1 scikit-learn==1.9.1
    python3 tests/reference/ngrams.py > tests/reference/ngrams.json

N-grams by scikit-learn's CountVectorizer, hashed here, idf and lengths by numpy, weights by LogisticRegression.
A soft target is an example twice: as a hit with the target as its weight, and as a miss with the rest.
"""
import json
import sys

import numpy as np
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression

BITS, C = 12, 3.0
WORDS = CountVectorizer(ngram_range=(1, 2), token_pattern=r"\b\w+(?:'\w+)*\b").build_analyzer()
CHARACTERS = CountVectorizer(analyzer="char_wb", ngram_range=(3, 5)).build_analyzer()
TEXTS = """I told my boss no this week, and nothing fell down.
I want to tell my boss no. Next week, maybe.
We had soup and it rained.
I rang her. I don't know why, I just rang her on Monday.
I will ring her, I've decided that much.
He says I should ring more often.
So I got off the bus one stop early and walked.
I'd like to walk more. That's the plan.
The bus was late again, the whole week.
I put the letters on the table and opened them. All of them!
I'm going to open the letters with my sister.
My sister opened a shop.
What was that like for you?
I didn't drink on Sunday, first Sunday since spring.
I could stop drinking if I wanted to; I want to.
They don't drink, that family. It's the faith.
I said sorry to the boy, and he cried, and I cried.
I mean to say sorry to him.
Sorry, what was the question?
I'm scared of what comes up if I stop.
Well... it's only a couple of beers.
Let's stay with that for a moment.""".splitlines()
DONE, WANTED = {0, 3, 6, 9, 13, 16}, {1: 1, 4: 1, 7: .7, 10: 1, 14: .6, 17: 1}
NEW = ["I told her no on Monday.", "I want to open them next week.", "It's the bus again, isn't it?", "Zzz", ""]


def bucket(kind, gram):
    hash = 0xCBF29CE484222325
    for byte in [kind, *gram.encode()]:
        hash = (hash ^ byte) * 0x100000001B3 % 2**64
    hash = (hash ^ hash >> 33) * 0xFF51AFD7ED558CCD % 2**64
    return (hash ^ hash >> 33) % 2**BITS


def counts(text):
    parts = np.zeros((2, 2**BITS))
    for part, kind, grams in ((parts[0], 1, WORDS(text)), (parts[1], 2, CHARACTERS(text))):
        for gram in grams:
            part[bucket(kind, gram)] += 1
    return parts


def features(text):
    parts = np.where(c := counts(text), 1 + np.log(np.maximum(c, 1)), 0) * idf
    return (parts / np.maximum(np.linalg.norm(parts, axis=1, keepdims=True), 1e-300)).sum(0)


texts = sum((counts(text) > 0).sum(0) for text in TEXTS)
idf = np.where(texts >= 2, np.log((1 + len(TEXTS)) / (1 + texts)) + 1, 0)
x = np.array([features(text) for text in TEXTS])
weight = np.array([1 + i % 3 / 2 for i in range(len(TEXTS))])
targets = np.array([[float(i in DONE), float(WANTED.get(i, 0))] for i in range(len(TEXTS))])

logits = []
for k in range(2):
    t = targets[:, k]
    model = LogisticRegression(C=C, tol=1e-12, max_iter=100_000)
    model.fit(np.vstack([x, x]), np.repeat([1, 0], len(t)), sample_weight=np.concatenate([weight * t, weight * (1 - t)]))
    logits.append(model.decision_function(np.array([features(text) for text in TEXTS + NEW])).tolist())

json.dump({"bits": BITS, "strength": C, "texts": TEXTS, "new": NEW, "weights": weight.tolist(),
           "behavioural": targets[:, 0].tolist(), "motivation": targets[:, 1].tolist(),
           "logits": {"behavioural": logits[0], "motivation": logits[1]}}, sys.stdout, indent=1)
print()
