"""What a model would predict with fewer rounds, trees or epochs: its curve from one fit."""

from __future__ import annotations

import copy
import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
ROUNDS = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512)
"""The same for every configuration, so that curves can be compared and averaged."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """An ensemble of the first rounds, by what it predicts of the rows asked for."""

    answers: Array
    """Probabilities, shape (n_rows, n_classes), or values, shape (n_rows,)."""

    classes_: Array

    def predict_proba(self, _: Any) -> Array:
        """Class probabilities, columns as in `classes_`."""
        return self.answers

    def predict(self, _: Any) -> Array:
        """Values of a regression."""
        return self.answers


def stages(
    model: Any, X: Any, rounds: Sequence[int] = ROUNDS
) -> tuple[int, Iterator[tuple[int, Stage]]]:
    """Rounds of a fitted ensemble, and what it predicts of `X` with fewer of them.

    Parameters
    ----------
    model : estimator
        Fitted; a wrapper is looked into by its ``estimator_``.
    X : array, shape (n_rows, n_features)
    rounds : sequence of int
        Those asked for, ascending; what the model does not reach is left out.

    Returns
    -------
    total : int
        0 where the model is no ensemble whose rounds can be left out.
    stages : iterator of (int, Stage)
        Rounds, ascending, and the ensemble of so many.
    """
    classes = np.asarray(getattr(model, "classes_", ()))
    inner, targets = model, None
    while True:
        if hasattr(inner, "as_frame"):
            X = inner.as_frame(X)
        found = _rounds(inner, X)
        if found is not None:
            break
        if hasattr(inner, "regressor_"):  # of a target that was scaled
            inner, targets = inner.regressor_, inner.transformer_
        elif hasattr(inner, "estimator_"):
            inner = inner.estimator_
        else:
            return 0, iter(())
    total, answer = found

    def original(answers: Any) -> Array:
        if targets is None:
            return np.asarray(answers)
        column = np.asarray(answers).reshape(-1, 1)
        return np.asarray(targets.inverse_transform(column)).ravel()

    stages_kept = (
        (k, Stage(answers=original(answers), classes_=classes))
        for k, answers in answer([k for k in rounds if k < total])
    )
    return total, stages_kept


def network_in(model: Any) -> Any:
    """The network within wrappers that kept what it weighed after some epochs, or None."""
    inner = model
    while inner is not None and not getattr(inner, "epoch_weights_", None):
        inner = getattr(inner, "regressor_", getattr(inner, "estimator_", None))
    return inner


def rounds_parameter(model: Any) -> str | None:
    """Parameter that says how many rounds an ensemble is fitted with.

    None where a fit does not say what it would predict with fewer; wrappers are looked into
    by their ``estimator``.
    """
    prefix, inner = "", model
    while True:
        library, _, name = type(inner).__module__.partition(".")[0], "", type(inner).__name__
        if library in ("lightgbm", "xgboost"):
            return f"{prefix}n_estimators"
        if library == "catboost":
            given = inner.get_params()  # one of several names, once
            return prefix + next((name for name in _CATBOOST if name in given), _CATBOOST[0])
        if name.startswith("HistGradientBoosting"):
            return f"{prefix}max_iter"
        if name.startswith(("RandomForest", "ExtraTrees")):
            return f"{prefix}n_estimators"
        if not hasattr(inner, "estimator"):
            return None
        prefix, inner = f"{prefix}estimator__", inner.estimator


_CATBOOST = ("iterations", "n_estimators", "num_trees", "num_boost_round")

Answer = Callable[[list[int]], Iterator[tuple[int, Any]]]


def _rounds(model: Any, X: Any) -> tuple[int, Answer] | None:
    """Rounds of a booster or forest, and the function that predicts with some of them."""
    library, _, name = type(model).__module__.partition(".")[0], "", type(model).__name__
    ask = getattr(model, "predict_proba", model.predict)
    if library == "lightgbm":
        total = int(model.best_iteration_ or model.n_estimators_)
        return total, lambda ks: ((k, ask(X, num_iteration=k)) for k in ks)
    if library == "xgboost":
        stopped = model.early_stopping_rounds is not None
        total = (
            model.best_iteration + 1 if stopped else model.get_booster().num_boosted_rounds()
        )
        return int(total), lambda ks: ((k, ask(X, iteration_range=(0, k))) for k in ks)
    if library == "catboost":
        return int(model.tree_count_), lambda ks: ((k, ask(X, ntree_end=k)) for k in ks)
    if name.startswith("HistGradientBoosting"):
        staged = getattr(model, "staged_predict_proba", model.staged_predict)
        return int(model.n_iter_), lambda ks: _picked(staged(X), ks)
    if getattr(model, "epoch_weights_", None):
        return int(model.n_iter_), lambda ks: _by_epochs(model, X, ks)
    if name.startswith(("RandomForest", "ExtraTrees")):
        return len(model.estimators_), lambda ks: _picked(_running_means(model, X), ks)
    return None


def _picked(staged: Iterator[Any], ks: list[int]) -> Iterator[tuple[int, Any]]:
    wanted = set(ks)
    enough = itertools.islice(staged, max(wanted, default=0))
    return ((k, answers) for k, answers in enumerate(enough, start=1) if k in wanted)


def _by_epochs(network: Any, X: Any, ks: list[int]) -> Iterator[tuple[int, Any]]:
    twin = copy.copy(network)
    for k in ks:
        if k in network.epoch_weights_:
            twin.coefs_, twin.intercepts_ = network.epoch_weights_[k]
            yield k, getattr(twin, "predict_proba", twin.predict)(X)


def _running_means(forest: Any, X: Any) -> Iterator[Array]:
    """A forest's prediction after each of its trees."""
    X = np.asarray(X, dtype=np.float32)
    total: Any = 0.0
    for number, tree in enumerate(forest.estimators_, start=1):
        total = total + getattr(tree, "predict_proba", tree.predict)(X)
        yield total / number
