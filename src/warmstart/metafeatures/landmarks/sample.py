"""What landmarkers learn from: a sample of rows and columns, dealt out to folds."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from warmstart.metafeatures.planning.order import cells, encoded_order, in_order, targets
from warmstart.metafeatures.planning.samples import GroupSize, in_turn
from warmstart.metafeatures.prepared import Prepared
from warmstart.metafeatures.scaling import Floats, Integers

LANDMARK_ROWS = 1_500
LANDMARK_COLUMNS = 100
LANDMARK_SIZE = (LANDMARK_ROWS, LANDMARK_COLUMNS)
LANDMARK_FOLDS = 5


@dataclass(frozen=True, slots=True)
class LandmarkSample:
    """What landmarkers learn from."""

    X: Floats
    """shape (n_rows, n_columns), at most 1,500 × 100 of the encoded matrix."""

    y: Floats
    """Class codes 0, 1, …, or the standardised target."""

    fold: Integers
    """Fold each row is held out in, stratified by class."""

    n_classes: int
    """0 for regression."""


def landmark_sample(prepared: Prepared) -> LandmarkSample:
    """Rows, columns and folds of the landmarkers; the order of the table's does not matter."""
    ordered, columns = prepared.once(in_order), prepared.once(encoded_order)
    # In random order: of equally near neighbours the first counts, and rows come by class.
    drawn = prepared.rng("landmark rows").permutation(len(prepared.rows))[:LANDMARK_ROWS]
    places = prepared.encoding[1]
    kept = in_turn(places[columns], LANDMARK_COLUMNS, prepared.rng("landmark columns"))
    X = cells(prepared, ordered.rows[drawn], columns[kept])
    shuffled = prepared.rng("folds").permutation(len(drawn))
    if prepared.is_classification:
        known, codes = np.unique(ordered.codes[drawn], return_inverse=True)
        y, n_classes = codes.astype(np.float64), len(known)
        # Dealing rows sorted by class out to the folds in turn stratifies any class,
        # also one with fewer members than folds.
        shuffled = shuffled[np.argsort(codes[shuffled], kind="stable")]
    else:
        y, n_classes = targets(prepared, ordered.rows[drawn]), 0
    fold = np.empty(len(drawn), dtype=np.int64)
    fold[shuffled] = np.arange(len(drawn)) % LANDMARK_FOLDS
    return LandmarkSample(X, y, fold, n_classes)


def score(sample: LandmarkSample, predicted: Floats) -> float:
    """Accuracy, or R² in [-1, 1]; 0 for a constant target."""
    if sample.n_classes:
        return float(np.mean(predicted == sample.y))
    spread = float(np.sum((sample.y - sample.y.mean()) ** 2))
    if spread == 0:
        return 0.0
    return float(np.clip(1 - np.sum((sample.y - predicted) ** 2) / spread, -1.0, 1.0))


def learners_s(size: GroupSize, *, least: float, each: float) -> float:
    """CPU seconds of learners on the sample: `least`, and `each` for a row of one column."""
    rows, columns = min(size.rows, LANDMARK_ROWS), min(size.columns, LANDMARK_COLUMNS)
    return least + each * rows * float(columns**0.7)
