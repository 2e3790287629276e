"""How a PMF is fitted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from warmstart.errors import ArgumentError
from warmstart.models.completion.sharing import COMPLETIONS, Completion
from warmstart.models.log_loss import OFFSET
from warmstart.similarity.quantiles import METAFEATURES

if TYPE_CHECKING:
    from warmstart.models.gplvm.latent_kernel import LatentKernel

Array = np.ndarray[Any, np.dtype[np.float64]]

SPREADS = (0.7, 1.0, 1.4)
"""How far from its prior mean a task may be, in units of what is usual: some tasks are
predicted better than others, and their results tell which."""


class KernelSource(Protocol):
    """Learns a covariance over configurations from responses of many tasks."""

    def fit_kernel(self, responses: Array, *, random_state: int = 0) -> LatentKernel:
        """Learn from responses about zero, shape (n_tasks, n_configs), NaN where unknown.

        Parameters
        ----------
        responses : ndarray, shape (n_tasks, n_configs)
            About zero; NaN where unknown.
        random_state : int
        """
        ...


@dataclass(slots=True, kw_only=True)
class Settings:
    """What is chosen before fitting; see :class:`warmstart.models.pmf.pmf.PMF`.

    Raises
    ------
    ValueError
        If one is out of range.
    """

    n_components: int = 6
    n_projected: int = 30
    use_metafeatures: bool = True
    by: tuple[str, ...] = (METAFEATURES,)
    predict_level: bool = True
    shrink: bool = True
    offset: float = OFFSET
    spreads: tuple[float, ...] = SPREADS
    completion: Completion = "auto"
    max_rank: int = 100
    kernel: KernelSource | None = None
    kernel_share: float = 0.5
    agree: bool = False

    def __post_init__(self) -> None:
        if self.completion not in COMPLETIONS:
            raise ArgumentError(
                f"completion must be one of {COMPLETIONS}, got {self.completion!r}"
            )
        if not self.by:
            raise ArgumentError("by names no measure that tasks are compared by")
        if self.max_rank < 1:
            raise ArgumentError(f"max_rank must be at least 1, got {self.max_rank}")
        if not 0 <= self.kernel_share <= 1:
            raise ArgumentError(f"kernel_share is a share, got {self.kernel_share}")
