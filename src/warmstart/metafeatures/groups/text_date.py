"""Free text and moments in time."""

from __future__ import annotations

import math

import numpy as np

from warmstart.metafeatures.feature import Feature, summarised
from warmstart.metafeatures.planning.samples import GroupSize
from warmstart.metafeatures.prepared import Prepared
from warmstart.metafeatures.scaling import Floats

GROUP = "text-date"
ABOUT = "lengths of texts, regularity of dates"
TEXT_ROWS = 2_000
"""Rows of which texts are split into words."""

_DAY_S = 86_400.0
_POSITIVE = (0.0, math.inf)
_SHARE = (0.0, 1.0)


def _lengths(prepared: Prepared) -> Floats:
    lengths = prepared.text_lengths
    return _means(lengths)


def _means(values: Floats) -> Floats:
    known = np.isfinite(values)
    n = known.sum(axis=0)
    sums = np.where(known, values, 0.0).sum(axis=0)
    return np.where(n > 0, sums / np.maximum(n, 1), np.nan)


def _words(prepared: Prepared) -> tuple[Floats, Floats]:
    """Mean words of a text, and share of distinct words among all, of each text column."""
    means, distinct = [], []
    rows = prepared.rows[:TEXT_ROWS]
    for name, kind in prepared.sampled_columns:
        if kind != "text":
            continue
        texts = prepared.dataset.X[name].iloc[rows].dropna().astype(str)
        words = " ".join(texts).lower().split()
        means.append(len(words) / len(texts) if len(texts) else math.nan)
        distinct.append(len(set(words)) / len(words) if words else math.nan)
    return np.array(means), np.array(distinct)


def dates(prepared: Prepared) -> Floats:
    """Date columns of the sampled rows in days, shape (n_rows, n_dates); NaN where missing."""
    n_dates = sum(kind == "date" for _, kind in prepared.sampled_columns)
    numbers = prepared.numeric
    found: Floats = numbers[:, numbers.shape[1] - n_dates :] / _DAY_S
    return found


def _known(prepared: Prepared) -> list[Floats]:
    return [np.sort(column[np.isfinite(column)]) for column in dates(prepared).T]


def _span(prepared: Prepared) -> Floats:
    return np.array([np.ptp(c) if len(c) else math.nan for c in prepared.once(_known)])


def _regularity(prepared: Prepared) -> Floats:
    """Share of the gaps between dates that follow each other that are the most common one."""
    found = []
    for column in prepared.once(_known):
        gaps = np.diff(np.unique(column))
        _, counts = np.unique(np.round(gaps, 6), return_counts=True)
        found.append(counts.max() / len(gaps) if len(gaps) else math.nan)
    return np.array(found)


def _distinct(prepared: Prepared) -> Floats:
    return np.array(
        [len(np.unique(c)) / len(c) if len(c) else math.nan for c in prepared.once(_known)]
    )


FEATURES: tuple[Feature, ...] = (
    *summarised("TextLength", GROUP, _lengths, "mean lengths of text columns",
                unit="characters", limits=_POSITIVE, source="warmstart"),
    *summarised("TextWords", GROUP, lambda p: p.once(_words)[0], "mean words of text columns",
                unit="words", limits=_POSITIVE, source="warmstart"),
    *summarised("TextDistinctWords", GROUP, lambda p: p.once(_words)[1],
                "shares of words of text columns that differ", limits=_SHARE,
                source="warmstart"),
    *summarised("DateSpan", GROUP, _span, "time that date columns span", unit="days",
                limits=_POSITIVE, source="warmstart"),
    *summarised("DateRegularity", GROUP, _regularity,
                "shares of the most common gap of date columns", limits=_SHARE,
                source="warmstart"),
    *summarised("DateDistinct", GROUP, _distinct, "distinct dates for each row of date columns",
                limits=_SHARE, source="warmstart"),
)  # fmt: skip

FORMULAS = {
    "TextLength*": "mean characters of a cell over text columns j",
    "TextWords*": "mean words of a cell over text columns j",
    "TextDistinctWords*": "#distinct words / #words over text columns j",
    "DateSpan*": "max x_j - min x_j over date columns j",
    "DateRegularity*": "share of the most common step between dates, over date columns j",
    "DateDistinct*": "#distinct x_j / n over date columns j",
}  # fmt: skip


def cost_s(size: GroupSize) -> float:
    """CPU seconds."""
    return 1e-3 + 1e-7 * size.rows
