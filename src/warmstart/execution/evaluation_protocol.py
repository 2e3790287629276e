"""How a configuration is evaluated: by which folds, limits, loader and builder."""

from __future__ import annotations

from dataclasses import dataclass, field

from warmstart.errors import HistoryError
from warmstart.execution.resampling import MAX_ROWS

BUILDER = "warmstart.spaces.pipelines.pipeline:build_estimator"


LOADER = "warmstart.datasets.load:load_dataset"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one evaluation may take, all folds together."""

    time_limit_s: float = 60.0
    """CPU seconds; by the wall clock four times as many."""

    memory_limit_mb: float = 2048.0
    """Memory beyond what an idle child has, where the system can limit it."""

    def __post_init__(self) -> None:
        for name in ("time_limit_s", "memory_limit_mb"):
            if not getattr(self, name) > 0:
                raise HistoryError(f"{name} must be positive, got {getattr(self, name)}")


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluationProtocol:
    """How configurations are evaluated: what a history must say of itself."""

    limits: Limits = field(default_factory=Limits)
    max_rows: int = MAX_ROWS
    seed: int = 0

    sampler: str = ""
    """How the configurations were chosen."""

    measure: bool = True
    """Whether sizes of models, and curves of boosters and networks, are recorded beside the
    scores; they take no further fit."""

    row_rungs: tuple[int, ...] = ()
    """Training rows at which learners without rounds or epochs are fitted too, for a curve
    over rows: a further fit each. None by default."""

    builder: str = BUILDER
    """``"module:function"`` from values and schema to an estimator."""

    loader: str = LOADER
    """``"module:function"`` from a path to a dataset."""

    def __post_init__(self) -> None:
        if any(not isinstance(n, int) or n < 2 for n in self.row_rungs):
            raise HistoryError(f"row_rungs are numbers of rows, got {self.row_rungs}")
