"""The formulas of the metrics, in fast numpy; labels are numbers from 0."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]


def confusion(truth: Array, labels: Array, n_classes: int) -> Array:
    pairs = np.bincount(truth * n_classes + labels, minlength=n_classes * n_classes)
    return pairs.reshape(n_classes, n_classes)


def accuracy(truth: Array, labels: Array, _n_classes: int) -> float:
    return float(np.mean(truth == labels))


def balanced_accuracy(truth: Array, labels: Array, n_classes: int) -> float:
    counts = confusion(truth, labels, n_classes)
    support = counts.sum(axis=1)
    present = support > 0
    return float(np.mean(counts.diagonal()[present] / support[present]))


def f1_macro(truth: Array, labels: Array, n_classes: int) -> float:
    counts = confusion(truth, labels, n_classes)
    # True or predicted: a class in neither does not count.
    either = counts.sum(axis=0) + counts.sum(axis=1)
    present = either > 0
    return float(np.mean(2 * counts.diagonal()[present] / either[present]))


def roc_auc(truth: Array, ranking: Array, n_classes: int) -> float:
    r"""Area under the ROC curve; for several classes the mean of one against the rest.

    The area is the Mann-Whitney statistic of the ranks, ties sharing their mean rank.
    Each class is ranked by its own column, so no probabilities are needed. Classes
    without a row, or with every row, have no area and do not count.
    """
    if n_classes == 2:
        ranking = ranking[:, 1:]
        members = (truth == 1)[:, None]
    else:
        members = truth[:, None] == np.arange(n_classes)
    n_members = members.sum(axis=0)
    defined = (n_members > 0) & (n_members < len(truth))
    if not defined.any():
        return float("nan")
    members, n_members = members[:, defined], n_members[defined]
    from scipy.stats import rankdata  # costs a third of a second; answers need none

    ranks = rankdata(ranking[:, defined], axis=0)
    above = (ranks * members).sum(axis=0) - n_members * (n_members + 1) / 2
    return float(np.mean(above / (n_members * (len(truth) - n_members))))


def log_loss(truth: Array, probabilities: Array, _n_classes: int) -> float:
    # The clipping is scikit-learn's: it depends on the precision the learner works in.
    epsilon = np.finfo(probabilities.dtype).eps
    given = probabilities[np.arange(len(truth)), truth]
    return float(-np.mean(np.log(np.clip(given, epsilon, 1 - epsilon)), dtype=np.float64))


def rmse(truth: Array, values: Array, _n_classes: int) -> float:
    return float(np.sqrt(np.mean((truth - values) ** 2)))


def mae(truth: Array, values: Array, _n_classes: int) -> float:
    return float(np.mean(np.abs(truth - values)))


def r2(truth: Array, values: Array, _n_classes: int) -> float:
    residual = float(np.sum((truth - values) ** 2))
    total = float(np.sum((truth - truth.mean()) ** 2))
    if total == 0:
        return 1.0 if residual == 0 else 0.0
    return 1 - residual / total
