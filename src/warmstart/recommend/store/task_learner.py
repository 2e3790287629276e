"""Learning from the tasks of a meta-dataset, keeping it on disk, and learning from more."""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from copy import copy
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from warmstart.errors import ArgumentTypeError, HistoryWarning, NotFittedError
from warmstart.recommend.question.arguments import check_seed
from warmstart.recommend.question.metric import resolve_metric
from warmstart.recommend.store.model_choice import ModelChoice
from warmstart.recommend.store.store import Store

if TYPE_CHECKING:
    from typing_extensions import Self

    from warmstart.execution.resampling import Resampling
    from warmstart.metadataset.metadataset import MetaDataset
    from warmstart.models.protocols import PerformanceModel
    from warmstart.models.surfaces.own import OwnSurfaces
    from warmstart.models.surfaces.store import SurfaceStore
    from warmstart.recommend.base.fitted import Fitted
    from warmstart.similarity.known.known_tasks import KnownTasks


class TaskLearner:
    """What :class:`warmstart.Recommender` learns and keeps.

    Parameters
    ----------
    model : str or PerformanceModel
    random_state : int
    """

    def __init__(self, model: str | PerformanceModel = "pmf", *, random_state: int = 0) -> None:
        # What is none is refused before anything is fitted.
        self._choice = ModelChoice.of(model)
        self.model = model
        self.random_state = check_seed(random_state)
        self._store: Store | None = None

    def fit(self, md: MetaDataset) -> Self:
        """Learn from the tasks of `md`, in each kind of task's default metric.

        Other metrics are fitted when they are first asked for. Warns of histories whose
        configurations were chosen by looking at results.
        """
        _check_metadataset(md)
        self.attach(md)
        from warmstart.metadataset.samplers import bias_note, samplers_of

        if note := bias_note(samplers_of(md._evaluations)):
            warnings.warn(note, HistoryWarning, stacklevel=2)
        for task_type in self.task_types():
            self.fitted(task_type, resolve_metric(md.metrics, None, task_type))
        return self

    def add(self, md: MetaDataset) -> Self:
        """Learn from more tasks without fitting anew.

        Each new task is completed from its results and becomes one more latent of the
        covariance; its configurations can be suggested. What meta-features predict is
        learnt from it at the next :meth:`fit`; see
        :func:`warmstart.models.pmf.incremental.with_task`. Where a task is known already, or an
        unaligned history outgrows its candidates, the models of its kind are fitted anew
        when they are next needed.

        Parameters
        ----------
        md : MetaDataset
            Tasks that are not known yet, in metrics that are.

        Examples
        --------
        >>> import numpy as np
        >>> import pandas as pd
        >>> from warmstart.metadataset.metadataset import MetaDataset
        >>> from warmstart.recommend.recommender import Recommender
        >>> rng = np.random.default_rng(0)
        >>> scores = pd.DataFrame(rng.uniform(size=(12, 5)), index=[f"t{k}" for k in range(12)])
        >>> old, new = (MetaDataset.from_matrix(s) for s in (scores[:11], scores[11:]))
        >>> len(Recommender().fit(old).add(new).md)
        12
        """
        self._store = self.store.with_more(md)
        return self

    def attach(self, md: MetaDataset, path: Path | None = None) -> None:
        """Answer from `md` with models fitted when first needed, or read from `path` then.

        Parameters
        ----------
        md : MetaDataset
        path : path, optional
            Folder that holds models fitted to it.
        """
        self._store = Store(md, self._choice, self.random_state, path)

    def with_surfaces(
        self, surfaces: SurfaceStore | OwnSurfaces | Literal["own"] | None = "own"
    ) -> Self:
        """A copy whose searches of one learner are led by surfaces.

        Parameters
        ----------
        surfaces : SurfaceStore, OwnSurfaces, "own" or None
            By default those of the studies it was fitted to, for histories whose studies
            searched one space each where it liked: see
            :class:`warmstart.models.surfaces.own.OwnSurfaces`.
        """
        if surfaces == "own":
            from warmstart.models.surfaces.own import OwnSurfaces

            surfaces = OwnSurfaces(self.md)
        other = copy(self)
        other._store = copy(self.store)
        other._store.surfaces = surfaces
        return other

    def with_vectors(self, known: KnownTasks) -> Self:
        """A copy that compares tasks by these vectors of them too.

        Parameters
        ----------
        known : KnownTasks
            By measure; see :mod:`warmstart.similarity.known.known_tasks`.
        """
        other = copy(self)
        other._store = self.store.with_known(known)
        return other

    @property
    def store(self) -> Store:
        """What it was fitted to, and the models.

        Raises
        ------
        NotFittedError
            Before :meth:`fit`.
        """
        if self._store is None:
            raise NotFittedError("the recommender is not fitted; call fit(md) or load(path)")
        return self._store

    @property
    def md(self) -> MetaDataset:
        """What it was fitted to."""
        return self.store.md

    @property
    def is_fitted(self) -> bool:
        """Whether it can answer."""
        return self._store is not None

    @property
    def method(self) -> PerformanceModel | None:
        """What decides in place of PMF, if anything does; not fitted."""
        return self._choice.method

    @property
    def model_name(self) -> str:
        """Name of the model, or of its class."""
        return self._choice.name

    def task_types(self) -> tuple[str | None, ...]:
        """Kinds of task it knows: "classification", "regression", or None where unsaid."""
        return self.store.task_types()

    def fitted(
        self,
        task_type: str | None,
        metric: str | None,
        excluded: Iterable[Any] = (),
        *,
        resampling: Resampling = "random",
        n_rows: float | None = None,
    ) -> Fitted:
        """Everything fitted to one kind of task in one metric, without excluded tasks.

        Arguments are as in :meth:`warmstart.recommend.store.store.Store.fitted`.
        """
        return self.store.fitted(
            task_type, metric, excluded, resampling=resampling, n_rows=n_rows
        )

    def save(self, path: str | Path) -> Path:
        """Write the meta-dataset and the fitted models to a folder; no pickles."""
        from warmstart.recommend.store.saving import save

        return save(self.store, Path(path))

    @classmethod
    def load(cls, path: str | Path) -> Self:
        """Read a folder that :meth:`save` wrote, or any meta-dataset, which is then fitted."""
        from warmstart.recommend.store.persistence import read

        saved = read(Path(path))
        recommender = cls(saved.model, random_state=saved.random_state)
        if saved.path is None:
            return recommender.fit(saved.md)
        recommender.attach(saved.md, saved.path)
        return recommender

    def __sklearn_clone__(self) -> Self:
        """Itself: clones of a search share what they know instead of copying it."""
        return self


def _check_metadataset(md: Any) -> None:
    from warmstart.metadataset.metadataset import MetaDataset

    if not isinstance(md, MetaDataset):
        raise ArgumentTypeError(
            f"a MetaDataset is wanted, got {type(md).__name__}; open a folder with "
            "warmstart.MetaDataset.open, or make one of a frame with from_matrix or "
            "from_evaluations"
        )
