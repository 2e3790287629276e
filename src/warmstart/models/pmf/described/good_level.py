"""How well good configurations do on a task, told by its meta-features."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from warmstart.models.log_loss import log_loss_response
from warmstart.models.pmf.described.described_arrays import arrays_of_described, described_from
from warmstart.models.pmf.described.prior_mean import PriorMean

if TYPE_CHECKING:
    import pandas as pd
    from typing_extensions import Self

    from warmstart.metadataset.core.score_table import ScoreTable
    from warmstart.models.pmf.prior import Prior

Array = np.ndarray[Any, np.dtype[np.float64]]

_GOOD = 0.05
"""Share of the configurations, those usually best, whose mean response is foretold."""

_FEWEST_GOOD, _FEWEST_FAMILIES = 5, 40
"""Of fewer configurations the mean is luck; of fewer families errors say little."""

_LEAST_ERROR = 0.1
"""Expected squared error nowhere smaller than this share of the usual one."""

_COVERED, _NORMAL = 0.9, 1.6449
"""Share of the tasks left out that nine intervals in ten should hold, and half the width of
that interval of a normal distribution."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GoodLevel:
    """A ridge and a forest of their own for the level that good configurations share.

    What meta-features say of all responses at once is mostly which configurations differ;
    how hard the task is those grown for nothing else tell better, and where tasks like this
    one differ the forest says so. Errors are those on families left out.

    References
    ----------
    .. [1] Johansson, Boström, Löfström, Linusson. "Regression Conformal Prediction with Random
       Forests." Machine Learning 97, 2014 (out-of-bag errors, scaled by how hard a case is).
    """

    columns: npt.NDArray[np.intp]
    """The good configurations, shape (n_good,)."""

    described: PriorMean
    """Predicts the levels, centred."""

    levels: Array
    """Mean response of the good ones on each described task, shape (n_described,)."""

    squares: Array
    """Squared errors on each, left out, so scaled that nine intervals in ten
    hold, shape (n_described,)."""

    @classmethod
    def fit(
        cls, prior: Prior, table: ScoreTable, offset: float, *, random_state: int = 0
    ) -> Self | None:
        """Learn from the described tasks of a table.

        Parameters
        ----------
        prior : Prior
            Fitted to that table; says which configurations are usually good.
        table : ScoreTable
        offset : float
            Added to a loss before the logarithm, in units of the score.

        Returns
        -------
        GoodLevel or None
            None where too few families are described for errors to say anything.
        """
        if prior.described is None or table.metafeatures is None:
            return None
        rows, _ = table.described()
        families = table.families[rows]
        names = list(prior.described.normaliser.names)
        metafeatures = table.metafeatures.loc[table.task_ids[rows]].rename(columns=str)[names]
        responses = log_loss_response(table.scores[rows], prior.ideal, offset)
        n_good = max(_FEWEST_GOOD, round(_GOOD * len(prior.mean)))
        columns = np.argsort(prior.mean, kind="stable")[:n_good]
        some = responses[:, columns]
        usual = _column_means(some)
        known = np.isfinite(some).mean(axis=1) >= 0.5
        if len(np.unique(families[known])) < _FEWEST_FAMILIES:
            return None
        apart = np.where(np.isfinite(some), some - usual, 0.0).sum(axis=1)
        levels = usual.mean() + apart / np.maximum(np.isfinite(some).sum(axis=1), 1)
        middle = levels[known].mean()
        centred = np.where(known, levels - middle, 0.0)
        described = PriorMean.fit(
            metafeatures, centred[:, None], families, random_state=random_state
        )
        errors = (centred - described.left_out(centred[:, None], families)[:, 0]) ** 2
        mean = float(errors[known].mean())
        errors = np.where(known, errors, mean)
        expected = mean + described.forest.out_of_bag((errors - mean)[:, None])[:, 0]
        expected = np.maximum(expected, _LEAST_ERROR * mean)
        reach = np.quantile(np.sqrt(errors / expected)[known], _COVERED) / _NORMAL
        return cls(
            columns=columns,
            described=described,
            levels=np.where(known, levels, middle),
            squares=errors * reach**2,
        )

    def predict(self, metafeatures: pd.Series[Any]) -> tuple[float, float]:
        """Mean response of the good ones on a new task, and the variance of that.

        Parameters
        ----------
        metafeatures : Series
            Of the task, by name.
        """
        frame = metafeatures.to_frame().T
        middle = self.levels.mean()
        mean = middle + self.described.weights(frame)[0] @ (self.levels - middle)
        points = self.described.normaliser.transform(frame)
        variance = float(self.described.forest.weights(points)[0] @ self.squares)
        return float(mean), max(variance, _LEAST_ERROR * float(self.squares.mean()))

    @property
    def usual(self) -> tuple[float, float]:
        """The same of a task that nothing describes: as wide as nine known ones in ten span."""
        low, high = np.quantile(self.levels, [(1 - _COVERED) / 2, (1 + _COVERED) / 2])
        return float(self.levels.mean()), float((high - low) / 2 / _NORMAL) ** 2

    def to_arrays(self) -> dict[str, npt.NDArray[Any]]:
        """As plain arrays; :meth:`from_arrays` reads them back."""
        return {
            "level_columns": self.columns,
            "level_values": self.levels.astype("float32"),
            "level_squares": self.squares.astype("float32"),
            **{f"level_{k}": array for k, array in arrays_of_described(self.described).items()},
        }

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, npt.NDArray[Any]]) -> Self | None:
        """Read what :meth:`to_arrays` gave; None where there is none."""
        own = {k.removeprefix("level_"): v for k, v in arrays.items() if k.startswith("level_")}
        described = described_from(own)
        if described is None:
            return None
        return cls(
            columns=own["columns"],
            levels=own["values"].astype("float64"),
            squares=own["squares"].astype("float64"),
            described=described,
        )


def _column_means(values: Array) -> Array:
    known = np.isfinite(values)
    sums: Array = np.where(known, values, 0.0).sum(axis=0)
    result: Array = sums / np.maximum(known.sum(axis=0), 1)
    return result
