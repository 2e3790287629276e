"""Probabilistic matrix factorization, marginalised and conditioned on meta-features."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import numpy.typing as npt
import pandas as pd

from warmstart.errors import ArgumentError, NotFittedError
from warmstart.models.gaussian.covariance import shared_share
from warmstart.models.gaussian.posterior import Factor, MixturePosterior
from warmstart.models.gaussian.shared_gp import SharedKernel
from warmstart.models.log_loss import OFFSET, ideal_score, log_loss_response, loss_unit
from warmstart.models.pmf.completion import COMPLETIONS, Completion, complete
from warmstart.models.pmf.described_tasks import DescribedTasks
from warmstart.models.pmf.posterior import PMFPosterior
from warmstart.models.pmf.prior_mean import PriorMean, shrinkage
from warmstart.models.pmf.soft_impute import WIDE, truncated_svd
from warmstart.models.pmf.task_spread import Agreement, Components
from warmstart.similarity.forest import ForestWeights
from warmstart.similarity.laplace import LaplaceRidge
from warmstart.similarity.quantiles import QuantileNormaliser

if TYPE_CHECKING:
    from typing_extensions import Self

    from warmstart.metadataset.core.score_table import ScoreTable
    from warmstart.models.gaussian.latent_kernel import LatentKernel

Array = np.ndarray[Any, np.dtype[np.float64]]

SPREADS = (0.7, 1.0, 1.4)
"""How far from its prior mean a task may be, in units of what is usual: some tasks are
predicted better than others, and their results tell which."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Prior:
    """What training leaves behind; all a new task needs."""

    ideal: float
    """Score no configuration can beat."""

    unit: float
    """Loss that the offset is a share of."""

    mean: Array
    """Standardised log loss to expect of each configuration, shape (n_configs,)."""

    trust: float
    """Share of the tasks' mean that it is."""

    loadings: Array
    """Shape (n_configs, n_latent): one latent a task, and those of what filling in left."""

    noise: Array
    """Shape (n_configs,)."""

    scales: Array
    levels: Array
    level_stds: Array
    """s, α and τ of the mixture components, shape (n_components,)."""

    tails: Array
    """Factors of τ, equally likely, shape (3,)."""

    described: PriorMean | None
    projected: Array
    """Shrunk, projected responses of the described tasks, shape (n_described, n_configs)."""

    described_levels: Array
    """Levels of the described tasks about their mean, shrunk, shape (n_described,)."""

    untold_loadings: Array
    """What meta-features tell of tasks, as loadings, shape (n_configs, n_projected): a task
    without any may differ from the average by as much more."""

    untold_level: Array
    """Standard deviation of the levels that meta-features tell, shape ()."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    """What meta-features tell of the tasks, and what they leave; as in :class:`_Prior`."""

    prior_mean: PriorMean | None
    projected: Array
    levels: Array
    untold_loadings: Array
    untold_level: float

    residual: Array
    """Responses less what is predicted of a task left out, shape (n_tasks, n_configs)."""

    level_residual: Array
    """Shape (n_tasks,)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Targets:
    """What meta-features should predict: coordinates of the described tasks, and levels."""

    rows: npt.NDArray[np.intp]
    """Of the described tasks."""

    axes: Array
    """Leading directions of the responses, shape (n_projected, n_configs)."""

    values: Array
    """Coordinates on them, and last the level in `level_unit`; each about its mean, shape
    (n_described, n_projected + 1)."""

    level_unit: float

    @classmethod
    def of(
        cls, centred: Array, levels: Array, rows: npt.NDArray[np.intp], n_projected: int
    ) -> _Targets:
        axes, coordinates = _principal(centred, n_projected)
        spread = float(coordinates.std(axis=0).max())
        # The level rides along as one more target, scaled like the strongest axis.
        level_unit = max(float(levels[rows].std()), 1e-9) / max(spread, 1e-9)
        values = np.column_stack([coordinates[rows], levels[rows] / level_unit])
        # Predicted about the mean of the described; that of all tasks stays as it is.
        values -= values.mean(axis=0)
        return cls(rows=rows, axes=axes, values=values, level_unit=level_unit)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Begun:
    """One model's tasks, completed; before anything is learnt of them."""

    ideal: float
    unit: float
    mean: Array
    """Of the completed responses, shape (n_configs,)."""

    centred: Array
    """Completed responses about it, shape (n_tasks, n_configs); used up by what follows."""

    power: float
    """Mean square of the completed responses."""

    levels: Array
    scales: Array
    left: Factor
    """As in :class:`warmstart.models.pmf.completion.Completed`."""

    seen: npt.NDArray[np.bool_] | None
    """What was evaluated, where a kernel is learnt of it."""

    targets: _Targets | None
    """None where meta-features are not used."""


