"""`analyze_batches`: Arrow batches as they come, to batches of coded units."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Callable, Iterable, Iterator, Mapping, Optional, Sequence, Tuple, Union

import pyarrow as pa

from . import _native, _warnings
from ._arguments import ModelFolder, arguments

if TYPE_CHECKING:
    from typing import Protocol

    class ArrowBatch(Protocol):
        """A batch that speaks Arrow."""

        def __arrow_c_array__(self, requested_schema: Any = None) -> Tuple[Any, Any]: ...


def schema() -> pa.Schema:
    """The columns of the batches that `analyze_batches` gives: `session_id`, `utterance_id`, `speaker` and `codes` (names
    joined by `|`, null if there is none) as string, then for each of `CODES` its probability as double."""
    return _native.empty().schema


def analyze_batches(
    batches: "Iterable[Union[pa.RecordBatch, ArrowBatch]]",
    *,
    model: Optional[ModelFolder] = None,
    threads: Optional[int] = None,
    redact: bool = False,
    allow: Union[str, Sequence[str]] = (),
    map: Optional[Mapping[str, str]] = None,
    therapist: Union[str, Sequence[str]] = (),
    name: str = "rows",
    exact: bool = False,
    small: bool = False,
    on_reject: Optional[Callable[[Optional[int], str], None]] = None,
) -> Iterator[pa.RecordBatch]:
    """Codes rows as they come; gives a row for each unit, the same as in `analyze(...).utterances`.

    Where batches end says nothing: a session may go on in the next one. It is held until a row of another session comes or
    the batches end, so rows of one session must stand together. About 1,024 units of whole sessions are coded at a time;
    no more of the batches is taken than that needs. Batches must have the same columns; nothing is given for no batches.

    Args:
        batches: Record batches of rows as `analyze` takes them. Their bytes are not copied.
        on_reject: Called with the number of a row (from 1, over all batches) that cannot be read, and why. Without it
            there is one `RejectWarning` at the end.

    The other arguments, and what is raised, are those of `analyze`. Arguments are checked and the model is loaded at
    once, rows are read when a batch is asked for. What the iterable of batches raises comes out as it is, after the
    sessions that were whole before it.
    """
    taken = arguments(
        model=model,
        exact=exact,
        small=small,
        threads=threads,
        redact=redact,
        allow=allow,
        map=map,
        therapist=therapist,
        name=name,
    )
    return _coded(_native.Coder(batches, taken), on_reject)


def _coded(
    coder: Iterator[Tuple[pa.RecordBatch, "list[tuple[Optional[int], str]]", "list[str]"]],
    on_reject: Optional[Callable[[Optional[int], str], None]],
) -> Iterator[pa.RecordBatch]:
    count, first = 0, None
    for batch, rejects, notices in coder:
        _warnings.notices(notices, stacklevel=2)
        for record, reason in rejects:
            if on_reject is not None:
                on_reject(record, reason)
            else:
                count += 1
                first = first or (record, reason)
        if batch.num_rows:
            yield batch
    _warnings.rejects(count, first, stacklevel=2)
