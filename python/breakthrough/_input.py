"""Rows of Python's many forms as Arrow. Only the columns that are read are looked at, and no message quotes a cell."""

from __future__ import annotations

import datetime
import math
import numbers
from typing import Any, Callable, Iterable, List, Mapping, Optional, Sequence, Tuple

import pandas as pd
import pyarrow as pa

from ._native import InputError, used

Pairs = List[Tuple[str, str]]


def batches(rows: Any, map: Pairs) -> Tuple[List[pa.RecordBatch], List[str]]:
    """The rows as batches that all have the same columns, and the names of these."""
    if isinstance(rows, pd.DataFrame):
        names = [str(name) for name in rows.columns]
        table = _table(names, lambda at: rows.iloc[:, at], map)
    elif isinstance(rows, pa.Table):
        table = rows
    elif isinstance(rows, pa.RecordBatch):
        table = pa.Table.from_batches([rows])
    elif hasattr(rows, "__arrow_c_stream__"):
        # Polars, DuckDB and others.
        table = pa.RecordBatchReader.from_stream(rows).read_all()
    elif isinstance(rows, Sequence) and not isinstance(rows, (str, bytes)):
        table = _dicts(rows, map)
    else:
        raise TypeError(
            "rows must be a pandas DataFrame, a list of dicts, a pyarrow Table or RecordBatch, or another table that "
            f"speaks Arrow (__arrow_c_stream__), not {type(rows).__name__}"
        )
    return table.to_batches(), list(table.column_names)


def _dicts(rows: Sequence[Any], map: Pairs) -> pa.Table:
    names: "dict[str, None]" = {}
    for at, row in enumerate(rows):
        if not isinstance(row, Mapping):
            raise TypeError(f"rows must be dicts, but row {at} is {type(row).__name__}")
        if not all(isinstance(key, str) for key in row):
            raise TypeError(f"the keys of rows must be str, but not all of row {at} are")
        names.update(dict.fromkeys(row))
    keys = list(names)
    return _table(keys, lambda at: [row.get(keys[at]) for row in rows], map)


def _table(names: List[str], column: Callable[[int], Any], map: Pairs) -> pa.Table:
    read = used(names, map) if names else []
    arrays = [_array(names[at], column(at)) if needed else _looked_at(column(at)) for at, needed in read]
    return pa.Table.from_arrays(arrays, names=[names[at] for at, _ in read])


def _looked_at(cells: Any) -> Any:
    """A column that may hold speakers, which nothing else names: empty if it holds no text alone."""
    array = _typed(cells)
    return pa.nulls(len(cells)) if array is None else array


def _array(name: str, cells: Iterable[Any]) -> Any:
    array = _typed(cells)
    if array is not None:
        return array
    # Of several kinds, such as numbers and text in one column.
    texts: List[Optional[str]] = []
    for at, cell in enumerate(cells):
        try:
            texts.append(_text(cell))
        except TypeError as error:
            reason = str(error)
        else:
            continue
        raise InputError(f"column {name!r}, row {at}: {reason}")
    array = _typed(texts)
    if array is None:
        raise InputError(f"column {name!r} holds text that is no Unicode")
    return array


def _typed(cells: Any) -> Any:
    """The cells as Arrow; None if that cannot be. Whatever Arrow says may quote a cell, so it ends here."""
    try:
        array = pa.array(cells, from_pandas=True)
    except (pa.ArrowException, TypeError, ValueError, OverflowError):
        return None
    if isinstance(array, pa.ChunkedArray):
        array = array.combine_chunks()
    if isinstance(array, pa.ChunkedArray):
        array = pa.concat_arrays(array.chunks)
    kind = array.type
    if pa.types.is_boolean(kind) or pa.types.is_decimal(kind) or pa.types.is_binary(kind) or pa.types.is_nested(kind):
        return None
    return array


def _text(cell: Any) -> Optional[str]:
    """The cell as it would stand in a table."""
    if cell is None or cell is pd.NA or cell is pd.NaT:
        return None
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        raise TypeError("neither text nor a number nor a date")
    if isinstance(cell, numbers.Integral):
        return str(int(cell))
    if isinstance(cell, numbers.Real):
        value = float(cell)
        if not math.isfinite(value):
            return None
        return str(int(value)) if value.is_integer() else repr(value)
    if isinstance(cell, (datetime.datetime, datetime.date)):
        return cell.isoformat()
    raise TypeError("neither text nor a number nor a date")