_ROWS = 128
"""Tasks at a time whose predicted responses are written down."""

_PLAIN = (
    "mean",
    "loadings",
    "noise",
    "scales",
    "levels",
    "level_stds",
    "tails",
    "projected",
    "described_levels",
    "untold_loadings",
    "untold_level",
)
_FOREST = ("roots", "feature", "threshold", "left", "right", "leaves", "counts")


class KernelSource(Protocol):
    """Learns a covariance over configurations from responses of many tasks."""

    def fit_kernel(self, responses: Array, *, random_state: int = 0) -> LatentKernel:
        """Learn from responses about zero, shape (n_tasks, n_configs), NaN where unknown."""
        ...


@dataclass(slots=True, kw_only=True)
class PMF:
    r"""The default model: a Gaussian over configurations learnt across tasks.

    PMF writes the response of task t as mean + loadings × latent of t + noise, latent
    ~ N(0, I). With the latents integrated out each task is one draw from a Gaussian over
    configurations, so its mean and covariance are learnt, meta-features move the mean,
    and results on a new task condition it exactly. A mixture over task scales, each with
    :data:`SPREADS` about the mean, stands for not knowing how much a task spreads its
    configurations and how well its meta-features tell them apart.

    Parameters
    ----------
    n_components : int
        Quantiles of the training scales in the mixture.
    n_projected : int
        Principal components of the responses that meta-features predict.
    use_metafeatures : bool
        Whether meta-features move the prior mean.
    predict_level : bool
        Whether meta-features also predict how hard the task is for all configurations.
    shrink : bool
        Whether each predicted component is shrunk by its skill on tasks left out.
    offset : float
        Added to a loss before the logarithm: differences well below it fade. For scores in
        units of their own a share of a usual loss.
    spreads : tuple of float
        Deviations about the mean in the mixture, in units of the tasks' own scale.
    completion : {"auto", "svd", "prior", "gp"}
        How what tasks did not try is filled in, see
        :func:`warmstart.models.pmf.completion.complete`.
    max_rank : int
        Loadings kept of each configuration where there are 2,000 or more.
    kernel : KernelSource, optional
        Learns a covariance of its own, such as :class:`~warmstart.models.pmf.gplvm.GPLVM`, that
        is mixed with the observed one.
    kernel_share : float
        Share of that covariance in the mix, between 0 and 1.
    agree : bool
        Whether tasks that share no configuration are expected to agree where one of them
        never looked.

    References
    ----------
    .. [1] Fusi, Sheth, Elibol. "Probabilistic Matrix Factorization for Automated Machine
       Learning." NeurIPS 2018.
    .. [2] Salakhutdinov, Mnih. "Probabilistic Matrix Factorization." NeurIPS 2007.
    """

    n_components: int = 6
    n_projected: int = 30
    use_metafeatures: bool = True
    predict_level: bool = True
    shrink: bool = True
    offset: float = OFFSET
    spreads: tuple[float, ...] = SPREADS
    completion: Completion = "auto"
    max_rank: int = 100
    kernel: KernelSource | None = None
    kernel_share: float = 0.5
    agree: bool = False
    prior_: _Prior | None = field(default=None, repr=False)
    kernel_: SharedKernel | None = field(default=None, repr=False)
    """Over what configurations are made of, where the completion needed one."""

    optimism_: Array | None = field(default=None, repr=False)
    """Of a model of regrets, where it was measured; see
    :func:`warmstart.models.pmf.expected_regret.measure_optimism`."""

    def __post_init__(self) -> None:
        if self.completion not in COMPLETIONS:
            raise ArgumentError(
                f"completion must be one of {COMPLETIONS}, got {self.completion!r}"
            )
        if self.max_rank < 1:
            raise ArgumentError(f"max_rank must be at least 1, got {self.max_rank}")
        if not 0 <= self.kernel_share <= 1:
            raise ArgumentError(f"kernel_share is a share, got {self.kernel_share}")

    def fit(
        self,
        table: ScoreTable,
        *,
        columns: npt.NDArray[np.intp] | None = None,
        random_state: int = 0,
    ) -> Self:
        """Learn mean, covariance and mixture from the tasks of `table`.

        Parameters
        ----------
        table : ScoreTable
        columns : ndarray of int, optional
            Know only these configurations, in this order; by default all.
        random_state : int
        """
        fit_together([(self, table)], columns=columns, random_state=random_state)
        return self

    def _begin(
        self, table: ScoreTable, columns: npt.NDArray[np.intp] | None, random_state: int
    ) -> _Begun:
        """Complete the tasks' responses and say what meta-features should predict of them."""
        ideal, unit = ideal_score(table), loss_unit(table)
        kind: Any = np.float64 if table.n_configs < WIDE else np.float32
        response = log_loss_response(table.scores, ideal, self.offset * unit, kind)
        seen = None
        if self.kernel is not None and columns is None:
            # What a completion filled in is no evidence, where it can be told apart.
            seen = np.isfinite(response)
        filled = complete(
            response,
            table,
            columns,
            how=self.completion,
            overwrite=True,
            agree=self.agree,
            random_state=random_state,
        )
        completed, levels = filled.responses, filled.levels
        self.kernel_ = filled.kernel
        mean = completed.mean(axis=0, dtype=np.float64)
        centred = np.subtract(completed, mean, out=completed, casting="same_kind")
        rows, _ = table.described()
        told = self.use_metafeatures and table.metafeatures is not None and len(rows) >= 10
        return _Begun(
            ideal=ideal,
            unit=unit,
            mean=mean,
            centred=centred,
            power=float((mean**2).mean()) + _mean_square(centred),
            levels=levels,
            scales=filled.scales,
            left=filled.left,
            seen=seen,
            targets=_Targets.of(centred, levels, rows, self.n_projected) if told else None,
        )

    def _finish(
        self,
        begun: _Begun,
        tasks: DescribedTasks | None,
        families: npt.NDArray[Any],
        random_state: int,
    ) -> None:
        told = self._learn_metafeatures(begun, tasks)
        residual = told.residual
        shared = shared_share(residual, families, random_state=random_state)
        loadings, noise = self._covariance(residual, shared)
        n_families = len(np.unique(families))
        agreement = Agreement.of(begun.mean, begun.power, len(residual), n_families)
        loadings *= loadings.dtype.type(np.sqrt(agreement.seen))
        noise = agreement.seen * noise + agreement.unseen
        if self.kernel is not None:
            known = residual if begun.seen is None else np.where(begun.seen, residual, np.nan)
            learnt = self.kernel.fit_kernel(known, random_state=random_state)
            other, share = learnt.factor(self.max_rank), self.kernel_share
            parts = np.sqrt(1 - share) * loadings, np.sqrt(share) * other.loadings
            loadings = np.concatenate(parts, axis=1).astype(loadings.dtype)
            noise = (1 - share) * noise + share * other.noise
        if begun.left.loadings.shape[1]:
            loadings = np.hstack([loadings, begun.left.loadings.astype(loadings.dtype)])
        spread = Components.of(begun.scales, told.level_residual, self.n_components, n_families)
        self.prior_ = _Prior(
            ideal=begun.ideal,
            unit=begun.unit,
            mean=agreement.trust * begun.mean,
            trust=agreement.trust,
            loadings=loadings,
            noise=noise + begun.left.noise,
            scales=spread.scales,
            levels=spread.levels,
            level_stds=spread.level_stds,
            tails=spread.tails,
            described=told.prior_mean,
            projected=told.projected,
            described_levels=told.levels,
            untold_loadings=told.untold_loadings,
            untold_level=np.asarray(told.untold_level),
        )

    def _learn_metafeatures(self, begun: _Begun, tasks: DescribedTasks | None) -> _Told:
        """What meta-features tell of responses and levels; nothing of fewer than ten tasks."""
        centred, levels = begun.centred, begun.levels
        if begun.targets is None or tasks is None:
            n_configs = centred.shape[1]
            return _Told(
                prior_mean=None,
                projected=np.zeros((0, n_configs)),
                levels=np.zeros(0),
                untold_loadings=np.zeros((n_configs, 0)),
                untold_level=0.0,
                residual=centred,
                level_residual=levels,
            )
        rows, axes, values = begun.targets.rows, begun.targets.axes, begun.targets.values
        level_unit = begun.targets.level_unit
        prior_mean = PriorMean.of(tasks, values)
        left_out = prior_mean.left_out(values, tasks.families)
        trust = shrinkage(left_out, values) if self.shrink else np.ones(values.shape[1])
        if not self.predict_level:
            trust[-1] = 0.0
        predicted = left_out * trust
        # Never needed again as they are: a copy of all responses takes long and much room.
        residual, level_residual = centred, levels.copy()
        weights = predicted[:, :-1].astype(axes.dtype)
        for some in np.array_split(np.arange(len(rows)), -(-len(rows) // _ROWS)):
            residual[rows[some]] -= weights[some] @ axes
        level_residual[rows] -= predicted[:, -1] * level_unit
        _, singular, directions = np.linalg.svd(predicted[:, :-1], full_matrices=False)
        untold = axes.T @ (directions.T * (singular / np.sqrt(len(rows)))).astype(axes.dtype)
        return _Told(
            prior_mean=prior_mean,
            projected=(values[:, :-1] * trust[:-1]).astype(axes.dtype) @ axes,
            levels=values[:, -1] * trust[-1] * level_unit,
            untold_loadings=untold,
            untold_level=float(level_unit * np.sqrt((predicted[:, -1] ** 2).mean())),
            residual=residual,
            level_residual=level_residual,
        )

    def _covariance(self, residual: Array, shared: float) -> tuple[Array, Array]:
        """Loadings and noise of the tasks' second moment, all of whose variances are kept.

        The share `shared` of it is taken as observed, the rest goes to its diagonal.

        Above some thousand configurations few loadings, in single precision, stand for as
        many as there are tasks; what they leave of a variance is noise.
        """
        n_tasks, n_configs = residual.shape
        variances = np.einsum("ij,ij->j", residual, residual) / n_tasks
        if n_configs < WIDE:
            loadings = np.sqrt(shared / n_tasks) * residual.T
            return loadings, (1 - shared) * variances + 1e-9
        _, singular, axes = truncated_svd(residual, min(self.max_rank, n_tasks))
        weights = singular * np.sqrt(shared / n_tasks)
        # Latent by latent in memory: a step multiplies few vectors by all of it.
        few = (axes * weights[:, None]).astype(np.float32).T
        kept = np.einsum("ij,ij->i", few, few, dtype=np.float64)
        return few, np.maximum(variances - kept, (1 - shared) * variances) + 1e-9

    @property
    def ideal(self) -> float:
        """The score no configuration can beat."""
        if self.prior_ is None:
            raise NotFittedError("PMF is not fitted; call fit(table) first")
        return self.prior_.ideal

    @property
    def loss_unit(self) -> float:
        """Loss that the offset is a share of; see :mod:`warmstart.models.log_loss`."""
        if self.prior_ is None:
            raise NotFittedError("PMF is not fitted; call fit(table) first")
        return self.prior_.unit

    @property
    def loss_offset(self) -> float:
        """What is added to a loss before the logarithm, in units of the score."""
        return self.offset * self.loss_unit

    @property
    def n_configs(self) -> int:
        """Number of configurations it was fitted to."""
        if self.prior_ is None:
            raise NotFittedError("PMF is not fitted; call fit(table) first")
        return len(self.prior_.mean)

    def start(
        self,
        metafeatures: pd.Series[Any] | None = None,
        columns: npt.NDArray[np.intp] | None = None,
    ) -> PMFPosterior:
        """Belief about a new task, before any result on it.

        Parameters
        ----------
        metafeatures : Series, optional
            Of the new task; without them it is expected to be average, give or take what
            meta-features would have told.
        columns : ndarray of int, optional
            Restrict to these configurations, in this order.
        """
        if self.prior_ is None:
            raise NotFittedError("PMF is not fitted; call fit(table) first")
        prior = self.prior_
        chosen = slice(None) if columns is None else columns
        mean, level = prior.mean[chosen], 0.0
        loadings, level_stds = prior.loadings[chosen], prior.level_stds
        if prior.described is not None and metafeatures is not None:
            weights = prior.described.weights(metafeatures.to_frame().T)[0]
            known = prior.projected[:, chosen]
            mean = mean + weights.astype(known.dtype) @ known
            level = float(weights @ prior.described_levels)
        elif prior.described is not None:
            untold = prior.untold_loadings[chosen].astype(loadings.dtype)
            loadings = np.hstack([loadings, untold])
            level_stds = np.hypot(level_stds, prior.untold_level)
        means = (prior.levels + level)[:, None] + prior.scales[:, None] * mean
        n_spreads = len(self.spreads)
        n = len(prior.scales) * n_spreads
        # Every tail with every scale and with every spread, but not every triple.
        scale, spread = np.divmod(np.arange(n), n_spreads)
        tails = prior.tails[(scale + spread) % len(prior.tails)]
        mixture = MixturePosterior(
            np.full(n, 1 / n),
            np.repeat(means, n_spreads, axis=0),
            np.outer(prior.scales, self.spreads).ravel(),
            np.repeat(level_stds, n_spreads) * tails,
            [Factor(loadings, prior.noise[chosen])] * n,
        )
        return PMFPosterior(mixture, prior.ideal, self.loss_offset)

    def to_arrays(self) -> dict[str, npt.NDArray[Any]]:
        """Everything a new task needs, as plain arrays for an npz file without pickles."""
        if self.prior_ is None:
            raise NotFittedError("PMF is not fitted; call fit(table) first")
        prior, described = self.prior_, self.prior_.described
        # Half the digits: far below the noise of any score, and half the file.
        arrays: dict[str, npt.NDArray[Any]] = {
            name: np.asarray(getattr(prior, name), dtype="float32") for name in _PLAIN
        }
        arrays["ideal"] = np.asarray(prior.ideal)
        arrays["unit"] = np.asarray(prior.unit)
        arrays["trust"] = np.asarray(prior.trust)
        arrays["offset"] = np.asarray(self.offset)
        arrays["spreads"] = np.asarray(self.spreads)
        if self.optimism_ is not None:
            arrays["optimism"] = self.optimism_
        if self.kernel_ is not None:
            arrays["lengthscales"] = self.kernel_.lengthscales
            arrays["kernel_noise"] = np.asarray(self.kernel_.noise)
        if described is not None:
            arrays["names"] = np.asarray(described.normaliser.names)
            arrays["grid"] = described.normaliser.grid
            arrays["points"] = described.ridge.points
            arrays["inverse"] = described.ridge.inverse.astype("float32")
            arrays["kernel_scale"] = np.asarray(described.ridge.scale)
            arrays["ridge_share"] = np.asarray(described.share)
            for name in _FOREST:
                arrays[f"forest_{name}"] = getattr(described.forest, name)
        return arrays

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, npt.NDArray[Any]]) -> PMF:
        """Read what :meth:`to_arrays` gave."""
        plain = {name: arrays[name].astype("float64") for name in _PLAIN}
        if len(arrays["mean"]) >= WIDE:
            plain["loadings"] = arrays["loadings"]
        described = None
        if "names" in arrays:
            names = tuple(str(name) for name in arrays["names"])
            described = PriorMean(
                QuantileNormaliser(names, arrays["grid"]),
                LaplaceRidge(
                    arrays["points"],
                    arrays["inverse"].astype("float64"),
                    float(arrays["kernel_scale"]),
                ),
                ForestWeights(*(arrays[f"forest_{name}"] for name in _FOREST)),
                float(arrays["ridge_share"]),
            )
        model = cls(
            offset=float(arrays["offset"]),
            spreads=tuple(float(spread) for spread in arrays["spreads"]),
        )
        model.optimism_ = arrays.get("optimism")
        if "lengthscales" in arrays:
            model.kernel_ = SharedKernel(
                arrays["lengthscales"].astype("float64"), float(arrays["kernel_noise"])
            )
        model.prior_ = _Prior(
            ideal=float(arrays["ideal"]),
            unit=float(arrays["unit"]),
            trust=float(arrays["trust"]),
            described=described,
            **plain,
        )
        return model


