"""Boosters and forests that say how they do while they are fitted, and can be stopped."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
from sklearn.pipeline import Pipeline

from warmstart.errors import WarmstartError
from warmstart.execution.measure.staged import Stage, rounds_parameter

Watch = Callable[[int, Callable[[Any], Stage]], bool]
"""Told the rounds made, and what the ensemble of so many predicts of prepared rows; answers
whether to stop."""


class FitStoppedError(WarmstartError):
    """A fit was stopped by who watched it."""


@contextmanager
def watching(model: Any, rounds: Sequence[int], watch: Watch) -> Iterator[bool]:
    """Let a model tell what it is after some rounds, while it is fitted in this context.

    Its fit is the same to the last bit where it is not stopped. Boosters of LightGBM and
    XGBoost, forests and extra trees can be watched, also as the last step of a pipeline and
    within wrappers that fit their ``estimator``.

    Parameters
    ----------
    model : estimator
        Unfitted.
    rounds : sequence of int
        At which it tells, below its own number of them.
    watch : callable
        Of what it is told see :data:`Watch`.

    Yields
    ------
    bool
        Whether it can be watched.

    Raises
    ------
    FitStoppedError
        From the fit, if `watch` says so.

    Examples
    --------
    >>> from sklearn.datasets import load_wine
    >>> from sklearn.ensemble import RandomForestClassifier
    >>> X, y = load_wine(return_X_y=True)
    >>> forest, seen = RandomForestClassifier(20, random_state=0), []
    >>> with watching(forest, (5, 10), lambda k, _: seen.append(k) or False):
    ...     _ = forest.fit(X, y)
    >>> seen, len(forest.estimators_)
    ([5, 10], 20)
    """
    inner = _booster_in(model)
    make = None if inner is None else _FITS.get(_family(inner))
    if inner is None or make is None:
        yield False
        return
    kind = type(inner)
    body = {
        "fit": make(kind, sorted(set(rounds)), watch),
        "__module__": kind.__module__,
        "__qualname__": kind.__qualname__,
    }
    # Wrappers fit a copy, which is of the same class as what it is a copy of.
    inner.__class__ = type(kind.__name__, (kind,), body)
    watched = inner.__class__
    try:
        yield True
    finally:
        for one in _all_in(model):
            if type(one) is watched:
                one.__class__ = kind


def _booster_in(model: Any) -> Any:
    inner = model
    while True:
        if isinstance(inner, Pipeline):
            inner = inner[-1]
        elif rounds_parameter(inner) is None:
            return None
        elif _family(inner):
            return inner
        else:
            inner = getattr(inner, "estimator", None)
            if inner is None:
                return None


def _family(model: Any) -> str:
    library, name = type(model).__module__.partition(".")[0], type(model).__name__
    if library in ("lightgbm", "xgboost"):
        return library
    return "forest" if name.startswith(("RandomForest", "ExtraTrees")) else ""


def _all_in(model: Any) -> Iterator[Any]:
    """A model with its steps, what wrappers hold and what they fitted."""
    yield model
    if isinstance(model, Pipeline):
        yield from _all_in(model[-1])
    for name in ("estimator", "estimator_", "pipeline_"):
        if (held := vars(model).get(name)) is not None:
            yield from _all_in(held)


def _as_stage(answers: Any, classes: Any) -> Stage:
    shown = np.asarray(answers)
    if len(classes) and shown.ndim == 1:
        shown = np.column_stack([1 - shown, shown])
    return Stage(answers=shown, classes_=classes)


def _classes_of(model: Any, y: Any) -> Any:
    return np.unique(np.asarray(y)) if hasattr(model, "predict_proba") else np.zeros(0)


def _tell(watch: Watch, rounds: int, predict: Callable[[Any], Stage]) -> None:
    if watch(rounds, predict):
        raise FitStoppedError(f"stopped after {rounds} rounds")


def _lightgbm(kind: type, rounds: Sequence[int], watch: Watch) -> Callable[..., Any]:
    def fit(self: Any, X: Any, y: Any, **params: Any) -> Any:
        classes, wanted = _classes_of(self, y), set(rounds)

        def after(env: Any) -> None:
            made = env.iteration + 1
            if made in wanted and made < env.end_iteration:
                _tell(watch, made, lambda Z: _as_stage(env.model.predict(Z), classes))

        params["callbacks"] = [*(params.get("callbacks") or ()), after]
        return kind.fit(self, X, y, **params)  # type: ignore[attr-defined]

    return fit


def _xgboost(kind: type, rounds: Sequence[int], watch: Watch) -> Callable[..., Any]:
    from xgboost import DMatrix
    from xgboost.callback import TrainingCallback

    def fit(self: Any, X: Any, y: Any, **params: Any) -> Any:
        classes, wanted = _classes_of(self, y), set(rounds)
        total = int(self.get_params()[rounds_parameter(self) or ""] or 100)

        class After(TrainingCallback):
            def after_iteration(self, model: Any, epoch: int, evals_log: Any) -> bool:  # noqa: ARG002
                made = epoch + 1
                if made in wanted and made < total:
                    _tell(watch, made, lambda Z: _as_stage(model.predict(DMatrix(Z)), classes))
                return False

        before = self.callbacks
        self.set_params(callbacks=[*(before or ()), After()])
        try:
            return kind.fit(self, X, y, **params)  # type: ignore[attr-defined]
        finally:
            self.set_params(callbacks=before)

    return fit


def _forest(kind: type, rounds: Sequence[int], watch: Watch) -> Callable[..., Any]:
    def fit(self: Any, X: Any, y: Any, *args: Any, **params: Any) -> Any:
        total, warm = self.n_estimators, self.warm_start
        some = [k for k in rounds if k < total]
        # Trees are seeded one after the other by a whole number only.
        if warm or not some or not isinstance(self.random_state, int):
            return kind.fit(self, X, y, *args, **params)  # type: ignore[attr-defined]

        def shown(Z: Any) -> Stage:
            ask = getattr(self, "predict_proba", self.predict)
            return _as_stage(ask(Z), getattr(self, "classes_", np.zeros(0)))

        try:
            for made in [*some, total]:
                self.set_params(n_estimators=made, warm_start=made > some[0])
                if made == some[0]:
                    self.set_params(warm_start=True)
                kind.fit(self, X, y, *args, **params)  # type: ignore[attr-defined]
                if made < total:
                    _tell(watch, made, shown)
        finally:
            self.set_params(n_estimators=total, warm_start=warm)
        return self

    return fit


_FITS = {"lightgbm": _lightgbm, "xgboost": _xgboost, "forest": _forest}
