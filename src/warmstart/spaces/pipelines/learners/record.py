"""What there is to say of a learner: its space, its estimator, its limits and its cost."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from warmstart._extras import installed, require
from warmstart.domain import Schema
from warmstart.errors import SpaceMismatchError
from warmstart.spaces.pipelines.fitting import Values
from warmstart.spaces.pipelines.learners.ranges import Hyperparameter

Builder = Callable[[Values, Schema, int], Any]
"""From values, schema and a seed to an unfitted estimator."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Design:
    """How many configurations of a learner a space-filling set has."""

    turn: int
    """Its place in the set; seeds follow it, so that a set stays what it was."""

    classification: int = 0
    regression: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Learner:
    """One family of models, for classification, regression or both."""

    name: str

    ranges: Callable[[bool], Sequence[Hyperparameter]]
    """Its hyperparameters, given whether they are a classifier's."""

    classifier: Builder | None = None
    regressor: Builder | None = None

    design: Design
    """More configurations where it has more to choose and wins more."""

    package: str = "sklearn"
    """Import name of the library that has it."""

    extra: str = ""
    """The extra of warmstart that installs `package`; empty when always there."""

    images: bool = False
    """Whether it learns from the pixels of images, flattened or reduced to components."""

    tables: bool = True
    """Whether it learns from any table."""

    probabilities: bool = True
    """Whether its classifier predicts probabilities, which log loss needs."""

    classes: tuple[str, str] | None = None
    """Module and beginning of the names of its own library's classes: their defaults are
    those of hyperparameters that a history leaves alone."""

    scaled: bool = False
    """Whether its inputs must be scaled."""

    takes_missing: bool = False
    """Whether it learns from missing values itself."""

    refuses_empty: bool = False
    """Whether, though it takes missing values, it fails on a column of nothing else."""

    scales_target: bool = False
    """Whether its regressor wants a standardised target."""

    rounds: str = ""
    """Hyperparameter that counts the rounds of a booster; empty for other learners."""

    why_illegal: Callable[[Values, Schema, int], str | None] = lambda *_: None
    """Why values cannot be fitted on data; the last argument is the most features there may
    be after encoding. Two thirds of the rows must do."""

    growth: float = 1.05
    """Exponent of the rows in the seconds of a fit, for tables larger than any timed.

    Fixed from the algorithm's complexity: fits to small tables would extrapolate their
    overhead, which does not grow."""

    fixed_share: float | None = None
    """Share of the seconds of a fit to 1,333 rows that rows do not add to.

    Bins, leaves and rounds of boosters cost the same on few rows: measured by
    ``benchmarks/cost_large.py``. None for what is as quick as linear models: most of it is
    preparation, and how much is learnt from what was timed."""

    predict_growth: float = 0.0
    """Exponent of the training rows in the seconds of a prediction: support vectors are looked
    through, neighbours and the leaves of forests in trees; linear models do not grow."""

    def supports(self, task_type: str) -> bool:
        """Whether it can learn a task of this type."""
        if not (self.images if task_type == "image" else self.tables):
            return False
        return (self.regressor if task_type == "regression" else self.classifier) is not None

    @property
    def installed(self) -> bool:
        """Whether its library is there."""
        return installed(self.package)

    def build(self, values: Values, schema: Schema, random_state: int) -> Any:
        """Make the unfitted estimator; `values` without the learner's prefix."""
        make = self.regressor if schema.task_type == "regression" else self.classifier
        if make is None or not self.supports(schema.task_type):
            raise SpaceMismatchError(f"{self.name} does not learn {schema.task_type} tasks")
        if self.extra:
            require(self.package, extra=self.extra)
        return make(values, schema, random_state)
