"""How the configurations of a history were chosen, and whether that biases it."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import numpy as np

from warmstart.metadataset.core.evaluations import MatrixEvaluations

if TYPE_CHECKING:
    from collections.abc import Mapping

    from warmstart.metadataset.core.evaluations import Evaluations

_EVENLY = ("grid", "brute_force", "sobol", "halton", "qmc", "lhs", "latin-hypercube")
UNBIASED = frozenset(("random", "uniform", "space-filling", "pool", *_EVENLY))
"""Samplers that choose without looking at results."""


def samplers_of(evaluations: Evaluations) -> dict[str, int]:
    """Number of runs each sampler chose; empty text where nobody says."""
    if isinstance(evaluations, MatrixEvaluations):
        return {}
    counts: Counter[str] = Counter()
    for rows in evaluations.rows(["sampler"]):
        column = rows["sampler"].combine_chunks()
        for pair in column.value_counts():
            counts[pair["values"].as_py() or ""] += pair["counts"].as_py()
    return dict(counts)


def bias_note(counts: Mapping[str, int]) -> str:
    """What to tell whoever fits to such a history; empty where there is nothing to tell.

    Examples
    --------
    >>> bias_note({"random": 90})
    ''
    >>> print(bias_note({"random": 10, "tpe": 30}))
    75 % of the runs were chosen by samplers that look at results or do not say (tpe): they \
crowd where scores are good, so bad regions are known less well than the numbers suggest.
    """
    biased = {name: n for name, n in counts.items() if name and name not in UNBIASED}
    if not biased:
        return ""
    share = sum(biased.values()) / sum(counts.values())
    return (
        f"{np.ceil(100 * share):.0f} % of the runs were chosen by samplers that look at "
        f"results or do not say ({', '.join(sorted(biased))}): they crowd where scores are "
        "good, so bad regions are known less well than the numbers suggest."
    )
