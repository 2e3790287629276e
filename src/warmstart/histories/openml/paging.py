"""Every row of a list that a server gives in pages, whose order may change between them."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable
from typing import TypeVar

from warmstart.errors import HistoryError
from warmstart.histories.openml.errors import NoResultError
from warmstart.histories.openml.http.transport import Transport
from warmstart.histories.openml.rows import Key

_log = logging.getLogger(__name__)

MAX_PASSES = 12

R = TypeVar("R")


def read_all(
    transport: Transport,
    path: str,
    size: int,
    parse: Callable[..., list[R]],
    key: Callable[[R], Key],
    fresh: bool,
) -> tuple[dict[Key, R], int, int]:
    """Distinct rows, how many came, and in how many passes."""
    found: dict[Key, R] = {}
    most: Counter[int] = Counter()
    for n_passes in range(1, MAX_PASSES + 1):
        # A further pass must not read again what was kept of the one before.
        came = _one_pass(transport, path, size, parse, key, found, fresh or n_passes > 1)
        most |= came
        # By engine: a row of another engine must not stand for one that is missing.
        if most <= Counter(engine for _, engine in found):
            return found, most.total(), n_passes
        _log.info("%s: %d distinct of %d rows", path, len(found), most.total())
    raise HistoryError(
        f"{path}: OpenML gave {most.total():,} rows, but only {len(found):,} distinct ones "
        f"in {MAX_PASSES} passes; its order changes from page to page"
    )


def _one_pass(
    transport: Transport,
    path: str,
    size: int,
    parse: Callable[..., list[R]],
    key: Callable[[R], Key],
    found: dict[Key, R],
    fresh: bool,
) -> Counter[int]:
    """Adds to `found`; says how many rows came of each engine."""
    came: Counter[int] = Counter()
    offset = 0
    while True:
        try:
            rows = transport.read(f"{path}/limit/{size}/offset/{offset}", parse, fresh=fresh)
        except NoResultError:
            return came
        keyed = [(key(row), row) for row in rows]
        found.update(keyed)
        came.update(engine for (_, engine), _ in keyed)
        # The raw count decides: a page may be short of distinct rows and not the last.
        if len(rows) < size:
            return came
        offset += size
