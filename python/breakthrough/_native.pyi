from typing import Any, Dict, Iterable, Iterator, List, Optional, Tuple

import pyarrow as pa

from ._arguments import Arguments

__version__: str
CODES: List[str]

class InputError(ValueError):
    """The rows cannot be used: a column is missing, or holds what is neither text nor a number nor a date."""

class ModelError(RuntimeError):
    """The model folder cannot be used, or the engine failed."""

def used(names: List[str], map: List[Tuple[str, str]]) -> List[Tuple[int, bool]]: ...
def bug(words: str) -> None: ...
def empty() -> pa.RecordBatch: ...
def analyze(
    batches: List[pa.RecordBatch], names: List[str], privacy_text: bool, arguments: Arguments
) -> Tuple[Dict[str, List[pa.RecordBatch]], List[str], List[str]]: ...

class Coder(Iterator[Tuple[pa.RecordBatch, List[Tuple[Optional[int], str]], List[str]]]):
    def __init__(self, batches: Iterable[Any], arguments: Arguments) -> None: ...
    def __iter__(self) -> Coder: ...
    def __next__(self) -> Tuple[pa.RecordBatch, List[Tuple[Optional[int], str]], List[str]]: ...
