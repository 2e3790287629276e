"""A user's own studies lead the next one over the space they searched."""

import numpy as np
import optuna
import pandas as pd
import pytest

import warmstart
from warmstart.downstream import report_rounds
from warmstart.metadataset.metadataset import MetaDataset
from warmstart.models.surfaces.own import OwnSurfaces

optuna.logging.set_verbosity(optuna.logging.ERROR)


def score(study: int, values: dict) -> float:
    """Best at a rate near .05, another for each study, and 20 leaves."""
    rate = np.log(values["rate"] / (0.03 + 0.02 * (study % 3)))
    leaves = np.log(values["leaves"] / 20)
    return float(0.9 - 0.02 * rate**2 - 0.01 * leaves**2 - 0.05 * (values["kind"] == "b"))


def history(n_studies: int, n_trials: int = 24) -> MetaDataset:
    rng = np.random.default_rng(0)
    rows = []
    for study in range(n_studies):
        for _ in range(n_trials):
            values = {
                "rate": float(10 ** rng.uniform(-3, 0)),
                "leaves": int(2 ** rng.uniform(1, 7)),
                "kind": str(rng.choice(["a", "b"])),
            }
            rows.append({"task": f"s{study}", "score": score(study, values), **values})
    return MetaDataset.from_evaluations(
        pd.DataFrame(rows),
        task="task",
        score="score",
        higher_is_better=True,
        parameters=["rate", "leaves", "kind"],
    )


@pytest.fixture(scope="module")
def md():
    return history(8)


def test_numbers_are_axes_over_what_was_searched(md):
    box = OwnSurfaces(md).box("")
    axes = {axis.name: axis for axis in box.axes}
    assert set(axes) == {"rate", "leaves"}
    assert axes["rate"].log
    assert axes["leaves"].whole
    assert 0.001 <= axes["rate"].low < 0.002
    assert OwnSurfaces(md).box("other") is None


def test_rounds_are_the_last_axis_and_may_be_read_off():
    rng = np.random.default_rng(1)
    runs = pd.DataFrame(
        {
            "task": np.repeat(["a", "b", "c"], 12),
            "n_estimators": rng.integers(10, 500, size=36),
            "rate": 10 ** rng.uniform(-3, 0, size=36),
            "score": rng.random(36),
        }
    )
    md = MetaDataset.from_evaluations(
        runs,
        task="task",
        score="score",
        higher_is_better=True,
        parameters=["n_estimators", "rate"],
    )
    box = OwnSurfaces(md).box("")
    assert box.rounds == box.names[-1] == "n_estimators"
    search = warmstart.Recommender().fit(md).with_surfaces().search()
    sampler = warmstart.WarmStartSampler(search, n_trials=4, rounds=300)
    study = optuna.create_study(direction="maximize", sampler=sampler)
    for _ in range(4):
        trial = study.ask()
        rate = trial.suggest_float("rate", 0.001, 1.0, log=True)
        study.tell(trial, report_rounds(trial, {50: rate / 2, 300: rate / 3}))
    assert [trial.user_attrs["warmstart:rounds"] for trial in study.trials] == [50] * 4


def test_each_study_is_a_surface_and_can_be_left_out(md):
    own = OwnSurfaces(md)
    assert own.sources("", "score").n_tasks == 8
    assert own.sources("", "score", ["s3"]).names == tuple(f"s{k}" for k in range(8) if k != 3)
    assert own.sources("", "score", [f"s{k}" for k in range(7)]) is None


def study_led_by(md, n=14):
    base = warmstart.Recommender().fit(md).with_surfaces()
    search = base.search(metafeatures=None)
    sampler = warmstart.WarmStartSampler(search, n_trials=n)
    study = optuna.create_study(direction="maximize", sampler=sampler)

    def objective(trial):
        values = {
            "rate": trial.suggest_float("rate", 1e-3, 1.0, log=True),
            "leaves": trial.suggest_int("leaves", 2, 128, log=True),
            "kind": trial.suggest_categorical("kind", ["a", "b"]),
        }
        return score(1, values)

    study.optimize(objective, n_trials=n)
    return search, study


def test_the_next_study_begins_where_they_agree_and_finds_the_rest(md):
    search, study = study_led_by(md)
    assert 0.02 < study.trials[0].params["rate"] < 0.2
    # What hardly mattered to earlier studies is found to matter here.
    assert study.best_value > 0.885
    assert study.best_params["kind"] == "a"
    assert any("8 earlier studies lead the search" in note for note in search.warnings)


def test_few_studies_lead_and_say_that_more_lead_better():
    search, study = study_led_by(history(4), n=4)
    assert any("4 earlier studies lead the search; 10 or" in note for note in search.warnings)
    assert 0.02 < study.trials[0].params["rate"] < 0.2
