"""GP-LVM: probabilistic matrix factorization with a Gaussian process for each task."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import numpy.typing as npt
import pandas as pd

from warmstart.errors import ArgumentError, KnowledgeError, NotFittedError
from warmstart.metadataset.core.score_table import Floats, ScoreTable
from warmstart.metadataset.storage.files import write_atomically
from warmstart.models.belief import IndependentBelief
from warmstart.models.gaussian.factor import Factor
from warmstart.models.gaussian.posterior import MixturePosterior
from warmstart.models.gplvm.latent_kernel import LatentKernel
from warmstart.models.gplvm.training import PUBLISHED, Recipe, train
from warmstart.models.pmf.pmf import PMF
from warmstart.models.rankings.knn_rank import KNNRank
from warmstart.similarity.manhattan import Manhattan

if TYPE_CHECKING:
    from typing_extensions import Self

_NEAR = "near_"
"""Prefix of the arrays that tell which tasks are near."""

_KERNEL = ("latents", "lengthscales", "variance", "noise")


@dataclass(slots=True, kw_only=True)
class GPLVM:
    r"""Each task is a draw of one Gaussian process over latent coordinates.

    .. math:: y_t \sim N\big(\mu,\; K(X, X) + \sigma^2 I\big)

    with y the losses of task t, :math:`\mu` their mean over tasks, and X one latent point a
    configuration, learnt with the kernel's ARD lengthscales by maximum likelihood. A new
    task begins with the configurations that rank best on its nearest tasks; then results
    condition the process, and the highest expected improvement is next. Training needs
    torch (the extra ``torch``); a fitted or loaded model answers without.

    Parameters
    ----------
    recipe : Recipe
        How it is trained; the paper's is
        :data:`~warmstart.models.gplvm.training.PUBLISHED`.
    n_initial : int
        Results before the process is asked.
    max_rank : int
        Above so many configurations a belief keeps the kernel in factors of this rank.

    References
    ----------
    .. [1] Fusi, Sheth, Elibol. "Probabilistic Matrix Factorization for Automated Machine
       Learning." NeurIPS 2018.
    .. [2] Lawrence, Urtasun. "Non-linear Matrix Factorization with Gaussian Processes."
       ICML 2009.
    """

    gives_belief: ClassVar[bool] = True
    recipe: Recipe = field(default_factory=Recipe)
    n_initial: int = 5
    max_rank: int = 1000
    random_answers: bool = False
    kernel_: LatentKernel | None = field(default=None, repr=False, compare=False)
    mean_: Floats | None = field(default=None, repr=False, compare=False)
    factor_: Factor | None = field(default=None, repr=False, compare=False)
    similarity_: Manhattan = field(default_factory=Manhattan, repr=False, compare=False)
    design_: KNNRank = field(default_factory=KNNRank, repr=False, compare=False)

    def __post_init__(self) -> None:
        if self.n_initial < 0:
            raise ArgumentError(f"n_initial must not be negative, got {self.n_initial}")
        if self.max_rank < 1:
            raise ArgumentError(f"max_rank must be at least 1, got {self.max_rank}")

    def fit(self, table: ScoreTable, *, random_state: int = 0) -> Self:
        """Learn latents and hyperparameters from the known entries of `table`.

        Raises
        ------
        MissingExtraError
            If torch is not installed.
        ValueError
            If the recipe names a device that is not there, or training diverges.
        """
        known = np.isfinite(table.scores)
        counts = known.sum(axis=0)
        # What no task has tried is expected to be average.
        overall = -table.scores[known].mean()
        sums = -np.where(known, table.scores, 0.0).sum(axis=0)
        self.mean_ = np.where(counts > 0, sums / np.maximum(counts, 1), overall)
        self.kernel_ = train(-table.scores - self.mean_, self.recipe, random_state=random_state)
        self.factor_ = self.kernel_.factor(self.max_rank)
        self.design_ = KNNRank(similarity=self.similarity_).fit(table)
        return self

    def fit_kernel(self, responses: Floats, *, random_state: int = 0) -> LatentKernel:
        """A kernel of `responses`, shape (n_tasks, n_configs), for another model.

        The other arguments are as of :meth:`fit`.
        """
        return train(responses, self.recipe, random_state=random_state)

    def start(self, metafeatures: pd.Series[Any] | None = None) -> GPLVMBelief:
        """Belief about a new task; its meta-features choose what is tried first."""
        if self.mean_ is None or self.factor_ is None:
            raise NotFittedError("fit the GP-LVM to a table first")
        one = np.ones(1)
        mixture = MixturePosterior(one, self.mean_[None, :], one, np.zeros(1), [self.factor_])
        design = self.design_.start(metafeatures).batch(len(self.mean_))
        return GPLVMBelief(mixture, design, self.n_initial)

    def to_arrays(self) -> dict[str, npt.NDArray[Any]]:
        """Everything fitted, as plain arrays.

        Raises
        ------
        NotFittedError
            If it was not fitted.
        """
        if self.kernel_ is None or self.mean_ is None:
            raise NotFittedError("fit the GP-LVM to a table first")
        arrays = {name: np.asarray(getattr(self.kernel_, name)) for name in _KERNEL}
        near = self.similarity_.to_arrays()
        arrays |= {_NEAR + name: array for name, array in near.items()}
        for name in ("n_initial", "max_rank"):
            arrays[name] = np.asarray(getattr(self, name))
        return arrays | {"mean": self.mean_, "ranks": np.asarray(self.design_.ranks_)}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, npt.NDArray[Any]]) -> GPLVM:
        """Read what :meth:`to_arrays` gave; torch is not needed.

        Raises
        ------
        KnowledgeError
            If an array is missing or impossible.
        """
        try:
            near = {
                name.removeprefix(_NEAR): array
                for name, array in arrays.items()
                if name.startswith(_NEAR)
            }
            model = cls(n_initial=int(arrays["n_initial"]), max_rank=int(arrays["max_rank"]))
            model.kernel_ = LatentKernel(
                latents=arrays["latents"],
                lengthscales=arrays["lengthscales"],
                variance=float(arrays["variance"]),
                noise=float(arrays["noise"]),
            )
            model.mean_ = np.asarray(arrays["mean"], np.float64)
            model.similarity_ = Manhattan.from_arrays(near)
            model.design_ = KNNRank(similarity=model.similarity_, fitted_=True)
            model.design_.ranks_ = arrays["ranks"]
        except (KeyError, ValueError) as error:
            raise KnowledgeError(f"these are not the arrays of a GP-LVM: {error}") from error
        if len(model.mean_) != len(model.kernel_.latents):
            raise KnowledgeError(
                f"means of {len(model.mean_)} configurations, latents of "
                f"{len(model.kernel_.latents)}; the arrays are not of one GP-LVM"
            )
        model.factor_ = model.kernel_.factor(model.max_rank)
        return model

    def save(self, path: str | Path) -> Path:
        """Write the arrays to an ``.npz`` file, whole or not at all."""
        arrays = self.to_arrays()

        def write(temporary: Path) -> None:
            with temporary.open("wb") as file:
                np.savez_compressed(file, allow_pickle=False, **arrays)

        write_atomically(Path(path), write)
        return Path(path)

    @classmethod
    def load(cls, path: str | Path) -> GPLVM:
        """Read what :meth:`save` wrote; torch is not needed."""
        with Path(path).open("rb") as file, np.load(file, allow_pickle=False) as arrays:
            return cls.from_arrays(dict(arrays))


class GPLVMBelief(IndependentBelief):
    """One task: the process over its losses, conditioned on what was told."""

    def __init__(
        self, mixture: MixturePosterior, design: Sequence[int], n_initial: int
    ) -> None:
        self.mixture, self.design, self.n_initial = mixture, design, n_initial
        self._lowest = np.inf

    @property
    def observed(self) -> Sequence[int]:
        """Configurations told."""
        return self.mixture.observed

    def response(self, score: float) -> float:
        """The loss itself."""
        return -score

    def score(self, responses: Floats) -> Floats:
        """Losses as scores."""
        return -responses

    def draws(self, n: int, rng: np.random.Generator) -> Floats:
        """Joint draws of the scores, shape (n, n_configs).

        Parameters
        ----------
        n : int
            How many.
        rng : Generator
        """
        return -self.mixture.sample(n, rng)

    def tell(self, index: int, score: float) -> None:
        """Learn a finite score.

        Parameters
        ----------
        index : int
            Place of the configuration.
        score : float
            Higher is better; NaN where there is none.
        """
        self.mixture.tell(index, -score)
        self._lowest = min(self._lowest, -score)

    def predict(self) -> tuple[Floats, Floats, float]:
        """Means, standard deviations and the lowest loss seen, in units of the score."""
        # Before any result, with no design, an improvement is on the best mean.
        lowest = self._lowest if np.isfinite(self._lowest) else float(self.mixture.mean().min())
        return self.mixture.mean(), self.mixture.std(), lowest


def published_gplvm() -> GPLVM:
    """As the paper trains it."""
    return GPLVM(recipe=PUBLISHED)


def pmf_with_gplvm() -> PMF:
    """The default model, its covariance mixed with a trained one."""
    return PMF(kernel=GPLVM())
