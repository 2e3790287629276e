"""BoTorch: points as tensors, known scores as ``train_X`` and ``train_Y``."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from warmstart._extras import require
from warmstart.downstream.adapter import Fitting, TunerAdapter
from warmstart.downstream.point_forms import Points
from warmstart.errors import SpaceMismatchError
from warmstart.spaces.configspace import neutral_space
from warmstart.spaces.seed_report import SeedReport
from warmstart.spaces.space import Choice, Number, Parameter, Space

if TYPE_CHECKING:
    from torch import Tensor
    from typing_extensions import Unpack


def seed(
    suggestions: Points,
    target: Any = None,
    *,
    space: Any = None,
    **fitting: Unpack[Fitting],
) -> SeedReport:
    """Make points tensors: those with scores to train on, the others to evaluate first.

    BoTorch has no study, no names and no checks: a column is a parameter. Here numbers lie
    in [0, 1], logarithmic ones on their logarithm; choices are positions. Constants have no
    column. :func:`decode` makes points of what ``optimize_acqf`` proposes.

    Parameters
    ----------
    suggestions : Suggestions, or iterable of Suggestion or of dict, or DataFrame
    target : Space or ConfigSpace.ConfigurationSpace, optional
        The space, if `space` does not give it.
    space : Space or ConfigSpace.ConfigurationSpace
        Without conditions, every number bounded.
    mapping, policy, defaults
        See :func:`warmstart.downstream.fit.fit_points`.
    scores : sequence of float, optional, shape (n_points,)
        Known scores, higher is better, as BoTorch has it.

    Returns
    -------
    SeedReport
        Its ``arguments``: ``bounds``, shape (2, n_columns), of ``optimize_acqf``;
        ``train_X``, shape (n_scored, n_columns), and ``train_Y``, shape (n_scored, 1), where
        there are scores; ``X``, shape (n_others, n_columns), where there are others. All of
        them double.

    Raises
    ------
    SpaceMismatchError
        If the space is of another kind, has conditions, or a number without bounds.
    MissingExtraError
        If torch is not installed.

    Examples
    --------
    >>> import warmstart
    >>> from warmstart.spaces.space import Number, Space
    >>> space = Space(parameters=(Number(name="lr", low=1e-4, high=1.0, log=True),))
    >>> report = warmstart.downstream.botorch.seed([{"lr": 0.01}], space, scores=[0.9])
    >>> report.arguments["train_X"].tolist(), report.arguments["train_Y"].tolist()
    ([[0.5]], [[0.9]])
    """
    require("torch", extra="botorch")
    return _Tensors(target if space is None else space).seed(suggestions, **fitting)


class _Tensors(TunerAdapter):
    tuner = "botorch"

    def __init__(self, space: Any) -> None:
        self._space = _flat(neutral_space(space))

    def space(self) -> Space:
        return self._space

    def hand_over(self, report: SeedReport) -> SeedReport:
        import torch

        columns = _columns(self._space)

        def tensor(points: list[Mapping[str, Any]]) -> Tensor:
            rows = [[_encoded(p, values[p.name]) for p in columns] for values in points]
            return torch.tensor(rows, dtype=torch.double)

        ends = [0.0] * len(columns), [_last(p) for p in columns]
        arguments: dict[str, Any] = {"bounds": torch.tensor(ends, dtype=torch.double)}
        evaluated = [p for p in report.points if p.score is not None]
        if evaluated:
            arguments["train_X"] = tensor([p.values for p in evaluated])
            known = [[p.score] for p in evaluated]
            arguments["train_Y"] = torch.tensor(known, dtype=torch.double)
        if rest := [p.values for p in report.points if p.score is None]:
            arguments["X"] = tensor(list(rest))
        return replace(report, arguments=arguments)


def decode(x: Tensor, space: Any) -> list[dict[str, Any]]:
    """Points of rows in the coding of :func:`seed`, rounded to what is legal.

    Parameters
    ----------
    x : Tensor, shape (n_points, n_columns)
    space : Space or ConfigSpace.ConfigurationSpace

    Raises
    ------
    SpaceMismatchError
        If the columns are not as many as the space has parameters to search.
    """
    neutral = _flat(neutral_space(space))
    columns = _columns(neutral)
    if x.ndim != 2 or x.shape[1] != len(columns):
        raise SpaceMismatchError(
            f"x must have shape (n_points, {len(columns)}), got {tuple(x.shape)}"
        )
    constants = {p.name: p.fallback for p in neutral if p not in columns}
    return [
        {**{p.name: _decoded(p, v) for p, v in zip(columns, row, strict=True)}, **constants}
        for row in x.tolist()
    ]


def _flat(space: Space) -> Space:
    if space.conditions:
        raise SpaceMismatchError(
            f"the space has conditions, as that {space.conditions[0].child} is active where "
            f"{space.conditions[0].text}; a tensor has every column always"
        )
    for p in space:
        if isinstance(p, Number) and math.isinf(p.high - p.low):
            raise SpaceMismatchError(f"{p.name} has no bounds, so no place in [0, 1]")
    return space


def _columns(space: Space) -> list[Number | Choice]:
    return [p for p in space if isinstance(p, Number | Choice)]


def _last(p: Parameter) -> float:
    return len(p.choices) - 1.0 if isinstance(p, Choice) else 1.0


def _encoded(p: Number | Choice, value: Any) -> float:
    if isinstance(p, Choice):
        found = (i for i, c in enumerate(p.choices) if type(c) is type(value) and c == value)
        return float(next(found))
    if p.low == p.high:
        return 0.0
    number = float(value)
    if p.log:
        return math.log(number / p.low) / math.log(p.high / p.low)
    return (number - p.low) / (p.high - p.low)


def _decoded(p: Number | Choice, code: float) -> Any:
    if isinstance(p, Choice):
        return p.choices[min(max(round(code), 0), len(p.choices) - 1)]
    code = min(max(code, 0.0), 1.0)
    value: float = p.low + code * (p.high - p.low)
    if p.log:
        value = p.low * math.exp(code * math.log(p.high / p.low))
    value = p.on_grid(min(max(value, p.low), p.high))
    return round(value) if p.integer else value
