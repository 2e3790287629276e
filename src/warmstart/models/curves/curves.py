"""Learning curves of past trials on one grid of budgets."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from warmstart.errors import HistoryError

if TYPE_CHECKING:
    from warmstart.metadataset.core.core import Views
    from warmstart.models.surfaces.box import Box

Floats = np.ndarray[Any, np.dtype[np.float64]]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Curves:
    """Scores of past trials at rising budgets: rounds, rows, epochs or folds.

    Examples
    --------
    >>> frame = pd.DataFrame({"trial": [0, 0, 1, 1, 1], "rounds": [1, 4, 1, 2, 4],
    ...                       "auc": [0.6, 0.8, 0.5, 0.6, 0.7]})
    >>> curves = Curves.from_frame(frame, curve="trial", budget="rounds", score="auc")
    >>> curves.values.round(2).tolist()
    [[0.6, 0.7, 0.8], [0.5, 0.6, 0.7]]
    """

    budgets: Floats
    """Ascending, above zero, shape (n_budgets,)."""

    values: Floats
    """Scores, higher is better, shape (n_curves, n_budgets); NaN where a curve has none."""

    tasks: np.ndarray[Any, Any] = field(default_factory=lambda: np.zeros(0, dtype=object))
    """Task of each curve, shape (n_curves,), or empty where it is not known."""

    labels: np.ndarray[Any, Any] = field(default_factory=lambda: np.zeros(0, dtype=object))
    """What else tells curves apart, such as the learner, shape (n_curves,); may be empty."""

    points: Floats = field(default_factory=lambda: np.zeros((0, 0)))
    """Where each curve's configuration lies in its learner's cube, shape (n_curves, n_axes);
    NaN where a curve does not say, and no rows where none does."""

    box: Box | None = None
    """The cube of `points`."""

    def __post_init__(self) -> None:
        if self.values.ndim != 2 or self.values.shape[1] != len(self.budgets):
            raise HistoryError(
                f"curves are (n_curves, {len(self.budgets)}) scores, one a budget, got "
                f"{self.values.shape}"
            )
        if not (np.diff(self.budgets, prepend=0.0) > 0).all():
            raise HistoryError(f"budgets must rise from above zero, got {self.budgets}")
        if len(self.points) not in (0, len(self.values)):
            raise HistoryError(
                f"points are one a curve or none, got {len(self.points)} for "
                f"{len(self.values)} curves"
            )

    def __len__(self) -> int:
        return len(self.values)

    @classmethod
    def from_frame(
        cls,
        frame: pd.DataFrame,
        *,
        curve: Hashable | Sequence[Hashable],
        budget: Hashable,
        score: Hashable,
        task: Hashable | None = None,
        higher_is_better: bool = True,
    ) -> Curves:
        """Read curves off a long frame; between its own budgets a curve is interpolated.

        Parameters
        ----------
        frame : DataFrame
            One row a curve and budget.
        curve : label or list of labels
            Columns that tell curves apart; the last one is their label.
        budget, score : label
            Columns of what was spent and of the score then.
        task : label, optional
            Column of the task.
        higher_is_better : bool
            Losses change sign.

        Raises
        ------
        HistoryError
            If a curve has two scores at one budget, or a column is missing.
        """
        by = list(curve) if isinstance(curve, list | tuple) else [curve]
        wanted = [*by, budget, score, *([] if task is None else [task])]
        if missing := [name for name in wanted if name not in frame]:
            raise HistoryError(f"no column {missing[0]!r}; there are {list(frame.columns)}")
        again = frame.duplicated([*by, budget]).to_numpy()
        if again.any():
            *which, at = frame.loc[again, [*by, budget]].iloc[0].tolist()
            raise HistoryError(
                f"curve {which} has two scores at budget {at}; average repetitions first"
            )
        sign = 1.0 if higher_is_better else -1.0
        wide = frame.pivot_table(
            index=by, columns=budget, values=score, observed=True, dropna=False, sort=True
        )
        wide = wide.dropna(how="all")
        budgets = wide.columns.to_numpy("float64")
        values = _filled(sign * wide.to_numpy("float64"), budgets)
        tasks = np.zeros(0, dtype=object)
        if task is not None:
            of = frame.drop_duplicates(by).set_index(by, drop=False)[task]
            tasks = of.reindex(wide.index).to_numpy(object)
        labels = wide.index.get_level_values(-1).to_numpy(object)
        return cls(budgets=budgets, values=values, tasks=tasks, labels=labels)

    def without(self, tasks: Sequence[Any]) -> Curves:
        """Those of other tasks."""
        gone = np.isin(self.tasks.astype(str), [str(task) for task in tasks])
        return self.take(np.flatnonzero(~gone))

    def take(self, rows: Any) -> Curves:
        """Some of them, by their places."""
        return replace(
            self,
            values=self.values[rows],
            tasks=self.tasks[rows] if len(self.tasks) else self.tasks,
            labels=self.labels[rows] if len(self.labels) else self.labels,
            points=self.points[rows] if len(self.points) else self.points,
        )

    def filled(self) -> Curves:
        """The same, interpolated where a curve has no score between others."""
        return replace(self, values=_filled(self.values, self.budgets))

    def best_until(self, budget: float) -> Curves:
        """The best score so far at each budget up to one, for all that reach it."""
        grid = np.append(self.budgets[self.budgets < budget], budget)
        values = self.at(grid)
        best = np.fmax.accumulate(values, axis=1)
        return replace(self, budgets=grid, values=np.where(np.isfinite(values), best, np.nan))

    def on(self, budgets: Sequence[float]) -> Curves:
        """The same curves on another grid of budgets."""
        grid = np.asarray(budgets, dtype="float64")
        return replace(self, budgets=grid, values=self.at(grid))

    def at(self, budgets: Sequence[float] | Floats) -> Floats:
        """Scores at other budgets, shape (n_curves, n), NaN beyond a curve's own."""
        wanted = np.log(np.asarray(budgets, dtype="float64"))
        known = np.log(self.budgets)
        if len(wanted) and np.isin(wanted, known).all():
            exact: Floats = self.values[:, np.searchsorted(known, wanted)]
            return exact
        filled = _filled(self.values, self.budgets)
        right = np.searchsorted(known, wanted).clip(max=len(known) - 1)
        left = np.where(known[right] == wanted, right, right - 1).clip(min=0)
        width = np.where(right > left, known[right] - known[left], 1.0)
        share = (wanted - known[left]) / width
        low, high = filled[:, left], filled[:, right]
        result: Floats = np.where(share == 0, low, low + share * (high - low))
        result[:, (wanted < known[0]) | (wanted > known[-1])] = np.nan
        return result


