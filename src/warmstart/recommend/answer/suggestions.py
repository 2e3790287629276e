"""The answer: configurations best first, and what can be done with them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from warmstart._shown import shown
from warmstart.recommend.answer.answer import Answer

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from warmstart.execution.leaderboard import Leaderboard
    from warmstart.recommend.answer.ranges import Ranges
    from warmstart.spaces.seed_report import SeedReport

PlotKind = Literal["expected", "measured", "cost"]


@dataclass(frozen=True, kw_only=True, repr=False)
class Suggestions(Answer):
    """Suggested configurations, best first.

    Examples
    --------
    >>> from sklearn.datasets import load_wine
    >>> import warmstart
    >>> suggestions = warmstart.suggest(load_wine(as_frame=True), n=5)
    >>> type(suggestions[:3]).__name__, len(suggestions[:3])
    ('Suggestions', 3)
    >>> list(suggestions.to_frame().columns[:3])
    ['configuration_id', 'learner', 'score']
    """

    def seed(self, target: Any, space: Any = None, **options: Any) -> SeedReport:
        """Give the configurations to a tuner as its first trials, best first.

        Parameters
        ----------
        target : object
            An Optuna study or another tuner's object, see :mod:`warmstart.downstream`; a
            list has the configurations appended.
        space : object, optional
            The tuner's space in its own words, where the target does not know it.
        **options
            ``mapping`` of names, ``policy`` ("repair", "drop" or "strict"), ``defaults``
            of what a configuration lacks, and what the tuner's own module takes besides.

        Returns
        -------
        SeedReport
            What the tuner runs first, and everything that had to change and why.

        Raises
        ------
        SpaceMismatchError
            If no tuner takes such a target, or the space is not known.
        """
        report: SeedReport = shown("seed")(self, target, space=space, **options)
        return report

    def explain(self, rank: int | None = None) -> str:
        """Why these, in plain text that fits a screen; or one of them in full.

        Parameters
        ----------
        rank : int, optional
            1 for the first.

        Raises
        ------
        IndexError
            If there is none of that rank.
        """
        from warmstart.recommend.answer.explain import explain, explain_one

        return explain(self) if rank is None else explain_one(self, rank)

    def cross_validate(
        self,
        X: Any,
        y: Any,
        *,
        cv: Any = 5,
        groups: Any = None,
        scoring: Any = None,
        refit: bool = True,
        n_jobs: int | None = None,
        progress: Callable[[int, int], None] | None = None,
    ) -> Leaderboard:
        """Fit and score every suggestion on the data: what was expected beside what is.

        Parameters
        ----------
        X, y :
            The data they were suggested for, shape (n_rows, n_columns) and (n_rows,).
        cv : int or splitter
            Folds, dealt at random with the suggestions' seed and, for classes, stratified;
            or any scikit-learn splitter.
        groups : array, shape (n_rows,), optional
            Rows of one group are never split between training and test.
        scoring : str or callable, optional
            As scikit-learn takes it; the suggestions' own metric by default.
        refit : bool
            Whether to fit the best once more to all rows, as ``best_estimator_``.
        n_jobs : int, optional
            Folds at a time.
        progress : callable, optional
            Called with the suggestions done and those in all.

        Returns
        -------
        Leaderboard
            A frame, best first; see :class:`warmstart.execution.leaderboard.Leaderboard`.

        Raises
        ------
        DatasetError
            If X, y and groups differ in length, or a target is missing.
        SpaceMismatchError
            If none of the suggestions is of a pipeline that warmstart can build.
        """
        board: Leaderboard = shown("cross_validate")(
            self,
            X,
            y,
            cv=cv,
            groups=groups,
            scoring=scoring,
            refit=refit,
            n_jobs=n_jobs,
            progress=progress,
        )
        return board

    def plot(
        self, kind: PlotKind = "expected", *, measured: Any = None, ax: Axes | None = None
    ) -> Axes:
        """Draw what is expected of each suggestion.

        Parameters
        ----------
        kind : {"expected", "measured", "cost"}
            Expected scores with their intervals; those against what was measured, in a look
            or as :meth:`cross_validate` gives it; or expected score against seconds a fit.
        measured : DataFrame, optional
            What :meth:`cross_validate` returned.
        ax : matplotlib Axes, optional
            Drawn into; a new one without.

        Raises
        ------
        MissingExtraError
            If matplotlib is not installed.
        ValueError
            If there is no such plot, or nothing to draw in it.
        """
        drawn: Axes = shown("plot_suggestions")(self, kind, measured=measured, ax=ax)
        return drawn

    def report(self, path: str | Path, *, measured: Any = None) -> Path:
        """Write a page for a colleague: one HTML file that needs nothing else.

        Parameters
        ----------
        path : path
        measured : DataFrame, optional
            What :meth:`cross_validate` returned, to be shown beside what was expected.

        Returns
        -------
        Path
            Where it was written.
        """
        written: Path = shown("write_page")(self, path, measured=measured)
        return written

    def ranges(self, quantile: float = 0.9) -> Ranges:
        """Ranges and choices that hold most of the predicted-good region, to search within.

        The more suggestions, the finer: ask for fifty or more.

        Parameters
        ----------
        quantile : float
            Share of the weight that each range holds at least, in (0, 1]; a suggestion
            weighs by how likely it is to be as good as the best.

        Returns
        -------
        Ranges
            A mapping from hyperparameter to its range, with ``to_optuna()``; see
            :func:`warmstart.recommend.answer.ranges.narrow`.

        Raises
        ------
        ValueError
            If `quantile` is no share, or there are no suggestions.
        """
        from warmstart.recommend.answer.ranges import narrow

        return narrow(self.items, quantile)

    def population(
        self, n: int, *, diversity: float = 0.5, random_state: int = 0
    ) -> list[dict[str, Any]]:
        """A first population for an evolutionary tuner, best first.

        Parameters
        ----------
        n : int
            Members; variations of the suggestions fill it up where they are fewer.
        diversity : float
            From 0, the best and what is next to them, to 1, as far apart as possible.
        random_state : int

        Returns
        -------
        list of dict, length n
            See :func:`warmstart.recommend.pareto.population.first_population`.

        Raises
        ------
        ValueError
            If there are no suggestions, or `n` or `diversity` is out of range.
        """
        from warmstart.recommend.pareto.population import first_population

        return first_population(
            [s.configuration for s in self.items],
            n,
            diversity=diversity,
            random_state=random_state,
        )

    def __repr__(self) -> str:
        return str(shown("suggestions_text")(self))

    def _repr_html_(self) -> str:
        return str(shown("suggestions_html")(self))
