"""Candidates for an estimator of one's own: what its history tried, and new draws."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from warmstart.downstream.names.inverse import Pairs, match, read_mapping
from warmstart.downstream.sklearn_search.usual_values import typical
from warmstart.errors import SpaceMismatchError
from warmstart.spaces.legal import nearest_legal, plain
from warmstart.spaces.space import ABSENT, Choice

if TYPE_CHECKING:
    from warmstart.metadataset.metadataset import MetaDataset
    from warmstart.recommend.recommender import Recommender

Distributions = Mapping[str, Any] | Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Candidate:
    """One setting of an estimator."""

    params: dict[str, Any]
    """For ``set_params``."""

    values: dict[str, Any]
    """The same in the words of the history, plain."""


def own_pool(
    recommender: Recommender,
    estimator: Any,
    distributions: Distributions | None,
    *,
    learners: str | Iterable[str] | None,
    mapping: Mapping[str, Any] | None,
    n_draws: int,
    random_state: Any,
) -> list[Candidate]:
    """Every setting that may be tried, those of the history first, none twice.

    Parameters
    ----------
    recommender : Recommender
        Fitted to the estimator's own history.
    estimator : estimator
    distributions : mapping or sequence of mapping, optional
        As for ``RandomizedSearchCV``. What the history tried is used where it lies within;
        by default all of it is, and nothing is drawn.
    learners : str or iterable of str, optional
        Which of the history's learners or spaces the estimator is; by default the one that
        shares most parameters with it.
    mapping : mapping, optional
        See :func:`warmstart.downstream.names.inverse.read_mapping`.
    n_draws : int
        How many to draw from the distributions.
    random_state : int or RandomState

    Raises
    ------
    SpaceMismatchError
        If the history knows none of the parameters, does not say which of its learners is
        meant, or leaves nothing to try.
    """
    spaces = [distributions] if isinstance(distributions, Mapping) else distributions
    names = [list(space) for space in spaces] if spaces else [list(estimator.get_params())]
    every = list(recommender.md.configuration_ids)
    all_keys = {key for name in every for key in recommender.md.configuration(name)}
    pairs = read_mapping(mapping, all_keys)
    flat = list(dict.fromkeys(name for some in names for name in some))
    known = _of_one_learner(recommender.md, learners, flat, pairs)
    keys = list(dict.fromkeys(key for values in known for key in values))
    unset = [name for name, value in estimator.get_params().items() if value is None]
    found: dict[str, Candidate] = {}
    for values in known:
        for space, some in zip(spaces or [{}], names, strict=True):
            params = _within(values, space, some, pairs, unset)
            if params:
                found.setdefault(_key(params), Candidate(params, dict(values)))
                break
    usual = typical(known)
    for params in _draws(distributions, n_draws, random_state) if distributions else ():
        named = {match(name, keys, pairs) or name: v for name, v in params.items()}
        meant = {key: _plain(pairs.meaning(key, value)) for key, value in named.items()}
        values = {**usual, **meant}
        found.setdefault(_key(params), Candidate(params, values))
    if not found:
        raise SpaceMismatchError("nothing is left to try: no configuration of the history fits")
    return list(found.values())


def as_frame(pool: Iterable[Candidate]) -> pd.DataFrame:
    """The pool for :meth:`warmstart.Recommender.search`; whole numbers stay whole."""
    return pd.DataFrame([one.values for one in pool], dtype=object)


def _of_one_learner(
    md: MetaDataset,
    learners: str | Iterable[str] | None,
    names: Sequence[str],
    pairs: Pairs,
) -> list[Mapping[str, Any]]:
    """Known configurations of the learner that the parameters are of."""
    wanted = (
        {learners} if isinstance(learners, str) else None if learners is None else {*learners}
    )
    groups: dict[str, list[Mapping[str, Any]]] = {}
    for name in md.configuration_ids:
        values = md.configuration(name)
        learner = str(md.learners.loc[name] or values.get("learner", ""))
        if wanted is None or wanted & {learner, str(md.spaces.loc[name])}:
            groups.setdefault(learner, []).append(values)
    if not groups:
        there = sorted({*map(str, md.learners), *map(str, md.spaces)} - {""})
        raise SpaceMismatchError(f"space {learners!r} is not in the history, which has {there}")
    if wanted is None:
        shared = {
            learner: {n for values in some for n in names if match(n, values, pairs)}
            for learner, some in groups.items()
        }
        most = max(map(len, shared.values()))
        groups = {k: some for k, some in groups.items() if len(shared[k]) == most}
        if len({frozenset(shared[k]) for k in groups}) > 1:
            raise SpaceMismatchError(
                f"{', '.join(sorted(groups))} of the history share {most} parameters each with "
                "the estimator; say by space= which of them it is"
            )
    known = [values for some in groups.values() for values in some]
    keys = list(dict.fromkeys(key for values in known for key in values))
    if not any(match(name, values, pairs) for name in names for values in known):
        raise SpaceMismatchError(
            f"the history knows none of {', '.join(names[:8])} …; it has "
            f"{', '.join(sorted(keys)[:8])} …; pair the names with mapping="
        )
    return known


def _within(
    values: Mapping[str, Any],
    space: Mapping[str, Any],
    names: Sequence[str],
    pairs: Pairs,
    unset: Collection[str],
) -> dict[str, Any]:
    """A known configuration as parameters; empty where one is outside its distribution.

    What the estimator has as None is a word in a configuration.
    """
    params = {}
    for name in names:
        key = match(name, values, pairs)
        if key is None:
            continue
        value = pairs.word(key, values[key])
        if name in space:
            value = _inside(value, space[name])
            if value is ABSENT:
                return {}
        elif value == "none" and name in unset:
            value = None
        params[name] = value
    return params


def _inside(value: Any, distribution: Any) -> Any:
    """The value in the words of a distribution, ABSENT where it does not have it."""
    if hasattr(distribution, "rvs"):
        low, high = distribution.support()
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if not number or not low <= value <= high:
            return ABSENT
        if hasattr(distribution, "pmf") and float(value) != int(value):
            return ABSENT
        return value
    found, reason = nearest_legal(Choice(name="_", choices=tuple(distribution)), value)
    return found if reason in ("", "written otherwise") else ABSENT


def _draws(distributions: Distributions, n: int, random_state: Any) -> Iterable[dict[str, Any]]:
    from sklearn.model_selection import ParameterGrid, ParameterSampler

    spaces = [distributions] if isinstance(distributions, Mapping) else distributions
    if not any(hasattr(one, "rvs") for space in spaces for one in space.values()):
        n = min(n, len(ParameterGrid([dict(space) for space in spaces])))
    drawn: Iterable[dict[str, Any]] = ParameterSampler(
        distributions, n, random_state=random_state
    )
    return drawn


def _plain(value: Any) -> Any:
    """A value as a history could have it; an object is what its class is called."""
    value = plain(value)
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float) and np.isfinite(value):
        return value
    return str(value) if isinstance(value, tuple | list | float) else type(value).__name__


def _key(params: Mapping[str, Any]) -> str:
    return repr(sorted((name, repr(plain(value))) for name, value in params.items()))
