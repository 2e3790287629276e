"""Better defaults and ranges of every learner of a base."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from warmstart.errors import ArgumentError
from warmstart.evaluate.guide.defaults import DefaultList, best_defaults
from warmstart.evaluate.guide.good_ranges import GoodRange, good_ranges
from warmstart.evaluate.guide.importance import MIN_CONFIGS, Importances, importances
from warmstart.evaluate.guide.learner_scores import LearnerScores, scores_by_learner

if TYPE_CHECKING:
    from warmstart.metadataset.metadataset import MetaDataset

MIN_FAMILIES = 5
"""Of fewer there is no error bar worth the name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LearnerGuide:
    """What a base says of one learner, for one type of task and one metric."""

    learner: str
    task_type: str
    metric: str

    in_target_stds: bool
    """Whether losses are in standard deviations of the target."""

    n_tasks: int
    n_families: int
    n_configurations: int

    defaults: tuple[DefaultList, ...]
    """The best single one, then the lists of 3 and 5."""

    ranges: tuple[GoodRange, ...]
    importance: Importances | None
    """None where there are too few configurations to tell."""

    configurations: Mapping[Any, Mapping[str, Any]]
    """Values of the configurations that `defaults` name."""


def learner_guides(
    md: MetaDataset,
    *,
    metrics: Iterable[str] | None = None,
    task_types: Iterable[str] | None = None,
    learners: Iterable[str] | None = None,
    random_state: int = 0,
) -> Iterator[LearnerGuide]:
    """Best defaults, good ranges and importances, learner by learner.

    Parameters
    ----------
    md : MetaDataset
        Any base; the learners, metrics and types of task are those it has.
    metrics, task_types, learners : iterable of str, optional
        Only these.
    random_state : int
        The same base and seed give the same guide.

    Yields
    ------
    LearnerGuide
        By type of task, then metric, then learner. A learner with fewer than two
        configurations or five families is left out.

    Raises
    ------
    ArgumentError
        If a metric, type of task or learner is not in the base.
    """
    known_types = [str(one) for one in md.tasks["task_type"].unique()]
    for task_type in _named("task_types", task_types, sorted(known_types)):
        for metric in _named("metrics", metrics, md.metrics):
            kinds = md.tasks["task_type"] == task_type
            if not md.matrix(metric)[kinds].notna().to_numpy().any():
                continue
            found = scores_by_learner(md, metric, task_type)
            for one in sorted(found, key=lambda s: s.learner):
                if learners is not None and one.learner not in set(learners):
                    continue
                if one.n_configs >= 2 and one.n_families >= MIN_FAMILIES:
                    yield learner_guide(one, random_state=random_state)


def learner_guide(scores: LearnerScores, *, random_state: int = 0) -> LearnerGuide:
    """What is said of one learner on one type of task in one metric."""
    defaults = best_defaults(scores, random_state=random_state)
    by_id = dict(zip(scores.configuration_ids, scores.configurations, strict=True))
    named = dict.fromkeys(c for one in defaults for c in one.configuration_ids)
    tells = scores.n_configs >= MIN_CONFIGS and (scores.regret.std(axis=1) > 0).any()
    return LearnerGuide(
        learner=scores.learner,
        task_type=scores.task_type,
        metric=scores.metric,
        in_target_stds=scores.in_target_stds,
        n_tasks=scores.n_tasks,
        n_families=scores.n_families,
        n_configurations=scores.n_configs,
        defaults=defaults,
        ranges=good_ranges(scores, random_state=random_state),
        importance=importances(scores, random_state=random_state) if tells else None,
        configurations={one: by_id[one] for one in named},
    )


def _named(what: str, given: Iterable[str] | None, known: Iterable[str]) -> list[str]:
    known = list(known)
    if given is None:
        return known
    wanted = [given] if isinstance(given, str) else list(given)
    if unknown := [one for one in wanted if one not in known]:
        raise ArgumentError(f"{what}: {unknown[0]!r} is none of {', '.join(known)}")
    return wanted
