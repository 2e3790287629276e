"""A vector of an image task: the Fisher information of a probe network's filters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from warmstart._extras import require
from warmstart.errors import NotFittedError, SimilarityError
from warmstart.similarity.task_view import TaskView, require_part

if TYPE_CHECKING:
    from typing_extensions import Self

Floats = np.ndarray[Any, np.dtype[np.float64]]

_LEAST_SPREAD = 1e-6
"""Added to the deviation of a feature, which may be always the same."""


@dataclass(slots=True, kw_only=True)
class Task2Vec:
    r"""Task2Vec: diagonal Fisher information, averaged over each filter of a probe network.

    .. math:: F = \mathbb{E}_x \mathbb{E}_{y \sim p_w(y|x)} \bigl(\nabla_w \log p_w(y|x)\bigr)^2

    The probe's last layer is fitted anew to each task, on features scaled to mean 0 and
    standard deviation 1 so that few small steps tell classes apart, whatever a probe's
    features are; the other layers are shared. The distance of
    two tasks is one minus the cosine of F/(F + F') and F'/(F + F'). Needs the extra
    ``torch``.

    Parameters
    ----------
    probe : torch.nn.Module, optional
        From images (n, n_channels, height, width) to features (n, n_features); by default a
        small convolutional network with random weights, which needs no download.
    n_images : int
        At most this many of a task's images are used.
    n_epochs : int
        Passes over them to fit the last layer.
    n_draws : int
        Labels drawn from the model's own prediction of each image.
    random_state : int

    References
    ----------
    .. [1] Achille, Lam, Tewari, Ravichandran, Maji, Fowlkes, Soatto, Perona. "Task2Vec: Task
       Embedding for Meta-Learning." ICCV 2019.
    """

    probe: Any = None
    n_images: int = 192
    n_epochs: int = 10
    n_draws: int = 1
    random_state: int = 0
    vectors_: Floats | None = field(default=None, repr=False, compare=False)

    def fit(self, views: Sequence[TaskView]) -> Self:
        """Keep each known task's vector, shape (n_filters,).

        Raises
        ------
        SimilarityError
            If a task has no images or labels.
        """
        self.vectors_ = np.array([self.transform(view) for view in views])
        return self

    def transform(self, view: TaskView) -> Floats:
        """Fisher information by filter, shape (n_filters,)."""
        torch = require("torch", extra="torch")
        images = np.asarray(require_part(view, "images", "task2vec"), dtype="f4")
        labels = np.asarray(require_part(view, "labels", "task2vec"))
        if images.ndim == 3:
            images = images[:, None]
        if images.ndim != 4 or len(images) != len(labels):
            raise SimilarityError(
                f"task2vec needs images (n, channels, height, width) and a label each, got "
                f"{images.shape} and {labels.shape}"
            )
        rng = np.random.default_rng(self.random_state)
        drawn = rng.permutation(len(images))[: self.n_images]
        codes = np.unique(labels.astype(str), return_inverse=True)[1]
        x = torch.from_numpy(np.ascontiguousarray(images[drawn]))
        y = torch.from_numpy(codes[drawn].astype("int64"))
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(self.random_state)
            probe = self.probe if self.probe is not None else default_probe(images.shape[1])
            head = _fit_head(torch, probe, x, y, int(codes.max()) + 1, self.n_epochs)
            return filter_information(probe, head, x, n_draws=self.n_draws)

    def distances(self, view: TaskView) -> Floats:
        """Distance to each known task, shape (n_tasks,), in [0, 1]."""
        if self.vectors_ is None:
            raise NotFittedError("fit task2vec to known tasks first")
        return self.distances_to(self.transform(view))

    def arrays(self) -> dict[str, Any]:
        """The known tasks' vectors, the probe's weights and how many images it saw: numbers.

        Raises
        ------
        SimilarityError
            If the probe is the caller's own, whose form numbers do not tell.
        """
        if self.vectors_ is None:
            raise NotFittedError("fit task2vec to known tasks first")
        if self.probe is not None:
            raise SimilarityError("task2vec with a probe of your own cannot be kept as numbers")
        return {
            "vectors": self.vectors_,
            "settings": np.array([self.n_images, self.n_epochs, self.n_draws]),
            "random_state": np.array([self.random_state]),
        }

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, Any]) -> Self:
        """Take up what :meth:`arrays` gave."""
        n_images, n_epochs, n_draws = (int(n) for n in arrays["settings"])
        seed = int(np.asarray(arrays["random_state"])[0])
        made = cls(n_images=n_images, n_epochs=n_epochs, n_draws=n_draws, random_state=seed)
        made.vectors_ = np.asarray(arrays["vectors"], dtype="float64")
        return made

    def distances_to(self, vector: Floats) -> Floats:
        """Distance of a vector to each known task's, shape (n_tasks,), in [0, 1].

        Parameters
        ----------
        vector : ndarray, shape (n_filters,)
            Of :meth:`transform`.

        Raises
        ------
        NotFittedError
            Before :meth:`fit`.
        """
        if self.vectors_ is None:
            raise NotFittedError("fit task2vec to known tasks first")
        return np.array([normalised_cosine(vector, other) for other in self.vectors_])


def normalised_cosine(a: Floats, b: Floats) -> float:
    """One minus the cosine of a/(a + b) and b/(a + b): blind to the scale of a filter.

    Parameters
    ----------
    a : ndarray, shape (n_features,)
    b : ndarray, shape (n_features,)

    Examples
    --------
    >>> round(normalised_cosine(np.array([1.0, 2.0]), np.array([1.0, 2.0])), 9)
    0.0
    """
    total = a + b
    total = np.where(total > 0, total, 1.0)
    x, y = a / total, b / total
    length = float(np.linalg.norm(x) * np.linalg.norm(y))
    return 1.0 if length == 0 else float(np.clip(1 - x @ y / length, 0, 1))


def default_probe(n_channels: int) -> Any:
    """Three convolutions with random weights and a mean over places, 64 features."""
    torch = require("torch", extra="torch")
    nn = torch.nn
    return nn.Sequential(
        nn.Conv2d(n_channels, 16, 3, padding=1),
        nn.ReLU(),
        nn.Conv2d(16, 32, 3, padding=1, stride=2),
        nn.ReLU(),
        nn.Conv2d(32, 64, 3, padding=1, stride=2),
        nn.ReLU(),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
    )


def _fit_head(torch: Any, probe: Any, x: Any, y: Any, n_classes: int, n_epochs: int) -> Any:
    """Fit the last layer on the probe's features; few small steps, or it says nothing."""
    with torch.no_grad():
        features = probe(x)
        middle, spread = features.mean(0), features.std(0, correction=0) + _LEAST_SPREAD
        features = (features - middle) / spread
    head = torch.nn.Linear(features.shape[1], n_classes)
    adam = torch.optim.Adam(head.parameters(), lr=4e-4, weight_decay=1e-4)
    for _ in range(n_epochs):
        for part in torch.randperm(len(x)).split(32):
            adam.zero_grad()
            torch.nn.functional.cross_entropy(head(features[part]), y[part]).backward()
            adam.step()
    with torch.no_grad():  # the same predictions from features as they are
        head.weight.div_(spread)
        head.bias.sub_(head.weight @ middle)
    return head


def filter_information(probe: Any, head: Any, images: Any, *, n_draws: int = 1) -> Floats:
    """Diagonal Fisher information of the probe's weights, averaged over each filter.

    Parameters
    ----------
    probe, head : torch.nn.Module
        Features, and the classes' logits from them.
    images : Tensor, shape (n, n_channels, height, width)
    n_draws : int
        Labels drawn from the model's own prediction of each image.

    Returns
    -------
    ndarray, shape (n_filters,)
        A filter is one output of a layer of `probe` with weights.
    """
    torch = require("torch", extra="torch")
    func = torch.func
    weights = {
        name: value.detach() for name, value in probe.named_parameters() if value.dim() > 1
    }
    others = {
        name: value.detach() for name, value in probe.named_parameters() if value.dim() <= 1
    }

    def log_probability(weights: Any, image: Any, label: Any) -> Any:
        features = func.functional_call(probe, {**weights, **others}, (image[None],))
        return (torch.log_softmax(head(features), dim=1)[0] * label).sum()

    gradient = func.vmap(func.grad(log_probability), in_dims=(None, 0, 0))
    with torch.no_grad():
        chances = torch.softmax(head(probe(images)), dim=1)
    totals = {name: torch.zeros_like(value) for name, value in weights.items()}
    for _ in range(n_draws):
        drawn = torch.multinomial(chances, 1)[:, 0]
        labels = torch.nn.functional.one_hot(drawn, chances.shape[1])
        for few in torch.arange(len(images)).split(32):
            for name, part in gradient(weights, images[few], labels[few]).items():
                totals[name] += (part**2).sum(0)
    n = len(images) * n_draws
    found = [(total / n).flatten(1).mean(1) for total in totals.values()]
    result: Floats = torch.cat(found).detach().numpy().astype("float64")
    return result
