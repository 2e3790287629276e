"""Sixty targets and tables as people have them, each a way in which a pipeline may fail.

Half vary the target over one plain table, half vary the table under one plain target. The
benchmark :mod:`benchmarks.suggest_then_fit` and a test go through all of them.
"""

from __future__ import annotations

import datetime
import decimal
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

Random = np.random.Generator


@dataclass(frozen=True)
class Case:
    """One dataset as a user hands it in."""

    X: Any
    y: Any
    options: dict[str, Any] = field(default_factory=dict)
    """More arguments of ``warmstart.suggest``."""


def plain_table(n: int, rng: Random) -> pd.DataFrame:
    """Numbers with gaps, and words."""
    return pd.DataFrame(
        {
            "size": np.where(rng.random(n) < 0.1, np.nan, rng.normal(size=n)),
            "weight": rng.exponential(size=n),
            "colour": rng.choice(["red", "green", "blue"], n),
        }
    )


def _amounts(n: int, rng: Random) -> np.ndarray[Any, Any]:
    return np.round(np.exp(rng.normal(7, 1, n)) + 1, 2)


def _classes(n: int, *labels: Any) -> list[Any]:
    """Every label again and again, the first one oftener."""
    cycle = [labels[0], *labels]
    return [cycle[i % len(cycle)] for i in range(n)]


def _gaps(values: Any, gap: Any = None) -> list[Any]:
    return [gap if i % 9 == 4 else value for i, value in enumerate(values)]


def _german(number: float) -> str:
    return f"{number:,.2f}".replace(",", "_").replace(".", ",").replace("_", ".")


def _polars(values: Any) -> Any:
    import polars as pl

    return pl.Series("y", values)


def _arrow(values: Any) -> Any:
    import pyarrow as pa

    return pa.chunked_array([pa.array(values)])


TARGETS: dict[str, Callable[[int, Random], Any]] = {
    # Classes.
    "words": lambda n, _: _classes(n, "no", "yes"),
    "words with None": lambda n, _: _gaps(_classes(n, "no", "yes")),
    "words with NaN in an array": lambda n, _: np.array(
        _gaps(_classes(n, "a", "b", "c"), np.nan), dtype=object
    ),
    "words with empty ones and question marks": lambda n, _: _gaps(
        _gaps(_classes(n, "no", "yes"), ""), "?"
    ),
    "truth values with None": lambda n, _: _gaps(_classes(n, False, True)),
    "nullable truth values": lambda n, _: pd.array(
        _gaps(_classes(n, False, True)), dtype="boolean"
    ),
    "numbers and words": lambda n, _: _classes(n, 1, "one", "two"),
    "numbers, words and None": lambda n, _: _gaps(_classes(n, 1, 2, "many")),
    "truth values and words": lambda n, _: _classes(n, True, "maybe"),
    "bytes": lambda n, _: _classes(n, b"no", b"yes"),
    "integers from 1": lambda n, _: np.array(_classes(n, 1, 2, 3)),
    "floats with NaN": lambda n, _: np.array(_gaps(_classes(n, 0.0, 1.0), np.nan)),
    "floats with infinity": lambda n, _: np.array(_gaps(_classes(n, 0.0, 1.0), np.inf)),
    "nullable integers": lambda n, _: pd.array(_gaps(_classes(n, 1, 2, 3)), dtype="Int64"),
    "categories with gaps and an unused level": lambda n, _: pd.Categorical(
        _gaps(_classes(n, "u", "v")), ["u", "v", "w"]
    ),
    "categories of integers": lambda n, _: pd.Series(_classes(n, 3, 1, 2), dtype="category"),
    "arrow strings": lambda n, _: pd.Series(
        _gaps(_classes(n, "no", "yes")), dtype="string[pyarrow]"
    ),
    "one column of a frame": lambda n, _: pd.DataFrame({"y": _gaps(_classes(n, "a", "b"))}),
    "polars with nulls": lambda n, _: _polars(_gaps(_classes(n, "no", "yes"))),
    "arrow with nulls": lambda n, _: _arrow(_gaps(_classes(n, 1, 2))),
    "many and rare classes": lambda n, _: ["rare", *(f"c{i % 8}" for i in range(n - 1))],
    # Quantities.
    "numbers as words with commas": lambda n, rng: [f"{v:,.2f}" for v in _amounts(n, rng)],
    "whole numbers with commas": lambda n, rng: [f"{v:,.0f}" for v in _amounts(n, rng)],
    "decimal commas": lambda n, rng: [_german(v) for v in _amounts(n, rng)],
    "below one with a comma": lambda n, rng: [
        f"{v:.3f}".replace(".", ",") for v in rng.random(n)
    ],
    "prices, some missing": lambda n, rng: _gaps(
        [f"$ {v:,.2f}" for v in _amounts(n, rng)], "NA"
    ),
    "floats with gaps and infinities": lambda n, rng: np.array(
        _gaps(_gaps(rng.normal(size=n), np.nan)[::-1], -np.inf)
    ),
    "decimals": lambda n, rng: [decimal.Decimal(str(v)) for v in _amounts(n, rng)],
    "durations": lambda n, rng: pd.Series(pd.to_timedelta(_amounts(n, rng), unit="min")),
    "nullable floats": lambda n, rng: pd.array(_gaps(rng.normal(size=n)), dtype="Float64"),
}
"""Targets of `n` rows."""


