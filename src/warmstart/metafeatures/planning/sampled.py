"""Which groups look at a part of a dataset only."""

from __future__ import annotations

from warmstart.metafeatures.complexity.overlap import MAX_CLASSES, OVERLAP_ROWS
from warmstart.metafeatures.groups.landmarkers import GROUP as LANDMARKERS
from warmstart.metafeatures.groups.model_based import TREE_ROWS
from warmstart.metafeatures.groups.order import ORDER_ROWS
from warmstart.metafeatures.information import INFORMATION_COLUMNS, INFORMATION_ROWS
from warmstart.metafeatures.landmarking import LANDMARK_COLUMNS, LANDMARK_ROWS
from warmstart.metafeatures.pairs.neighbourhood import PAIR_ROWS
from warmstart.metafeatures.prepared import Prepared

_CAPS: dict[str, tuple[int, int]] = {
    "information": (INFORMATION_ROWS, INFORMATION_COLUMNS),
    "landmarking": (LANDMARK_ROWS, LANDMARK_COLUMNS),
    LANDMARKERS: (LANDMARK_ROWS, LANDMARK_COLUMNS),
    "model-based": (TREE_ROWS, 10**9),
    "clustering": (PAIR_ROWS, 10**9),
    "concept": (PAIR_ROWS, 10**9),
    "complexity": (min(PAIR_ROWS, OVERLAP_ROWS), 10**9),
    "order": (ORDER_ROWS, 10**9),
}
"""Rows and columns that a group looks at, where they are fewer than others'."""

_COUNTS_ALL = frozenset({"general"})


def is_sampled(group: str, prepared: Prepared) -> bool:
    """Whether rows, columns or classes of the dataset are left out."""
    if len(prepared.dataset.y) < prepared.n_rows:
        return True
    if group in _COUNTS_ALL:
        return False
    if group == "complexity" and len(prepared.class_shares) > MAX_CLASSES:
        return True
    rows, columns = _CAPS.get(group, (10**9, 10**9))
    return prepared.n_rows > min(prepared.max_rows, rows) or prepared.n_columns > min(
        prepared.max_columns, columns
    )
