"""Plots of the hyperparameters of one learner."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from warmstart.errors import ArgumentError
from warmstart.evaluate.guide.good_ranges import good_ranges
from warmstart.evaluate.guide.importance import importances
from warmstart.recommend.answer.ranges import NumberRange
from warmstart.report.base.latent_map import COLOURS

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from warmstart.evaluate.guide.learner_scores import LearnerScores


def draw_importance(one: LearnerScores, ax: Axes) -> None:
    """How much each hyperparameter matters, ± one standard error over families."""
    found = importances(one)
    names = [share.hyperparameter.removeprefix(f"{one.learner}:") for share in found.shares]
    at = np.arange(len(names))
    ax.barh(
        at,
        [share.share.mean for share in found.shares],
        xerr=[share.share.std_error for share in found.shares],
        color=COLOURS[0],
        ecolor="#000000",
        capsize=3,
    )
    ax.set_yticks(at, names)
    ax.invert_yaxis()
    explained = found.explained
    ax.set_xlabel(
        f"share of the spread it takes part in, of {one.n_families} families\n"
        f"({explained.mean:.0%} ± {explained.std_error:.0%} of the spread is explained)"
    )


def draw_ranges(one: LearnerScores, ax: Axes) -> None:
    """Each number's good range within all that was tried, with the intervals of its ends."""
    found = [r for r in good_ranges(one) if isinstance(r.range, NumberRange)]
    if not found:
        raise ArgumentError(f"{one.learner} has no number among its hyperparameters")
    labels = []
    for row, each in enumerate(found):
        good = each.range
        assert isinstance(good, NumberRange)
        name = each.hyperparameter
        place = _scale([v[name] for v in one.configurations if name in v], good.log)
        ax.hlines(row, 0, 1, color="#bbbbbb", linewidth=3)
        ax.hlines(row, place(good.low), place(good.high), color=COLOURS[0], linewidth=9)
        for interval in filter(None, (each.low, each.high)):
            ax.plot([place(v) for v in interval], [row, row], "|-", color=COLOURS[1])
        ends = f"{good.low:.3g} to {good.high:.3g}"
        labels.append(f"{name.removeprefix(f'{one.learner}:')}\n{ends}")
    ax.set_yticks(np.arange(len(found)), labels, fontsize="small")
    ax.set(xlim=(-0.02, 1.02), ylim=(len(found) - 0.5, -0.5))
    ax.set_xticks([0, 1], ["least tried", "most tried"])
    ax.set_xlabel("holds 90 % of good configurations; orange: 90 % intervals of its ends")


def _scale(values: list[float], log: bool) -> Any:
    """Where a value stands between the least and the most that was tried."""
    low, high = min(values), max(values)
    change = np.log if log and low > 0 else np.asarray
    start, width = float(change(low)), float(change(high) - change(low)) or 1.0
    return lambda value: (float(change(value)) - start) / width
