"""Plots of a replay; matplotlib is imported when one is drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy.stats import rankdata, studentized_range

from warmstart._extras import require

if TYPE_CHECKING:
    from collections.abc import Mapping

    from matplotlib.axes import Axes

_COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
_DASHES = ("-", "--", "-.", ":")
"""Told apart by the colour-blind (Okabe, Ito), and by their dashes in black and white."""


def plot_regret(regret: Mapping[str, pd.DataFrame], *, ax: Axes | None = None) -> Axes:
    """Mean normalised regret by evaluation, both axes logarithmic, ± one standard error.

    Parameters
    ----------
    regret : mapping
        Method to its curves, shape (n_tasks, n_evaluations), columns counted from 1.
    ax : matplotlib Axes, optional
        Drawn into; a new one without.
    """
    ax = ax if ax is not None else _new_axes()
    smallest = np.inf
    for place, (method, curves) in enumerate(regret.items()):
        mean = curves.mean()
        error = curves.std(ddof=1) / np.sqrt(len(curves))
        t = curves.columns.to_numpy()
        colour = _COLOURS[place % len(_COLOURS)]
        ax.plot(t, mean, _DASHES[place % len(_DASHES)], color=colour, label=method)
        floor = mean.clip(lower=1e-5) * 0.05
        ax.fill_between(
            t,
            np.maximum(mean - error, floor),
            mean + error,
            color=colour,
            alpha=0.2,
            linewidth=0,
        )
        smallest = min(smallest, mean[mean > 0].min())
    ax.set(xscale="log", yscale="log", xlabel="evaluations", ylabel="mean normalised regret")
    if np.isfinite(smallest):
        ax.set_ylim(bottom=smallest / 2)
    ax.legend(frameon=False)
    return ax


def plot_rank(regret: Mapping[str, pd.DataFrame], *, ax: Axes | None = None) -> Axes:
    """Average rank by evaluation, 1 the best, ± one standard error over tasks.

    Methods that have left the same regret on a task share their ranks.

    Parameters
    ----------
    regret : mapping
        As in :func:`plot_regret`.
    ax : matplotlib Axes, optional
        Drawn into; a new one without.
    """
    ax = ax if ax is not None else _new_axes()
    curves = list(regret.values())
    tasks = curves[0].index
    # Rounded, as ties are elsewhere: the last digits of equal scores differ.
    stacked = np.array([one.reindex(tasks).to_numpy() for one in curves]).round(12)
    ranks = rankdata(stacked, axis=0)
    t = curves[0].columns.to_numpy()
    for place, method in enumerate(regret):
        mean = ranks[place].mean(axis=0)
        error = ranks[place].std(axis=0, ddof=1) / np.sqrt(len(tasks))
        colour = _COLOURS[place % len(_COLOURS)]
        ax.plot(t, mean, _DASHES[place % len(_DASHES)], color=colour, label=method)
        ax.fill_between(t, mean - error, mean + error, color=colour, alpha=0.2, linewidth=0)
    ax.set(xlabel="evaluations", ylabel="average rank, 1 the best")
    ax.invert_yaxis()
    ax.legend(frameon=False, fontsize="small")
    return ax


def plot_critical_difference(
    ranks: pd.Series[float],
    *,
    n_tasks: int,
    t: int,
    alpha: float = 0.05,
    ax: Axes | None = None,
) -> Axes:
    """Average rank of each method after `t` evaluations.

    Bars join methods whose ranks differ by less than the critical difference of the
    Nemenyi test at level `alpha`.

    Parameters
    ----------
    ranks : Series
        Average rank by method, 1 the best.
    n_tasks : int
        Tasks the ranks are averaged over.
    t : int
        Evaluations after which methods were ranked; only named.
    alpha : float
        Level of the test.
    ax : matplotlib Axes, optional
        Drawn into; a new one without.

    References
    ----------
    .. [1] Demšar. "Statistical Comparisons of Classifiers over Multiple Data Sets." JMLR
       7, 2006.
    """
    ax = ax if ax is not None else _new_axes()
    ranks = ranks.sort_values()
    distance = critical_difference(len(ranks), n_tasks, alpha=alpha) if len(ranks) > 1 else 0.0
    places = np.arange(len(ranks))
    ax.plot(ranks.to_numpy(), places, "o", color=_COLOURS[0])
    for place, (method, rank) in enumerate(ranks.items()):
        ax.annotate(f"  {method} {rank:.2f}", (rank, place), va="center")
    for place, (first, last) in enumerate(cliques(ranks, distance)):
        ax.hlines(
            len(ranks) + 0.3 * place,
            ranks.iloc[first],
            ranks.iloc[last],
            "#777777",
            linewidth=4,
        )
    ax.set(
        xlim=(0.8, len(ranks) + 1),
        xlabel=f"average rank after {t} evaluations, {n_tasks} tasks; "
        f"critical difference {distance:.2f}",
    )
    ax.invert_yaxis()
    ax.yaxis.set_visible(False)
    ax.spines["left"].set_visible(False)
    return ax


def critical_difference(n_methods: int, n_tasks: int, *, alpha: float = 0.05) -> float:
    r"""Least difference of average ranks that the Nemenyi test calls significant.

    .. math:: \mathrm{CD} = \frac{q_\alpha}{\sqrt 2} \sqrt{\frac{k (k + 1)}{6 N}}

    Examples
    --------
    >>> round(critical_difference(4, 30), 2)  # Demšar's table 5: q = 2.569
    0.86
    """
    q = studentized_range.ppf(1 - alpha, n_methods, np.inf) / np.sqrt(2)
    return float(q * np.sqrt(n_methods * (n_methods + 1) / (6 * n_tasks)))


def cliques(ranks: pd.Series[float], distance: float) -> list[tuple[int, int]]:
    """First and last position of each largest run of ranks within `distance`.

    Examples
    --------
    >>> cliques(pd.Series([1.0, 1.5, 2.2, 4.0]), 1.0)
    [(0, 1), (1, 2)]
    """
    values = ranks.to_numpy()
    found: list[tuple[int, int]] = []
    for first in range(len(values)):
        last = int(np.searchsorted(values, values[first] + distance, side="right")) - 1
        if last > first and (not found or last > found[-1][1]):
            found.append((first, last))
    return found


def _new_axes() -> Axes:
    plt = require("matplotlib.pyplot", extra="plots")
    _, ax = plt.subplots(layout="constrained")
    return ax  # type: ignore[no-any-return]
