"""The configurations of a meta-dataset: plain values by id, and a frame of them all."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from warmstart.domain import plain_value
from warmstart.errors import MetaDatasetError


def canonical(values: Mapping[str, Any]) -> str:
    """JSON with sorted keys; the same values always give the same text.

    Examples
    --------
    >>> canonical({"b": 1.0, "a": "x"})
    '{"a":"x","b":1.0}'
    """
    plain = {str(key): plain_value(value) for key, value in values.items()}
    return json.dumps(plain, sort_keys=True, separators=(",", ":"), ensure_ascii=True)


@dataclass(frozen=True, eq=False)
class Configurations:
    """What is known of each configuration, in the order of the score columns."""

    ids: pd.Index
    texts: Sequence[str] | None = None
    """Values of each as JSON, see :func:`canonical`; None when `given` holds them."""

    given: pd.DataFrame | None = None
    """One column a hyperparameter, missing where it is not active."""

    spaces: Sequence[str] = ()
    learners: Sequence[str] = ()
    order: Sequence[str] = ()
    """Names of hyperparameters as they were given; the texts sort them."""

    origin: str = ""
    """The file the texts are from, for errors."""

    @cached_property
    def frame(self) -> pd.DataFrame:
        """One row a configuration, one column a hyperparameter; missing where not active.

        Columns ``space`` and ``learner`` come first where they are known.
        """
        if self.given is not None:
            return self.given
        columns: dict[str, list[Any]] = {}
        for place, text in enumerate(self.texts or ()):
            for name, value in self._read(text, place).items():
                if name not in columns:
                    columns[name] = [None] * len(self.ids)
                columns[name][place] = value
        frame = pd.DataFrame(self._ordered(columns), index=self.ids)
        for name, values in (("learner", self.learners), ("space", self.spaces)):
            if name not in frame and any(values):
                frame.insert(0, name, list(values))
        return frame

    def values(self, position: int) -> dict[str, Any]:
        """Plain values of one configuration, only what is active."""
        if self.texts is not None:
            return self._ordered(self._read(self.texts[position], position))
        return _active(self.frame, position)

    def _read(self, text: str, position: int) -> dict[str, Any]:
        try:
            values = json.loads(text)
        except (ValueError, RecursionError) as error:
            values = error
        if isinstance(values, dict):
            return values
        why = f": {values}" if isinstance(values, Exception) else ""
        where = f"{self.origin}: " if self.origin else ""
        raise MetaDatasetError(
            f"{where}configuration {plain(self.ids[position])!r} has no values that can be "
            f"read: {text[:80]}{why}"
        )

    def _ordered(self, named: dict[str, Any]) -> dict[str, Any]:
        first = {name: named[name] for name in self.order if name in named}
        return {**first, **named}

    def names(self) -> list[str]:
        """Hyperparameters in the order of :attr:`frame`."""
        return [str(name) for name in (self.order if self.given is None else self.given)]

    def points(self, positions: Sequence[int]) -> list[dict[str, Any]]:
        """Plain values of some configurations, only what is active."""
        if self.texts is not None:
            return [self.values(position) for position in positions]
        part = self.frame.iloc[list(positions)]
        points: list[dict[str, Any]] = [{} for _ in positions]
        for name in part:
            column = part[name]
            for place in np.flatnonzero(column.notna()).tolist():
                points[place][str(name)] = plain_value(column.iat[place])
        return points

    def to_texts(self) -> list[str]:
        """Values of each configuration as JSON."""
        if self.texts is not None:
            return list(self.texts)
        return [canonical(_active(self.frame, i)) for i in range(len(self.ids))]


def _active(frame: pd.DataFrame, position: int) -> dict[str, Any]:
    cells: dict[str, Any] = {str(name): frame[name].iat[position] for name in frame}
    return {name: plain_value(value) for name, value in cells.items() if not pd.isna(value)}


def from_given(
    given: pd.DataFrame | Mapping[Any, Mapping[str, Any]] | None, ids: pd.Index
) -> Configurations:
    """Check the configurations a user hands in against the ids of the scores.

    Raises
    ------
    MetaDatasetError
        If `given` describes an id that has no scores, describes one twice, or holds a
        value that is not plain.
    """
    if given is None:
        return Configurations(ids, texts=["{}"] * len(ids))
    known = (
        given.index if isinstance(given, pd.DataFrame) else pd.Index(list(given), dtype=object)
    )
    refuse_unknown("configurations", "configuration", known, ids)
    if isinstance(given, pd.DataFrame):
        refuse_duplicates("configurations", known)
        refuse_duplicates("configurations: columns", given.columns)
        refuse_no_values("configurations", given)
        return Configurations(ids, given=given.reindex(ids))
    texts = []
    for name in ids:
        try:
            texts.append(canonical(given.get(name, {})))
        except (ValueError, AttributeError) as error:
            raise MetaDatasetError(f"configuration {name!r}: {error}") from error
    order = dict.fromkeys(str(name) for values in given.values() for name in values)
    return Configurations(ids, texts=texts, order=list(order))


def refuse_no_values(what: str, frame: pd.DataFrame) -> None:
    """Raise if a cell holds no plain value, naming it; a missing one is not active."""
    for place, name in enumerate(frame.columns):
        column = frame.iloc[:, place]
        for row in _doubtful(column):
            try:
                plain_value(column.iat[row])
            except ValueError as error:
                raise MetaDatasetError(
                    f"{what} {plain(frame.index[row])!r}, {plain(name)!r}: {error}"
                ) from error


def _doubtful(column: pd.Series[Any]) -> Iterable[int]:
    """Rows of a column whose cells may be no plain values, told from the dtype if it can."""
    dtype = column.dtype
    if pd.api.types.is_bool_dtype(dtype) or pd.api.types.is_integer_dtype(dtype):
        return ()
    if pd.api.types.is_float_dtype(dtype):
        return np.flatnonzero(np.isinf(column.to_numpy(np.float64, na_value=np.nan))).tolist()
    usual = (str, int, bool, type(None), type(pd.NA), type(pd.NaT))
    return [
        row
        for row, cell in enumerate(column)
        if not isinstance(cell, usual) and not (isinstance(cell, float) and math.isnan(cell))
    ]


def refuse_duplicates(what: str, ids: pd.Index) -> None:
    """Raise if an id occurs twice, naming it."""
    if not ids.is_unique:
        raise MetaDatasetError(
            f"{what} have duplicate ids: {some(ids[ids.duplicated()].unique())}"
        )


def refuse_unknown(what: str, kind: str, ids: pd.Index, known: pd.Index) -> None:
    """Raise if `ids` holds one that `known` does not, naming it."""
    unknown = [label for label in ids if label not in known]
    if not unknown:
        return
    hint = ""
    if {str(label) for label in unknown} & {str(label) for label in known}:
        hint = (
            f"; the ids differ in type: {type(unknown[0]).__name__} here, "
            f"{type(known[0]).__name__} in the scores"
        )
    raise MetaDatasetError(f"{what} name a {kind} that has no scores: {some(unknown)}{hint}")


def some(labels: Iterable[Any]) -> str:
    """First five labels, and how many more there are.

    Examples
    --------
    >>> some(range(7))
    '0, 1, 2, 3, 4 and 2 more'
    """
    listed = list(labels)
    more = f" and {len(listed) - 5} more" if len(listed) > 5 else ""
    return ", ".join(repr(plain(label)) for label in listed[:5]) + more


def plain(label: Any) -> Any:
    """A numpy scalar as Python's own, so that it prints as itself."""
    return label.item() if hasattr(label, "item") else label


def positions_of(kind: str, known: pd.Index, wanted: Iterable[Any]) -> NDArray[np.intp]:
    """Positions of ids, shape (n_wanted,); `kind` of thing they name is for errors.

    Raises
    ------
    MetaDatasetError
        If one is unknown or named twice.
    """
    labels = list(wanted)
    if not labels:
        return np.empty(0, np.intp)
    positions = known.get_indexer(
        pd.Index(labels, dtype=known.dtype if known.dtype == object else None)
    )
    unknown = [label for label, position in zip(labels, positions, strict=True) if position < 0]
    if unknown:
        raise MetaDatasetError(f"there is no {kind} {some(unknown)}")
    if len(set(positions)) < len(labels):
        raise MetaDatasetError(f"a {kind} is named twice")
    return positions


def names(ids: pd.Index) -> list[str]:
    """Labels as text, for the files."""
    return [str(label) for label in ids]
