"""Learning mean, covariance and mixture from the tasks of score tables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
import numpy.typing as npt

from warmstart.models.completion.complete import complete
from warmstart.models.completion.sharing import WIDE
from warmstart.models.completion.soft_impute import truncated_svd
from warmstart.models.gaussian.covariance import shared_share
from warmstart.models.gaussian.factor import Factor
from warmstart.models.gaussian.shared_gp import SharedKernel
from warmstart.models.log_loss import ideal_score, is_bounded, log_loss_response, loss_unit
from warmstart.models.pmf.described.described_tasks import DescribedTasks
from warmstart.models.pmf.described.explained import Explained, Targets, explain
from warmstart.models.pmf.prior import Prior
from warmstart.models.pmf.settings import Settings
from warmstart.models.pmf.task_spread import Agreement, Components
from warmstart.similarity.quantiles import columns_by

if TYPE_CHECKING:
    from warmstart.metadataset.core.score_table import ScoreTable

Array = np.ndarray[Any, np.dtype[np.float64]]
Model = TypeVar("Model", bound=Settings)

_FEWEST_DESCRIBED = 10
"""Tasks with meta-features from which on something is learnt of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _CompletedTasks:
    """One model's tasks, completed; before anything is learnt of them."""

    ideal: float
    unit: float
    bounded: bool
    mean: Array
    """Of the completed responses, shape (n_configs,)."""

    centred: Array
    """Completed responses about it, shape (n_tasks, n_configs); used up by what follows."""

    power: float
    """Mean square of the completed responses."""

    levels: Array
    scales: Array
    left: Factor
    """As in :class:`warmstart.models.completion.complete.Completed`."""

    kernel: SharedKernel | None
    """Over hyperparameters, where the completion needed one."""

    seen: npt.NDArray[np.bool_] | None
    """What was evaluated, where a kernel is learnt of it."""

    targets: Targets | None
    """None where meta-features are not used."""


def train_together(
    models: Iterable[tuple[Model, ScoreTable]],
    *,
    columns: npt.NDArray[np.intp] | None = None,
    random_state: int = 0,
) -> Iterator[tuple[Model, Prior, SharedKernel | None]]:
    """Learn models of the same tasks on several scales, such as error and regret.

    What depends on the tasks alone is worked out once: how far apart they are, the spectra
    of their kernels, and the trees, grown on what all the models should predict.

    Parameters
    ----------
    models : iterable of (Settings, ScoreTable)
        Tables of the same tasks and configurations, one a scale; read one at a time.
    columns : ndarray of int, shape (n_chosen,), optional
        Know only these configurations, in this order; by default all.
    random_state : int

    Yields
    ------
    settings, prior, kernel
        Each of `models` in order, what was learnt, and the kernel over what
        configurations are made of, where the completion needed one.
    """
    completed: list[tuple[Model, _CompletedTasks]] = []
    families, phi, by = np.empty(0), None, Settings().by
    for model, table in models:
        completed.append((model, _complete(model, table, columns, random_state)))
        families, phi, by = table.families, table.metafeatures, model.by
        task_ids = table.task_ids
        del table  # its scores may be of this scale alone
    targets = [one.targets for _, one in completed if one.targets is not None]
    tasks = None
    if targets and phi is not None:
        rows = targets[0].rows
        tasks = DescribedTasks.fit(
            phi.loc[task_ids[rows], columns_by(phi.columns, by)],
            [one.values for one in targets],
            families[rows],
            random_state=random_state,
        )
    while completed:
        model, one = completed.pop(0)
        yield model, _learn(model, one, tasks, families, random_state), one.kernel


def _complete(
    settings: Settings,
    table: ScoreTable,
    columns: npt.NDArray[np.intp] | None,
    random_state: int,
) -> _CompletedTasks:
    """Complete the tasks' responses and say what meta-features should predict of them."""
    ideal, unit = ideal_score(table), loss_unit(table)
    kind: Any = np.float64 if table.n_configs < WIDE else np.float32
    response = log_loss_response(table.scores, ideal, settings.offset * unit, kind)
    seen = None
    if settings.kernel is not None and columns is None:
        # What a completion filled in is no evidence, where it can be told apart.
        seen = np.isfinite(response)
    filled = complete(
        response,
        table,
        columns,
        how=settings.completion,
        overwrite=True,
        agree=settings.agree,
        random_state=random_state,
    )
    responses, levels = filled.responses, filled.levels
    mean = responses.mean(axis=0, dtype=np.float64)
    centred = np.subtract(responses, mean, out=responses, casting="same_kind")
    rows, _ = table.described()
    described = table.metafeatures is not None and len(rows) >= _FEWEST_DESCRIBED
    targets = None
    if settings.use_metafeatures and described:
        targets = Targets.of(centred, levels, rows, settings.n_projected)
    return _CompletedTasks(
        ideal=ideal,
        unit=unit,
        bounded=is_bounded(table),
        mean=mean,
        centred=centred,
        power=float((mean**2).mean()) + _mean_square(centred),
        levels=levels,
        scales=filled.scales,
        left=filled.left,
        kernel=filled.kernel,
        seen=seen,
        targets=targets,
    )


