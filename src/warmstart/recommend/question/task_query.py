"""What is asked about a task, by whatever entry: the words before they are understood."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, Literal, get_args

from warmstart.errors import ArgumentError
from warmstart.recommend.question.arguments import (
    Acquisition,
    Similarity,
    check_acquisition_name,
    check_budget,
    check_count,
    check_description,
    check_jobs,
    check_look,
    check_seed,
)

if TYPE_CHECKING:
    import pandas as pd

    from warmstart.domain import LearnerName, MetricName
    from warmstart.recommend.look.request import Progress
    from warmstart.recommend.look.result import Look
    from warmstart.recommend.pareto.asked import Asked

    Metafeatures = pd.Series[Any] | Mapping[str, float]

Strategy = Literal["auto", "pmf", "portfolio", "nearest_datasets", "random", "anytime"]
STRATEGIES: tuple[str, ...] = get_args(Strategy)

_LIMITS = ("max_predict_s", "max_fit_s", "max_size_mb", "max_memory_mb")


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskQuery:
    """What every question about a task may say.

    What each part means is said in
    :data:`warmstart.recommend.question.documented.ARGUMENTS`.

    Raises
    ------
    ValueError
        If a number is out of range.

    Examples
    --------
    >>> TaskQuery(space="lightgbm").given()
    {'space': 'lightgbm'}
    """

    data: Any = None
    y: Any = None
    target: Any = None
    metafeatures: Metafeatures | None = None
    space: LearnerName | str | Iterable[LearnerName | str] | None = None
    metric: MetricName | str | Callable[..., Any] | None = None
    time_budget_s: float | None = None
    max_predict_s: float | None = None
    max_fit_s: float | None = None
    max_size_mb: float | None = None
    max_memory_mb: float | None = None
    exclude: str | Iterable[Any] = ()
    task_type: str | None = None
    kinds: Mapping[Any, str] | None = None
    groups: Any = None
    time: Any = None
    random_state: int | None = None
    """None is that of the recommender."""

    def __post_init__(self) -> None:
        check_budget(self.time_budget_s)
        if self.random_state is not None:
            check_seed(self.random_state)
        _ = self.asked

    @property
    def asked(self) -> Asked | None:
        """Limits, and objectives beside the score; None where only the score counts."""
        return _asked(self, None)

    def given(self) -> dict[str, Any]:
        """What is not left as it is by default."""
        said = {field.name: getattr(self, field.name) for field in fields(self)}
        unsaid = {field.name: field.default for field in fields(self)}
        return {name: value for name, value in said.items() if value is not unsaid[name]}


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchQuery(TaskQuery):
    """What a search is begun with.

    Raises
    ------
    ValueError
        If a number is out of range, or there is no such acquisition function.
    """

    candidates: Any = None
    n_initial: int = 1
    acquisition: Acquisition = "ei"
    strategy: str = "auto"
    objectives: str | Iterable[str] | None = None
    look: Look | None = None

    def __post_init__(self) -> None:
        TaskQuery.__post_init__(self)
        check_count("n_initial", self.n_initial)
        if self.candidates is not None and self.asked is not None:
            raise ArgumentError(
                "limits and objectives need costs, which are known of the base's "
                "configurations only; leave candidates= out, or pass only those cheap enough"
            )
        check_acquisition_name(self.acquisition)
        if self.asked and self.asked.objectives and self.acquisition != "ei":
            raise ArgumentError(
                "with objectives a search asks by expected hypervolume improvement; leave out "
                f"acquisition={self.acquisition!r}"
            )

    @property
    def asked(self) -> Asked | None:
        """Limits, and objectives beside the score; None where only the score counts."""
        return _asked(self, self.objectives)


@dataclass(frozen=True, slots=True, kw_only=True)
class SuggestQuery(TaskQuery):
    """What suggestions are asked by.

    Raises
    ------
    ValueError
        If a number is out of range, or there is no such strategy.
    SimilarityError
        If the similarity named lacks what it compares tasks by.
    """

    description: str | None = None
    n_rows: int | None = None
    n: int = 10
    strategy: Strategy = "auto"
    proba: bool = False
    similarity: Similarity = "auto"
    objectives: str | Iterable[str] | None = None
    look_s: float | None = None
    look_n: int | None = None
    n_jobs: int | None = None
    progress: Progress | None = None

    def __post_init__(self) -> None:
        check_description(
            self.description, self.similarity, self.data, self.metafeatures, self.n_rows
        )
        check_look(self.look_s, self.look_n)
        check_jobs(self.n_jobs)
        check_count("n", self.n)
        check_budget(self.time_budget_s)
        if self.strategy not in STRATEGIES:
            raise ArgumentError(f"strategy must be one of {STRATEGIES}, got {self.strategy!r}")
        TaskQuery.__post_init__(self)

    @property
    def asked(self) -> Asked | None:
        """Limits, and objectives beside the score; None where only the score counts."""
        return _asked(
            self,
            self.objectives,
            strategy=self.strategy,
            looks=check_look(self.look_s, self.look_n) is not None,
        )


def _asked(
    query: TaskQuery,
    objectives: str | Iterable[str] | None,
    *,
    strategy: str = "auto",
    looks: bool = False,
) -> Asked | None:
    costs = {name: getattr(query, name) for name in _LIMITS}
    if objectives is None and all(limit is None for limit in costs.values()):
        return None
    from warmstart.recommend.pareto.asked import read_asked
    from warmstart.recommend.pareto.objectives import CostLimits

    return read_asked(
        objectives,
        CostLimits(**costs),
        strategy=strategy,
        time_budget_s=query.time_budget_s,
        looks=looks,
    )
