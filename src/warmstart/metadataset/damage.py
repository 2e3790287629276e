"""What damaged files of a meta-dataset make libraries raise, told as ours: which file."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator
from typing import TypeVar

from warmstart.errors import MetaDatasetError, WarmstartError

_Row = TypeVar("_Row")


@contextlib.contextmanager
def undamaged(place: object) -> Iterator[None]:
    """Raise every error inside as a MetaDatasetError that names `place`.

    Where there is no place, as of what was never in a file, errors stay what they are.

    Examples
    --------
    >>> with undamaged("meta/tasks.parquet"):
    ...     {}["n_rows"]
    Traceback (most recent call last):
        ...
    warmstart.errors.MetaDatasetError: meta/tasks.parquet is missing or damaged: KeyError: \
'n_rows'
    """
    try:
        yield
    except MetaDatasetError as error:
        if str(place) in str(error):
            raise
        raise MetaDatasetError(f"{place}: {error}") from error
    except WarmstartError:
        raise
    except Exception as error:
        if not str(place):
            raise
        # What a damaged file makes pyarrow, pandas or json raise is theirs to choose.
        kind = "" if isinstance(error, FileNotFoundError) else f"{type(error).__name__}: "
        why = " ".join(str(error).split())[:300]
        raise MetaDatasetError(f"{place} is missing or damaged: {kind}{why}") from error


def each_undamaged(place: object, rows: Iterable[_Row]) -> Iterator[_Row]:
    """The items of an iterable; only errors of making them are told, not of their use."""
    with undamaged(place):
        found = iter(rows)
    while True:
        with undamaged(place):
            try:
                item = next(found)
            except StopIteration:
                return
        yield item