def _learn(
    settings: Settings,
    completed: _CompletedTasks,
    tasks: DescribedTasks | None,
    families: npt.NDArray[Any],
    random_state: int,
) -> Prior:
    if completed.targets is None or tasks is None:
        explained = Explained.nothing(completed.centred, completed.levels)
    else:
        explained = explain(
            completed.centred,
            completed.levels,
            completed.targets,
            tasks,
            shrink=settings.shrink,
            predict_level=settings.predict_level,
        )
    residual = explained.residual
    shared = shared_share(residual, families, random_state=random_state)
    loadings, noise = second_moment(residual, shared, settings.max_rank)
    n_families = len(np.unique(families))
    agreement = Agreement.of(completed.mean, completed.power, len(residual), n_families)
    loadings *= loadings.dtype.type(np.sqrt(agreement.seen))
    noise = agreement.seen * noise + agreement.unseen
    if settings.kernel is not None:
        seen = completed.seen
        known = residual if seen is None else np.where(seen, residual, np.nan)
        learnt = settings.kernel.fit_kernel(known, random_state=random_state)
        other, share = learnt.factor(settings.max_rank), settings.kernel_share
        parts = np.sqrt(1 - share) * loadings, np.sqrt(share) * other.loadings
        loadings = np.concatenate(parts, axis=1).astype(loadings.dtype)
        noise = (1 - share) * noise + share * other.noise
    if completed.left.loadings.shape[1]:
        loadings = np.hstack([loadings, completed.left.loadings.astype(loadings.dtype)])
    n, levels = settings.n_components, explained.level_residual
    spread = Components.of(completed.scales, levels, n, n_families, bounded=completed.bounded)
    return Prior(
        ideal=completed.ideal,
        unit=completed.unit,
        mean=agreement.trust * completed.mean,
        trust=agreement.trust,
        loadings=loadings,
        noise=noise + completed.left.noise,
        scales=spread.scales,
        levels=spread.levels,
        level_stds=spread.level_stds,
        tails=spread.tails,
        described=explained.prior_mean,
        projected=explained.projected,
        described_levels=explained.levels,
        untold_loadings=explained.untold_loadings,
        untold_level=np.asarray(explained.untold_level),
    )


def second_moment(residual: Array, shared: float, max_rank: int) -> tuple[Array, Array]:
    """Second moment of the tasks as loadings and noise; all variances are kept.

    Of 2,000 configurations or more few loadings are kept, the rest of a variance is noise.

    Parameters
    ----------
    residual : ndarray, shape (n_tasks, n_configs)
        Responses less what was expected of them.
    shared : float
        Share of it that is taken as observed; the rest goes to its diagonal.
    max_rank : int
        Loadings kept where there are many configurations.

    Returns
    -------
    loadings : ndarray, shape (n_configs, n_latent)
    noise : ndarray, shape (n_configs,)
    """
    n_tasks, n_configs = residual.shape
    variances = np.einsum("ij,ij->j", residual, residual) / n_tasks
    if n_configs < WIDE:
        loadings = np.sqrt(shared / n_tasks) * residual.T
        return loadings, (1 - shared) * variances + 1e-9
    _, singular, axes = truncated_svd(residual, min(max_rank, n_tasks))
    weights = singular * np.sqrt(shared / n_tasks)
    # Latent by latent in memory: a step multiplies few vectors by all of it.
    few = (axes * weights[:, None]).astype(np.float32).T
    kept = np.einsum("ij,ij->i", few, few, dtype=np.float64)
    return few, np.maximum(variances - kept, (1 - shared) * variances) + 1e-9


def _mean_square(values: Array) -> float:
    return float(np.einsum("ij,ij->", values, values, dtype=np.float64) / values.size)
