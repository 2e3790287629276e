"""Pipelines as a tree of stages: what they share, and the order that shares most."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from warmstart.spaces.pipelines.stages.content import recipe_of
from warmstart.spaces.pipelines.stages.sharing import is_nothing

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class StageTree:
    """Stages of several pipelines, equal beginnings merged.

    References
    ----------
    .. [1] Shin et al. "Hippo: Sharing Computations in Hyper-Parameter Optimization." VLDB 2022.

    Examples
    --------
    >>> from sklearn.decomposition import PCA
    >>> from sklearn.linear_model import Ridge
    >>> from sklearn.pipeline import make_pipeline
    >>> from sklearn.preprocessing import StandardScaler
    >>> pipelines = [make_pipeline(StandardScaler(), PCA(k), Ridge(a))
    ...              for a in (1, 2) for k in (1, 2)]
    >>> tree = StageTree.of(pipelines)
    >>> tree.n_alone, tree.n_stages, tree.order
    (8, 3, [0, 2, 1, 3])
    """

    paths: list[tuple[str, ...]] = field(repr=False)
    """Of each pipeline, its stages before the last step, named by themselves and all before."""

    @classmethod
    def of(cls, pipelines: Sequence[Any]) -> StageTree:
        """The tree of unfitted pipelines for one dataset."""
        return cls([tuple(_stages(pipeline, "")) for pipeline in pipelines])

    @property
    def n_alone(self) -> int:
        """Fits of stages where nothing is shared."""
        return sum(map(len, self.paths))

    @property
    def n_stages(self) -> int:
        """Fits where every stage runs once."""
        return len({stage for path in self.paths for stage in path})

    @property
    def merge_rate(self) -> float:
        """How many times fewer fits that is."""
        return self.n_alone / max(self.n_stages, 1)

    @property
    def order(self) -> list[int]:
        """Positions of the pipelines, those that share most one after the other.

        Depth first, so that what one stage left is needed again at once and bounds of memory
        cost the least.
        """
        rank: dict[str, int] = {}
        for path in self.paths:
            for stage in path:
                rank.setdefault(stage, len(rank))
        return sorted(
            range(len(self.paths)), key=lambda k: [rank[stage] for stage in self.paths[k]]
        )


def _stages(pipeline: Any, before: str) -> Iterator[str]:
    """Stages of a pipeline that are fitted before its last step, in order."""
    from sklearn.compose import ColumnTransformer

    for _, step in pipeline.steps[:-1]:
        if is_nothing(step):
            continue
        if isinstance(step, ColumnTransformer):
            whole = before
            for name, branch, columns in step.transformers:
                chain = _named(before, name, repr(columns))
                for part in _parts(branch):
                    chain = _named(chain, recipe_of(part))
                    yield chain
                whole = _named(whole, chain)
            before = whole
            continue
        for part in _parts(step):
            before = _named(before, recipe_of(part))
            yield before


def _named(*texts: str) -> str:
    return hashlib.blake2b("|".join(texts).encode(), digest_size=20).hexdigest()


def _parts(step: Any) -> list[Any]:
    from sklearn.pipeline import Pipeline

    if isinstance(step, Pipeline):
        return [part for _, inner in step.steps for part in _parts(inner)]
    return [] if is_nothing(step) else [step]


def planned(
    configurations: Sequence[_T], values_of: Mapping[int, Mapping[str, Any]] | None = None
) -> list[_T]:
    """Configurations of the tabular space, those that prepare data alike side by side.

    Parameters
    ----------
    configurations : sequence of Configuration
        What is not of a learner (its names hold no colon) says how data are prepared.
    values_of : mapping, optional
        Of other things, their values by position.
    """

    def preparation(position: int) -> list[tuple[str, str]]:
        one: Any = configurations[position]
        values = one.values if values_of is None else values_of[position]
        own = ((k, repr(v)) for k, v in values.items() if ":" not in k and k != "learner")
        return sorted(own)

    return [configurations[k] for k in sorted(range(len(configurations)), key=preparation)]
