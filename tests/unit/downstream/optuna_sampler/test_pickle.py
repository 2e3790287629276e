"""A sampler, and a study with it, survive pickle, as Optuna advises to keep them.

Also of: downstream.optuna_sampler.space, downstream.optuna_sampler.study_results,
downstream.optuna_sampler.trials, downstream.optuna_sampler.whole_configurations.
"""

import pickle

import numpy as np
import optuna
import pandas as pd
import pytest

import warmstart
from warmstart.downstream import WarmStartSampler
from warmstart.metadataset.metadataset import MetaDataset


@pytest.fixture
def recommender():
    rng = np.random.default_rng(0)
    at = np.linspace(0, 1, 8)
    names = [f"c{k}" for k in range(8)]
    scores = 0.5 + 0.3 * at + 0.02 * rng.standard_normal((12, 8))
    md = MetaDataset.from_matrix(
        pd.DataFrame(scores, columns=names),
        configurations=pd.DataFrame({"x": at}, index=names),
    )
    return warmstart.Recommender().fit(md)


def objective(trial):
    return 0.5 + 0.3 * trial.suggest_float("x", 0, 1)


def test_a_study_goes_on_as_if_nothing_had_happened(recommender):
    def begun():
        sampler = WarmStartSampler(recommender, n_trials=12, then_every=None)
        study = optuna.create_study(direction="maximize", sampler=sampler)
        study.optimize(objective, n_trials=7)
        return study

    whole, kept = begun(), pickle.loads(pickle.dumps(begun()))
    for study in (whole, kept):
        study.optimize(objective, n_trials=5)
    assert [t.params for t in kept.trials] == [t.params for t in whole.trials]
    assert kept.sampler.suggested(kept.trials[-1]) is not None


def test_misspelt_arguments_are_refused(recommender):
    with pytest.raises(TypeError, match="n_intial"):
        WarmStartSampler(recommender, n_intial=3)
    with pytest.raises(TypeError, match="metrc"):
        warmstart.search(metrc="accuracy")
