"""One configuration, and what is expected of it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from warmstart._shown import shown
from warmstart.domain import Schema
from warmstart.errors import ArgumentError, SpaceMismatchError
from warmstart.recommend.answer.evidence import Evidence

COSTS = ("predict_s", "size_mb", "memory_mb", "p_feasible")
"""What is told only where it was asked for."""

_WITHIN_90 = 1.6448536269514722
"""Standard deviations on each side of the central 90 % of a Gaussian."""

_MEASURED = ("measured", "measured_std", "n_measured")


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Suggestion:
    """One configuration, and what is expected of it."""

    configuration: dict[str, Any]
    """Plain values."""

    configuration_id: Any
    learner: str = ""

    score: float = math.nan
    """Predicted score (the median), higher is better; losses are negative."""

    score_std: float = math.nan
    """Half the width of the central 68 % of the prediction."""

    score_low: float = math.nan
    """With :attr:`score_high` the central 90 % interval of the predicted score."""

    score_high: float = math.nan

    regret: float = math.nan
    """How far its score is expected to be below that of the best configuration known, in
    units of the metric."""

    p_best: float = math.nan
    """Probability that it is the best of all configurations known that are legal here."""

    cost_s: float = math.nan
    """Predicted seconds of one fit to this dataset, on one core."""

    predict_s: float = math.nan
    """Predicted seconds to predict 1,000 rows, on one core; where it was asked for, as are
    the three below."""

    size_mb: float = math.nan
    """Predicted megabytes of the fitted pipeline."""

    memory_mb: float = math.nan
    """Predicted megabytes that a fit takes at most."""

    cost_stds: Mapping[str, float] = field(default_factory=dict)
    """How surely each cost is known: standard deviations of logarithms on tables of families
    left out, by "fit_s" and the names above."""

    p_feasible: float = math.nan
    """Probability that it keeps the limits that were given."""

    measured: float = math.nan
    """Score a look measured on parts of the data; NaN where it did not."""

    measured_std: float = math.nan
    """Its standard error."""

    n_measured: int = 0
    """Folds it was measured on."""

    evidence: tuple[Evidence, ...] = ()
    """How it did on the nearest known tasks."""

    schema: Schema | None = None
    """Of the dataset it was suggested for."""

    random_state: int = 0

    def estimator(self, random_state: int | None = None) -> Any:
        """Make the unfitted scikit-learn pipeline, legal for the dataset it is for.

        Parameters
        ----------
        random_state : int, optional
            Seed of every random part; that of the suggestions by default.

        Raises
        ------
        SpaceMismatchError
            If the configuration is not of a space warmstart can build, or was
            suggested for meta-features without a dataset.
        MissingExtraError
            If the learner's library is not installed.
        """
        from warmstart.spaces.pipelines.learners import LEARNERS
        from warmstart.spaces.pipelines.pipeline import build_estimator

        if self.configuration.get("learner") not in LEARNERS:
            learner = self.configuration.get("learner") or self.learner
            whose = f"learner {learner!r}, which none of the" if learner else "no learner that"
            raise SpaceMismatchError(
                f"configuration {self.configuration_id} ({settings_of(self.configuration)}) is "
                f"of a history of your own, with {whose} pipelines here are built of, so there "
                "is no pipeline: set its .configuration on your estimator with set_params, or "
                "give the suggestions to a tuner with suggestions.seed(study)"
            )
        if self.schema is None:
            raise SpaceMismatchError(
                f"configuration {self.configuration_id} was suggested without a dataset, so "
                "its columns are unknown; pass a dataset to suggest"
            )
        seed = self.random_state if random_state is None else random_state
        return build_estimator(self.configuration, self.schema, random_state=seed)

    @property
    def costs(self) -> dict[str, float]:
        """Costs that were asked for, by name."""
        values = {name: float(getattr(self, name)) for name in COSTS}
        return {name: value for name, value in values.items() if not math.isnan(value)}

    def cost_interval(self, name: str = "fit_s") -> tuple[float, float]:
        """The central 90 % of what a cost may be.

        Parameters
        ----------
        name : str
            "fit_s", "predict_s", "size_mb" or "memory_mb".

        Raises
        ------
        ValueError
            If there is no such cost, or it was not asked for.

        Examples
        --------
        >>> told = Suggestion(
        ...     configuration={}, configuration_id=1, cost_s=2.0, cost_stds={"fit_s": 0.5})
        >>> [round(end, 2) for end in told.cost_interval()]
        [0.88, 4.55]
        """
        if name not in self.cost_stds:
            raise ArgumentError(
                f"nothing is said of how sure {name!r} is, only of {sorted(self.cost_stds)}; "
                "ask for it by objectives= or a limit"
            )
        expected = self.cost_s if name == "fit_s" else float(getattr(self, name))
        margin = math.exp(_WITHIN_90 * self.cost_stds[name])
        return expected / margin, expected * margin

    @property
    def measurement(self) -> dict[str, Any]:
        """What a look measured of it, by name."""
        return {name: getattr(self, name) for name in _MEASURED}

    def __repr__(self) -> str:
        return str(shown("suggestion_line")(self))


def settings_of(configuration: Mapping[str, Any]) -> str:
    """Values as ``name=value``; words where there are none.

    Examples
    --------
    >>> settings_of({"lr": 0.25, "depth": 3})
    'lr=0.25, depth=3'
    """
    said = (f"{name}={value}" for name, value in configuration.items())
    return ", ".join(said) or "nothing is known of its values"
