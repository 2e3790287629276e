"""Training of a GP-LVM on a table with holes, in torch."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from warmstart._extras import require
from warmstart.errors import ArgumentError
from warmstart.metadataset.core.score_table import Floats
from warmstart.models.gplvm.latent_kernel import LatentKernel
from warmstart.models.gplvm.likelihood import likelihood
from warmstart.models.gplvm.steps import Steps, turns_of

_JITTER = 1e-8
"""Of the variance, beside the noise."""

_EPOCHS, _VISITS = 25, 36
"""Fewest passes over the tasks, and steps that see a configuration, by default."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """How latents and hyperparameters are learnt; the defaults are the tuned ones."""

    n_latent: int = 20

    optimiser: Literal["sgd", "adam"] = "adam"

    learning_rate: float = 0.03

    n_epochs: int | None = None
    """Passes over the tasks. By default 25, or as many more as it takes to see each
    configuration in 36 steps."""

    tasks_per_step: int = 50

    configurations_per_step: int | None = 250
    """Of a step, where there are more: its cost is the cube of it, its memory the square, so
    that many small steps learn more in the same time than few large ones. Steps take turns,
    and each configuration is drawn about as often. None takes all, as does any table with no
    more."""

    device: str = "cpu"
    """Where torch computes: "cpu", "cuda", "cuda:1", …"""

    progress: Callable[[int, int, float], None] | None = None
    """Called after each epoch: epochs done, epochs in all, mean negative log likelihood of
    an entry."""

    def __post_init__(self) -> None:
        for name in ("n_latent", "tasks_per_step"):
            if getattr(self, name) < 1:
                raise ArgumentError(f"{name} must be at least 1, got {getattr(self, name)}")
        if self.n_epochs is not None and self.n_epochs < 0:
            raise ArgumentError(f"n_epochs must not be negative, got {self.n_epochs}")
        if self.optimiser not in ("sgd", "adam"):
            raise ArgumentError(f"optimiser is 'sgd' or 'adam', got {self.optimiser!r}")
        if not self.learning_rate > 0:
            raise ArgumentError(f"learning_rate must be positive, got {self.learning_rate}")
        at_most = self.configurations_per_step
        if at_most is not None and at_most < 2:
            raise ArgumentError(f"configurations_per_step must be at least 2, got {at_most}")

    def epochs_for(self, n_tasks: int, n_configs: int) -> int:
        """Passes over so many tasks.

        Parameters
        ----------
        n_tasks, n_configs : int

        Examples
        --------
        >>> Recipe().epochs_for(464, 200), Recipe().epochs_for(464, 38_151)
        (25, 550)
        """
        if self.n_epochs is not None:
            return self.n_epochs
        seen = min(self.configurations_per_step or n_configs, n_configs)
        steps = _VISITS * n_configs / max(seen, 1)
        return max(_EPOCHS, math.ceil(steps / math.ceil(max(n_tasks, 1) / self.tasks_per_step)))


PUBLISHED = Recipe(
    optimiser="sgd", learning_rate=1e-7, n_epochs=300, configurations_per_step=1000
)
"""What the paper trains with: plain gradient steps of 1e-7 on batches of 50 tasks."""


def train(responses: Floats, recipe: Recipe, *, random_state: int = 0) -> LatentKernel:
    r"""Maximise the likelihood of tasks that are draws of one Gaussian process.

    .. math:: p(Y \mid X) = \prod_t N\big(y_{t, O_t} \mid 0,\;
              K(X_{O_t}, X_{O_t}) + \sigma^2 I\big)

    with :math:`O_t` the configurations known on task t. Latents begin at the principal
    components of the table, holes filled with zero. A step sees some tasks and some of the
    configurations; those it does not see stay where they are. No covariance is larger than
    of one step, and the device holds no more of the table than that: memory grows with the
    table, not with its square.

    Parameters
    ----------
    responses : ndarray, shape (n_tasks, n_configs)
        About zero; NaN where not known.
    recipe : Recipe
    random_state : int
        Shuffles tasks and draws configurations. On one kind of device the same seed gives
        the same kernel.

    Returns
    -------
    LatentKernel
        Plain arrays; nothing of torch is left in it.

    Raises
    ------
    MissingExtraError
        If torch is not installed.
    ValueError
        If there is no such device, or the learning rate makes the likelihood diverge.

    References
    ----------
    .. [1] Lawrence. "Probabilistic Non-linear Principal Component Analysis with Gaussian
       Process Latent Variable Models." JMLR 6, 2005.
    """
    torch = require("torch", extra="torch")
    if recipe.device.startswith("cuda") and not torch.cuda.is_available():
        raise ArgumentError(f"device {recipe.device!r}: torch finds no CUDA here; use 'cpu'")
    place = {"dtype": torch.float64, "device": torch.device(recipe.device)}
    known_rows = np.isfinite(responses)
    rows = np.flatnonzero(known_rows.any(axis=1))
    unit = float(np.sqrt(np.square(responses[known_rows]).mean())) or 1.0
    filled = np.where(known_rows, responses / unit, 0.0)
    latents = principal_latents(filled, recipe.n_latent)
    parameters = [
        torch.tensor(latents, requires_grad=True, **place),
        *(torch.zeros(size, requires_grad=True, **place) for size in (latents.shape[1], 1, 1)),
    ]
    rng = np.random.default_rng(random_state)
    n_configs = responses.shape[1]
    at_most = min(recipe.configurations_per_step or n_configs, n_configs)
    steps = Steps(parameters, recipe.optimiser, recipe.learning_rate, some=at_most < n_configs)
    turns = turns_of(n_configs, at_most, rng)
    n_epochs = recipe.epochs_for(len(rows), n_configs)
    for epoch in range(n_epochs):
        total, n_entries = 0.0, 0
        order = rng.permutation(rows)
        for start in range(0, len(order), recipe.tasks_per_step):
            columns = next(turns)
            block = np.ix_(order[start : start + recipe.tasks_per_step], columns)
            seen = torch.tensor(known_rows[block], device=place["device"])
            drawn = torch.tensor(columns, device=place["device"])
            covariance = rbf_ard(parameters, drawn)
            y = torch.tensor(filled[block], **place)
            try:
                loss, gradient = likelihood(covariance.detach(), y, seen)
            except torch.linalg.LinAlgError as error:
                raise ArgumentError(
                    f"training diverged in epoch {epoch + 1}; lower the learning rate, which "
                    f"is {recipe.learning_rate:g} with {recipe.optimiser}"
                ) from error
            steps.forget()
            covariance.backward(gradient)
            steps.take(drawn)
            total, n_entries = total + loss, n_entries + int(seen.sum())
        mean = total / max(n_entries, 1) + np.log(unit)
        if recipe.progress is not None:
            recipe.progress(epoch + 1, n_epochs, float(mean))
    x, log_lengthscales, log_variance, log_noise = (
        p.detach().cpu().numpy().copy() for p in parameters
    )
    return LatentKernel(
        latents=x,
        lengthscales=np.exp(log_lengthscales),
        variance=float(np.exp(log_variance[0])) * unit**2,
        noise=float(np.exp(log_noise[0])) * unit**2,
    )


def principal_latents(filled: Floats, n_latent: int) -> Floats:
    """Principal component scores of the configurations, shape (n_configs, n_kept).

    Scaled so that the median distance between two of them is about 1, the lengthscale
    training begins with.

    Parameters
    ----------
    filled : ndarray, shape (n_tasks, n_configs)
        Zero where unknown.
    n_latent : int
        Components at most.
    """
    points = filled.T - filled.T.mean(axis=0)
    u, singular, _ = np.linalg.svd(points, full_matrices=False)
    kept = min(n_latent, len(singular))
    scores: Floats = u[:, :kept] * singular[:kept]
    # Twice the variance is the mean squared distance between two points.
    spread = np.sqrt(2 * scores.var(axis=0).sum())
    return scores / spread if spread > 0 else scores


def rbf_ard(parameters: list[Any], drawn: Any) -> Any:
    """Covariance of the drawn configurations with noise, as torch sees it.

    Parameters
    ----------
    parameters : list of Tensor
        Latents, and logarithms of lengthscales, variance and noise.
    drawn : Tensor of int or slice
        Which configurations.
    """
    torch = require("torch", extra="torch")
    latents, log_lengthscales, log_variance, log_noise = parameters
    scaled = latents[drawn] * torch.exp(-log_lengthscales)
    squares = (scaled**2).sum(dim=1)
    apart = (squares[:, None] + squares - 2 * scaled @ scaled.T).clamp_min(0.0)
    variance = torch.exp(log_variance)
    ridge = torch.exp(log_noise) + _JITTER * variance
    return variance * torch.exp(-0.5 * apart) + ridge * torch.eye(
        len(scaled), dtype=scaled.dtype, device=scaled.device
    )
