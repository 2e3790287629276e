"""Hyperopt: an algorithm that proposes our points first, inside ``max_evals``."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeAlias
from weakref import WeakKeyDictionary

from warmstart._extras import require
from warmstart.downstream.adapter import Fitting, TunerAdapter
from warmstart.downstream.point_forms import Points
from warmstart.downstream.tuner_spaces.hyperopt_graph import Labels
from warmstart.errors import SpaceMismatchError
from warmstart.spaces.seed_report import SeedReport
from warmstart.spaces.space import Space

Algorithm: TypeAlias = Callable[..., Any]
"""What ``fmin`` takes as ``algo``: gives documents of trials for new ids."""

if TYPE_CHECKING:
    from typing_extensions import Unpack


def seed(
    suggestions: Points,
    target: Any = None,
    *,
    space: Any = None,
    **fitting: Unpack[Fitting],
) -> SeedReport:
    """Make ``fmin`` evaluate points first, best first, and no more than ``max_evals``.

    On its own, Hyperopt wants the position of a choice and stops at its label, runs numbers
    out of range, and runs ``points_to_evaluate`` on top of ``max_evals``.

    Parameters
    ----------
    suggestions : Suggestions, or iterable of Suggestion or of dict, or DataFrame
    target : hyperopt.Trials or algorithm, optional
        Trials that the points go to, or the algorithm (``tpe.suggest`` by default) that
        goes on when they are all proposed.
    space : hyperopt space
        Of ``hp.…`` nodes, nested as it may be. A choice among dictionaries is named by the
        text that only it holds, as ``{"type": "svm", …}`` by ``"svm"``, else by position.
    mapping, policy, defaults
        See :func:`warmstart.downstream.fit.fit_points`.
    scores : sequence of float, optional, shape (n_points,)
        Known scores, higher is better. Those points become finished trials of the Trials,
        their sign changed; ``fmin`` counts these against ``max_evals``.

    Returns
    -------
    SeedReport
        Its ``arguments`` go to ``fmin``: ``algo``, and ``trials`` where it needs them.

    Raises
    ------
    SpaceMismatchError
        If there is no space, or one with a node of an unknown kind.
    MissingExtraError
        If Hyperopt is not installed.

    Examples
    --------
    .. code-block:: python

        report = warmstart.downstream.hyperopt.seed(suggestions, tpe.suggest, space=space)
        fmin(objective, space, max_evals=50, **report.arguments)
    >>> from hyperopt import hp
    >>> space = {"depth": hp.quniform("depth", 1, 8, 1)}
    >>> sorted(seed([{"depth": 12}], space=space).arguments)
    ['algo']
    """
    hyperopt = require("hyperopt", extra="hyperopt")
    if space is None:
        raise SpaceMismatchError("pass the space that fmin searches as space=")
    trials = target if isinstance(target, hyperopt.Trials) else None
    algorithm = target if trials is None and target is not None else hyperopt.tpe.suggest
    return _Fmin(Labels(space), trials, algorithm).seed(suggestions, **fitting)


class _Fmin(TunerAdapter):
    tuner = "hyperopt"

    def __init__(self, labels: Labels, trials: Any, algorithm: Algorithm) -> None:
        self._labels, self._trials, self._algorithm = labels, trials, algorithm

    def space(self) -> Space:
        return self._labels.space

    def present(self) -> Iterable[Mapping[str, Any]]:
        return [] if self._trials is None else self._labels.read(self._trials)

    def hand_over(self, report: SeedReport) -> SeedReport:
        vals, trials = self._labels.vals, self._trials
        scored = [point for point in report.points if point.score is not None]
        if scored:
            if trials is None:
                trials = require("hyperopt", extra="hyperopt").Trials()
            _insert(trials, [(vals(p.values), -float(p.score or 0.0)) for p in scored])
        waiting = [vals(point.values) for point in report.points if point.score is None]
        arguments = {"algo": _points_first(waiting, self._algorithm)}
        if trials is not None:
            arguments["trials"] = trials
        return replace(report, arguments=arguments, notes=("hand the arguments to fmin",))


def _points_first(waiting: list[dict[str, list[Any]]], algorithm: Algorithm) -> Algorithm:
    """An algorithm that proposes `waiting` in order, then what `algorithm` does."""
    # One queue for each Trials: another run with the same arguments starts again.
    queues: WeakKeyDictionary[Any, list[dict[str, list[Any]]]] = WeakKeyDictionary()

    def suggest(new_ids: list[int], domain: Any, trials: Any, seed: int) -> Any:
        if trials not in queues:
            # Trials read back from a file have some of the points already.
            there = [_given_vals(document) for document in trials.trials]
            queues[trials] = [vals for vals in waiting if vals not in there]
        queue = queues[trials]
        if not queue:
            return algorithm(new_ids, domain, trials, seed)
        ids = new_ids[: len(queue)]
        points = [queue.pop(0) for _ in ids]
        miscs = [
            {
                "tid": tid,
                "cmd": domain.cmd,
                "workdir": domain.workdir,
                "idxs": {label: [tid] * len(vals) for label, vals in point.items()},
                "vals": point,
            }
            for tid, point in zip(ids, points, strict=True)
        ]
        results = [domain.new_result() for _ in ids]
        return trials.new_trial_docs(ids, [None] * len(ids), results, miscs)

    return suggest


def _given_vals(document: Any) -> dict[str, list[Any]]:
    return {label: list(vals) for label, vals in document["misc"]["vals"].items()}


def _insert(trials: Any, points: list[tuple[dict[str, list[Any]], float]]) -> None:
    """Add finished trials."""
    import hyperopt

    ids = trials.new_trial_ids(len(points))
    miscs = [
        {
            "tid": tid,
            "cmd": ("domain_attachment", "FMinIter_Domain"),
            "workdir": None,
            "idxs": {label: [tid] * len(vals) for label, vals in point.items()},
            "vals": point,
        }
        for tid, (point, _) in zip(ids, points, strict=True)
    ]
    results = [{"status": hyperopt.STATUS_OK, "loss": loss} for _, loss in points]
    documents = trials.new_trial_docs(ids, [None] * len(ids), results, miscs)
    for document in documents:
        document["state"] = hyperopt.JOB_STATE_DONE
    trials.insert_trial_docs(documents)
    trials.refresh()
