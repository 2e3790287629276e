"""Ray Tune: ``points_to_evaluate`` and ``evaluated_rewards`` of its searchers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from warmstart._extras import require
from warmstart.downstream.adapter import Fitting, TunerAdapter
from warmstart.downstream.known_results import Mode, rewards
from warmstart.downstream.point_forms import Points
from warmstart.downstream.tuner_spaces.tune_domains import from_domains, nested
from warmstart.spaces.seed_report import SeedReport
from warmstart.spaces.space import Constant, Space

if TYPE_CHECKING:
    from typing_extensions import Unpack


def seed(
    suggestions: Points,
    target: Any = None,
    *,
    space: Mapping[str, Any] | None = None,
    mode: Mode = "max",
    **fitting: Unpack[Fitting],
) -> SeedReport:
    """Make points what a searcher evaluates first, best first.

    On its own, Ray runs illegal points as they are; OptunaSearch ignores points beside a
    define-by-run space.

    Parameters
    ----------
    suggestions : Suggestions, or iterable of Suggestion or of dict, or DataFrame
    target : type or dict, optional
        The class of the searcher, or the ``param_space`` if `space` does not give it.
        ``BasicVariantGenerator`` wants nested points; all others want names joined by
        ``/`` and no constants, which is the default.
    space : dict of domains
        As ``tune.Tuner`` gets it; may be nested, names are then joined by ``/``.
    mapping, policy, defaults
        See :func:`warmstart.downstream.fit.fit_points`.
    scores : sequence of float, optional, shape (n_points,)
        Known scores, higher is better, of all points or of none.
    mode : {"max", "min"}
        The searcher's; where it minimises, scores change sign.

    Returns
    -------
    SeedReport
        Its ``arguments`` go to the searcher: ``points_to_evaluate`` and, where there are
        scores, ``evaluated_rewards`` (not every searcher takes them).

    Raises
    ------
    SpaceMismatchError
        If the space is no dictionary, or a value is computed by a function.
    ValueError
        If some of the points have scores and some do not.
    MissingExtraError
        If Ray Tune is not installed.

    Examples
    --------
    .. code-block:: python

        report = warmstart.downstream.ray.seed(suggestions, space=param_space)
        search_alg = OptunaSearch(metric="score", mode="max", **report.arguments)
    """
    require("ray.tune", extra="ray")
    return _Searcher(target, space, mode).seed(suggestions, **fitting)


class _Searcher(TunerAdapter):
    tuner = "ray"

    def __init__(self, target: Any, space: Mapping[str, Any] | None, mode: Mode) -> None:
        self._target, self._mode = target, mode
        self._space = from_domains(target if space is None else space)

    def space(self) -> Space:
        return self._space

    def hand_over(self, report: SeedReport) -> SeedReport:
        target, points = self._target, report.accepted
        if getattr(target, "__name__", type(target).__name__) == "BasicVariantGenerator":
            points = [nested(values) for values in points]
        else:
            # Ray adds the constants itself, and counts names before it does.
            fixed = {p.name for p in self._space if isinstance(p, Constant)}
            points = [{k: v for k, v in p.items() if k not in fixed} for p in points]
        arguments: dict[str, Any] = {"points_to_evaluate": points}
        known = rewards(report, self._mode, where="evaluated_rewards")
        if known is not None:
            arguments["evaluated_rewards"] = known
        note = "hand the arguments to the searcher"
        return replace(report, arguments=arguments, notes=(note,)) if report.points else report
