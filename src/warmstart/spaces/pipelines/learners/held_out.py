"""Whether there are rows enough to stop early by some that are held out."""

from __future__ import annotations

from warmstart.domain import Schema


def can_hold_out(schema: Schema) -> bool:
    """Whether scikit-learn can hold out a tenth of two thirds of the rows, by classes."""
    enough = schema.n_rows >= 60
    return enough and (schema.task_type == "regression" or (schema.min_class_count or 0) >= 4)
