"""A user's own studies as surfaces: what each scored wherever it looked."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from warmstart.models.surfaces.box import Axis, Box
from warmstart.models.surfaces.sources import Sources, Surface, most_telling
from warmstart.spaces.encoding import ConfigurationEncoder

if TYPE_CHECKING:
    from warmstart.metadataset.metadataset import MetaDataset

ENOUGH = 10
"""Studies from which on a new one is led as well as by many."""

_FEWEST = 2
_FEWEST_RESULTS = 5
"""Of a study that is to say anything."""

_ROUNDS = ("n_estimators", "max_iter", "iterations", "num_boost_round", "num_iterations")
"""Hyperparameters that count rounds, which scores at fewer can be read off."""


class OwnSurfaces:
    """Surfaces of a history whose studies searched the same space, each where it liked.

    Numbers become axes, over the ranges that were searched; choices are of no axis. With
    fewer than :data:`ENOUGH` studies a search says so.

    Parameters
    ----------
    md : MetaDataset

    Examples
    --------
    >>> import numpy as np
    >>> from warmstart.metadataset.metadataset import MetaDataset
    >>> rng = np.random.default_rng(0)
    >>> rates = 10 ** rng.uniform(-3, 0, size=60)
    >>> runs = pd.DataFrame({"task": np.repeat(["a", "b", "c"], 20), "rate": rates,
    ...                      "score": 1 - np.log10(rates / 0.1) ** 2})
    >>> md = MetaDataset.from_evaluations(runs, task="task", score="score",
    ...                                   higher_is_better=True, parameters=["rate"])
    >>> own = OwnSurfaces(md)
    >>> own.box("").names, own.sources("", "score").n_tasks
    (('rate',), 3)
    """

    def __init__(self, md: MetaDataset) -> None:
        self._md = md
        self._boxes: dict[str, Box | None] = {}
        self._fitted: dict[Any, Sources | None] = {}

    def box(self, learner: str) -> Box | None:
        """The ranges that studies of a learner searched; None where there are none."""
        if learner not in self._boxes:
            self._boxes[learner] = self._find(learner)
        return self._boxes[learner]

    def names(self) -> set[str]:
        """None but those of the base itself."""
        return set()

    def sources(
        self, learner: str, metric: str, excluded: Collection[str] = ()
    ) -> Sources | None:
        """A process a study, without excluded tasks and their families.

        None where fewer than two studies say anything.

        Parameters
        ----------
        learner : str
            As the base calls it; "" where it names none.
        metric : str
            A recorded metric.
        excluded : collection of str
            Ids of tasks to leave out.
        """
        gone = frozenset(map(str, excluded))
        key = learner, metric, gone
        if key not in self._fitted:
            surfaces = self._surfaces(learner, metric, gone)
            self._fitted[key] = (
                Sources.fit(surfaces, box=self.box(learner))
                if len(surfaces) >= _FEWEST
                else None
            )
        return self._fitted[key]

    def _ids(self, learner: str) -> list[Any]:
        learners = self._md.learners
        return [name for name in self._md.configuration_ids if str(learners[name]) == learner]

    def _find(self, learner: str) -> Box | None:
        values = [self._md.configuration(name) for name in self._ids(learner)]
        if not values:
            return None
        prefix = f"{learner}:"
        own = all(key.startswith(prefix) for one in values for key in one if key != "learner")
        prefix = prefix if own else ""
        axes = []
        for number in ConfigurationEncoder.fit(values).numbers:
            seen = [one[number.name] for one in values if number.name in one]
            low, high = float(min(seen)), float(max(seen))
            if low < high:
                axes.append(
                    Axis(
                        name=number.name.removeprefix(prefix),
                        low=low,
                        high=high,
                        default=sorted(seen)[len(seen) // 2],
                        log=number.log,
                        whole=all(isinstance(value, int) for value in seen),
                    )
                )
        if not axes:
            return None
        # The rounds of a booster are the last axis, as in every box.
        axes.sort(key=lambda axis: axis.name in _ROUNDS)
        last = axes[-1].name
        rounds = last if last in _ROUNDS else None
        return Box(learner=learner, axes=tuple(axes), prefix=prefix, rounds=rounds)

    def _surfaces(self, learner: str, metric: str, gone: Collection[str]) -> list[Surface]:
        box, ids = self.box(learner), self._ids(learner)
        if box is None:
            return []
        points = np.stack([box.place(box.own(self._md.configuration(name))) for name in ids])
        scores: pd.DataFrame = self._md.matrix(metric)[ids]
        families = {str(task): str(name) for task, name in self._md.families.items()}
        left = {families[task] for task in gone if task in families} | set(gone)
        found = []
        for task, row in zip(map(str, scores.index), scores.to_numpy(dtype=float), strict=True):
            known = np.flatnonzero(np.isfinite(row))
            if families[task] in left or len(known) < _FEWEST_RESULTS:
                continue
            known = most_telling(row, known)
            found.append(
                Surface(
                    name=task, family=families[task], points=points[known], scores=row[known]
                )
            )
        return found
