"""scikit-optimize: ``x0`` and ``y0`` of its minimisers, results told to its Optimizer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from warmstart._extras import require
from warmstart.downstream.adapter import Fitting, TunerAdapter
from warmstart.downstream.point_forms import Points
from warmstart.errors import ArgumentError, SpaceMismatchError
from warmstart.spaces.seed_report import SeedReport
from warmstart.spaces.space import Choice, Number, Parameter, Space

if TYPE_CHECKING:
    from typing_extensions import Unpack


def seed(
    suggestions: Points,
    target: Any = None,
    *,
    space: Any = None,
    **fitting: Unpack[Fitting],
) -> SeedReport:
    """Make points the ``x0`` of ``gp_minimize`` and its kin, or tell them to an Optimizer.

    On its own, scikit-optimize stops at the first point outside its dimensions.

    Parameters
    ----------
    suggestions : Suggestions, or iterable of Suggestion or of dict, or DataFrame
    target : skopt.Optimizer, skopt.Space or list of dimensions, optional
        An Optimizer has no queue: it is told the points with scores, and those without
        are in the report for its owner to evaluate.
    space : skopt.Space or list of dimensions, optional
        Every dimension with a name; the target's own by default.
    mapping, policy, defaults
        See :func:`warmstart.downstream.fit.fit_points`.
    scores : sequence of float, optional, shape (n_points,)
        Known scores, higher is better. scikit-optimize minimises: they change sign.

    Returns
    -------
    SeedReport
        Its ``arguments`` are ``x0`` and, where there are scores, ``y0``.

    Raises
    ------
    SpaceMismatchError
        If there are no dimensions, or one without a name.
    ValueError
        If some of the points have scores and some do not: ``x0`` takes all or none.
    MissingExtraError
        If scikit-optimize is not installed.

    Examples
    --------
    >>> import warmstart
    >>> from skopt.space import Integer
    >>> dimensions = [Integer(2, 16, name="depth")]
    >>> report = warmstart.downstream.skopt.seed([{"depth": 64}], dimensions)
    >>> report.arguments
    {'x0': [[16]]}
    """
    skopt = require("skopt", extra="skopt")
    is_optimizer = isinstance(target, skopt.Optimizer)
    given = space if space is not None else target.space if is_optimizer else target
    if given is None:
        raise SpaceMismatchError("pass the dimensions as the target or as space=")
    adapter = _Optimizer(given, target) if is_optimizer else _Minimiser(given)
    return adapter.seed(suggestions, **fitting)


class _Minimiser(TunerAdapter):
    tuner = "skopt"

    def __init__(self, given: Any) -> None:
        self._space = from_dimensions(given)
        named = require("skopt", extra="skopt").Space(given).dimensions
        self._order = [dimension.name for dimension in named]

    def space(self) -> Space:
        return self._space

    def _columns(self, report: SeedReport) -> tuple[list[list[Any]], list[float | None]]:
        """Points in the order of the dimensions, and their losses."""
        x = [[point.values[name] for name in self._order] for point in report.points]
        return x, [None if score is None else -score for score in report.scores]

    def hand_over(self, report: SeedReport) -> SeedReport:
        x, y = self._columns(report)
        if len({loss is None for loss in y}) == 2:
            raise ArgumentError(
                f"{y.count(None)} of {len(y)} points have no score; x0 and y0 need all or "
                "none, so evaluate those or seed them apart"
            )
        known = {"y0": y} if y and y[0] is not None else {}
        # An empty x0 is refused; no x0 at all is not.
        return replace(report, arguments={"x0": x, **known} if x else {})


class _Optimizer(_Minimiser):
    def __init__(self, given: Any, optimizer: Any) -> None:
        super().__init__(given)
        self._optimizer = optimizer

    def present(self) -> Iterable[Mapping[str, Any]]:
        return [_named(self._space, x) for x in self._optimizer.Xi]

    def hand_over(self, report: SeedReport) -> SeedReport:
        x, y = self._columns(report)
        evaluated = [i for i, loss in enumerate(y) if loss is not None]
        if evaluated:
            self._optimizer.tell([x[i] for i in evaluated], [y[i] for i in evaluated])
        rest = [point for point, loss in zip(x, y, strict=True) if loss is None]
        note = "an Optimizer has no queue: evaluate arguments['x0'] in order and tell it"
        return replace(report, arguments={"x0": rest}, notes=(note,)) if rest else report


def from_dimensions(dimensions: Any) -> Space:
    """The neutral space of a ``skopt.Space`` or list of dimensions.

    Raises
    ------
    SpaceMismatchError
        If a dimension has no name.

    Examples
    --------
    >>> from skopt.space import Integer
    >>> from_dimensions([Integer(1, 8, name="depth")]).names
    ('depth',)
    """
    skopt = require("skopt", extra="skopt")
    return Space(
        parameters=tuple(
            _parameter(i, dimension) for i, dimension in enumerate(skopt.Space(dimensions))
        )
    )


def _parameter(position: int, dimension: Any) -> Parameter:
    from skopt.space import Categorical, Integer

    if dimension.name is None:
        raise SpaceMismatchError(
            f"dimension {position}, {dimension}, has no name to match points with; give it "
            f"one, as in {type(dimension).__name__}(…, name='depth')"
        )
    if isinstance(dimension, Categorical):
        return Choice(name=dimension.name, choices=tuple(dimension.categories))
    return Number(
        name=dimension.name,
        low=dimension.low,
        high=dimension.high,
        integer=isinstance(dimension, Integer),
        log=dimension.prior == "log-uniform",
    )


def _named(space: Space, x: Sequence[Any]) -> dict[str, Any]:
    return dict(zip(space.names, x, strict=True))
