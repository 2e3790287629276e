"""What embeddings learned on many tables share: patches, training, vectors of known tasks."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from warmstart._extras import require
from warmstart.errors import NotFittedError, SimilarityError
from warmstart.similarity.embeddings.layers import Weights, as_float32
from warmstart.similarity.task_view import SampledRows, TaskView, require_part

if TYPE_CHECKING:
    from typing_extensions import Self

Floats = np.ndarray[Any, np.dtype[np.float64]]

_MAX_CLASSES = 10


class LearnedEmbedding(ABC):
    """A network from a table to a vector. Training needs the extra ``torch``, answering not.

    Subclasses say what the network is: :meth:`make_weights` and :meth:`forward`.
    """

    name: ClassVar[str]
    max_rows: ClassVar[int] = 256

    def __init__(self, *, n_hidden: int = 16, n_out: int = 32, random_state: int = 0) -> None:
        if n_hidden < 1 or n_out < 1:
            raise SimilarityError(f"widths are at least 1, got {n_hidden} and {n_out}")
        self.n_hidden, self.n_out, self.random_state = n_hidden, n_out, random_state
        self.weights: Weights = self.make_weights(np.random.default_rng(random_state))
        self.vectors_: Floats | None = None

    @abstractmethod
    def make_weights(self, rng: np.random.Generator) -> dict[str, Any]:
        """Weights before training."""

    @abstractmethod
    def forward(self, weights: Mapping[str, Any], x: Any, y: Any) -> Any:
        """Vector of one table, shape (n_out,), in numpy or torch as the arguments are.

        Parameters
        ----------
        weights : mapping of str to array
            What is trained.
        x, y : array, shape (n_rows, n_columns) and (n_rows, n_targets)
        """

    # what a task distance does

    def fit(self, views: Sequence[TaskView]) -> Self:
        """Keep each known task's vector; nothing is learned here, see :meth:`train`.

        Raises
        ------
        SimilarityError
            If a task has no rows.
        """
        self.vectors_ = np.array([self.transform(view) for view in views])
        return self

    def transform(self, view: TaskView) -> Floats:
        """Vector of a task's rows, shape (n_out,)."""
        return self.embed(require_part(view, "rows", self.name))

    def distances(self, view: TaskView) -> Floats:
        """Euclidean distance to each known task's vector, shape (n_tasks,)."""
        if self.vectors_ is None:
            raise NotFittedError(f"fit {self.name} to known tasks first")
        result: Floats = np.linalg.norm(self.vectors_ - self.transform(view), axis=1)
        return result

    def embed(self, rows: SampledRows) -> Floats:
        """Vector of a sample, shape (n_out,); of the first `max_rows` rows, evenly spaced."""
        few = np.linspace(0, len(rows.X) - 1, min(len(rows.X), self.max_rows)).astype(int)
        x, y = rows.X[few].astype("f4"), indicators(rows)[few]
        result: Floats = np.asarray(self.forward(self.weights, x, y), dtype="float64")
        return result

    def arrays(self) -> dict[str, Any]:
        """Weights, widths and the known tasks' vectors, as numbers."""
        kept = {f"weight {name}": value for name, value in as_float32(self.weights).items()}
        kept["widths"] = np.array([self.n_hidden, self.n_out])
        if self.vectors_ is not None:
            kept["vectors"] = self.vectors_
        return kept

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, Any]) -> Self:
        """Take up what :meth:`arrays` gave."""
        n_hidden, n_out = (int(n) for n in arrays["widths"])
        made = cls(n_hidden=n_hidden, n_out=n_out)
        made.weights = as_float32(
            {k.removeprefix("weight "): v for k, v in arrays.items() if k.startswith("weight ")}
        )
        if "vectors" in arrays:
            made.vectors_ = np.asarray(arrays["vectors"], dtype="float64")
        return made

    # training

    def train(
        self,
        tables: Sequence[SampledRows],
        *,
        n_steps: int = 400,
        batch_size: int = 8,
        n_patch_rows: int = 48,
        n_patch_columns: int = 6,
        learning_rate: float = 1e-3,
        progress: Callable[[int, int, float], None] | None = None,
    ) -> Self:
        r"""Learn to tell whether two patches are of one table.

        With :math:`s = \exp(-\|\varphi - \varphi'\|)` the loss of two patches a, a' of one
        table and b of another is :math:`-\log s(a, a') - \log(1 - s(\bar a, b))`, b compared
        with the mean of the two. Adam, gradients clipped at 0.5.

        Parameters
        ----------
        tables : sequence of SampledRows
            At least two. Families a comparison is judged on must not be among them.
        n_steps, batch_size : int
        n_patch_rows, n_patch_columns : int
            Size of a patch.
        learning_rate : float
        progress : callable, optional
            Called with steps done, steps in all and the loss.

        Raises
        ------
        MissingExtraError
            If torch is not installed.
        SimilarityError
            If there are fewer than two tables.
        """
        if len(tables) < 2:
            raise SimilarityError(f"training needs at least two tables, got {len(tables)}")
        torch = require("torch", extra="torch")
        rng = np.random.default_rng([self.random_state, 1])
        weights = {
            name: torch.tensor(value, requires_grad=True)
            for name, value in as_float32(self.weights).items()
        }
        parameters = list(weights.values())
        adam = torch.optim.Adam(parameters, lr=learning_rate)
        for step in range(n_steps):
            loss = torch.zeros(())
            for _ in range(batch_size):
                one, other = rng.choice(len(tables), 2, replace=False)
                a, again, b = (
                    self.forward(
                        weights,
                        *map(
                            torch.from_numpy,
                            patch(tables[k], rng, n_patch_rows, n_patch_columns),
                        ),
                    )
                    for k in (one, one, other)
                )
                near = _distance(a, again)
                far = _distance((a + again) / 2, b)
                loss = loss + near - torch.log(-torch.expm1(-far))
            adam.zero_grad()
            (loss / batch_size).backward()
            torch.nn.utils.clip_grad_value_(parameters, 0.5)
            adam.step()
            if progress is not None:
                progress(step + 1, n_steps, float(loss.detach()) / batch_size)
        self.weights = {name: value.detach().numpy() for name, value in weights.items()}
        self.vectors_ = None
        return self

    # array operations whose names differ between numpy and torch

    @staticmethod
    def stack(arrays: Sequence[Any]) -> Any:
        """Arrays of one shape along a new last axis."""
        if isinstance(arrays[0], np.ndarray):
            return np.stack(arrays, axis=-1)
        return require("torch", extra="torch").stack(list(arrays), -1)

    @staticmethod
    def concatenate(arrays: Sequence[Any]) -> Any:
        """Arrays along their last axis."""
        if isinstance(arrays[0], np.ndarray):
            return np.concatenate(arrays, axis=-1)
        return require("torch", extra="torch").cat(list(arrays), -1)

    @staticmethod
    def agreement(y: Any) -> Any:
        """How far two rows have one label, shape (n_rows, n_rows), in [0, 1]."""
        if y.shape[1] > 1:
            return y @ y.T
        gap = abs(y - y.T)
        return np.exp(-gap) if isinstance(gap, np.ndarray) else (-gap).exp()


