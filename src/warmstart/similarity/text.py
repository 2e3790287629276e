"""Tasks whose titles, descriptions and column names read alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from warmstart.errors import NotFittedError
from warmstart.similarity.task_view import TaskView, require_part

if TYPE_CHECKING:
    from typing_extensions import Self

Floats = np.ndarray[Any, np.dtype[np.float64]]


@dataclass(slots=True, kw_only=True)
class TextEmbedding:
    r"""Hashed character n-grams of a task's text, weighted by how rare they are.

    .. math:: v_g = \mathrm{tf}_g \cdot \bigl(1 + \log\tfrac{1 + n}{1 + n_g}\bigr)

    scaled to length 1, with :math:`n_g` of the n known texts holding n-gram g. The distance
    of two texts is one minus their cosine. What is kept of a known text is its vector.

    Parameters
    ----------
    n_features : int
        Buckets the n-grams are hashed into.
    ngram_range : tuple of int
        Shortest and longest n-gram, within words.

    References
    ----------
    .. [1] Drori, Liu, Nian, Koorathota, Li, Moretti, Freire, Udell. "AutoML using Metadata
       Language Embeddings." 2019 (text of datasets as the measure).

    Examples
    --------
    >>> known = [TaskView(text=t) for t in ("heart disease, Cleveland", "wine quality")]
    >>> measure = TextEmbedding().fit(known)
    >>> int(measure.distances(TaskView(text="Heart disease in Hungary")).argmin())
    0
    """

    n_features: int = 2048
    ngram_range: tuple[int, int] = (3, 5)
    weights_: Floats | None = field(default=None, repr=False, compare=False)
    vectors_: Floats | None = field(default=None, repr=False, compare=False)

    def fit(self, views: Sequence[TaskView]) -> Self:
        """Learn how rare n-grams are, and keep each text's vector, shape (n_features,).

        Raises
        ------
        SimilarityError
            If a task has no text.
        """
        counts = self._counts([require_part(view, "text", "text") for view in views])
        n_holding = (counts > 0).sum(axis=0)
        self.weights_ = 1 + np.log((1 + len(views)) / (1 + n_holding))
        self.vectors_ = self._scaled(counts)
        return self

    def transform(self, view: TaskView) -> Floats:
        """Vector of a task's text, shape (n_features,), of length 1; zero of an empty text."""
        result: Floats = self._scaled(self._counts([require_part(view, "text", "text")]))[0]
        return result

    def distances(self, view: TaskView) -> Floats:
        """One minus the cosine with each known text, shape (n_tasks,), in [0, 1]."""
        if self.vectors_ is None:
            raise NotFittedError("fit the text similarity to known tasks first")
        result: Floats = np.clip(1 - self.vectors_ @ self.transform(view), 0, 1)
        return result

    def arrays(self) -> dict[str, Floats]:
        """What a knowledge base keeps: numbers, no text."""
        if self.weights_ is None or self.vectors_ is None:
            raise NotFittedError("fit the text similarity to known tasks first")
        return {"weights": self.weights_, "vectors": self.vectors_}

    @classmethod
    def from_arrays(cls, arrays: dict[str, Floats]) -> Self:
        """Take up what :meth:`arrays` gave."""
        weights = np.asarray(arrays["weights"], dtype="float64")
        made = cls(n_features=len(weights))
        made.weights_, made.vectors_ = weights, np.asarray(arrays["vectors"], dtype="float64")
        return made

    def _counts(self, texts: Sequence[str]) -> Floats:
        from sklearn.feature_extraction.text import HashingVectorizer

        hashing = HashingVectorizer(
            analyzer="char_wb",
            ngram_range=self.ngram_range,
            n_features=self.n_features,
            alternate_sign=False,
            norm=None,
        )
        counts: Floats = hashing.transform(texts).toarray()
        return counts

    def _scaled(self, counts: Floats) -> Floats:
        if self.weights_ is None:
            raise NotFittedError("fit the text similarity to known tasks first")
        weighted = counts * self.weights_
        length = np.linalg.norm(weighted, axis=1, keepdims=True)
        result: Floats = weighted / np.where(length > 0, length, 1.0)
        return result
