"""A builder of estimators that misbehave in every way, for child processes to survive."""

import os
import signal
import sys
import time

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from warmstart.domain import Configuration

BUILDER = "tests.unit.histories.faulty:build"


def configuration(behave="well", **values):
    return Configuration(space="faulty", learner=behave, values={"behave": behave, **values})


def build(values, schema, *, random_state=0):
    if values["behave"] == "illegal":
        raise ValueError("not for this data\nand more lines")
    if values["behave"] == "well":
        tree = (
            DecisionTreeRegressor
            if schema.task_type == "regression"
            else DecisionTreeClassifier
        )
        return tree(max_depth=values.get("depth", 3), random_state=random_state)
    return Faulty(values["behave"])


class Faulty(ClassifierMixin, BaseEstimator):
    def __init__(self, behave):
        self.behave = behave

    def fit(self, X, y):
        self.classes_ = np.unique(y)
        getattr(self, f"_{self.behave}", lambda: None)()
        return self

    def predict(self, X):
        return np.zeros(len(X), dtype=int)

    def predict_proba(self, X):
        shares = np.full((len(X), len(self.classes_)), 1 / len(self.classes_))
        if self.behave == "nan":
            shares[0, 0] = np.nan
        return shares

    def _raise(self):
        raise RuntimeError("broken on purpose")

    def _exit(self):
        os._exit(3)

    def _sys_exit(self):
        sys.exit(4)

    def _abort(self):
        os.abort()

    def _killed(self):
        os.kill(os.getpid(), signal.SIGKILL)

    def _spin(self):
        while True:
            pass

    def _sleep(self):
        time.sleep(600)

    def _slow(self):
        end = time.process_time() + 0.4
        while time.process_time() < end:
            pass

    def _greedy(self):
        np.ones(2**31)

    def _hoard(self):
        blocks = []
        while True:
            blocks.append(bytearray(2**24))

    def _talk(self):
        print("a library that prints")  # noqa: T201
        print('{"status": "ok", "scores": {}}', flush=True)  # noqa: T201
        os.write(1, b"and one that writes to the descriptor\n")
        os.write(2, b"\xff\xfe not utf-8\n")
