"""What both functions take, checked and put into the form of the native half."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import List, Mapping, Optional, Sequence, Tuple, Union

ModelFolder = Union[str, "os.PathLike[str]"]
MOST_THREADS = 1024


@dataclass(frozen=True)
class Arguments:
    """Read attribute by attribute in python/src/arguments.rs."""

    model: Optional[str]
    exact: bool
    small: bool
    threads: int
    redact: bool
    text: bool
    map: List[Tuple[str, str]]
    therapist: List[str]
    allow: List[str]
    name: str


def arguments(
    *,
    model: Optional[ModelFolder],
    exact: bool,
    small: bool,
    threads: Optional[int],
    redact: bool,
    map: Optional[Mapping[str, str]],
    therapist: Union[str, Sequence[str]],
    name: str,
    allow: Union[str, Sequence[str]],
    text: bool = True,
) -> Arguments:
    if threads is not None:
        if isinstance(threads, bool) or not isinstance(threads, int):
            raise TypeError("threads must be a whole number or None")
        if not 1 <= threads <= MOST_THREADS:
            raise ValueError(f"threads must be 1 to {MOST_THREADS}, or None for one per processor")
    pairs = list((map or {}).items())
    if not all(isinstance(word, str) for pair in pairs for word in pair):
        raise TypeError("map must be a dict from keys to names of columns, both str")
    names = [therapist] if isinstance(therapist, str) else list(therapist)
    if not all(isinstance(one, str) for one in names):
        raise TypeError("therapist must be a name or a list of names")
    words = [allow] if isinstance(allow, str) else list(allow)
    if not all(isinstance(word, str) for word in words):
        raise TypeError("allow must be a word or a list of words")
    if not isinstance(name, str):
        raise TypeError("name must be a str")
    folder = None if model is None else os.fspath(model)
    if folder is not None and not isinstance(folder, str):
        raise TypeError("model must be the path of a folder, as str or os.PathLike[str]")
    return Arguments(folder, bool(exact), bool(small), threads or 0, bool(redact), bool(text), pairs, names, words, name)
