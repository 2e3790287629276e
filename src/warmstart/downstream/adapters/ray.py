"""Ray Tune: ``points_to_evaluate`` and ``evaluated_rewards`` of its searchers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from warmstart._extras import require
from warmstart.downstream.fit import fit_points
from warmstart.downstream.fitted_points import Policy
from warmstart.downstream.given_points import Points
from warmstart.downstream.known_results import Mode, rewards
from warmstart.downstream.names.mapping import NameMapping
from warmstart.downstream.report import SeedReport
from warmstart.downstream.tuner_spaces.tune_domains import from_domains, nested
from warmstart.spaces.space import Constant


def seed(
    suggestions: Points,
    target: Any = None,
    *,
    space: Mapping[str, Any] | None = None,
    mapping: NameMapping | None = None,
    policy: Policy = "repair",
    defaults: Mapping[str, Any] | None = None,
    scores: Sequence[float | None] | None = None,
    mode: Mode = "max",
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
    neutral = from_domains(target if space is None else space)
    report = fit_points(
        suggestions,
        neutral,
        tuner="ray",
        mapping=mapping,
        policy=policy,
        defaults=defaults,
        scores=scores,
    )
    points = report.accepted
    if getattr(target, "__name__", type(target).__name__) == "BasicVariantGenerator":
        points = [nested(values) for values in points]
    else:
        # Ray adds the constants itself, and counts names before it does.
        fixed = {p.name for p in neutral if isinstance(p, Constant)}
        points = [{k: v for k, v in p.items() if k not in fixed} for p in points]
    arguments: dict[str, Any] = {"points_to_evaluate": points}
    known = rewards(report, mode, where="evaluated_rewards")
    if known is not None:
        arguments["evaluated_rewards"] = known
    note = "hand the arguments to the searcher"
    return replace(report, arguments=arguments, notes=(note,)) if report.points else report
