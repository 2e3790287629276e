"""Bounds as a person wrote them."""


def as_written(bound: float) -> float:
    """A bound as a person wrote it, before a tuner took its logarithm and back.

    Examples
    --------
    >>> import math
    >>> math.exp(math.log(1e-4)), as_written(math.exp(math.log(1e-4)))
    (0.00010000000000000009, 0.0001)
    """
    return float(f"{bound:.12g}")
