"""Small typed tables, as the datasets room would read them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from hypothesis import strategies as st

from warmstart.domain import Column, ColumnKind, Schema, TaskType
from warmstart.tables.cells import typed_column


@dataclass(frozen=True)
class TypedTable:
    X: pd.DataFrame
    y: pd.Series[Any]
    schema: Schema
    task_type: TaskType
    n_rows: int


def table(
    columns: dict[str, tuple[ColumnKind, Any]],
    y: Any,
    task_type: TaskType | None = None,
    n_rows: int | None = None,
) -> TypedTable:
    """A table of named (kind, cells) columns; constants and identifiers stay out of X."""
    y = pd.Series(y)
    if task_type is None:
        task_type = "binary" if y.nunique() == 2 else "multiclass"
    used = {
        name: typed_column(pd.Series(cells), kind)
        for name, (kind, cells) in columns.items()
        if kind not in ("constant", "identifier")
    }
    schema = Schema(
        columns=tuple(Column(name, kind) for name, (kind, _) in columns.items()),
        task_type=task_type,
        n_rows=n_rows or len(y),
    )
    return TypedTable(pd.DataFrame(used, index=y.index), y, schema, task_type, n_rows or len(y))


def numeric_table(X: Any, y: Any, task_type: TaskType | None = None) -> TypedTable:
    return table({f"x{j}": ("numeric", c) for j, c in enumerate(np.asarray(X).T)}, y, task_type)


def mixed_table(task_type: TaskType, n: int = 120, seed: int = 0) -> TypedTable:
    """Every kind of column, missing cells in all of them, and a target that depends on some."""
    rng = np.random.default_rng(seed)
    amount = rng.gamma(2.0, size=n)
    colour = rng.choice(np.array(["red", "green", "blue"], dtype=object), size=n)
    signal = amount + 2 * (colour == "red") + rng.normal(scale=0.3, size=n)
    if task_type == "regression":
        y: Any = signal
    else:
        n_classes = 2 if task_type == "binary" else 4
        y = np.array(list("abcd"))[pd.qcut(signal, n_classes, labels=False)]
    columns: dict[str, tuple[ColumnKind, Any]] = {
        "amount": ("numeric", amount),
        "noise": ("numeric", rng.normal(size=n) * 1e6),
        "colour": ("categorical", colour),
        "member": ("boolean", rng.integers(2, size=n).astype(float)),
        "day": (
            "date",
            pd.Timestamp("2020-01-01") + pd.to_timedelta(rng.integers(999, size=n), "D"),
        ),
        "note": (
            "text",
            np.array(["word " * k for k in rng.integers(1, 9, size=n)], dtype=object),
        ),
        "same": ("constant", np.ones(n)),
        "key": ("identifier", np.arange(n)),
    }
    for name, (kind, cells) in list(columns.items())[:6]:
        holes = rng.random(n) < 0.1
        columns[name] = (
            kind,
            pd.Series(cells).mask(holes, None if kind in ("categorical", "text") else np.nan),
        )
    return table(columns, y, task_type)


def reordered(given: TypedTable, rows: Any = None, columns: Any = None) -> TypedTable:
    """The same data with rows or columns in another order."""
    X, y, schema = given.X, given.y, given.schema
    if rows is not None:
        X, y = X.iloc[rows].reset_index(drop=True), y.iloc[rows].reset_index(drop=True)
    if columns is not None:
        ordered = tuple(schema.columns[j] for j in columns)
        X = X[[c.name for c in ordered if c.name in X.columns]]
        schema = Schema(columns=ordered, task_type=schema.task_type, n_rows=schema.n_rows)
    return TypedTable(X, y, schema, given.task_type, given.n_rows)


NUMBERS = st.one_of(
    st.none(),
    st.integers(-3, 3).map(float),
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from([0.0, -0.0, 5e-324, 1e308, -1e308, 1e9, 1e9 + 1e-6]),
)
CELLS: dict[str, st.SearchStrategy[Any]] = {
    "numeric": NUMBERS,
    "boolean": st.sampled_from([None, 0.0, 1.0]),
    "categorical": st.sampled_from([None, "a", "b", "c", "é", ""]),
    "text": st.one_of(st.none(), st.text(max_size=8)),
    "date": st.one_of(
        st.none(),
        st.datetimes(
            min_value=pd.Timestamp("1700-01-01").to_pydatetime(),
            max_value=pd.Timestamp("2200-01-01").to_pydatetime(),
        ),
    ),
}


@st.composite
def tables(draw: Any, kinds: tuple[str, ...] = tuple(CELLS)) -> TypedTable:
    """Nasty little tables: empty columns, single rows, classes with one member."""
    n = draw(st.integers(2, 12))
    columns = {
        f"c{j}": (
            kind,
            pd.Series(draw(st.lists(CELLS[kind], min_size=n, max_size=n)), dtype=object),
        )
        for j, kind in enumerate(draw(st.lists(st.sampled_from(kinds), min_size=1, max_size=5)))
    }
    if draw(st.booleans()):
        y = draw(st.lists(NUMBERS.filter(lambda v: v is not None), min_size=n, max_size=n))
        return table(columns, np.array(y, dtype=float), "regression")
    labels = draw(
        st.lists(st.integers(0, 4), min_size=n, max_size=n).filter(lambda v: len({*v}) > 1)
    )
    return table(columns, [f"class {k}" for k in labels])
