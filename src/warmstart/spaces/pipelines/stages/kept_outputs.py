"""Outputs of stages, kept in memory and then on disk, the longest unused thrown away first."""

from __future__ import annotations

import shutil
import tempfile
from collections import OrderedDict
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy import sparse


class KeptOutputs:
    """Arrays, sparse matrices and frames by key, within bounds.

    On disk are arrays and sparse matrices of numbers only, as ``.npy`` and ``.npz``: nothing
    there can run code. Whoever asks gets a copy of his own.

    Parameters
    ----------
    memory_bytes, disk_bytes : int
        What may be kept; 0 on disk keeps nothing there.
    folder : path, optional
        Where on disk; a temporary folder, deleted at the end, by default.
    """

    def __init__(
        self, memory_bytes: int, disk_bytes: int = 0, folder: str | Path | None = None
    ) -> None:
        self._memory_bytes, self._disk_bytes = memory_bytes, disk_bytes
        self._parent = folder
        self._folder: Path | None = None
        self._here: OrderedDict[str, Any] = OrderedDict()
        self._there: OrderedDict[str, tuple[Path, int]] = OrderedDict()
        self.n_memory_bytes = self.n_disk_bytes = 0

    def get(self, key: str) -> Any:
        """A copy of what is kept; None where nothing is."""
        if key in self._here:
            self._here.move_to_end(key)
            return copied(self._here[key])
        if key in self._there:
            self._there.move_to_end(key)
            path, _ = self._there[key]
            if path.suffix == ".npz":
                return sparse.load_npz(path)
            return np.load(path, allow_pickle=False)
        return None

    def put(self, key: str, output: Any) -> list[str]:
        """Keep a copy; the keys of what was thrown away for it."""
        size = size_of(output)
        if size > self._memory_bytes:
            return [] if self._to_disk(key, output, size) else [key]
        self._here[key] = copied(output)
        self.n_memory_bytes += size
        gone = []
        while self.n_memory_bytes > self._memory_bytes:
            oldest, value = self._here.popitem(last=False)
            self.n_memory_bytes -= size_of(value)
            if not self._to_disk(oldest, value, size_of(value)):
                gone.append(oldest)
        while self.n_disk_bytes > self._disk_bytes:
            oldest, (path, n_bytes) = self._there.popitem(last=False)
            self.n_disk_bytes -= n_bytes
            path.unlink(missing_ok=True)
            gone.append(oldest)
        return gone

    def clear(self) -> None:
        """Forget everything, and delete what is on disk."""
        self._here.clear()
        self._there.clear()
        self.n_memory_bytes = self.n_disk_bytes = 0
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder = None

    def __del__(self) -> None:
        self.clear()

    def _to_disk(self, key: str, output: Any, size: int) -> bool:
        plain = sparse.issparse(output) or (
            isinstance(output, np.ndarray) and output.dtype.kind in "fiub"
        )
        if not plain or size > self._disk_bytes:
            return False
        if self._folder is None:
            self._folder = Path(tempfile.mkdtemp(prefix="warmstart-stages-", dir=self._parent))
        path = self._folder / f"{key}.{'npz' if sparse.issparse(output) else 'npy'}"
        try:
            if sparse.issparse(output):
                matrix: Any = output
                sparse.save_npz(path, matrix, compressed=False)
            else:
                np.save(path, output, allow_pickle=False)
        except OSError:  # a full disk: it is fitted again when it is needed
            path.unlink(missing_ok=True)
            return False
        self._there[key] = path, size
        self.n_disk_bytes += size
        return True


def copied(output: Any) -> Any:
    """A copy that shares no memory; steps may work where their input stands."""
    return output.copy(deep=True) if isinstance(output, pd.DataFrame) else output.copy()


def size_of(output: Any) -> int:
    """Bytes of an array, a sparse matrix or a frame."""
    if isinstance(output, pd.DataFrame):
        return int(output.memory_usage(deep=True).sum())
    if sparse.issparse(output):
        return int(sum(getattr(output, name).nbytes for name in ("data", "indices", "indptr")))
    return int(getattr(output, "nbytes", 0))
