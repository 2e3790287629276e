"""The memory that pipelines share: what one has fitted, the next one takes."""

from __future__ import annotations

import copy
import hashlib
import threading
import time
import weakref
from collections.abc import Callable
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import joblib
import pandas as pd
from scipy import sparse

from warmstart.spaces.pipelines.stages.content import content_name, recipe_of
from warmstart.spaces.pipelines.stages.kept_outputs import KeptOutputs

if TYPE_CHECKING:
    from collections.abc import Iterator

MEGABYTE = 2**20


@dataclass(slots=True)
class _Stage:
    fitted: Any
    fit_s: float
    """CPU seconds it takes, with everything inside it that was taken from memory."""


class StageMemory:
    """What scikit-learn calls a pipeline's ``memory``, for pipelines that begin alike.

    A stage is a step with its settings on given data and everything before it; it is fitted
    when it is first met. Its output is handed on as a copy, so scores are the same to the
    last bit as without. See :func:`~warmstart.spaces.pipelines.stages.sharing.share` for
    pipelines whose steps hold pipelines and column transformers.

    Parameters
    ----------
    memory_mb, disk_mb : float
        Bounds of what is kept; stages that were thrown away are fitted again.
    folder : path, optional
        For what is kept on disk: arrays of numbers, never fitted steps.
    inside : bool
        Also share between column transformers that differ in one branch alone, each of a
        branch's steps a stage of its own: the fewest fits, worth it where those are slow; on
        small tables looking up costs more than they do.

    Examples
    --------
    >>> from sklearn.datasets import load_wine
    >>> from sklearn.linear_model import Ridge
    >>> from sklearn.pipeline import make_pipeline
    >>> from sklearn.preprocessing import StandardScaler
    >>> X, y = load_wine(return_X_y=True)
    >>> memory = StageMemory()
    >>> for alpha in (1.0, 10.0):
    ...     _ = make_pipeline(StandardScaler(), Ridge(alpha), memory=memory).fit(X, y)
    >>> memory.n_fitted, memory.n_taken
    (1, 1)
    """

    def __init__(
        self,
        memory_mb: float = 256.0,
        disk_mb: float = 0.0,
        folder: str | Path | None = None,
        *,
        inside: bool = False,
    ) -> None:
        self.inside = inside
        self._outputs = KeptOutputs(int(memory_mb * MEGABYTE), int(disk_mb * MEGABYTE), folder)
        self._bounds = memory_mb, disk_mb, folder, inside
        self._stages: dict[str, _Stage] = {}
        self._keys: dict[int, tuple[weakref.ref[Any], str]] = {}
        self._lock = threading.RLock()
        self.n_fitted = 0
        """Stages that were fitted."""

        self.n_taken = 0
        """Stages that were taken from memory instead."""

        self.saved_s = 0.0
        """CPU seconds that those would have taken."""

        self.overhead_s = 0.0
        """CPU seconds that looking up and copying took."""

    def cache(self, function: Callable[..., Any], **_: Any) -> Callable[..., Any]:
        """A function of scikit-learn's that fits one step and transforms, remembered."""

        def remembered(transformer: Any, X: Any, y: Any = None, **more: Any) -> tuple[Any, Any]:
            start = time.process_time()
            # Not who asks, nor what to print meanwhile.
            asked = [more.get(name) for name in ("weight", "columns")]
            given = {k: v for k, v in (more.get("params") or {}).items() if v}
            told = (
                repr(asked)
                if not given and asked == [None, None]
                else joblib.hash((asked, given))
            )
            whole = "|".join((recipe_of(transformer), told, self._name(X), self._target(y)))
            key = hashlib.blake2b(whole.encode(), digest_size=20).hexdigest()
            with self._lock:
                stage, output = self._stages.get(key), self._outputs.get(key)
            if stage is not None and output is not None:
                self.n_taken += 1
                self.saved_s += stage.fit_s
                self._issue(output, key)
                fitted = copy.deepcopy(stage.fitted)  # it may be fitted anew by its owner
                self.overhead_s += time.process_time() - start
                return output, fitted
            looked = time.process_time()
            before_s = self.saved_s - self.overhead_s
            output, fitted = function(transformer, X, y, **more)
            done = time.process_time()
            self.n_fitted += 1
            if _is_table(output):
                fit_s = done - looked + self.saved_s - self.overhead_s - before_s
                with self._lock:
                    self._stages[key] = _Stage(copy.deepcopy(fitted), max(fit_s, 0.0))
                    for gone in self._outputs.put(key, output):
                        self._stages.pop(gone, None)
                self._issue(output, key)
            self.overhead_s += looked - start + time.process_time() - done
            return output, fitted

        return remembered

    def call(self, data: Any, name: str) -> None:
        """Know a table by a name, so that its content need not be read."""
        self._issue(data, name)

    def clear(self) -> None:
        """Forget every stage; the counts stay."""
        with self._lock:
            self._outputs.clear()
            self._stages.clear()
            self._keys.clear()

    def _name(self, data: Any) -> str:
        """What tells data apart: the stage that made it, or its content."""
        known = self._keys.get(id(data))
        if known is not None and known[0]() is data:
            return known[1]
        return content_name(data)

    def _target(self, y: Any) -> str:
        """The same of a target, which no step changes: each is read once."""
        name = self._name(y)
        if _is_table(y):
            self._keys[id(y)] = weakref.ref(y), name
        return name

    def _issue(self, output: Any, key: str) -> None:
        # Not of a frame or array that a step changes where it stands: that is named anew.
        self._keys = {k: v for k, v in self._keys.items() if v[0]() is not None}
        self._keys[id(output)] = weakref.ref(output), key

    def __deepcopy__(self, _: Any) -> StageMemory:
        return self  # scikit-learn clones it with every pipeline

    def __reduce__(self) -> Any:
        # Another process has a memory of its own.
        return _of_this_process, self._bounds


def _is_table(output: Any) -> bool:
    import numpy as np

    return isinstance(output, np.ndarray | pd.DataFrame) or sparse.issparse(output)


_MINE: dict[Any, StageMemory] = {}


def _of_this_process(*bounds: Any) -> StageMemory:
    *sizes, inside = bounds
    return _MINE.setdefault(bounds, StageMemory(*sizes, inside=inside))


_SHARED: ContextVar[StageMemory | None] = ContextVar("warmstart_stages", default=None)


def shared_memory() -> StageMemory | None:
    """The memory that pipelines fitted now share; None where none was opened."""
    return _SHARED.get()


@contextmanager
def shared_stages(memory: StageMemory | None = None) -> Iterator[StageMemory]:
    """Pipelines of warmstart that are fitted inside share what they begin with.

    In this thread and process; a pipeline that is sent to another shares with those there.

    Parameters
    ----------
    memory : StageMemory, optional
        A new one by default, forgotten at the end.

    Examples
    --------
    >>> from sklearn.datasets import load_wine
    >>> import warmstart
    >>> wine = load_wine(as_frame=True)
    >>> with shared_stages() as memory:
    ...     for one in warmstart.suggest(wine, space="logistic_regression", n=3):
    ...         _ = one.estimator().fit(wine.data, wine.target)
    >>> memory.n_taken > 0
    True
    """
    opened = memory or StageMemory()
    token = _SHARED.set(opened)
    try:
        yield opened
    finally:
        _SHARED.reset(token)
        if memory is None:
            opened.clear()
