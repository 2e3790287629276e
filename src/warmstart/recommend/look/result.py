"""What a look found: every configuration tried, how often, and how well it did."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from warmstart.domain import Status, plain_value
from warmstart.errors import ArgumentError

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True, kw_only=True)
class Measurement:
    """One configuration fitted to parts of the data and scored on the rest of them."""

    configuration: dict[str, Any]
    configuration_id: Any

    score: float
    """Mean over its folds, corrected for how hard those folds were; NaN where it failed."""

    score_std: float = math.nan
    """Standard error of that mean: what other folds would have changed."""

    likely: float = math.nan
    """The score it is likely to be worth, less what the best of so many owe to luck."""

    likely_std: float = math.nan
    """Standard error of that, beside what all share."""

    n_folds: int = 0
    """Fits that were scored."""

    cost_s: float = math.nan
    """Seconds of one of these fits, preparing and predicting included; their mean."""

    expected: float = math.nan
    """What was expected of it before the look."""

    status: Status = "ok"
    error: str = ""
    """Why it failed."""

    def __post_init__(self) -> None:
        if self.status == "ok" and not (math.isfinite(self.score) and self.n_folds > 0):
            raise ArgumentError(
                f"configuration {self.configuration_id} was measured, but has the score "
                f"{self.score} from {self.n_folds} folds"
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """Everything a look measured, in the order it was begun."""

    metric: str
    measurements: tuple[Measurement, ...]

    n_rows: int
    """Rows of the data the folds were cut from at first."""

    n_fits: int
    """Fits in all, the failed ones included."""

    seconds: float
    """By the clock, from the first row read to the last fit."""

    ended: str
    """Why it ended, in words."""

    fold_std: float = math.nan
    """Standard deviation of one fold's score beyond what the fold and the configuration say."""

    level_std: float = math.nan
    """Standard error of what all scores share: other rows may all be harder."""

    row_std: float = math.nan
    """Standard deviation of a score on n rows not seen, times the root of n: see
    :meth:`scatter`."""

    fingerprint: str = ""
    """Content of the data, see :mod:`warmstart.datasets.fingerprints.fingerprint`."""

    def __len__(self) -> int:
        return len(self.measurements)

    @property
    def scored(self) -> tuple[Measurement, ...]:
        """Those that have a score."""
        return tuple(one for one in self.measurements if one.status == "ok")

    def of(self, configuration_id: Any) -> Measurement | None:
        """What was measured of one configuration, if anything."""
        same = (one for one in self.measurements if one.configuration_id == configuration_id)
        return next(same, None)

    def measured(self, configuration_id: Any) -> dict[str, Any]:
        """What a suggestion says of it; nothing where it has no score."""
        found = self.of(configuration_id)
        if found is None or found.status != "ok":
            return {}
        return {
            "measured": found.score,
            "measured_std": found.score_std,
            "n_measured": found.n_folds,
        }

    def scatter(self, n_rows: int) -> float:
        """By how much a score on so many rows not seen scatters, for which they are.

        A 90 % interval is of the score on new rows without end. The score on a test set is
        inside a wider one: its deviation is this and the interval's, squared and added.

        Parameters
        ----------
        n_rows : int

        Raises
        ------
        ArgumentError
            If there is no row.

        Examples
        --------
        >>> look = Look(metric="r2", measurements=(), n_rows=90, n_fits=0, seconds=1.0,
        ...             ended="all were tried", row_std=0.6)
        >>> look.scatter(400)
        0.03
        """
        if n_rows < 1:
            raise ArgumentError(f"n_rows counts rows of a test set, got {n_rows}")
        return self.row_std / math.sqrt(n_rows)

    def to_frame(self) -> pd.DataFrame:
        """One row a configuration tried: measured beside expected, then the hyperparameters."""
        import pandas as pd

        names = (
            *("score", "score_std", "likely", "n_folds"),
            *("expected", "cost_s", "status", "error"),
        )
        rows = [
            {
                "configuration_id": one.configuration_id,
                **{name: getattr(one, name) for name in names},
                **one.configuration,
            }
            for one in self.measurements
        ]
        return pd.DataFrame(rows, columns=None if rows else ["configuration_id", *names])

    def summary(self) -> str:
        """One sentence.

        Examples
        --------
        >>> Look(metric="r2", measurements=(), n_rows=90, n_fits=0, seconds=1.0,
        ...      ended="nothing fits 1 s").summary()
        'Looked for 1.0 s: 0 configurations, 0 fits to parts of 90 rows; nothing fits 1 s.'
        """
        n = len(self.measurements)
        return (
            f"Looked for {self.seconds:.1f} s: {n} configuration{'s' * (n != 1)}, "
            f"{self.n_fits} fit{'s' * (self.n_fits != 1)} to parts of {self.n_rows:,} rows; "
            f"{self.ended}."
        )

    def to_dict(self) -> dict[str, Any]:
        """Plain values, None for unknown numbers; :meth:`from_dict` reads them back."""
        values = _without_nan({**asdict(self), "measurements": []})
        values["measurements"] = [
            _without_nan({**asdict(one), "configuration_id": plain_value(one.configuration_id)})
            for one in self.measurements
        ]
        return values

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Look:
        """Read what :meth:`to_dict` wrote."""
        rows = [Measurement(**_with_nan(row)) for row in values["measurements"]]
        return cls(**{**_with_nan(values), "measurements": tuple(rows)})


_NUMBERS = (
    *("score", "score_std", "likely", "likely_std", "cost_s", "expected"),
    *("fold_std", "level_std", "row_std", "seconds"),
)


def _without_nan(values: Mapping[str, Any]) -> dict[str, Any]:
    return {
        k: None if isinstance(v, float) and not math.isfinite(v) else v
        for k, v in values.items()
    }


def _with_nan(values: Mapping[str, Any]) -> dict[str, Any]:
    return {k: math.nan if k in _NUMBERS and v is None else v for k, v in values.items()}
