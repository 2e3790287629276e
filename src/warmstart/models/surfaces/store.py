"""Packed surfaces: one Parquet file a learner, one row a table."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from warmstart.errors import KnowledgeError
from warmstart.models.surfaces.box import ROUNDS, Box

if TYPE_CHECKING:
    from warmstart.models.gaussian.shared_gp import SharedKernel
    from warmstart.models.surfaces.sources import Sources, Surface

Array = np.ndarray[Any, np.dtype[np.float64]]

N_CELLS = 96
"""Points of a table that its process is conditioned on: each configuration at one or two of
the rounds it was scored at."""

KERNELS = b"kernels"
"""Key of the file's metadata: by metric, lengthscales of all axes, then the noise."""

FEWEST = 10
"""Tables below which a learner's surfaces are not used."""


@dataclass(frozen=True, kw_only=True)
class SurfaceStore:
    """The folder in which surfaces lie; files are read when they are first needed.

    Parameters
    ----------
    folder : Path
    """

    folder: Path
    _read: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    _fitted: dict[Any, Sources] = field(default_factory=dict)

    def box(self, learner: str) -> Box | None:
        """The cube of a learner; None where no table was scored with it."""
        if not (self.folder / f"{learner}.parquet").is_file():
            return None
        from warmstart.models.surfaces.boxes import BOXES

        return BOXES.get(learner)

    def names(self) -> set[str]:
        """Of all tables that were scored, and of their families."""
        return {
            str(row[column])
            for path in self.folder.glob("*.parquet")
            for row in self.rows(path.stem)
            for column in ("task_id", "family")
        }

    def sources(
        self, learner: str, metric: str, excluded: Collection[str] = ()
    ) -> Sources | None:
        """Processes of all tables scored in a metric, without those of excluded families.

        None where fewer than :data:`FEWEST` are left.

        Parameters
        ----------
        learner : str
            One that has a :meth:`box`.
        metric : str
        excluded : collection of str
            Names of tables or families.

        Raises
        ------
        KnowledgeError
            If the file is damaged.
        """
        from warmstart.models.surfaces.sources import Sources

        gone = frozenset(map(str, excluded))
        if (box := self.box(learner)) is None:
            return None
        rows = self.rows(learner)
        families = {str(row["family"]) for row in rows if str(row["task_id"]) in gone}
        key = (
            learner,
            metric,
            gone & {name for row in rows for name in (str(row["task_id"]), str(row["family"]))},
        )
        if key not in self._fitted:
            kept = [
                row
                for row in rows
                if row.get(metric) is not None and str(row["family"]) not in gone | families
            ]
            if len(kept) < FEWEST:
                return None
            try:
                surfaces = [surface(row, metric, box) for row in kept]
            except (KeyError, TypeError, ValueError, IndexError) as error:
                raise KnowledgeError(
                    f"{self.folder / learner}.parquet is damaged: {error!r}"
                ) from error
            self._fitted[key] = Sources.fit(
                surfaces, box=box, kernel=self._kernel(learner, metric)
            )
        return self._fitted[key]

    def learners(self) -> list[str]:
        """Whose surfaces lie here, by name."""
        return sorted(path.stem for path in self.folder.glob("*.parquet"))

    def curves(self, learner: str, metric: str) -> Iterator[tuple[str, str, Array, Array]]:
        """Name, family, points and learning curves of each table scored in a metric.

        Yields
        ------
        name, family : str
        points : array, shape (n_points, n_axes)
            In the learner's cube.
        scores : array, shape (n_points, n_rounds)
            Mean over folds at each of :data:`~warmstart.models.surfaces.box.ROUNDS`; NaN
            beyond those that a point was scored at.
        """
        if (box := self.box(learner)) is None or box.rounds is None:
            return
        for row in self.rows(learner):
            if row.get(metric) is None:
                continue
            last = np.asarray(row["last"], dtype=np.intp)
            curves = np.full((len(last), len(ROUNDS)), np.nan)
            curves[np.arange(len(ROUNDS)) <= last[:, None]] = _mean_scores(row, metric)
            points = np.asarray(row["points"], dtype=float).reshape(len(last), -1) / 1000
            yield str(row["task_id"]), str(row["family"]), points, curves

    def _kernel(self, learner: str, metric: str) -> SharedKernel | None:
        """As it was learnt when the file was written; None where it says nothing."""
        import pyarrow.parquet as pq

        from warmstart.models.gaussian.shared_gp import SharedKernel

        said = pq.read_schema(self.folder / f"{learner}.parquet").metadata or {}
        found = json.loads(said.get(KERNELS, b"{}")).get(metric)
        return None if found is None else SharedKernel(np.array(found[:-1]), float(found[-1]))

    def rows(self, learner: str) -> list[dict[str, Any]]:
        """The packed tables of a learner that has a :meth:`box`.

        Raises
        ------
        KnowledgeError
            If the file cannot be read.
        """
        if learner not in self._read:
            import pyarrow as pa
            import pyarrow.parquet as pq

            path = self.folder / f"{learner}.parquet"
            try:
                self._read[learner] = pq.read_table(path).to_pylist()
            except (OSError, pa.ArrowException) as error:
                raise KnowledgeError(f"{path} cannot be read: {error}") from error
        return self._read[learner]


def surface(row: Mapping[str, Any], metric: str, box: Box) -> Surface:
    """One table's mean over folds, at some of the rounds of each configuration.

    Which rounds is drawn evenly with the table's name as the seed, so that together the
    configurations of a table show all of them.

    Parameters
    ----------
    row : mapping
        Of the packed table.
    metric : str
        A recorded metric.
    box : Box
        Ranges that the cube stands for.
    """
    from warmstart.models.surfaces.sources import Surface

    last = np.asarray(row["last"], dtype=np.intp)
    cube = np.asarray(row["points"], dtype=float).reshape(len(last), -1) / 1000
    if cube.shape[1] != len(box.axes):
        raise ValueError(f"{row['task_id']} has {cube.shape[1]} axes, not {len(box.axes)}")
    scores = _mean_scores(row, metric)
    # Cells lie configuration by configuration, rounds ascending.
    of = np.repeat(np.arange(len(last)), last + 1)
    if len(of) != len(scores):
        raise ValueError(f"{row['task_id']} has {len(scores)} scores for {len(of)} cells")
    rounds = np.concatenate([np.arange(end + 1) for end in last])
    rng = np.random.default_rng(len(of))
    order = rng.permutation(len(of))
    # The first of each configuration in a random order, then the second of each.
    seen = np.zeros(len(last), dtype=int)
    turn = np.empty(len(of), dtype=int)
    for cell in order.tolist():
        turn[cell] = seen[of[cell]]
        seen[of[cell]] += 1
    some = order[np.argsort(turn[order], kind="stable")][:N_CELLS]
    points = cube[of[some]].copy()
    if box.rounds is not None:
        points[:, -1] = [box.axes[-1].place(ROUNDS[k]) for k in rounds[some]]
    return Surface(
        name=str(row["task_id"]), family=str(row["family"]), points=points, scores=scores[some]
    )


def _mean_scores(row: Mapping[str, Any], metric: str) -> Array:
    """Mean over folds of each cell, configuration by configuration, rounds ascending."""
    packed = row[metric]
    levels = np.asarray(packed["levels"], dtype=float).reshape(int(row["n_folds"]), -1)
    scores: Array = packed["low"] + packed["step"] * levels.mean(axis=0)
    return scores
