"""What is told beside results, and never holds words of a session."""

from __future__ import annotations

import warnings
from typing import Iterable, Optional, Tuple


class RejectWarning(UserWarning):
    """Rows could not be read, and are in no result but `rejects`."""


class InputWarning(UserWarning):
    """Something about the rows that costs nothing but should be known."""


def notices(texts: Iterable[str], stacklevel: int) -> None:
    for text in texts:
        warnings.warn(text, InputWarning, stacklevel=stacklevel + 1)


def rejects(count: int, first: Optional[Tuple[Optional[int], str]], stacklevel: int) -> None:
    """Says how many rows were lost, and of the first where and why."""
    if count and first:
        record, reason = first
        where = "the input" if record is None else f"row {record}"
        rows = "row" if count == 1 else "rows"
        text = f"{count} {rows} could not be read, the first is {where}: {reason}"
        warnings.warn(text, RejectWarning, stacklevel=stacklevel + 1)
