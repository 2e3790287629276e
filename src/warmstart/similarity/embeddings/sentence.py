"""Tasks whose titles and descriptions mean alike, whatever words they use."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from warmstart._extras import require
from warmstart.errors import NotFittedError, SimilarityError
from warmstart.similarity.task_view import TaskView, require_part

if TYPE_CHECKING:
    from typing_extensions import Self

Floats = np.ndarray[Any, np.dtype[np.float64]]


@dataclass(slots=True, kw_only=True)
class SentenceEmbedding:
    """Mean of the learned vectors of a text's word pieces, scaled to length 1.

    The vectors, 256 numbers each, come inside the package of WordLlama (extra ``text``, 19
    MB): nothing is downloaded, and no torch is needed. Its authors trained them on pairs of
    sentences from the table of word pieces of a language model. The distance of two texts is
    one minus their cosine, at most 1; what is kept of a known text is its vector.

    References
    ----------
    .. [1] Drori, Liu, Nian, Koorathota, Li, Moretti, Freire, Udell. "AutoML using Metadata
       Language Embeddings." 2019 (text of datasets as the measure).
    .. [2] Miller. "WordLlama: Recycled Token Embeddings from Large Language Models." 2024.

    Examples
    --------
    >>> known = [TaskView(text=t) for t in ("heart disease, Cleveland", "wine quality")]
    >>> measure = SentenceEmbedding().fit(known)  # doctest: +SKIP
    >>> int(measure.distances(TaskView(text="cardiac patients")).argmin())  # doctest: +SKIP
    0
    """

    vectors_: Floats | None = field(default=None, repr=False, compare=False)

    def fit(self, views: Sequence[TaskView]) -> Self:
        """Keep each text's vector, shape (256,).

        Raises
        ------
        SimilarityError
            If a task has no text.
        MissingExtraError
            If WordLlama is not installed.
        """
        self.vectors_ = _encoded([require_part(view, "text", "sentence") for view in views])
        return self

    def transform(self, view: TaskView) -> Floats:
        """Vector of a task's text, shape (256,), of length 1; zero of an empty text."""
        result: Floats = _encoded([require_part(view, "text", "sentence")])[0]
        return result

    def distances(self, view: TaskView) -> Floats:
        """One minus the cosine with each known text, shape (n_tasks,), in [0, 1]."""
        if self.vectors_ is None:
            raise NotFittedError("fit the similarity of sentences to known tasks first")
        result: Floats = np.clip(1 - self.vectors_ @ self.transform(view), 0, 1)
        return result

    def arrays(self) -> dict[str, Floats]:
        """What a knowledge base keeps: numbers, no text."""
        if self.vectors_ is None:
            raise NotFittedError("fit the similarity of sentences to known tasks first")
        return {"vectors": self.vectors_}

    @classmethod
    def from_arrays(cls, arrays: dict[str, Floats]) -> Self:
        """Take up what :meth:`arrays` gave."""
        made = cls()
        made.vectors_ = np.asarray(arrays["vectors"], dtype="float64")
        return made


def _encoded(texts: Sequence[str]) -> Floats:
    vectors = np.asarray(sentence_encoder().embed(list(texts), norm=False), dtype="float64")
    length = np.linalg.norm(vectors, axis=1, keepdims=True)
    result: Floats = vectors / np.where(length > 0, length, 1.0)
    return result


@lru_cache(maxsize=1)
def sentence_encoder() -> Any:
    """WordLlama's encoder, read from its own package: it never looks elsewhere."""
    with _root_logger_as_it_is():
        package = require("wordllama", extra="text")
    folder = Path(package.__file__ or "").parent
    try:
        return package.WordLlama.load(cache_dir=folder, disable_download=True)
    except (OSError, ValueError, TypeError) as error:
        raise SimilarityError(
            f"the installed wordllama brings no weights that are read here ({error}); install "
            "it anew with: pip install --force-reinstall 'warmstart[text]'"
        ) from error


@contextmanager
def _root_logger_as_it_is() -> Iterator[None]:
    """Importing WordLlama sets up logging for the whole process; that is not its to do."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    try:
        yield
    finally:
        root.handlers[:], root.level = handlers, level
