"""Threads that fit: failures are results, and nobody waits for what does not end."""

import threading
import time

import numpy as np
import pytest
from sklearn.base import BaseEstimator
from sklearn.datasets import load_iris
from sklearn.dummy import DummyClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from warmstart.datasets.load import load_dataset
from warmstart.recommend.look.measuring.fits import Fit, LiveFits
from warmstart.recommend.look.measuring.splits import Divided, Part

FIRST = Part(0, 0)


class Endless(BaseEstimator):
    """Never done, and says when it was stopped."""

    stopped = threading.Event()

    def fit(self, X, y):
        try:
            while True:
                time.sleep(0.01)
        finally:
            self.stopped.set()


class Broken(BaseEstimator):
    def fit(self, X, y):
        raise self.error

    def __init__(self, error=None):
        self.error = error


@pytest.fixture(scope="module")
def data():
    return Divided(dataset=load_dataset(load_iris(as_frame=True)))


def made(data, *models, metric="accuracy", n_jobs=1):
    fits = LiveFits(data, lambda k: make_pipeline(StandardScaler(), models[k]), metric, n_jobs)
    for index in range(len(models)):
        fits.submit(Fit(index, FIRST))
    return fits


def test_a_score_and_its_seconds(data):
    fits = made(data, DummyClassifier(strategy="most_frequent"))
    outcome = fits.wait(fits.now() + 60)
    fits.close()
    assert (outcome.status, outcome.job) == ("ok", Fit(0, FIRST))
    assert outcome.score == pytest.approx(1 / 3, abs=0.05)
    assert 0 < outcome.cost_s < 60


@pytest.mark.parametrize(
    ("error", "status"),
    [(ValueError("no\nway"), "failed"), (MemoryError(), "memout"), (SystemExit(3), "failed")],
)
def test_a_failure_is_a_result(data, error, status):
    fits = made(data, Broken(error), DummyClassifier())
    outcomes = [fits.wait(fits.now() + 60) for _ in range(2)]
    fits.close()
    assert [one.status for one in outcomes] == [status, "ok"]
    assert np.isnan(outcomes[0].score)
    assert type(error).__name__ in outcomes[0].error
    assert "\n" not in outcomes[0].error


def test_what_a_model_cannot_give_is_a_failure(data):
    fits = made(data, Labels(), metric="log_loss")
    outcome = fits.wait(fits.now() + 60)
    fits.close()
    assert "log_loss needs probabilities" in outcome.error


class Labels(BaseEstimator):
    def fit(self, X, y):
        self.classes_ = np.unique(y)
        return self

    def predict(self, X):
        return np.zeros(len(X), dtype=int)


def test_an_endless_fit_is_left_behind_and_stopped(data):
    Endless.stopped.clear()
    fits = made(data, Endless())
    assert fits.wait(fits.now() + 0.2) is None
    fits.close()
    assert Endless.stopped.wait(30)


def test_what_prepares_alike_is_prepared_once(data, monkeypatch):
    rows = []
    transform = StandardScaler.transform

    def noted(self, X, copy=None):
        rows.append(len(X))
        return transform(self, X, copy)

    monkeypatch.setattr(StandardScaler, "transform", noted)
    fits = made(data, DummyClassifier(), DummyClassifier(), DummyClassifier())
    outcomes = [fits.wait(fits.now() + 60) for _ in range(3)]
    fits.close()
    assert [one.status for one in outcomes] == ["ok"] * 3
    assert rows == [100, 50]  # fitted to, scored on


def test_threads_share_the_work(data):
    together = threading.Barrier(2, timeout=30)

    class Meets(DummyClassifier):
        def fit(self, X, y, sample_weight=None):
            together.wait()
            return super().fit(X, y)

    fits = made(data, Meets(), Meets(), n_jobs=2)
    outcomes = [fits.wait(fits.now() + 60) for _ in range(2)]
    fits.close()
    assert {one.job.index for one in outcomes} == {0, 1}
    assert all(one.status == "ok" for one in outcomes)
