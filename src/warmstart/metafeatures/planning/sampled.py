"""Which groups look at a part of a dataset only."""

from __future__ import annotations

from functools import cache
from importlib import import_module

from warmstart.metafeatures.prepared import Prepared

_CAPS: dict[str, tuple[str, str, str]] = {
    "information": ("information", "INFORMATION_ROWS", "INFORMATION_COLUMNS"),
    "landmarking": ("landmarks.sample", "LANDMARK_ROWS", "LANDMARK_COLUMNS"),
    "landmarkers": ("landmarks.sample", "LANDMARK_ROWS", "LANDMARK_COLUMNS"),
    "model-based": ("groups.model_based", "TREE_ROWS", ""),
    "clustering": ("pairs.neighbourhood", "PAIR_ROWS", ""),
    "concept": ("pairs.neighbourhood", "PAIR_ROWS", ""),
    "complexity": ("pairs.neighbourhood", "PAIR_ROWS", ""),
    "order": ("groups.order", "ORDER_ROWS", ""),
}
"""Module of a group, and its names for the most rows and columns it looks at."""

_NO_CAP = 10**9


@cache
def _caps(group: str) -> tuple[int, int]:
    """Rows and columns that a group, which was loaded to be computed, looks at."""
    if group not in _CAPS:
        return _NO_CAP, _NO_CAP
    place, rows, columns = _CAPS[group]
    module = import_module(f"warmstart.metafeatures.{place}")
    return getattr(module, rows), getattr(module, columns, _NO_CAP)


_COUNTS_ALL = frozenset({"general"})


def is_sampled(group: str, prepared: Prepared) -> bool:
    """Whether rows, columns or classes of the dataset are left out."""
    if len(prepared.dataset.y) < prepared.n_rows:
        return True
    if group in _COUNTS_ALL:
        return False
    if group == "complexity":
        from warmstart.metafeatures.complexity.overlap import MAX_CLASSES

        if len(prepared.class_shares) > MAX_CLASSES:
            return True
    rows, columns = _caps(group)
    return prepared.n_rows > min(prepared.max_rows, rows) or prepared.n_columns > min(
        prepared.max_columns, columns
    )