def _old_dates(n: int, rng: Random) -> pd.DataFrame:
    years = rng.integers(900, 3000, n)
    years[: n // 2] = rng.integers(1900, 2020, n // 2)
    dates = [f"{year:04d}-{1 + i % 12:02d}-{1 + i % 28:02d}" for i, year in enumerate(years)]
    return plain_table(n, rng).assign(founded=dates)


def _late_gap(n: int, rng: Random) -> pd.DataFrame:
    """A column that is missing in every row but the last few: in folds it is all missing."""
    late = np.full(n, np.nan)
    late[-3:] = [1.0, 2.0, 3.0]
    return plain_table(n, rng).assign(late=late)


TABLES: dict[str, Callable[[int, Random], Any]] = {
    "dates far away": _old_dates,
    "dates of Python": lambda n, rng: plain_table(n, rng).assign(
        on=[datetime.date(1066 + 20 * (i % 50), 10, 14) for i in range(n)]
    ),
    "dates of numpy in days": lambda n, rng: plain_table(n, rng).assign(
        on=pd.Series(np.array(["1066-10-14"], dtype="M8[s]").repeat(n))
        + pd.to_timedelta(np.arange(n), unit="D").as_unit("s")
    ),
    "dates in periods": lambda n, rng: plain_table(n, rng).assign(
        month=pd.period_range("1500-01", periods=n, freq="M")
    ),
    "dates with time zones": lambda n, rng: plain_table(n, rng).assign(
        at=pd.date_range("2024-03-30", periods=n, freq="7h", tz="Europe/Berlin").astype(str)
    ),
    "a column missing but in the last rows": _late_gap,
    "a word in the last rows alone": lambda n, rng: plain_table(n, rng).assign(
        note=[None] * (n - 3) + ["late"] * 3
    ),
    "decimal commas": lambda n, rng: plain_table(n, rng).assign(
        price=[_german(v) for v in _amounts(n, rng)]
    ),
    "spaces between thousands": lambda n, rng: plain_table(n, rng).assign(
        people=[f"{v:,.0f}".replace(",", "\u202f") for v in 100 * _amounts(n, rng)]
    ),
    "signs of money and per cent": lambda n, rng: plain_table(n, rng).assign(
        price=[f"{v:.2f} \u20ac" for v in _amounts(n, rng)],
        share=[f"{v:.0%}" for v in rng.random(n)],
    ),
    "losses in brackets": lambda n, rng: plain_table(n, rng).assign(
        gain=[f"({v:,.2f})" if i % 3 else f"{v:,.2f}" for i, v in enumerate(_amounts(n, rng))]
    ),
    "codes with leading zeros": lambda n, rng: plain_table(n, rng).assign(
        zip=[f"{v:05d}" for v in rng.integers(1000, 1009, n)]
    ),
    "mixed types": lambda n, rng: plain_table(n, rng).assign(
        mixed=[[1, "two", 3.5, None, b"five"][i % 5] for i in range(n)]
    ),
    "lists in cells": lambda n, rng: plain_table(n, rng).assign(tags=[["a", "b"]] * n),
    "names twice": lambda n, rng: plain_table(n, rng).set_axis(["a", "a", "b"], axis=1),
    "names of several levels": lambda n, rng: plain_table(n, rng).set_axis(
        pd.MultiIndex.from_tuples([("a", 1), ("a", 2), ("b", "")]), axis=1
    ),
    "dates for row labels": lambda n, rng: plain_table(n, rng).set_index(
        pd.date_range("2020-01-01", periods=n)
    ),
    "infinite and enormous numbers": lambda n, rng: plain_table(n, rng).assign(
        huge=np.where(rng.random(n) < 0.2, np.inf, 1e300 * rng.normal(size=n)),
        tiny=1e-300 * rng.normal(size=n),
    ),
    "integers beyond 64 bits": lambda n, rng: plain_table(n, rng).assign(
        big=[2**70 + int(v) for v in rng.integers(0, 1000, n)]
    ),
    "more columns than rows": lambda n, rng: rng.normal(size=(n, 3 * n)),
    "a sparse matrix": lambda n, rng: __import__("scipy.sparse").sparse.random(
        n, 30, density=0.1, format="csr", rng=rng
    ),
    "a list of lists": lambda n, rng: [
        [float(v), w] for v, w in zip(rng.normal(size=n), _classes(n, "p", "q"), strict=True)
    ],
    "a dict of columns": lambda n, rng: plain_table(n, rng).to_dict("list"),
    "polars": lambda n, rng: __import__("polars").from_pandas(plain_table(n, rng)),
    "arrow": lambda n, rng: __import__("pyarrow").Table.from_pandas(plain_table(n, rng)),
    "nullable and arrow types": lambda n, rng: (
        plain_table(n, rng)
        .assign(count=pd.array(_gaps(rng.integers(0, 9, n).tolist()), dtype="Int64"))
        .convert_dtypes(dtype_backend="pyarrow")
    ),
    "many levels and free text": lambda n, rng: plain_table(n, rng).assign(
        level=[f"level {i % (n // 2)}" for i in range(n)],
        text=[" ".join(rng.choice(["the", "quick", "brown", "fox"], 9)) for _ in range(n)],
    ),
    "one column": lambda n, rng: pd.DataFrame({"only": rng.normal(size=n)}),
    "one word or nothing": lambda n, rng: plain_table(n, rng).assign(
        flag=np.where(rng.random(n) < 0.5, "yes", None)
    ),
    "half a character": lambda n, rng: plain_table(n, rng).assign(
        name=pd.Series(
            [["\ud800", "caf\u00e9", "\U0001f600"][i % 3] for i in range(n)], dtype=object
        )
    ),
}
"""Tables of `n` rows."""


def every_case(n_rows: int, seed: int = 0) -> dict[str, Callable[[], Case]]:
    """All cases by name, made when called.

    Parameters
    ----------
    n_rows : int
        At least 30.
    seed : int
    """

    def with_target(name: str) -> Case:
        rng = np.random.default_rng(seed)
        return Case(plain_table(n_rows, rng), TARGETS[name](n_rows, rng))

    def with_table(name: str) -> Case:
        rng = np.random.default_rng(seed)
        table = TABLES[name](n_rows, rng)
        regression = list(TABLES).index(name) % 2
        return Case(
            table, rng.normal(size=n_rows) if regression else _classes(n_rows, "no", "yes")
        )

    return {
        **{f"target: {name}": lambda name=name: with_target(name) for name in TARGETS},  # type: ignore[misc]
        **{f"table: {name}": lambda name=name: with_table(name) for name in TABLES},  # type: ignore[misc]
    }
