"""Finds breakthrough language in therapy transcripts and session notes, offline.

`analyze` takes rows that are all there and gives tables; `analyze_batches` takes Arrow batches as they come and gives
batches of coded units, for Spark, Dask, Ray and whatever else speaks Arrow. See docs/python.md.

Codes are suggestions to look at, given by a model; they are no findings about a person.
"""

from ._analyze import Analysis, analyze
from ._batches import analyze_batches, schema
from ._native import CODES as _CODES
from ._native import InputError, ModelError, __version__
from ._warnings import InputWarning, RejectWarning

CODES: "tuple[str, ...]" = tuple(_CODES)
"""The names of the thirteen codes, in the order of the codebook."""

__all__ = [
    "CODES",
    "Analysis",
    "InputError",
    "InputWarning",
    "ModelError",
    "RejectWarning",
    "__version__",
    "analyze",
    "analyze_batches",
    "schema",
]
