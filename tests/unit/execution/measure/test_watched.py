"""Fits that tell what they are after some rounds: the same to the last bit, and stopped."""

import numpy as np
import pytest
from sklearn.ensemble import ExtraTreesRegressor, RandomForestClassifier
from sklearn.linear_model import Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from warmstart.execution.measure.watched import FitStoppedError, watching
from warmstart.spaces.pipelines.labels import LabelEncodedClassifier

RNG = np.random.default_rng(0)
X = RNG.normal(size=(90, 4))
NUMBERS = X[:, 0] + RNG.normal(size=90) / 4
WORDS = np.array(["no", "perhaps", "yes"])[np.digitize(NUMBERS, [-0.5, 0.5])]


def booster(name, rounds=20):
    if name == "forest":
        return RandomForestClassifier(rounds, random_state=0), WORDS
    if name == "trees":
        return ExtraTreesRegressor(rounds, random_state=0, bootstrap=True), NUMBERS
    package = pytest.importorskip(name.partition(" ")[0])
    options = {"n_estimators": rounds, "verbosity": -1 if "light" in name else 0, "n_jobs": 1}
    if name == "lightgbm":
        return package.LGBMClassifier(**options), WORDS
    if name == "lightgbm two":
        return package.LGBMClassifier(**options), WORDS == "yes"
    if name == "xgboost":
        return LabelEncodedClassifier(package.XGBClassifier(**options)), WORDS
    return package.XGBRegressor(**options), NUMBERS


NAMES = ["forest", "trees", "lightgbm", "lightgbm two", "xgboost", "xgboost numbers"]


def answers(model, Z=X):
    return getattr(model, "predict_proba", model.predict)(Z)


@pytest.mark.parametrize("name", NAMES)
def test_a_watched_fit_is_the_same_and_tells_what_fewer_rounds_are(name):
    model, y = booster(name)
    told = {}

    def watch(rounds, predict):
        told[rounds] = predict(X)
        return False

    kinds = type(model), type(getattr(model, "estimator", None))
    with watching(model, (5, 10, 20, 99), watch) as can:
        assert can
        model.fit(X, y)
    assert kinds == (type(model), type(getattr(model, "estimator", None)))
    plain, _ = booster(name)
    np.testing.assert_array_equal(answers(model), answers(plain.fit(X, y)))
    assert type(getattr(model, "estimator_", None)) is type(getattr(plain, "estimator_", None))
    assert list(told) == [5, 10]
    for rounds, stage in told.items():
        smaller = booster(name, rounds)[0].fit(X, y)
        np.testing.assert_allclose(stage.answers, answers(smaller), atol=2e-5)
        if hasattr(smaller, "classes_") and "xgboost" not in name:
            np.testing.assert_array_equal(stage.classes_, smaller.classes_)


@pytest.mark.parametrize("name", NAMES)
def test_a_fit_is_stopped_and_can_be_made_again(name):
    model, y = booster(name)
    told = []
    pipe = make_pipeline(StandardScaler(), model)
    with (
        watching(pipe, (5, 10), lambda rounds, _: told.append(rounds) or rounds >= 5),
        pytest.raises(FitStoppedError, match="after 5 rounds"),
    ):
        pipe.fit(X, y)
    assert told == [5]
    pipe.fit(X, y)
    assert told == [5]
    plain = make_pipeline(StandardScaler(), booster(name)[0]).fit(X, y)
    np.testing.assert_array_equal(answers(pipe), answers(plain))


def test_what_has_no_rounds_is_not_watched():
    with watching(Ridge(), (5,), lambda *_: True) as can:
        assert not can
        Ridge().fit(X, NUMBERS)
