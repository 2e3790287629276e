"""How the best configurations grow with what may be spent on them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from warmstart.errors import ArgumentError, NotFittedError

Array = npt.NDArray[np.float64]

_FEWEST = 2
"""Costs at which a best configuration must be known for a task to say how it grows."""


@dataclass(slots=True)
class ScaleRule:
    r"""Numeric hyperparameters as powers of the cost, learnt along the fronts of tasks.

    Of each task the configurations that no cheaper one beats are its front. Along the fronts

    .. math:: \log_2 v_d = a_{task,d} + b_d \log_2 c

    is fitted by least squares, so that :math:`2^{b_d \phi}` is by how much hyperparameter d
    grows when :math:`2^\phi` times the cost may be spent: EfficientNet's compound scaling,
    where the powers are read off histories and need no grid search.

    References
    ----------
    .. [1] Tan, Le. "EfficientNet: Rethinking Model Scaling for Convolutional Neural
       Networks." ICML 2019.

    Examples
    --------
    >>> sizes = [{"width": 2.0 ** k, "depth": 4.0} for k in range(4)]
    >>> rule = ScaleRule().fit(sizes, [[0.1, 0.2, 0.3, 0.4]], [[1.0, 4.0, 16.0, 64.0]])
    >>> rule.scale({"width": 8.0, "depth": 4.0, "act": "relu"}, phi=2)
    {'width': 16.0, 'depth': 4.0, 'act': 'relu'}

    :func:`warmstart.scale_rule` learns it from the runs of a base.
    """

    powers_: dict[str, float] = field(default_factory=dict)
    """Of each hyperparameter that is a positive number in every configuration."""

    def fit(
        self,
        configurations: Sequence[Mapping[str, Any]],
        scores: Any,
        costs: Any,
        *,
        dimensions: Sequence[str] | None = None,
    ) -> ScaleRule:
        """Learn from histories in which sizes vary together.

        Parameters
        ----------
        configurations : sequence of mapping, length n_configs
        scores, costs : array, shape (n_tasks, n_configs)
            Higher scores are better; NaN where not evaluated.
        dimensions : sequence of str, optional
            Hyperparameters that grow, such as width, depth or rounds; by default every one
            that is a positive number in every configuration.

        Raises
        ------
        ValueError
            If shapes do not fit, nothing is numeric, a dimension is no positive number
            everywhere, or no task has a front of two.
        """
        y, c = np.asarray(scores, dtype=np.float64), np.asarray(costs, dtype=np.float64)
        if y.ndim != 2 or y.shape != c.shape or y.shape[1] != len(configurations):
            raise ArgumentError(
                f"scores and costs must have shape (n_tasks, {len(configurations)}), got "
                f"{y.shape} and {c.shape}"
            )
        names = _dimensions(configurations, dimensions)
        logs = np.log2([[float(one[name]) for name in names] for one in configurations])
        about, grown = [], []
        for row, spent in zip(y, c, strict=True):
            front = _front(row, spent)
            if len(front) >= _FEWEST:
                x = np.log2(spent[front])
                about.append(x - x.mean())
                grown.append(logs[front] - logs[front].mean(axis=0))
        if not about:
            raise ArgumentError("no task has two configurations of which the dearer is better")
        x, z = np.concatenate(about), np.concatenate(grown)
        powers = x @ z / (x @ x)
        self.powers_ = dict(zip(names, map(float, powers), strict=True))
        return self

    def scale(self, configuration: Mapping[str, Any], phi: float) -> dict[str, Any]:
        """The configuration for :math:`2^{phi}` times its cost; whole numbers stay whole.

        Parameters
        ----------
        configuration : mapping
            Hyperparameters by name.
        phi : float
            Doublings of the cost; negative for less.

        Raises
        ------
        NotFittedError
            Before :meth:`fit`.
        ValueError
            If a hyperparameter that grows is no positive number.
        """
        if not self.powers_:
            raise NotFittedError("fit the scale rule to histories first")
        scaled = dict(configuration)
        for name, power in self.powers_.items():
            if name not in scaled:
                continue
            value = scaled[name]
            if not _is_positive(value):
                raise ArgumentError(f"{name} must be a positive number to grow, got {value!r}")
            larger = float(value) * 2.0 ** (power * phi)
            scaled[name] = max(round(larger), 1) if isinstance(value, int) else larger
        return scaled


def _dimensions(
    configurations: Sequence[Mapping[str, Any]], wanted: Sequence[str] | None
) -> list[str]:
    numeric = [
        name
        for name in dict.fromkeys(key for one in configurations for key in one)
        if all(_is_positive(one.get(name)) for one in configurations)
    ]
    if wanted is not None:
        other = [name for name in wanted if name not in numeric]
        if other:
            raise ArgumentError(
                f"dimensions {other} are no positive numbers in every configuration; those "
                f"that are: {numeric}"
            )
        numeric = list(wanted)
    if not numeric:
        raise ArgumentError(
            "no hyperparameter is a positive number in every configuration: nothing grows"
        )
    return numeric


def _front(scores: Array, costs: Array) -> npt.NDArray[np.intp]:
    """Configurations that are better than all cheaper ones, by rising cost."""
    known = np.flatnonzero(np.isfinite(scores) & (costs > 0) & np.isfinite(costs))
    order = known[np.lexsort((-scores[known], costs[known]))]
    best = np.maximum.accumulate(scores[order]) if len(order) else scores[order]
    first = np.append(-np.inf, best[:-1])
    front: npt.NDArray[np.intp] = order[scores[order] > first[: len(order)]]
    return front


def _is_positive(value: Any) -> bool:
    real = isinstance(value, (int, float, np.integer, np.floating))
    return real and not isinstance(value, bool) and bool(value > 0)
