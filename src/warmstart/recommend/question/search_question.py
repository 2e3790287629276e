"""What a search is about and what it was told: plain values that go to JSON and back."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Literal, get_args

import pandas as pd

from warmstart.domain import Schema, Status, plain_value
from warmstart.errors import ArgumentError, DatasetError, KnowledgeError
from warmstart.recommend.look.result import Look
from warmstart.recommend.question.arguments import plain_configuration
from warmstart.tables.frames import read_frame

if TYPE_CHECKING:
    from warmstart.execution.resampling import Resampling

Acquisition = Literal["ei", "log_ei", "ei_per_second", "pi", "lcb", "thompson"]
ACQUISITIONS: tuple[str, ...] = get_args(Acquisition)
"""Expected improvement is maximised by its logarithm, so "ei" and "log_ei" are the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What was told of one configuration, once."""

    configuration: dict[str, Any]
    configuration_id: Any
    score: float
    """Higher is better; NaN unless the status is "ok"."""

    cost_s: float = math.nan
    status: Status = "ok"

    def to_dict(self) -> dict[str, Any]:
        """Plain values, None for unknown numbers; :meth:`from_dict` reads them back."""
        return {k: None if v != v else v for k, v in asdict(self).items()}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Result:
        """Read what :meth:`to_dict` wrote."""
        numbers = {
            k: math.nan if values[k] is None else float(values[k]) for k in ("score", "cost_s")
        }
        return cls(**{**values, **numbers})


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What a search is about; all that its answers depend on besides the results."""

    kind: str | None
    metric: str | None
    metafeatures: dict[str, float] | None
    schema: Schema | None
    pool: tuple[dict[str, Any], ...]
    """Plain values of every configuration that may be asked."""

    pool_ids: tuple[Any, ...]
    learners: tuple[str, ...]
    acquisition: Acquisition
    n_initial: int
    time_budget_s: float | None
    excluded: tuple[Any, ...]
    random_state: int
    speed: float
    model: str = "pmf"
    """Name of the model that decides."""

    local: bool = False
    """Whether configurations near the best one told may be asked, though in no pool."""

    look: Look | None = None
    """What was measured on parts of the data before the search began."""

    resampling: Resampling = "random"
    """How the new data will be split: what of the base counts."""

    n_rows: float | None = None
    """Rows of the new data, as far as they are known."""

    def __post_init__(self) -> None:
        if self.acquisition not in ACQUISITIONS:
            raise ArgumentError(
                f"acquisition must be one of {ACQUISITIONS}, got {self.acquisition!r}"
            )
        if self.n_initial < 1:
            raise ArgumentError(f"n_initial must be at least 1, got {self.n_initial}")

    @property
    def phi(self) -> pd.Series[Any] | None:
        """The meta-features as models take them; None where there are none."""
        known = self.metafeatures
        return None if known is None else pd.Series(known, dtype="float64")

    def to_dict(self) -> dict[str, Any]:
        """Plain values; :meth:`from_dict` reads them back."""
        schema = None if self.schema is None else self.schema.to_dict()
        look = None if self.look is None else self.look.to_dict()
        return {**asdict(self), "schema": schema, "look": look}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Question:
        """Read what :meth:`to_dict` wrote."""
        schema = values["schema"]
        lists = {k: tuple(values[k]) for k in ("pool", "pool_ids", "learners", "excluded")}
        return cls(
            **{
                **values,
                **lists,
                "schema": None if schema is None else Schema.from_dict(schema),
                "look": Look.from_dict(look) if (look := values.get("look")) else None,
            }
        )


def read_pool(candidates: Any) -> tuple[tuple[dict[str, Any], ...], tuple[Any, ...]]:
    """Rows of a frame as plain values, and their ids; a missing cell is not active.

    Parameters
    ----------
    candidates : DataFrame of any library, or list of mappings
        One row a configuration. The index of a pandas frame holds the ids, else they are
        0, 1, 2, ….

    Raises
    ------
    KnowledgeError
        If there is no row, an id occurs twice, or a cell holds no plain value.
    """
    try:
        frame = read_frame(candidates)
    except DatasetError as error:
        raise KnowledgeError(
            "candidates must be a frame of one row a configuration and one column a "
            f"hyperparameter, got {type(candidates).__name__}"
        ) from error
    if not len(frame):
        raise KnowledgeError("candidates has no row; leave it out to ask for those of the base")
    if not frame.index.is_unique:
        twice = frame.index[frame.index.duplicated()].unique()
        raise KnowledgeError(
            f"candidates has ids that occur twice: {', '.join(map(repr, twice[:5].tolist()))}; "
            "number its rows with candidates.reset_index(drop=True)"
        )
    rows = frame.to_dict("records")
    pool = tuple(
        {
            name: value
            for name, value in plain_configuration(
                row, f"candidate {at!r}", KnowledgeError
            ).items()
            if value is not None
        }
        for at, row in zip(frame.index.tolist(), rows, strict=True)
    )
    try:
        return pool, tuple(plain_value(label) for label in frame.index)
    except ValueError as error:
        raise KnowledgeError(
            f"ids of candidates are text or numbers: {error}; "
            "number its rows with candidates.reset_index(drop=True)"
        ) from error
