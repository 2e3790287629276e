"""What an acquisition function must do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, runtime_checkable

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]


@runtime_checkable
class AcquisitionFunction(Protocol):
    """How much each configuration is worth trying next, by a belief about its response."""

    def __call__(
        self, means: Floats, stds: Floats, weights: Floats, incumbent: float
    ) -> Floats:
        """One number a configuration, shape (n_configs,); the highest is tried.

        Parameters
        ----------
        means, stds : ndarray, shape (n_components, n_configs)
            Of the response under each component of the belief; lower is better. A standard
            deviation may be zero.
        weights : ndarray, shape (n_components,)
            Of the components; they add up to one.
        incumbent : float
            Lowest response seen.
        """
        ...
