"""Probabilistic matrix factorization, marginalised and conditioned on meta-features."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from warmstart.errors import NotFittedError
from warmstart.models.pmf.arrays import arrays_of, prior_from
from warmstart.models.pmf.described.average import condition_on_average
from warmstart.models.pmf.described.described_arrays import arrays_of_described
from warmstart.models.pmf.described.good_level import GoodLevel
from warmstart.models.pmf.posterior import PMFPosterior
from warmstart.models.pmf.prior import Prior
from warmstart.models.pmf.settings import Settings

if TYPE_CHECKING:
    from typing_extensions import Self

    from warmstart.metadataset.core.score_table import ScoreTable
    from warmstart.models.gaussian.shared_gp import SharedKernel

Array = np.ndarray[Any, np.dtype[np.float64]]


@dataclass(slots=True, kw_only=True)
class PMF(Settings):
    r"""The default model: a Gaussian over configurations learnt across tasks.

    PMF writes the response of task t as mean + loadings × latent of t + noise, latent
    ~ N(0, I). With the latents integrated out each task is one draw from a Gaussian over
    configurations, so its mean and covariance are learnt, meta-features move the mean,
    and results on a new task condition it exactly. A mixture over task scales, each with
    :data:`~warmstart.models.pmf.settings.SPREADS` about the mean, stands for not knowing how
    much a task spreads its configurations and how well its meta-features tell them apart.

    Parameters
    ----------
    n_components : int
        Quantiles of the training scales in the mixture.
    n_projected : int
        Principal components of the responses that meta-features predict.
    use_metafeatures : bool
        Whether meta-features move the prior mean.
    by : tuple of str
        Measures the prior mean compares by, :mod:`warmstart.similarity.quantiles`.
    predict_level : bool
        Whether meta-features also predict how hard the task is for all configurations.
    shrink : bool
        Whether predicted components are shrunk by their skill on tasks left out.
    offset : float
        Added to a loss before the logarithm: differences well below it fade. For scores in
        units of their own a share of a usual loss.
    spreads : tuple of float
        Deviations about the mean in the mixture, in units of the tasks' own scale.
    completion : {"auto", "svd", "prior", "gp"}
        How what tasks did not try is filled in, see
        :func:`warmstart.models.completion.complete.complete`.
    max_rank : int
        Loadings kept of each configuration where there are 2,000 or more.
    kernel : KernelSource, optional
        Learns a covariance of its own, such as :class:`~warmstart.models.gplvm.gplvm.GPLVM`,
        that is mixed with the observed one.
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

    Examples
    --------
    >>> from warmstart.metadataset.metadataset import MetaDataset
    >>> scores = pd.DataFrame(np.random.default_rng(0).uniform(size=(12, 5)))
    >>> belief = PMF().fit(MetaDataset.from_matrix(scores).table()).start()
    >>> belief.tell(0, 0.5)
    >>> belief.mean().shape
    (5,)
    """

    prior_: Prior | None = field(default=None, repr=False)
    kernel_: SharedKernel | None = field(default=None, repr=False)
    """Over hyperparameters, where the completion needed one."""

    optimism_: Array | None = field(default=None, repr=False)
    told_optimism_: Array | None = field(default=None, repr=False)
    """How far off what it tells is, where measured; see :mod:`warmstart.models.regrets`."""

    level_: GoodLevel | None = field(default=None, repr=False)
    """Foretells how well good configurations do on a described task, where it was learnt."""

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
        columns : ndarray of int, shape (n_chosen,), optional
            Know only these configurations, in this order; by default all.
        random_state : int
        """
        fit_together([(self, table)], columns=columns, random_state=random_state)
        return self

    @property
    def fitted_prior(self) -> Prior:
        """What was learnt.

        Raises
        ------
        NotFittedError
            Before :meth:`fit`.
        """
        if self.prior_ is None:
            raise NotFittedError("PMF is not fitted; call fit(table) first")
        return self.prior_

    @property
    def ideal(self) -> float:
        """The score no configuration can beat."""
        return self.fitted_prior.ideal

    @property
    def loss_unit(self) -> float:
        """Loss that the offset is a share of; see :mod:`warmstart.models.log_loss`."""
        return self.fitted_prior.unit

    @property
    def loss_offset(self) -> float:
        """What is added to a loss before the logarithm, in units of the score."""
        return self.offset * self.loss_unit

    @property
    def n_configs(self) -> int:
        """Number of configurations it was fitted to."""
        return len(self.fitted_prior.mean)

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
        columns : ndarray of int, shape (n_chosen,), optional
            Restrict to these configurations, in this order.
        """
        prior = self.fitted_prior
        mixture = prior.mixture(metafeatures, columns, self.spreads)
        return PMFPosterior(mixture, prior.ideal, self.loss_offset)

    def learn_level(self, table: ScoreTable, *, random_state: int = 0) -> None:
        """Learn :attr:`level_` from described tasks of that table; arguments of :meth:`fit`."""
        if self.n_configs == table.n_configs:
            self.level_ = GoodLevel.fit(
                self.fitted_prior, table, self.loss_offset, random_state=random_state
            )

    def predictive(
        self, metafeatures: pd.Series[Any] | None, columns: npt.NDArray[np.intp]
    ) -> PMFPosterior:
        """Belief about single scores of a new task; its level as :attr:`level_` says, of one
        that nothing describes any known one's. As :meth:`start`, at `columns`, shape (n,); no
        result can be told."""
        level = self.level_
        if level is None:
            return self.start(metafeatures, columns)
        mean, variance = level.usual if metafeatures is None else level.predict(metafeatures)
        both = self.start(metafeatures, np.r_[columns, level.columns])
        good = np.zeros(len(columns) + len(level.columns))
        good[len(columns) :] = 1 / len(level.columns)
        condition_on_average(both.mixture, good, mean, variance)
        return both

    def to_arrays(self) -> dict[str, npt.NDArray[Any]]:
        """Everything a new task needs, as plain arrays for an npz file without pickles."""
        prior = self.fitted_prior
        arrays = arrays_of(prior)
        arrays["offset"] = np.asarray(self.offset)
        arrays["spreads"] = np.asarray(self.spreads)
        measured = {"optimism": self.optimism_, "told_optimism": self.told_optimism_}
        arrays |= {name: array for name, array in measured.items() if array is not None}
        if self.level_ is not None:
            arrays |= self.level_.to_arrays()
        if self.kernel_ is not None:
            arrays["lengthscales"] = self.kernel_.lengthscales
            arrays["kernel_noise"] = np.asarray(self.kernel_.noise)
        return arrays | arrays_of_described(prior.described)

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, npt.NDArray[Any]]) -> PMF:
        """Read what :meth:`to_arrays` gave."""
        spreads = tuple(float(spread) for spread in arrays["spreads"])
        model = cls(offset=float(arrays["offset"]), spreads=spreads)
        model.optimism_ = arrays.get("optimism")
        model.told_optimism_ = arrays.get("told_optimism")
        if "lengthscales" in arrays:
            from warmstart.models.gaussian.shared_gp import SharedKernel

            model.kernel_ = SharedKernel(
                arrays["lengthscales"].astype("float64"), float(arrays["kernel_noise"])
            )
        model.prior_ = prior_from(arrays)
        model.level_ = GoodLevel.from_arrays(arrays)
        return model


def fit_together(
    models: Iterable[tuple[PMF, ScoreTable]],
    *,
    columns: npt.NDArray[np.intp] | None = None,
    random_state: int = 0,
) -> None:
    """Fit models of the same tasks on several scales, such as error and regret.

    Parameters
    ----------
    models : iterable of (PMF, ScoreTable)
        Tables of the same tasks and configurations, one a scale; read one at a time.
    columns, random_state :
        As in :meth:`PMF.fit`.
    """
    # Whoever reads a fitted base needs nothing of this.
    from warmstart.models.pmf.training import train_together

    trained = train_together(models, columns=columns, random_state=random_state)
    for model, prior, kernel in trained:
        model.prior_, model.kernel_ = prior, kernel
