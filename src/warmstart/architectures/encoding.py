"""Architectures as one choice a place: codes, one-hot rows, and how many choices differ."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

if TYPE_CHECKING:
    from warmstart.metadataset.core.score_table import ScoreTable

Array = npt.NDArray[np.float64]
Codes = npt.NDArray[np.intp]

NONE = "none"
"""Choice of a place that an architecture does not have."""


@dataclass(frozen=True, slots=True, eq=False)
class Choices:
    """Which choices each place has, and which each architecture made.

    Examples
    --------
    >>> both = Choices.of(pd.DataFrame({"in": ["skip", "conv"], "out": ["conv", "conv"]}))
    >>> both.codes.tolist(), both.options
    ([[1, 0], [0, 0]], (('conv', 'skip'), ('conv',)))
    """

    places: tuple[str, ...]
    options: tuple[tuple[str, ...], ...]
    """Of each place, sorted."""

    codes: Codes
    """Position in the options, shape (n_architectures, n_places)."""

    @classmethod
    def of(cls, configurations: pd.DataFrame) -> Choices:
        """Read a frame of one column a place; what is missing is the choice "none"."""
        codes, options = [], []
        for name in configurations.columns:
            words = configurations[name].map(lambda v: NONE if pd.isna(v) else str(v))
            found = sorted(set(words))
            options.append(tuple(found))
            codes.append(pd.Categorical(words, categories=found).codes)
        places = tuple(map(str, configurations.columns))
        shape = len(configurations), len(places)
        stacked = np.array(codes, dtype=np.intp).T.reshape(shape)
        return cls(places, tuple(options), stacked)

    def one_hot(self) -> Array:
        """One column a choice of a place, shape (n_architectures, n_choices)."""
        blocks = [
            np.eye(len(options))[self.codes[:, p]] for p, options in enumerate(self.options)
        ]
        return np.hstack(blocks) if blocks else np.zeros((len(self.codes), 0))

    def distances(self, index: int) -> Codes:
        """In how many places each architecture differs from one, shape (n_architectures,).

        The edit distance of cells whose nodes are fixed.
        """
        differ: Codes = (self.codes != self.codes[index]).sum(axis=1)
        return differ


def choices_of(table: ScoreTable) -> Choices:
    """Choices of the configurations of a table.

    Where it does not say what they are made of, each is the one choice of a single place.
    """
    if table.configurations is not None and table.configurations.shape[1]:
        return Choices.of(table.configurations)
    names = tuple(str(label) for label in table.configuration_ids)
    return Choices(("configuration",), (names,), np.arange(len(names))[:, None])
