"""The floor: TF-IDF and one linear model per code over a table of utterances.

    python tfidf_tables.py fit CODED.csv.gz MODEL.joblib
    python tfidf_tables.py run MODEL.joblib INPUT.csv OUTPUT.csv

The same features as tfidf.py, which has its quality out of fold; here C is fixed, for only speed is looked at.
"""

import sys

import joblib
import numpy as np
import pandas as pd
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.multiclass import OneVsRestClassifier
from sklearn.pipeline import make_pipeline, make_union
from tfidf import CODES


def fit(coded, target):
    units = pd.read_csv(coded, dtype=str, keep_default_na=False)
    sets = units.codes.map(lambda codes: {code.rstrip("!~") for code in codes.split("|")})
    gold = np.array([[code in codes for code in CODES] for codes in sets])
    words = TfidfVectorizer(ngram_range=(1, 2), token_pattern=r"(?u)\b\w+(?:['’]\w+)*\b", min_df=2, sublinear_tf=True)
    chars = TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5), min_df=2, sublinear_tf=True)
    linear = OneVsRestClassifier(LogisticRegression(C=10, solver="liblinear", random_state=0))
    joblib.dump(make_pipeline(make_union(words, chars), linear).fit(units.text, gold), target)


def run(model, source, target):
    units = pd.read_csv(source, dtype=str, keep_default_na=False)
    scores = pd.DataFrame(joblib.load(model).predict_proba(units.text), columns=CODES)
    pd.concat([units[["session_id", "utterance_id"]], scores.round(4)], axis=1).to_csv(target, index=False)


if __name__ == "__main__":
    {"fit": fit, "run": run}[sys.argv[1]](*sys.argv[2:])
