"""What a plugin must do: one Protocol an extension point, no base class to inherit.

Each Protocol has a shared test class in ``warmstart.testing``, so that whoever writes one
inherits the promises.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    import numpy as np
    import pandas as pd
    import pyarrow as pa
    from numpy.typing import NDArray
    from typing_extensions import Self

    Floats = NDArray[np.float64]

    from warmstart.domain import TaskType
    from warmstart.downstream.fitted_points import Policy
    from warmstart.downstream.given_points import Points
    from warmstart.downstream.names.mapping import NameMapping
    from warmstart.downstream.report import SeedReport
    from warmstart.metadataset.core.score_table import ScoreTable
    from warmstart.metafeatures.prepared import Prepared
    from warmstart.models.curves.curves import Curves
    from warmstart.similarity.task_view import TaskView


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
    def told(self) -> Sequence[int]:
        """Configurations whose scores it was told, in order."""
        ...

    def tell(self, index: int, score: float) -> None:
        """Learn a finite score."""
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
        """Joint draws of the scores, shape (n, n_configs)."""
        ...


@runtime_checkable
class PerformanceModel(Protocol):
    """Predicts which configurations of a meta-dataset suit a new task.

    A method that is allowed several tries a step, such as random search x4, says so in
    an integer attribute ``tries_per_step``; one whose answers are drawn at random sets
    ``random_answers = True``, and :func:`warmstart.replay` averages it over several seeds.
    One whose ``start`` gives a :class:`Belief` sets ``gives_belief = True``, and may be asked
    by any acquisition function; one that looks at what configurations are made of sets
    ``reads_configurations = True``, and may be asked of some that no task tried.
    """

    def fit(self, table: ScoreTable, *, random_state: int = 0) -> Self:
        """Learn from the tasks of `table`; the same table and seed give the same model."""
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
class Similarity(Protocol):
    """How far the tasks of a meta-dataset are from a new one."""

    def fit(self, table: ScoreTable) -> Self:
        """Remember the tasks to compare with."""
        ...

    def distances(
        self,
        metafeatures: pd.Series[Any] | None = None,
        scores: Mapping[int, float] | None = None,
    ) -> NDArray[np.float64]:
        """Distance of the new task to each task of the table, shape (n_tasks,).

        Never negative; infinite where there is nothing to compare. The new task is known
        by its meta-features, by its scores so far (column to score), or both.

        Raises
        ------
        NotFittedError
            If it was not fitted.
        """
        ...


@runtime_checkable
class TaskDistance(Protocol):
    """How far a new task is from known ones, by whatever is known of each."""

    def fit(self, views: Sequence[TaskView]) -> Self:
        """Remember the known tasks.

        Raises
        ------
        SimilarityError
            If one lacks what the measure compares tasks by; it never guesses.
        """
        ...

    def distances(self, view: TaskView) -> NDArray[np.float64]:
        """Distance of a task to each known one, shape (n_tasks,), finite, never negative.

        Raises
        ------
        NotFittedError
            If it was not fitted.
        SimilarityError
            If the task lacks what the measure compares tasks by.
        """
        ...


@runtime_checkable
class TaskEmbedding(TaskDistance, Protocol):
    """A :class:`TaskDistance` of vectors: a base keeps one of each known task, and no rows."""

    def transform(self, view: TaskView) -> NDArray[np.float64]:
        """Vector of a task, shape (n_features,)."""
        ...


@runtime_checkable
class CurveModel(Protocol):
    """Predicts where a learning curve ends; see :mod:`warmstart.models.curves`."""

    def fit(self, curves: Curves) -> Self:
        """Learn from previous curves."""
        ...

    def predict(
        self, budgets: Sequence[float], scores: Sequence[float], target: float
    ) -> tuple[float, float]:
        """Mean and standard deviation of the score at budget `target`.

        Infinite deviation says that nothing is known beyond the last score.
        """
        ...


@runtime_checkable
class MetaFeature(Protocol):
    """A number describing a dataset; see :func:`warmstart.metafeatures.registry.register`."""

    @property
    def name(self) -> str:
        """Unique among all meta-features."""
        ...

    @property
    def group(self) -> str:
        """What it is computed and chosen with."""
        ...

    @property
    def task_types(self) -> frozenset[TaskType]:
        """Types of task it is defined for; both classification types or neither."""
        ...

    def __call__(self, prepared: Prepared) -> float:
        """Its value: finite for every dataset, the same again for the same seed."""
        ...


@runtime_checkable
class Downstream(Protocol):
    """A tuner that can be given its first trials; a module with a function ``seed`` is one."""

    def seed(
        self,
        suggestions: Points,
        target: Any,
        *,
        space: Any = None,
        mapping: NameMapping | None = None,
        policy: Policy = "repair",
        defaults: Mapping[str, Any] | None = None,
        scores: Sequence[float | None] | None = None,
    ) -> SeedReport:
        """Queue every legal configuration, best first; report whatever is not as given.

        What the tuner runs is what the report says it accepted, in that order, whatever
        was handed in. Where the tuner takes its first points as arguments, these are in
        the report. What the tuner tells that it has already is not queued again. Under the
        policy "strict" nothing reaches the tuner unless all of it arrives unchanged.

        Raises
        ------
        SpaceMismatchError
            If the space is not known, or the policy is "strict" and a point does not fit.
        """
        ...


@runtime_checkable
class HistorySource(Protocol):
    """Where runs of others come from; see the readers of :mod:`warmstart.histories`."""

    @property
    def source(self) -> str:
        """Kind of source, such as "optuna"; with a run's own id it names the run."""
        ...

    @property
    def location(self) -> str:
        """Where it is, for messages."""
        ...

    @property
    def remarks(self) -> Iterable[str]:
        """What the last reading left out, repaired or assumed, in sentences."""
        ...

    def batches(self) -> Iterator[pa.RecordBatch]:
        """The runs in batches of :data:`warmstart.histories.runs.schema.RUNS`.

        The same runs in the same order each time, with the same ids; the source is never
        written to. Failed, pruned and running ones are there, with a status and no score.
        Scores are higher-is-better.

        Raises
        ------
        HistoryError
            If a run names no task, or what is recorded cannot be understood.
        """
        ...