def fit_together(
    models: Iterable[tuple[PMF, ScoreTable]],
    *,
    columns: npt.NDArray[np.intp] | None = None,
    random_state: int = 0,
) -> None:
    """Fit models of the same tasks on several scales, such as error and regret.

    What depends on the tasks alone is worked out once: how far apart they are, the
    spectra of their kernels, and the trees, which are grown on what all the models
    should predict.

    Parameters
    ----------
    models : iterable of (PMF, ScoreTable)
        Tables of the same tasks and configurations, one a scale; read one at a time.
    columns : ndarray of int, optional
        As in :meth:`PMF.fit`.
    random_state : int
    """
    begun: list[tuple[PMF, _Begun]] = []
    families, phi = np.empty(0), None
    for model, table in models:
        begun.append((model, model._begin(table, columns, random_state)))
        families, phi = table.families, table.metafeatures
        task_ids = table.task_ids
        del table  # its scores may be of this scale alone
    targets = [one.targets for _, one in begun if one.targets is not None]
    tasks = None
    if targets and phi is not None:
        rows = targets[0].rows
        tasks = DescribedTasks.fit(
            phi.loc[task_ids[rows]],
            [one.values for one in targets],
            families[rows],
            random_state=random_state,
        )
    while begun:
        model, one = begun.pop(0)
        model._finish(one, tasks, families, random_state)


def _principal(centred: Array, n_components: int) -> tuple[Array, Array]:
    """Leading axes, shape (k, n_configs), and coordinates on them, shape (n_tasks, k)."""
    _, _, axes = truncated_svd(centred, min(n_components, *centred.shape))
    return axes, centred @ axes.T


def _mean_square(values: Array) -> float:
    return float(np.einsum("ij,ij->", values, values, dtype=np.float64) / values.size)
