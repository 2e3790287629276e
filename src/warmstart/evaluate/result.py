"""What a replay measured: regret and rank by method, task and step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from warmstart.errors import ArgumentError

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@dataclass(frozen=True, slots=True, eq=False)
class Replay:
    """Regret of each method on each test task, and what it took.

    Regrets are plain fractions; :meth:`to_text` prints them x 100.
    """

    regret: pd.DataFrame
    """Long: method, task_id, t, normalised_regret, raw_regret.

    ``t`` counts evaluations from 1. The normalised regret is (best - incumbent) / (best -
    worst) over the known configurations of the task, in [0, 1]; the raw one is in units
    of the score.
    """

    timings: pd.DataFrame
    """One row a method and fold: n_train, fit_cpu_s, start_cpu_s (to begin a task),
    step_cpu_s (to choose and learn, a choice), peak_mb (of the process)."""

    settings: Mapping[str, Any]
    """What was replayed: n_tasks, n_described, n_folds, mode, metric, …"""

    @property
    def methods(self) -> list[str]:
        """Names of the methods, as they were given."""
        return list(dict.fromkeys(self.regret["method"]))

    def curves(self, method: str) -> pd.DataFrame:
        """Normalised regret of one method, shape (n_tasks, n_evaluations).

        Raises
        ------
        ValueError
            If the method was not replayed.
        """
        rows = self.regret[self.regret["method"] == method]
        if rows.empty:
            raise ArgumentError(f"{method!r} was not replayed; there are {self.methods}")
        n_steps = int(rows["t"].max())
        return pd.DataFrame(
            rows["normalised_regret"].to_numpy().reshape(-1, n_steps),
            index=pd.Index(rows["task_id"].to_numpy()[::n_steps], name="task_id"),
            columns=pd.RangeIndex(1, n_steps + 1, name="t"),
        )

    def summary(self, ts: Sequence[int] = (1, 5, 10, 25)) -> pd.DataFrame:
        """Compare the methods after some numbers of evaluations.

        Parameters
        ----------
        ts : sequence of int
            Those beyond the last evaluation are left out.

        Raises
        ------
        ValueError
            If none is left.

        Returns
        -------
        DataFrame
            Indexed by method and t. ``mean`` and ``standard_error`` are of the normalised
            regret over the tasks, as plain fractions, not x 100. ``average_rank`` is over
            the methods, 1 the best, ties shared; ``wins`` counts the tasks on which no
            other method was better.
        """
        curves = {method: self.curves(method) for method in self.methods}
        n_steps = next(iter(curves.values())).shape[1]
        rows = []
        shown = [t for t in np.atleast_1d(np.asarray(ts)).tolist() if 1 <= t <= n_steps]
        if not shown:
            raise ArgumentError(f"no step of {ts!r} was replayed; there are 1 to {n_steps}")
        for t in shown:
            # Regrets computed along other paths differ in the last digits.
            at = pd.DataFrame({m: curve[t] for m, curve in curves.items()}).round(12)
            ranks = at.rank(axis=1)
            wins = at.eq(at.min(axis=1), axis=0).sum()
            for method in curves:
                rows.append(
                    {
                        "method": method,
                        "t": t,
                        "mean": at[method].mean(),
                        "standard_error": at[method].std(ddof=1) / np.sqrt(len(at)),
                        "average_rank": ranks[method].mean(),
                        "wins": int(wins[method]),
                        "n_tasks": len(at),
                    }
                )
        order = {method: place for place, method in enumerate(curves)}
        rows.sort(key=lambda row: (order[row["method"]], row["t"]))
        return pd.DataFrame(rows).set_index(["method", "t"])

    def paired(self, method: str, ts: Sequence[int] = (1, 5, 10, 25)) -> pd.DataFrame:
        """How much more regret the others leave than `method`, task by task.

        Parameters
        ----------
        method : str
            The one that others are compared with.
        ts : sequence of int
            Numbers of evaluations.

        Returns
        -------
        DataFrame, one row a method and t
            Indexed by the other method and t: ``difference``, the mean over the tasks of
            its normalised regret minus that of `method`; its ``standard_error``; and
            their ratio ``z``. Positive where `method` is better.
        """
        own = self.curves(method)
        rows = []
        for other in self.methods:
            if other == method:
                continue
            gaps = self.curves(other) - own
            for t in (t for t in ts if 1 <= t <= gaps.shape[1]):
                mean = gaps[t].mean()
                error = gaps[t].std(ddof=1) / np.sqrt(len(gaps))
                z = mean / error if error > 0 else np.nan
                rows.append((other, t, mean, error, z))
        names = ["method", "t", "difference", "standard_error", "z"]
        return pd.DataFrame(rows, columns=names).set_index(["method", "t"])

    def cost(self) -> pd.DataFrame:
        """One row a method, means of CPU seconds (fit, begin a task, step) and peak memory.

        Columns fit_cpu_s, start_cpu_s, step_cpu_s and peak_mb.
        """
        by_method = self.timings.groupby("method", sort=False)
        costs = by_method[["fit_cpu_s", "start_cpu_s", "step_cpu_s"]].mean()
        return costs.assign(peak_mb=by_method["peak_mb"].max())

    def to_text(self, ts: Sequence[int] = (1, 5, 10, 25)) -> str:
        """Lay the summary out as a Markdown table: regret x 100 ± standard error."""
        summary, costs = self.summary(ts), self.cost()
        shown = list(dict.fromkeys(summary.index.get_level_values("t")))
        last = shown[-1]
        head = ["method", *(f"t={t}" for t in shown), f"rank@{last}", f"wins@{last}"]
        head += ["fit s", "task ms", "step ms", "peak MB"]
        lines = [head]
        for method in self.methods:
            at = summary.loc[method]
            cells = [
                f"{100 * at.loc[t, 'mean']:.2f} ± {100 * at.loc[t, 'standard_error']:.2f}"
                for t in shown
            ]
            cells += [f"{at.loc[last, 'average_rank']:.2f}", f"{at.loc[last, 'wins']:.0f}"]
            cost = costs.loc[method]
            cells += [
                f"{cost['fit_cpu_s']:.2f}",
                f"{1e3 * cost['start_cpu_s']:.1f}",
                f"{1e3 * cost['step_cpu_s']:.2f}",
                f"{cost['peak_mb']:.0f}",
            ]
            lines.append([method, *cells])
        table = markdown_table(lines)
        return f"{table}\n\n{self.describe()}"

    def describe(self) -> str:
        """Say what was replayed, in a sentence or two."""
        s = self.settings
        feedback = (
            "each result seen before the next pick"
            if s["mode"] == "sequential"
            else "all named at once, no feedback"
        )
        described = (
            "without meta-features"
            if not s["n_described"]
            else f"{s['n_described']} of them with meta-features"
        )
        return (
            f"Normalised regret x 100, mean ± standard error over {s['n_tasks']} tasks "
            f"({described}), {s['n_folds']} folds, {s['n_configurations']} configurations; "
            f"{s['mode']}: {feedback}. CPU seconds."
        )

    def plot(self, kind: str = "regret", *, ax: Axes | None = None) -> Axes:
        """Draw the replay; needs the extra ``plots``.

        Parameters
        ----------
        kind : {"regret", "rank", "critical_difference"}
            Mean normalised regret or average rank by evaluation, with a band of one standard
            error; or average ranks after the last one with the critical difference.
        ax : matplotlib Axes, optional
            Drawn into; a new one without.

        Raises
        ------
        MissingExtraError
            If matplotlib is not installed.
        ValueError
            If there is no such kind.
        """
        from warmstart.evaluate import plots

        if kind == "regret":
            return plots.plot_regret({m: self.curves(m) for m in self.methods}, ax=ax)
        if kind == "rank":
            return plots.plot_rank({m: self.curves(m) for m in self.methods}, ax=ax)
        if kind == "critical_difference":
            t = int(self.regret["t"].max())
            ranks = self.summary((t,))["average_rank"].droplevel("t")
            n_tasks = int(self.settings["n_tasks"])
            return plots.plot_critical_difference(ranks, n_tasks=n_tasks, t=t, ax=ax)
        raise ArgumentError(
            f"kind must be 'regret', 'rank' or 'critical_difference', got {kind!r}"
        )


def markdown_table(rows: Sequence[Sequence[str]]) -> str:
    """Rows of cells, the first the heading, as a Markdown table with aligned columns.

    The first column is of words, the others of numbers.

    Examples
    --------
    >>> print(markdown_table([["method", "t=1"], ["random", "30.30"]]))
    | method |   t=1 |
    | ------ | ----: |
    | random | 30.30 |
    """
    widths = [max(len(row[k]) for row in rows) for k in range(len(rows[0]))]
    rules = ["-" * widths[0], *("-" * (width - 1) + ":" for width in widths[1:])]
    lines = []
    for row in [rows[0], rules, *rows[1:]]:
        cells = [row[0].ljust(widths[0])]
        cells += [cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True)]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)
