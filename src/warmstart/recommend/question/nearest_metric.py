"""Scorers a base does not hold, and the recorded metric that stands in for each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

NEAREST = {
    "f1": "f1_macro",
    "f1_weighted": "f1_macro",
    "f1_micro": "accuracy",
    "fbeta": "f1_macro",
    "jaccard": "f1_macro",
    "jaccard_macro": "f1_macro",
    "jaccard_weighted": "f1_macro",
    "jaccard_micro": "accuracy",
    "precision": "f1_macro",
    "precision_macro": "f1_macro",
    "precision_weighted": "f1_macro",
    "precision_micro": "accuracy",
    "recall": "balanced_accuracy",
    "recall_macro": "balanced_accuracy",
    "recall_weighted": "accuracy",
    "recall_micro": "accuracy",
    "matthews_corrcoef": "balanced_accuracy",
    "mcc": "balanced_accuracy",
    "cohen_kappa": "balanced_accuracy",
    "kappa": "balanced_accuracy",
    "top_k_accuracy": "accuracy",
    "zero_one": "accuracy",
    "average_precision": "roc_auc",
    "pr_auc": "roc_auc",
    "gini": "roc_auc",
    "roc_auc_ovo": "roc_auc",
    "roc_auc_ovr_weighted": "roc_auc",
    "roc_auc_ovo_weighted": "roc_auc",
    "brier": "log_loss",
    "d2_log_loss": "log_loss",
    "d2_brier": "log_loss",
    "explained_variance": "r2",
    "mean_squared": "rmse",
    "mse": "rmse",
    "max": "rmse",
    "mean_squared_log": "rmse",
    "root_mean_squared_log": "rmse",
    "rmsle": "rmse",
    "mean_poisson_deviance": "rmse",
    "mean_gamma_deviance": "rmse",
    "mean_absolute_percentage": "mae",
    "mape": "mae",
    "smape": "mae",
    "median_absolute": "mae",
    "mean_pinball": "mae",
    "d2_absolute": "mae",
    "d2_pinball": "mae",
}
"""What people are judged by to what stands in for it: the same predictions are asked for,
labels, probabilities or values, and the same errors count."""


def nearest_metric(metric: Any) -> str | None:
    """Name of the recorded metric that stands in for another scorer; None where none is known.

    Parameters
    ----------
    metric : str or callable
        A name of scikit-learn's, a scorer made of one of its functions, or such a function.

    Examples
    --------
    >>> nearest_metric("neg_mean_absolute_percentage_error"), nearest_metric("acuracy")
    ('mae', None)
    >>> from sklearn.metrics import make_scorer, matthews_corrcoef
    >>> nearest_metric(make_scorer(matthews_corrcoef))
    'balanced_accuracy'
    """
    wanted = _plain(scorer_name(metric))
    return next((near for name, near in NEAREST.items() if _plain(name) == wanted), None)


def scorer_name(metric: Any) -> str:
    """What a scorer is called: of one made by ``make_scorer`` its function."""
    if isinstance(metric, str):
        return metric
    function: Callable[..., Any] = getattr(metric, "_score_func", metric)
    return str(getattr(function, "__name__", type(function).__name__))


def _plain(name: str) -> str:
    """Without what scikit-learn puts before and after a name."""
    plain = name.strip().lower().replace("-", "_").replace(" ", "_").removeprefix("neg_")
    while (shorter := _without_ending(plain)) != plain:
        plain = shorter
    return plain


def _without_ending(name: str) -> str:
    return next(
        (name.removesuffix(end) for end in ("_score", "_loss", "_error") if name.endswith(end)),
        name,
    )
