"""What a configuration takes, from its hyperparameters and the size of the data."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from warmstart.errors import ArgumentError
from warmstart.models.costs.features import (
    N_SIZES,
    STOPPED,
    DataSize,
    log_sizes,
    regime,
)
from warmstart.models.costs.learner_costs import LearnerCosts, fit_learner, size_slopes


@dataclass(slots=True)
class ResourceModel:
    r"""Log-linear cost of any configuration of a known learner, one regression a learner.

    .. math:: \log c = a_l + b_l^T \log v + d_l^T (\log n_{rows}, \log n_{columns},
              \log n_{classes}, \log n_{nodes}, [n_{nodes} > 1], \log (1 + n_{symbols}))
              + e, \quad e \sim N(0, s_l^2)

    with the hyperparameters v of learner l (those that are words as 0 and 1), by ridge
    regression. Costs multiply, so their logarithms add. Trees have at most
    :math:`n_{nodes}` nodes: rounds times the fewest leaves that depth, leaves and rows a
    leaf allow on so many rows. Boosters that stop early are learnt apart: how many rounds
    they come to have is up to the data.

    Parameters
    ----------
    unit : str
        What is predicted, for messages.

    Examples
    --------
    >>> sizes = [DataSize(n, 10) for n in (100, 200, 400, 800) * 40]
    >>> trees = [{"n_estimators": k} for k in (10, 20, 40, 80) for _ in range(40)]
    >>> bytes_ = [s.n_rows * t["n_estimators"] for s, t in zip(sizes, trees)]
    >>> model = ResourceModel().fit(["forest"] * 160, trees, sizes, bytes_)
    >>> round(float(model.predict("forest", {"n_estimators": 40}, DataSize(400, 10))), -3)
    16000.0
    """

    unit: str = "megabytes"
    learners_: dict[str, LearnerCosts] = field(default_factory=dict, repr=False)

    def fit(
        self,
        learners: Sequence[str],
        values: Sequence[Mapping[str, Any]],
        sizes: Sequence[DataSize],
        costs: Any,
    ) -> ResourceModel:
        """Learn from runs.

        Parameters
        ----------
        learners : sequence of str, length n_runs
        values : sequence of mapping, length n_runs
            Hyperparameters of each run's configuration.
        sizes : sequence of DataSize, length n_runs
        costs : array, shape (n_runs,)
            Positive; a run of NaN is left out.

        Raises
        ------
        ValueError
            If lengths differ, or no cost is known.
        """
        measured = np.asarray(costs, dtype=np.float64)
        if not len(learners) == len(values) == len(sizes) == len(measured):
            raise ArgumentError(
                f"{len(learners)} learners, {len(values)} configurations, {len(sizes)} sizes "
                f"and {len(measured)} costs were given; one of each a run is needed"
            )
        known = [int(i) for i in np.flatnonzero(np.isfinite(measured) & (measured > 0))]
        if not known:
            raise ArgumentError(f"no run tells its {self.unit}")
        pairs = zip(learners, values, strict=True)
        names = np.array([regime(learner, one) for learner, one in pairs], dtype=object)
        x = np.stack([log_sizes(sizes[i], values[i]) for i in known])
        shared = size_slopes(x, np.log(measured[known]), names[known])
        self.learners_ = {
            str(learner): fit_learner(
                [values[i] for i in known if names[i] == learner],
                x[names[known] == learner],
                np.log(measured[known])[names[known] == learner],
                shared,
            )
            for learner in dict.fromkeys(names[known])
        }
        return self

    def of(self, learner: str, values: Mapping[str, Any]) -> LearnerCosts | None:
        """What is known of such runs of a learner, or of its others where there were none.

        Parameters
        ----------
        learner : str
        values : mapping
            Hyperparameters of the configuration.
        """
        names = (regime(learner, values), learner, f"{learner}{STOPPED}")
        return next((self.learners_[one] for one in names if one in self.learners_), None)

    def knows(self, learner: str) -> bool:
        """Whether runs of this learner were seen."""
        return self.of(learner, {}) is not None

    def predict(
        self, learner: str, values: Mapping[str, Any], size: DataSize, *, quantile: float = 0.5
    ) -> float:
        """What the configuration takes; NaN of a learner never seen.

        Parameters
        ----------
        quantile : float
            Share of runs that take no more.
        """
        found = self.of(learner, values)
        if found is None:
            return math.nan
        margin = float(ndtri(quantile)) * found.spread
        return math.exp(found.predict(values, size) + margin)

    def spread(self, learner: str, values: Mapping[str, Any]) -> float:
        """Standard deviation of the logarithm about what is predicted.

        Parameters
        ----------
        learner : str
        values : mapping
            Hyperparameters of the configuration.
        """
        found = self.of(learner, values)
        return math.nan if found is None else found.spread

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON; :meth:`from_dict` reads them back."""
        return {
            "unit": self.unit,
            "learners": {
                name: {
                    "names": list(one.names),
                    "centre": one.centre.tolist(),
                    "slopes": one.slopes.tolist(),
                    "level": one.level,
                    "spread": one.spread,
                    "n_runs": one.n_runs,
                }
                for name, one in self.learners_.items()
            },
        }

    @classmethod
    def from_dict(cls, said: Mapping[str, Any]) -> ResourceModel:
        """Read what :meth:`to_dict` wrote.

        Raises
        ------
        ValueError
            If something is missing, or lengths do not fit.
        """
        try:
            found = {
                str(name): LearnerCosts(
                    tuple(map(str, one["names"])),
                    _sizes_of(one["centre"], len(one["names"])),
                    _sizes_of(one["slopes"], len(one["names"])),
                    float(one["level"]),
                    float(one["spread"]),
                    int(one["n_runs"]),
                )
                for name, one in said["learners"].items()
            }
            unit = str(said["unit"])
        except (KeyError, TypeError, AttributeError) as error:
            raise ArgumentError(f"a resource model lacks or has a wrong {error}") from error
        for name, one in found.items():
            if not len(one.names) + N_SIZES == len(one.centre) == len(one.slopes):
                raise ArgumentError(
                    f"resource model of {name}: {len(one.names)} hyperparameters, "
                    f"{len(one.centre)} means and {len(one.slopes)} slopes do not fit"
                )
        return cls(unit, found)


def _sizes_of(values: Sequence[float], n_names: int) -> NDArray[np.float64]:
    """Means or slopes; models saved before symbols were counted say nothing of them."""
    found = np.asarray(values, dtype=np.float64)
    return np.append(found, 0.0) if len(found) == n_names + N_SIZES - 1 else found