def indicators(rows: SampledRows) -> np.ndarray[Any, np.dtype[np.float32]]:
    """Labels as indicators of the most frequent classes, or the standardised target.

    Returns
    -------
    ndarray, shape (n_rows, n_classes) or (n_rows, 1)
    """
    if not rows.is_classification:
        values = rows.y.astype("float64")
        spread = values.std()
        scaled = (values - values.mean()) / (spread if spread > 0 else 1.0)
        return np.asarray(scaled[:, None], dtype="f4")
    names, codes, counts = np.unique(
        rows.y.astype(str), return_inverse=True, return_counts=True
    )
    kept = np.argsort(-counts, kind="stable")[: max(2, min(len(names), _MAX_CLASSES))]
    return np.asarray(codes[:, None] == kept[None, :], dtype="f4")


def patch(
    rows: SampledRows, rng: np.random.Generator, n_rows: int, n_columns: int
) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Some rows and columns of a table, and their labels, in single precision.

    Parameters
    ----------
    rows : SampledRows
        Of a task.
    rng : Generator
    n_rows : int
        At most.
    n_columns : int
        At most.
    """
    drawn = rng.choice(len(rows.X), min(n_rows, len(rows.X)), replace=False)
    columns = rng.choice(rows.X.shape[1], min(n_columns, rows.X.shape[1]), replace=False)
    return rows.X[np.ix_(drawn, columns)].astype("f4"), indicators(rows)[drawn]


def _distance(a: Any, b: Any) -> Any:
    # The root has no slope at zero; the loss needs it bounded away from there.
    return (((a - b) ** 2).sum() + 1e-6) ** 0.5
