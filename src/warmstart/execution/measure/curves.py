"""Learning curves over rounds, epochs or rows, averaged over the folds of an evaluation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np


@dataclass(frozen=True, slots=True, kw_only=True)
class FoldCurve:
    """Scores of one fold's ensemble by its rounds."""

    total: int
    """Rounds made; 0 where the model has none."""

    kind: Literal["iterations", "epochs", "rows"] = "iterations"
    """What rounds are: of boosting or trees, passes over the rows, or rows fitted to."""

    fit_s: float
    """Seconds that all of them took."""

    scores: Mapping[int, Mapping[str, float]]
    """By rounds, `total` among them."""

    def at(self, rounds: int) -> Mapping[str, float]:
        """Scores with so many rounds; of one that stopped before, with all it made."""
        return self.scores[min(rounds, self.total)]

    def seconds(self, rounds: int) -> float:
        """Seconds for so many rounds: their share of all, as if each took as long."""
        return self.fit_s * min(1.0, rounds / self.total)


def mean_curve(curves: Sequence[FoldCurve]) -> list[dict[str, Any]]:
    """The mean over folds at each number of rounds that any of them recorded.

    Returns
    -------
    list of dict
        ``rounds``, ``kind`` (what they are: iterations, epochs, rows), ``fit_s`` and
        ``scores``, rounds ascending; empty where a fold's model has no rounds.

    Examples
    --------
    >>> short = FoldCurve(total=3, fit_s=3.0, scores={1: {"r2": 0.0}, 3: {"r2": 0.5}})
    >>> long = FoldCurve(total=4, fit_s=2.0, scores={1: {"r2": 0.2}, 2: {"r2": 0.4},
    ...                                              4: {"r2": 0.7}})
    >>> [(p["rounds"], p["fit_s"]) for p in mean_curve([short, long])]
    [(1, 0.75), (4, 2.5)]
    """
    if not curves or not all(curve.total for curve in curves):
        return []
    longest = max(curve.total for curve in curves)
    wanted = sorted({rounds for curve in curves for rounds in curve.scores} | {longest})
    # What one fold alone recorded, as where it stopped, has no mean.
    shared = [
        k for k in wanted if all(k in curve.scores or k >= curve.total for curve in curves)
    ]
    return [
        {
            "rounds": k,
            "kind": curves[0].kind,
            "fit_s": float(np.mean([curve.seconds(k) for curve in curves])),
            "scores": {
                name: float(np.mean([curve.at(k)[name] for curve in curves]))
                for name in curves[0].at(k)
            },
        }
        for k in shared
    ]