def curves_of(
    md: Views,
    *,
    metric: str,
    kind: str = "iterations",
    learners: Collection[str] | None = None,
    exclude: Collection[str] = (),
) -> Curves:
    """The curves that a meta-dataset recorded; none where it recorded none.

    Parameters
    ----------
    md : MetaDataset
    metric : str
        As recorded.
    kind : {"iterations", "rows", "folds", "epochs"}
        What the budgets count. Of folds, means over the first of them: those that were read
        as curves, and those of every evaluation whose folds were recorded.
    learners : collection of str, optional
        Of these only.
    exclude : collection of str
        Tasks and families to leave out.
    """
    rows = md.measured("curves")
    rows = rows[(rows["metric"] == metric) & (rows["kind"] == kind) & rows["score"].notna()]
    if kind == "folds":
        rows = pd.concat([rows, _means_over_folds(md.measured("folds"), metric)])
    families = md.families.set_axis(md.families.index.astype(str)).astype(str)
    rows = rows.assign(family=families.reindex(rows["task_id"]).to_numpy())
    rows = rows[~(rows["task_id"].isin(exclude) | rows["family"].isin(exclude))]
    if learners is not None:
        known = md.learners.set_axis(md.learners.index.astype(str))
        rows = rows[known.reindex(rows["configuration_id"]).isin(learners).to_numpy()]
    if not len(rows):
        return Curves(budgets=np.array([1.0]), values=np.zeros((0, 1)))
    names = ["task_id", "configuration_id", "rows", "source", "source_run_id"]
    rows = rows.assign(
        **{name: rows[name].astype(object).fillna("") for name in ("source", "source_run_id")}
    )
    return Curves.from_frame(rows, curve=names, budget="budget", score="score", task="family")


def _means_over_folds(folds: pd.DataFrame, metric: str) -> pd.DataFrame:
    """Recorded folds as curves: after each the mean so far."""
    if metric not in folds:
        return folds.head(0)
    by = ["task_id", "configuration_id", "rows"]
    ordered = folds[folds[metric].notna()].sort_values([*by, "fold"])
    groups = ordered.groupby(by, sort=False, observed=True)
    so_far = groups.cumcount() + 1
    return ordered[by].assign(
        budget=so_far.astype(float), score=groups[metric].cumsum() / so_far
    )


def _filled(values: Floats, budgets: Floats) -> Floats:
    """Each curve interpolated, over the logarithm of the budget, between its own ends."""
    log, result = np.log(budgets), values.copy()
    for row, curve in enumerate(values):
        seen = np.isfinite(curve)
        at = np.flatnonzero(seen)
        # Where nothing is missing between its ends there is nothing to fill.
        if len(at) and at[-1] - at[0] + 1 > len(at):
            result[row] = np.interp(log, log[seen], curve[seen], left=np.nan, right=np.nan)
    return result
