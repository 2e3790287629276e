"""What is asked about a task, by whatever entry: the words before they are understood."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

from warmstart.errors import ArgumentError
from warmstart.recommend.question.arguments import check_budget, check_count, check_seed
from warmstart.recommend.question.search_question import ACQUISITIONS, Acquisition

if TYPE_CHECKING:
    import pandas as pd

    from warmstart.domain import LearnerName, MetricName
    from warmstart.recommend.look.result import Look

    Metafeatures = pd.Series[Any] | Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskQuery:
    """One question; see :meth:`warmstart.Recommender.search` for what each part means.

    Raises
    ------
    ValueError
        If a number is out of range, or there is no such acquisition function.

    Examples
    --------
    >>> TaskQuery(space="lightgbm").given()
    {'space': 'lightgbm'}
    """

    data: Any = None
    y: Any = None
    target: Any = None
    metafeatures: Metafeatures | None = None
    candidates: Any = None
    n_initial: int = 1
    acquisition: Acquisition = "ei"
    space: LearnerName | str | Iterable[LearnerName | str] | None = None
    metric: MetricName | str | Callable[..., Any] | None = None
    time_budget_s: float | None = None
    exclude: str | Iterable[Any] = ()
    task_type: str | None = None
    kinds: Mapping[Any, str] | None = None
    groups: Any = None
    time: Any = None
    look: Look | None = None
    random_state: int | None = None
    """None is that of the recommender."""

    def __post_init__(self) -> None:
        check_count("n_initial", self.n_initial)
        check_budget(self.time_budget_s)
        if self.random_state is not None:
            check_seed(self.random_state)
        if self.acquisition not in ACQUISITIONS:
            raise ArgumentError(
                f"acquisition must be one of {ACQUISITIONS}, got {self.acquisition!r}"
            )

    def given(self) -> dict[str, Any]:
        """What is not left as it is by default."""
        said = {field.name: getattr(self, field.name) for field in fields(self)}
        unsaid = {field.name: field.default for field in fields(self)}
        return {name: value for name, value in said.items() if value is not unsaid[name]}
