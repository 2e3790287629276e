"""A map of what is known: configurations, or tasks, that fail and succeed together are near."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from warmstart.errors import ArgumentError
from warmstart.metadataset.core.score_table import Floats, ScoreTable
from warmstart.recommend.answer.ranges import is_wide

if TYPE_CHECKING:
    from matplotlib.axes import Axes

COLOURS = (
    "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000", "#999999",
)  # fmt: skip
_MARKS = ("o", "s", "^", "D", "v", "P", "X", "*")
"""Colours and marks that the colour-blind, and a printer without colours, tell apart."""


@dataclass(frozen=True, slots=True, eq=False)
class LatentMap:
    """The two directions in which most of what tells configurations apart varies."""

    tasks: Floats
    """Shape (n_tasks, 2)."""

    configurations: Floats
    """Shape (n_configs, 2)."""

    share: tuple[float, float]
    """Of the variance, along each direction."""

    @classmethod
    def of(cls, table: ScoreTable) -> LatentMap:
        r"""Singular value decomposition of doubly centred regrets, :math:`R = U S V^\top`.

        How hard each task is and how good each configuration is on average are taken away.
        A cell that is not known is taken to be no more than those two.

        Raises
        ------
        ArgumentError
            If there are fewer than three tasks or configurations.

        Examples
        --------
        >>> scores = np.random.default_rng(0).uniform(size=(6, 5))
        >>> found = LatentMap.of(ScoreTable(
        ...     scores=scores, task_ids=pd.RangeIndex(6), configuration_ids=pd.RangeIndex(5),
        ...     families=np.arange(6)))
        >>> found.tasks.shape, found.configurations.shape
        ((6, 2), (5, 2))
        """
        regret = table.regret()
        if min(regret.shape) < 3:
            raise ArgumentError(
                f"a map needs three tasks and three configurations, got {regret.shape}"
            )
        known = np.isfinite(regret)
        level = _means(regret, known, axis=1)
        rest = regret - level
        rest = rest - _means(rest, known, axis=0)
        left, size, right = np.linalg.svd(np.where(known, rest, 0.0), full_matrices=False)
        total = max(float((size**2).sum()), 1e-300)
        return cls(
            tasks=left[:, :2] * size[:2],
            configurations=right[:2].T * size[:2],
            share=(float(size[0] ** 2) / total, float(size[1] ** 2) / total),
        )

    def draw_labels(self, places: Floats, labels: pd.Series[Any], ax: Axes) -> None:
        """Points by label: the seven most frequent have a colour and a mark of their own."""
        named = list(labels.value_counts().index[:7])
        others = ~labels.isin(named)
        groups = [(str(name), (labels == name).to_numpy()) for name in named]
        if others.any():
            groups.append(("others", others.to_numpy()))
        for (name, rows), colour, mark in zip(groups, COLOURS, _MARKS, strict=False):
            x, y = places[rows].T
            ax.scatter(x, y, c=colour, marker=mark, s=26, alpha=0.8, label=name)
        ax.legend(frameon=False, fontsize="x-small")
        self._name_axes(ax)

    def draw_numbers(
        self, places: Floats, numbers: pd.Series[Any], ax: Axes, *, label: str
    ) -> None:
        """Points by a number, in a scale of colours that is even in grey too."""
        known = numbers.notna().to_numpy()
        x, y = places.T
        values = numbers[known].to_numpy(float)
        norm = "log" if len(values) and is_wide(values.tolist()) else "linear"
        ax.scatter(x[~known], y[~known], facecolors="none", edgecolors="#999999", s=22)
        dots = ax.scatter(x[known], y[known], c=values, cmap="cividis", s=26, norm=norm)
        ax.figure.colorbar(dots, ax=ax, shrink=0.8, label=label)
        self._name_axes(ax)

    def _name_axes(self, ax: Axes) -> None:
        ax.set(
            xlabel=f"first direction ({self.share[0]:.0%} of the rest)",
            ylabel=f"second ({self.share[1]:.0%})",
        )


def _means(values: Floats, known: Any, *, axis: int) -> Floats:
    counts = np.maximum(known.sum(axis=axis, keepdims=True), 1)
    means: Floats = np.where(known, values, 0.0).sum(axis=axis, keepdims=True) / counts
    return means
