"""What a model of performance, of one task and of a learning curve must do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray
    from typing_extensions import Self

    from warmstart.metadataset.core.score_table import ScoreTable
    from warmstart.models.curves.curves import Curves

    Floats = NDArray[np.float64]


@runtime_checkable
class TaskState(Protocol):
    """What a performance model believes of one new task, sharper with every score told."""

    def next(self) -> int:
        """Column of the configuration to evaluate next, never one already told.

        Asking again without telling anything gives the same answer, except from a method
        that draws at random.

        Raises
        ------
        IndexError
            If every configuration has been told.
        """
        ...

    def batch(self, n: int) -> list[int]:
        """At most `n` distinct columns named at once, best first, none already told.

        Fewer only where fewer are left. No score is seen between one and the next.
        """
        ...

    def tell(self, index: int, score: float) -> None:
        """Learn that the configuration in column `index` scored `score`.

        Higher is better, in the units of the table the model was fitted to. NaN says that
        it cannot be had on this task, failed or not on offer: it is not proposed again.

        Parameters
        ----------
        index : int
            Place of the configuration.
        score : float
            Higher is better; NaN where there is none.
        """
        ...


@runtime_checkable
class Belief(Protocol):
    """What a model believes of one task's scores, sharper with every one told.

    Inside it is a mixture of Gaussians over responses, of which lower is better. An
    acquisition function asks it.
    """

    design: Sequence[int]
    """Every configuration in the order to try them before the belief is asked, if any."""

    n_initial: int
    """Results before the belief is asked."""

    @property
    def observed(self) -> Sequence[int]:
        """Configurations whose scores it was told, in order."""
        ...

    def tell(self, index: int, score: float) -> None:
        """Learn a finite score.

        Parameters
        ----------
        index : int
            Place of the configuration.
        score : float
            Higher is better; NaN where there is none.
        """
        ...

    def marginals(self) -> tuple[Floats, Floats, Floats]:
        """Means and standard deviations, (n_components, n_configs), and components' weights."""
        ...

    def incumbent(self) -> float:
        """The lowest response told, on the scale of :meth:`marginals`; infinite before."""
        ...

    def mean(self) -> Floats:
        """Expected score of each configuration, shape (n_configs,)."""
        ...

    def interval(self, level: float = 0.9) -> tuple[Floats, Floats]:
        """Ends of the central interval of each score, (n_configs,) each."""
        ...

    def draws(self, n: int, rng: np.random.Generator) -> Floats:
        """Joint draws of the scores, shape (n, n_configs).

        Parameters
        ----------
        n : int
            How many.
        rng : Generator
        """
        ...


@runtime_checkable
class PerformanceModel(Protocol):
    """Predicts which configurations of a meta-dataset suit a new task.

    A method that is allowed several tries a step, such as random search x4, says so in
    an integer attribute ``tries_per_step``; one whose answers are drawn at random sets
    ``random_answers = True``, and :func:`warmstart.replay` averages it over several seeds.
    One whose ``start`` gives a :class:`Belief` sets ``gives_belief = True``, and may be asked
    by any acquisition function; one that reads the configurations' hyperparameters sets
    ``reads_configurations = True``, and may be asked of some that no task tried.
    """

    def fit(self, table: ScoreTable, *, random_state: int = 0) -> Self:
        """Learn from the tasks of `table`; the same table and seed give the same model.

        Parameters
        ----------
        table : ScoreTable
            Scores of known tasks, (n_tasks, n_configs).
        random_state : int
        """
        ...

    def start(self, metafeatures: pd.Series[Any] | None = None) -> TaskState | Belief:
        """Begin a new task, described by its meta-features where there are any.

        A state names configurations itself; of a belief an acquisition function does.

        Raises
        ------
        NotFittedError
            If the model was not fitted.
        """
        ...


@runtime_checkable
class CurveModel(Protocol):
    """Predicts where a learning curve ends; see :mod:`warmstart.models.curves`."""

    def fit(self, curves: Curves) -> Self:
        """Learn from previous curves."""
        ...

    def predict(
        self,
        budgets: Sequence[float],
        scores: Sequence[float],
        target: float,
        *,
        prior: tuple[float, float] | None = None,
    ) -> tuple[float, float]:
        """Mean and standard deviation of the score at budget `target`.

        Infinite deviation says that nothing is known beyond the last score.

        Parameters
        ----------
        budgets : sequence of float
            Rising, of what was seen so far.
        scores : sequence of float
            At these budgets; higher is better.
        target : float
            Budget to predict at.
        prior : tuple of float, optional
            Mean and standard deviation of that score, as its configuration lets expect.
        """
        ...
