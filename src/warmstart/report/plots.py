"""Plots of answers and searches; matplotlib is imported when one is drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, get_args

import numpy as np

from warmstart._extras import require
from warmstart.errors import ArgumentError
from warmstart.recommend.answer.suggestions import PlotKind
from warmstart.recommend.pareto.expected_front import cost_told
from warmstart.recommend.pareto.objectives import UNITS
from warmstart.report.suggestion_table import name_of

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from warmstart.recommend.answer.suggestions import Suggestions
    from warmstart.recommend.search import Search

_BLUE, _ORANGE, _GREY = "#0072B2", "#D55E00", "#777777"
"""Told apart by the colour-blind and in print (Okabe, Ito)."""


def plot_suggestions(
    suggestions: Suggestions,
    kind: PlotKind = "expected",
    *,
    measured: Any = None,
    ax: Axes | None = None,
) -> Axes:
    """What :meth:`warmstart.Suggestions.plot` does."""
    if kind not in get_args(PlotKind):
        raise ArgumentError(f"kind must be one of {get_args(PlotKind)}, got {kind!r}")
    if not len(suggestions):
        raise ArgumentError("there are no suggestions to plot")
    draw = {"expected": _expected, "measured": _measured, "cost": _cost}[kind]
    found = _scores(suggestions, measured)
    if kind == "measured" and np.isnan(found).all():
        raise ArgumentError(
            "nothing was measured; pass measured=suggestions.cross_validate(X, y), or look "
            "with look_s"
        )
    if ax is None:
        height = 1.2 + 0.32 * len(suggestions) if kind == "expected" else 4.2
        ax = _new_axes(height)
    draw(suggestions, found, ax)
    if suggestions.dataset:
        ax.set_title(suggestions.dataset, loc="left")
    return ax


def _scores(suggestions: Suggestions, measured: Any) -> Any:
    """What was measured of each, NaN where nothing was; shape (n_suggestions,)."""
    if measured is None:
        return np.array([s.measured for s in suggestions], dtype=float)
    by_rank = measured["measured"].to_dict()
    return np.array([by_rank.get(k, np.nan) for k in range(1, len(suggestions) + 1)])


def _metric(suggestions: Suggestions) -> str:
    return suggestions.metric or "score"


def _labels(suggestions: Suggestions) -> list[str]:
    return [f"{rank}  {name_of(s)}" for rank, s in enumerate(suggestions, start=1)]


def _expected(suggestions: Suggestions, measured: Any, ax: Axes) -> None:
    at = np.arange(len(suggestions))
    middle = np.array([s.score for s in suggestions])
    low = np.array([s.score_low for s in suggestions])
    high = np.array([s.score_high for s in suggestions])
    ax.hlines(at, low, high, color=_BLUE, alpha=0.35, linewidth=6, label="90 % interval")
    ax.plot(middle, at, "|", color=_BLUE, markersize=12, markeredgewidth=2, label="expected")
    if not np.isnan(measured).all():
        ax.plot(measured, at, "D", color=_ORANGE, markersize=5, label="measured")
    ax.set_yticks(at, _labels(suggestions))
    ax.set_ylim(len(suggestions) - 0.5, -0.5)
    ax.set_xlabel(_metric(suggestions))
    # Above the axes: among the bars there is no free place.
    ax.legend(
        frameon=False, fontsize="small", loc="lower right", bbox_to_anchor=(1, 1), ncols=3
    )


def _measured(suggestions: Suggestions, measured: Any, ax: Axes) -> None:
    middle = np.array([s.score for s in suggestions])
    reach = np.array([[s.score - s.score_low, s.score_high - s.score] for s in suggestions]).T
    known = np.isfinite(measured) & np.isfinite(middle)
    ax.errorbar(
        middle[known],
        measured[known],
        xerr=np.nan_to_num(reach[:, known]),
        fmt="o",
        color=_BLUE,
        ecolor=_GREY,
        elinewidth=1,
    )
    for rank in np.flatnonzero(known):
        ax.annotate(
            str(rank + 1),
            (middle[rank], measured[rank]),
            xytext=(4, 4),
            textcoords="offset points",
            fontsize="small",
        )
    ends = [*middle[known], *measured[known]]
    ax.axline((min(ends), min(ends)), slope=1, color=_GREY, linestyle=":", label="as expected")
    ax.set(xlabel=f"expected {_metric(suggestions)}", ylabel=f"measured {_metric(suggestions)}")
    ax.legend(frameon=False, fontsize="small")


def _cost(suggestions: Suggestions, measured: Any, ax: Axes) -> None:
    name = next((one for one in suggestions.objectives if one != "score"), "fit_s")
    costs = np.array([cost_told(s, name) for s in suggestions])
    if not np.isfinite(costs).any():
        raise ArgumentError(f"the base has no costs, so nothing is known of {UNITS[name]}")
    scores = np.array([s.score for s in suggestions])
    ax.plot(costs, scores, "o", color=_BLUE, label="expected")
    if not np.isnan(measured).all():
        ax.plot(costs, measured, "D", color=_ORANGE, markersize=5, label="measured")
    for rank, (x, y) in enumerate(zip(costs, scores, strict=True), start=1):
        if np.isfinite(x) and np.isfinite(y):
            ax.annotate(
                f"{rank} {name_of(suggestions[rank - 1])}",
                (x, y),
                xytext=(4, 4),
                textcoords="offset points",
                fontsize="small",
            )
    # Nothing is expected to be above the line at its cost or less.
    front = sorted((cost_told(s, name), s.score) for s in suggestions.pareto)
    ax.step(*zip(*front, strict=True), where="post", color=_GREY, linewidth=1, label="front")
    ax.set(xscale="log", xlabel=UNITS[name], ylabel=_metric(suggestions))
    ax.legend(frameon=False, fontsize="small")


def plot_search(search: Search, *, ax: Axes | None = None) -> Axes:
    """What :meth:`warmstart.Search.plot` does."""
    scores = np.array([result.score for result in search.history], dtype=float)
    if not np.isfinite(scores).any():
        raise ArgumentError("no score was told yet; tell(configuration, score) or run first")
    ax = _new_axes(4.2) if ax is None else ax
    at = np.arange(1, len(scores) + 1)
    best = np.fmax.accumulate(scores)
    ax.plot(at, scores, "o", color=_BLUE, markersize=5, label="told")
    ax.step(at, best, where="post", color=_ORANGE, label="best so far")
    if (failed := np.isnan(scores)).any():
        floor = np.nanmin(scores)
        ax.plot(at[failed], np.full(failed.sum(), floor), "x", color=_GREY, label="failed")
    ax.set(xlabel="evaluations", ylabel=search.question.metric or "score")
    ax.locator_params(axis="x", integer=True)
    ax.legend(frameon=False, fontsize="small")
    return ax


def plot_choice_effects(
    effects: pd.DataFrame,
    *,
    n: int = 20,
    units: str = "share of a task's range",
    ax: Axes | None = None,
) -> Axes:
    """What choices are worth across tasks: means with two standard errors, by place.

    Places come in the order of how much their best and worst choice are apart, and within
    each its choices, the best first.

    Parameters
    ----------
    effects : DataFrame, shape (n_choices, 4)
        As :func:`warmstart.architectures.effects.choice_effects` gives them, indexed by place
        and choice.
    n : int
        Choices that are drawn at most; places are not cut, but for the first.
    units : str
        Of the effects, for the axis.
    ax : matplotlib Axes, optional

    Raises
    ------
    ValueError
        If there is no effect to draw.

    Examples
    --------
    >>> import pandas as pd
    >>> index = pd.MultiIndex.from_tuples([("act", "relu"), ("act", "tanh")])
    >>> frame = pd.DataFrame({"effect": [0.1, -0.1], "error": [0.02, 0.02]}, index=index)
    >>> [label.get_text() for label in plot_choice_effects(frame).get_yticklabels()]
    ['act = relu', 'act = tanh']
    """
    known = effects[np.isfinite(effects["effect"])]
    if not len(known):
        raise ArgumentError("there are no effects to plot")
    place = known.index.get_level_values(0)
    by_place = known["effect"].groupby(place)
    apart = (by_place.max() - by_place.min()).sort_values(ascending=False, kind="stable")
    drawn: list[Any] = []
    for name in apart.index:
        rows = known[place == name].sort_values("effect", ascending=False, kind="stable")
        if drawn and len(drawn) + len(rows) > n:
            break
        drawn += list(rows.itertuples())[:n]
    ax = _new_axes(1.2 + 0.3 * len(drawn)) if ax is None else ax
    at = np.arange(len(drawn))
    middle = np.array([row.effect for row in drawn])
    reach = np.nan_to_num([2.0 * row.error for row in drawn])
    colours = [_BLUE if one > 0 else _ORANGE for one in middle]
    ax.axvline(0.0, color=_GREY, linewidth=1)
    ax.hlines(at, middle - reach, middle + reach, color=colours, alpha=0.35, linewidth=6)
    ax.scatter(middle, at, color=colours, s=24, zorder=3)
    ax.set_yticks(at, [f"{row.Index[0]} = {row.Index[1]}" for row in drawn])
    ax.set_ylim(len(drawn) - 0.5, -0.5)
    ax.set_xlabel(f"better than other choices of the place, {units} (± 2 standard errors)")
    for k in range(1, len(drawn)):
        if drawn[k].Index[0] != drawn[k - 1].Index[0]:
            ax.axhline(k - 0.5, color=_GREY, linewidth=0.5, alpha=0.5)
    return ax


def _new_axes(height: float) -> Axes:
    pyplot = require("matplotlib.pyplot", extra="plots")
    _, ax = pyplot.subplots(figsize=(7.0, height), layout="constrained")
    drawn: Axes = ax
    return drawn
