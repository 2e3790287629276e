"""A meta-dataset and the models fitted to it, kept between questions."""

from __future__ import annotations

from collections.abc import Iterable
from copy import copy
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from warmstart.errors import KnowledgeError, MetaDatasetError
from warmstart.execution.resampling import MAX_ROWS
from warmstart.recommend.base.fitting import PLAIN, By, fit_base
from warmstart.recommend.question.kind import MEMBERS
from warmstart.recommend.question.resampled import enough, not_counting, of_kind, rows_for
from warmstart.similarity.quantiles import TITLE

if TYPE_CHECKING:
    from warmstart.execution.resampling import Resampling
    from warmstart.metadataset.metadataset import MetaDataset
    from warmstart.models.costs.resources import ResourceModel
    from warmstart.models.surfaces.own import OwnSurfaces
    from warmstart.models.surfaces.store import SurfaceStore
    from warmstart.recommend.base.fitted import Fitted
    from warmstart.recommend.store.known_vectors import KnownVectors
    from warmstart.recommend.store.model_choice import ModelChoice
    from warmstart.similarity.known.known_tasks import KnownTasks

_N_PARTIAL = 4
"""Models without excluded tasks that are kept for the next question."""


class Store:
    """Models of each kind of task in each metric, fitted or read when first needed.

    Parameters
    ----------
    md : MetaDataset
    choice : ModelChoice
        What decides.
    random_state : int
    saved : path, optional
        Folder that holds models fitted to `md`.
    """

    def __init__(
        self,
        md: MetaDataset,
        choice: ModelChoice,
        random_state: int,
        saved: Path | None = None,
    ) -> None:
        self.md, self.choice, self.random_state = md, choice, random_state
        self.saved = saved
        self.kept: dict[tuple[Any, ...], Fitted] = {}
        """By kind of task, metric, and what was left out."""
        self.resource_models: dict[str, ResourceModel] | None = None
        self._known: KnownVectors | None = None

        self.surfaces: SurfaceStore | OwnSurfaces | None = None
        """Scores all over the spaces of some learners, where there are any."""

    @property
    def known(self) -> KnownVectors:
        """What it keeps of its tasks beside meta-features; read when first needed."""
        if self._known is None:
            from warmstart.recommend.store.known_vectors import KnownVectors

            self._known = KnownVectors.of(self.md, self.saved)
        return self._known

    @property
    def keeps_vectors(self) -> bool:
        """Whether there are vectors to be written: titles stand in the tables."""
        return bool(set(self.known.measures) - {TITLE})

    def with_known(self, known: KnownTasks) -> Store:
        """The same base with these vectors of its tasks.

        Parameters
        ----------
        known : KnownTasks
        """
        from warmstart.recommend.store.known_vectors import KnownVectors

        other = copy(self)
        other._known = KnownVectors(known, self.md.tasks).with_titles()
        other.kept = {key: fitted for key, fitted in self.kept.items() if not key[2]}
        return other

    def task_types(self) -> tuple[str | None, ...]:
        """Kinds of task it knows: "classification", "regression", or None where unsaid."""
        types = set(self.md.tasks["task_type"]) if "task_type" in self.md.tasks else {None}
        kinds = [kind for kind, members in MEMBERS.items() if types & members]
        return tuple(kinds) or (None,)

    def fitted(
        self,
        task_type: str | None,
        metric: str | None,
        excluded: Iterable[Any] = (),
        *,
        resampling: Resampling = "random",
        n_rows: float | None = None,
        alone: bool = False,
        by: By = PLAIN,
    ) -> Fitted:
        """Everything fitted to one kind of task in one metric, without excluded tasks.

        Of several ways of scoring and numbers of rows, what is nearest to `resampling` and
        `n_rows` counts; see :mod:`warmstart.recommend.question.resampled`.

        Parameters
        ----------
        task_type : str, optional
            Of :meth:`task_types`.
        metric : str, optional
            A recorded one.
        excluded : iterable
            Ids of tasks to forget.
        resampling : {"random", "groups", "time"}
            How the new data will be split.
        n_rows : float, optional
            Rows of the new data.
        alone : bool
            Whether tables known with fewer rows are left aside where enough have as many.
        by : tuple of str
            Measures that tasks are compared by.

        Raises
        ------
        KnowledgeError
            If nothing is left to learn from.
        MetaDatasetError
            If no task of the kind has a score in the metric.
        """
        gone = list(excluded)
        tasks = of_kind(self.md.tasks, task_type)
        max_rows = rows_for(tasks, n_rows)
        alone = alone and enough(tasks, resampling, max_rows)
        way: tuple[str, ...] = () if resampling == "random" else (f"resampling: {resampling}",)
        way += () if max_rows == MAX_ROWS else (f"rows: {max_rows}{' alone' * alone}",)
        way += () if by == PLAIN else (f"by: {'+'.join(by)}",)
        key = task_type, metric, (*sorted(map(str, gone)), *way)
        others = set(not_counting(tasks, resampling, max_rows, alone=alone)) - set(gone)
        aside = [*gone, *(task for task in tasks.index if task in others)]
        if key in self.kept:
            return self.kept[key]
        # Whoever leaves out each family in turn must not fill the memory with models.
        partial = [one for one in self.kept if one[2]]
        for old in partial[: max(0, len(partial) + 1 - _N_PARTIAL)] if key[2] else ():
            del self.kept[old]
        try:
            # Whatever is forgotten, or split or compared otherwise, was not saved.
            usual = not gone and by == PLAIN and resampling == "random"
            rows = {"max_rows": max_rows, "alone": alone}
            self.kept[key] = self._fit(task_type, metric, aside, by, rows, usual=usual)
        except MetaDatasetError as error:
            if not gone and self.saved:
                raise MetaDatasetError(f"{self.saved}: {error}") from error
            if not gone:
                raise
            raise KnowledgeError(
                f"nothing is left to learn from without the {len(gone)} excluded tasks"
            ) from error
        return self.kept[key]

    def _fit(
        self,
        task_type: str | None,
        metric: str | None,
        aside: list[Any],
        by: By,
        rows: dict[str, Any],
        *,
        usual: bool,
    ) -> Fitted:
        from warmstart.recommend.store.saved_models import load_models

        md = self.md if by == PLAIN else self.known.described(self.md, by)
        saved = None
        if self.saved and usual:
            saved = load_models(self.saved, (task_type, metric), **rows)
        return fit_base(
            md.drop(tasks=aside) if aside else md,
            metric=metric,
            task_type=task_type,
            saved=saved,
            pmf=replace(self.choice.pmf, by=by),
            method=self.choice.method,
            alone=rows["alone"],
            random_state=self.random_state,
        )

    def with_more(self, md: MetaDataset) -> Store:
        """What is known and the tasks of `md`, without fitting anew where that is possible.

        Parameters
        ----------
        md : MetaDataset
            Tasks that are not known yet, in metrics that are.
        """
        from warmstart.recommend.store.extend import extended
        from warmstart.recommend.store.saved_models import saved_keys

        if self.saved:
            for kind, metric in saved_keys(self.saved, self.task_types(), self.md.metrics):
                self.fitted(kind, metric)
        # What was saved knows nothing of the new tasks.
        wider = Store(self.md.merge(md), self.choice, self.random_state)
        wider.resource_models = self.resources()
        wider._known = self.known.beside(wider.md)
        for (task_type, metric, gone), fitted in self.kept.items():
            if gone:
                continue
            try:
                longer = extended(
                    fitted,
                    md,
                    metric=metric,
                    task_type=task_type,
                    random_state=self.random_state,
                )
            except MetaDatasetError:  # it has no task of this kind with a score in this metric
                longer = fitted
            if longer is not None:
                wider.kept[task_type, metric, gone] = longer
        return wider

    def resources(self) -> dict[str, ResourceModel]:
        """Models of sizes and memory: saved ones, or learnt from what was recorded."""
        from warmstart.recommend.store.resources import FILE, read_resources, resources_of

        if self.resource_models is None:
            path = None if self.saved is None else self.saved / "models" / FILE
            saved = path is not None and path.exists()
            self.resource_models = (
                read_resources(path) if path is not None and saved else resources_of(self.md)
            )
        return self.resource_models

    def speed(self) -> float:
        """Seconds here for one second of the machine the costs were measured on."""
        hardware = self.md.info.get("hardware") or {}
        reference = hardware.get("reference_s")
        if not reference:
            return 1.0
        from warmstart.metadataset.hardware import machine_reference_s

        return machine_reference_s() / float(reference)
