"""Results of scikit-learn's own searches."""

import json
import warnings

import numpy as np
import pandas as pd
import pytest
from sklearn.datasets import load_iris
from sklearn.experimental import enable_halving_search_cv  # noqa: F401
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, HalvingGridSearchCV, RandomizedSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler, StandardScaler
from sklearn.tree import DecisionTreeClassifier

from warmstart.errors import HistoryError
from warmstart.histories.sklearn import read
from warmstart.metadataset.import_runs import import_histories
from warmstart.testing.history_source import HistorySourceContract

OPTIONS = {"metric": "accuracy", "direction": "maximize", "task": "iris"}


class Fragile(DecisionTreeClassifier):
    """Fails at one depth."""

    def fit(self, X, y, **more):
        if self.max_depth == 2:
            raise ValueError("two")
        return super().fit(X, y, **more)


@pytest.fixture(scope="module")
def search():
    grid = {"max_depth": [1, 2, None], "min_impurity_decrease": [0, 0.1]}
    scoring = {"accuracy": "accuracy", "loss": "neg_log_loss"}
    search = GridSearchCV(
        Fragile(random_state=0), grid, scoring=scoring, refit=False, cv=3, error_score=np.nan
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that some fits fail is meant
        return search.fit(*load_iris(return_X_y=True))


@pytest.fixture(scope="module", params=["csv", "parquet"])
def location(request, search, tmp_path_factory):
    path = tmp_path_factory.mktemp("sklearn") / f"results.{request.param}"
    frame = pd.DataFrame(search.cv_results_)
    if request.param == "csv":
        frame.to_csv(path, index=False)
    else:
        frame = frame.drop(columns="params").astype({"param_max_depth": float})
        frame.to_parquet(path)
    return path


class TestContract(HistorySourceContract):
    n_ok = 4
    statuses = frozenset({"ok", "failed"})

    @pytest.fixture
    def read(self, location):
        return lambda **options: read(location, **options)


def test_rows_say_what_the_search_says(search):
    results = search.cv_results_
    for given in (search, results, pd.DataFrame(results)):
        rows = read(given, **OPTIONS).to_frame()
        assert [json.loads(text) for text in rows["values"]] == results["params"]
        ok = rows["status"] == "ok"
        assert ok.tolist() == [True, True, False, False, True, True]
        assert np.allclose(rows["score"][ok], results["mean_test_accuracy"][ok])
        seconds = 3 * (results["mean_fit_time"] + results["mean_score_time"])
        assert np.allclose(rows["cost_s"][ok], seconds[ok])
    assert set(read(search, **OPTIONS).to_frame()["sampler"]) == {"grid"}
    assert set(rows["sampler"]) == {"unknown"}


def test_losses_by_their_scorer(search):
    told = {**OPTIONS, "metric": "neg_log_loss", "metric_key": "loss"}
    rows = read(search, **told).to_frame()
    assert set(rows["metric"]) == {"log_loss"}
    assert (rows["score"].dropna() <= 0).all()
    with pytest.raises(HistoryError, match=r"say direction=.maximize. and, for a loss"):
        read(search, task="t", metric="log_loss", direction="minimize")
    with pytest.raises(
        HistoryError, match="no mean_test_roc_auc in the results; there is mean"
    ):
        read(search, task="t", metric="roc_auc", direction="maximize")


def test_halving_counts_full_resources_only():
    search = HalvingGridSearchCV(
        DecisionTreeClassifier(random_state=0),
        {"max_depth": [1, 2, 3, 4]},
        cv=2,
        random_state=0,
    )
    search.fit(*load_iris(return_X_y=True))
    rows = read(search, **OPTIONS).to_frame()
    largest = max(search.cv_results_["n_resources"])
    assert (rows["status"].eq("ok") == rows["budget"].eq(largest)).all()
    assert rows["status"].nunique() == 2


def test_objects_become_what_they_print_as():
    search = RandomizedSearchCV(
        make_pipeline(StandardScaler(), LogisticRegression(max_iter=5000)),
        {
            "standardscaler": [MinMaxScaler(), StandardScaler(with_mean=False)],
            "logisticregression__random_state": [1],
        },
        n_iter=2,
        cv=2,
        random_state=0,
    )
    search.fit(*load_iris(return_X_y=True))
    rows = read(search, **OPTIONS).to_frame()
    printed = {json.loads(text)["standardscaler"] for text in rows["values"]}
    assert printed == {"MinMaxScaler()", "StandardScaler(with_mean=False)"}
    assert set(rows["seed"]) == {1}
    assert set(rows["sampler"]) == {"random"}


def test_what_is_none(tmp_path):
    with pytest.raises(HistoryError, match="there are no results at"):
        read(tmp_path / "none.csv", **OPTIONS)
    with pytest.raises(HistoryError, match="results are a fitted search"):
        read(3, **OPTIONS)
    with pytest.raises(HistoryError, match="tell no hyperparameters"):
        read({"mean_test_score": [0.5]}, **OPTIONS).to_frame()


@pytest.mark.parametrize("text", ["not a table", '{"a":1', "a,b\n"])
def test_a_file_that_is_no_table_of_results(tmp_path, text):
    path = tmp_path / "results.csv"
    path.write_text(text)
    with pytest.raises(HistoryError, match=r"results.csv is no table of cv_results_.*to_csv"):
        read(path, task="iris", metric="accuracy", direction="maximize")
    (tmp_path / "results.parquet").write_text(text)
    with pytest.raises(HistoryError, match=r"results.parquet is no table of cv_results_"):
        read(path.with_suffix(".parquet"), task="t", metric="accuracy", direction="maximize")


class TestSavedAsCsv:
    """The same search at hand and saved is the same runs."""

    @pytest.fixture
    def search(self):
        from sklearn.ensemble import BaggingClassifier

        grid = {
            "max_samples": [0.5, np.float64(0.75)],
            "estimator": [None, DecisionTreeClassifier(max_depth=2)],
        }
        search = GridSearchCV(BaggingClassifier(n_estimators=2, random_state=0), grid, cv=2)
        return search.fit(*load_iris(return_X_y=True))

    def test_is_stored_once(self, search, tmp_path):
        path = tmp_path / "cv.csv"
        pd.DataFrame(search.cv_results_).to_csv(path)
        told = {"task": "iris", "metric": "accuracy", "direction": "maximize"}
        live, saved = (read(source, **told) for source in (search, path))
        columns = ["values", "score", "status", "source_run_id", "cost_s"]
        pd.testing.assert_frame_equal(live.to_frame()[columns], saved.to_frame()[columns])
        assert json.loads(saved.to_frame()["values"][0])["estimator"] is None
        import_histories([live], tmp_path / "m", task_type="multiclass")
        assert import_histories([saved], tmp_path / "m").n_added == 0

    def test_dictionaries_stay_what_they_are(self, tmp_path):
        results = {
            "params": [{"w": {"a": 1, "b": None}}, {"w": "balanced"}],
            "mean_test_score": [0.5, 0.25],
        }
        path = tmp_path / "cv.csv"
        pd.DataFrame(results).to_csv(path, index=False)
        told = {"task": "t", "metric": "accuracy", "direction": "maximize"}
        texts = [read(s, **told).to_frame()["values"].tolist() for s in (results, path)]
        assert texts[0] == texts[1] == ['{"w/a":1,"w/b":null}', '{"w":"balanced"}']

    def test_what_is_no_dictionary_is_named(self, tmp_path):
        path = tmp_path / "cv.csv"
        path.write_text("params,mean_test_score\n{'a': 1},0.5\n{'a': ,0.5\n")
        with pytest.raises(
            HistoryError, match=r"cv.csv: row 1, column params: .*param_… are read"
        ):
            read(path, task="t", metric="accuracy", direction="maximize").to_frame()


@pytest.mark.parametrize("score", [-np.inf, np.inf, np.nan])
def test_a_score_that_is_not_finite_is_a_failure(score):
    results = {"params": [{"a": 1}, {"a": 2}], "mean_test_score": [score, 0.5]}
    rows = read(results, task="t", metric="accuracy", direction="maximize").to_frame()
    assert rows["status"].tolist() == ["failed", "ok"]
    assert np.isnan(rows["score"][0])


@pytest.mark.parametrize("name", ["cv.txt", "cv.xlsx", "cv"])
def test_other_kinds_of_files(tmp_path, name):
    (tmp_path / name).write_text("mean_test_score,param_a\n0.5,1\n")
    with pytest.raises(HistoryError, match="neither CSV nor Parquet by its name"):
        read(tmp_path / name, task="t", metric="accuracy", direction="maximize")
