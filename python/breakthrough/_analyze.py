"""`analyze`: rows that are all there, to tables."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, Dict, List, Mapping, Optional, Sequence, Union

import pandas as pd
import pyarrow as pa

from . import _native, _warnings
from ._arguments import ModelFolder, arguments
from ._input import batches

if TYPE_CHECKING:
    from typing import Protocol

    class ArrowStream(Protocol):
        """A table that speaks Arrow: Polars, DuckDB and others."""

        def __arrow_c_stream__(self, requested_schema: Any = None) -> Any: ...


class Analysis:
    """The tables of an analysis, as pandas DataFrames.

    Columns and values are those of the CSV tables of the command line (docs/columns.md). Text columns are str with NaN or
    None where the CSV cell is empty, whole numbers `Int64` with `NA`, decimals `float64` with NaN.
    """

    def __init__(self, tables: Mapping[str, pa.Table], notices: Sequence[str]) -> None:
        self.tables: Dict[str, pa.Table] = dict(tables)
        """The same tables as pyarrow Tables, by name."""
        self.notices: List[str] = list(notices)
        """What should be known about the rows, and what kept sessions out of `clients` and `trends`."""

    def _frame(self, name: str) -> pd.DataFrame:
        frame: pd.DataFrame = self.tables[name].to_pandas(types_mapper={pa.int64(): pd.Int64Dtype()}.get)
        return frame

    @cached_property
    def utterances(self) -> pd.DataFrame:
        """One row per utterance, or sentence of a note: its codes and the probability of each."""
        return self._frame("utterances")

    @cached_property
    def moments(self) -> pd.DataFrame:
        """One row per moment: a stretch in which one breakthrough or resistance holds."""
        return self._frame("moments")

    @cached_property
    def sessions(self) -> pd.DataFrame:
        """One row per session: its counts."""
        return self._frame("sessions")

    @cached_property
    def clients(self) -> pd.DataFrame:
        """One row per client: the course over the sessions, where there are several."""
        return self._frame("clients")

    @cached_property
    def trends(self) -> pd.DataFrame:
        """One row per client and measure."""
        return self._frame("trends")

    @cached_property
    def factors(self) -> pd.DataFrame:
        """One row per contributing code and outcome."""
        return self._frame("factors")

    @cached_property
    def privacy(self) -> pd.DataFrame:
        """One row per place that may still identify a person, as read, before anything is redacted."""
        return self._frame("privacy")

    @cached_property
    def rejects(self) -> pd.DataFrame:
        """One row per row of the input that could not be read. Empty if all were."""
        return self._frame("rejects")

    @cached_property
    def own_codes(self) -> Optional[pd.DataFrame]:
        """One row per unit with the labels of your own codebook; None unless the model has one."""
        return self._frame("own_codes") if "own_codes" in self.tables else None

    def __repr__(self) -> str:
        rows = ", ".join(f"{name}: {table.num_rows}" for name, table in self.tables.items())
        return f"<breakthrough.Analysis {rows}>"


def analyze(
    rows: "Union[pd.DataFrame, Sequence[Mapping[str, Any]], pa.Table, pa.RecordBatch, ArrowStream]",
    *,
    model: Optional[ModelFolder] = None,
    threads: Optional[int] = None,
    redact: bool = False,
    allow: Union[str, Sequence[str]] = (),
    map: Optional[Mapping[str, str]] = None,
    therapist: Union[str, Sequence[str]] = (),
    name: str = "rows",
    text: bool = True,
    privacy_text: bool = False,
    exact: bool = False,
    small: bool = False,
) -> Analysis:
    """Codes rows and gathers them into tables.

    Args:
        rows: One utterance, or one whole note, a row. The columns are those of a CSV table: `text` (or `note`), `speaker`,
            `session_id`, `utterance_id`, and where there are any `client_id`, `session_number`, `date`, `therapist_id`,
            `start`, `end`. Rows of one session must stand together.
        model: A model folder to use instead of the model in the package.
        threads: How many to use; one per processor by default. Results do not depend on it.
        redact: Replaces what may identify a person before anything is coded or given back.
        allow: A word or words that identify nobody, letter by letter as `privacy` has them with `privacy_text`.
        map: Other names of columns, e.g. `{"text": "utterance_text"}`.
        therapist: The name or names of the therapist where speakers have names.
        name: Stands for the name of a file in `rejects` and `privacy`, and for the id of a session that has none.
        text: Whether words of sessions may be in the tables (`moments.evidence`).
        privacy_text: Whether the words found may be in `privacy`.
        exact: Computes in single precision instead of 16-bit integers, which is slower.
        small: Codes with the small encoder, which is several times as fast; codes are less sure.

    Raises:
        TypeError: An argument is of the wrong type.
        ValueError: An argument cannot be used; as `InputError`, the rows cannot.
        ModelError: The model cannot be used.

    Warns:
        RejectWarning: Rows could not be read; they are in `rejects`.
        InputWarning: Something about the rows should be known.
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
        text=text,
    )
    given, names = batches(rows, taken.map)
    if not given and not names:
        # No rows, and so no columns: nothing is wrong with that.
        names = ["speaker", "text"]
        taken.map.clear()
    found, notices, left_out = _native.analyze(given, names, bool(privacy_text), taken)
    made = Analysis({table: pa.Table.from_batches(parts) for table, parts in _ordered(found)}, notices + left_out)
    rejected = made.tables["rejects"]
    if rejected.num_rows:
        first = rejected.slice(0, 1).to_pylist()[0]
        _warnings.rejects(rejected.num_rows, (first["record"], first["reason"]), stacklevel=2)
    _warnings.notices(notices, stacklevel=2)
    return made


_ORDER = ["utterances", "moments", "sessions", "clients", "trends", "factors", "privacy", "rejects", "own_codes"]


def _ordered(found: Mapping[str, List[pa.RecordBatch]]) -> "list[tuple[str, List[pa.RecordBatch]]]":
    return [(name, found[name]) for name in _ORDER if name in found]
