"""Which groups look at a part of a dataset only."""

from __future__ import annotations

import numpy as np

from warmstart.metafeatures.prepared import Prepared
from warmstart.metafeatures.registry import group_module

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
    rows, columns = getattr(group_module(group), "LOOKS_AT", (None, None))
    return prepared.n_rows > min(prepared.max_rows, rows or np.inf) or (
        prepared.n_columns > min(prepared.max_columns, columns or np.inf)
    )
