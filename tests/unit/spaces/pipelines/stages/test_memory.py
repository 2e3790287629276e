"""Stages shared by pipelines: fewer fits, the same scores to the last bit, within bounds.

Also of: spaces.pipelines.stages.content, spaces.pipelines.stages.kept_outputs,
spaces.pipelines.stages.sharing.
"""

import copy

import joblib
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse
from sklearn.decomposition import PCA
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from warmstart.datasets.load import load_dataset
from warmstart.execution.stages.tree import StageTree, planned
from warmstart.spaces.pipelines.pipeline import build_estimator
from warmstart.spaces.pipelines.stages.content import content_name, recipe_of
from warmstart.spaces.pipelines.stages.kept_outputs import KeptOutputs
from warmstart.spaces.pipelines.stages.memory import StageMemory, shared_memory, shared_stages


@pytest.fixture(scope="module")
def mixed():
    rng = np.random.default_rng(0)
    X = pd.DataFrame(
        {
            "a": rng.normal(size=90),
            "b": np.where(rng.uniform(size=90) < 0.1, np.nan, rng.uniform(size=90)),
            "k": rng.choice(["x", "y", "z"], size=90),
        }
    )
    return X, np.where(X["a"] + (X["k"] == "x") > 0, "yes", "no")


def pipelines(X, y):
    schema = load_dataset(X, y).schema
    shared = [("mean", "one_hot", "standard"), ("median", "one_hot", "standard")]
    shared += [("median", "target", "robust"), ("median", "one_hot", "robust")]
    made = []
    for imputation, encoding, scaling in shared:
        for C in (0.1, 1.0):
            for reduction in ({"reduction": "none"}, {"reduction": "pca", "pca_variance": 0.9}):
                values = {
                    "learner": "logistic_regression",
                    "logistic_regression:C": C,
                    "logistic_regression:penalty": "l2",
                    "logistic_regression:class_weight": "none",
                    "imputation": imputation,
                    "encoding": encoding,
                    "scaling": scaling,
                    **reduction,
                }
                made.append(build_estimator(values, schema))
    return made


def scores(made, X, y):
    return [cross_val_score(one, X, y, cv=3, error_score="raise").tolist() for one in made]


def test_scores_are_the_same_to_the_last_bit_with_fewer_fits(mixed):
    made = pipelines(*mixed)
    tree = StageTree.of(made)
    alone = scores(made, *mixed)
    with shared_stages() as coarse:
        assert scores(made, *mixed) == alone
    with shared_stages(StageMemory(inside=True)) as memory:
        assert scores(made, *mixed) == alone
    assert tree.merge_rate > 2.5
    assert coarse.n_taken > 0
    # The column transformers that put branches together are stages too.
    assert 3 * tree.n_stages <= memory.n_fitted < 3 * tree.n_alone / 1.5
    assert memory.n_taken > 2 * memory.n_fitted / 3
    assert shared_memory() is None


def test_a_bound_of_almost_nothing_costs_fits_and_no_score(mixed):
    made = pipelines(*mixed)[:6]
    with shared_stages(StageMemory(memory_mb=0.002)) as small:
        few = scores(made, *mixed)
    with shared_stages(StageMemory(memory_mb=0.002, disk_mb=10)) as spilling:
        assert scores(made, *mixed) == few
    assert spilling.n_fitted <= small.n_fitted


def test_what_was_fitted_inside_is_a_plain_pipeline(mixed):
    X, y = mixed
    (one, *_) = pipelines(X, y)
    plain = one.__sklearn_clone__().fit(X, y)
    with shared_stages():
        one.fit(X, y)
    assert one.memory is None
    assert "warmstart" not in repr(one.steps)
    np.testing.assert_array_equal(one.predict_proba(X), plain.predict_proba(X))
    assert len(one[1].transformers_[0][1].steps) == len(plain[1].transformers_[0][1].steps)


def test_a_step_that_works_in_place_spoils_nothing():
    class Spoiling(StandardScaler):
        def fit_transform(self, X, y=None, **_):
            X *= 0.5
            self.fit(X)
            return X

    X = np.random.default_rng(0).normal(size=(30, 2))
    y = X[:, 0]
    memory, found = StageMemory(), []
    for _ in range(2):
        steps = make_pipeline(StandardScaler(), Spoiling(), Ridge(), memory=memory)
        found.append(steps.fit(X, y).named_steps["ridge"].coef_)
    np.testing.assert_array_equal(*found)
    assert (memory.n_fitted, memory.n_taken) == (2, 2)


def test_other_data_other_targets_and_other_settings_are_other_stages():
    rng = np.random.default_rng(0)
    X, y, memory = rng.normal(size=(20, 3)), rng.normal(size=20), StageMemory()
    for data, target, steps in (
        (X, y, PCA(2)),
        (X + 1, y, PCA(2)),
        (X, y + 1, PCA(2)),
        (X, y, PCA(1)),
    ):
        make_pipeline(steps, Ridge(), memory=memory).fit(data, target)
    assert (memory.n_fitted, memory.n_taken) == (4, 0)


def test_it_travels_with_clones_and_not_with_pickles():
    memory = StageMemory(memory_mb=1.5)
    assert copy.deepcopy(memory) is memory
    with joblib.parallel_config(backend="loky", n_jobs=2):
        made = make_pipeline(StandardScaler(), LogisticRegression(), memory=memory)
        X = np.random.default_rng(0).normal(size=(40, 2))
        assert np.isfinite(cross_val_score(made, X, X[:, 0] > 0, cv=2)).all()
    assert memory.n_fitted == 0


class TestKept:
    def test_the_longest_unused_goes_first(self):
        kept = KeptOutputs(memory_bytes=2 * 80)
        arrays = [np.full(10, float(k)) for k in range(3)]
        assert kept.put("0", arrays[0]) == kept.put("1", arrays[1]) == []
        kept.get("0")
        assert kept.put("2", arrays[2]) == ["1"]
        assert kept.get("1") is None
        np.testing.assert_array_equal(kept.get("0"), arrays[0])

    def test_disk_takes_what_memory_cannot_hold(self, tmp_path):
        kept = KeptOutputs(memory_bytes=80, disk_bytes=1000, folder=tmp_path)
        kept.put("a", np.arange(10.0))
        kept.put("s", sparse.csr_matrix(np.eye(3)))
        assert kept.put("b", np.arange(10.0) + 1) == []
        np.testing.assert_array_equal(kept.get("a"), np.arange(10.0))
        np.testing.assert_array_equal(kept.get("s").toarray(), np.eye(3))
        assert {f.suffix for f in tmp_path.rglob("*.np*")} <= {".npy", ".npz"}
        assert kept.n_disk_bytes <= 1000
        kept.clear()
        assert list(tmp_path.iterdir()) == []

    def test_texts_are_never_on_disk(self, tmp_path):
        kept = KeptOutputs(memory_bytes=10, disk_bytes=10_000, folder=tmp_path)
        assert kept.put("words", np.array(["a", "b"] * 20, dtype=object)) == ["words"]
        assert list(tmp_path.iterdir()) == []

    def test_what_is_handed_out_is_the_askers_own(self):
        kept = KeptOutputs(memory_bytes=1000)
        kept.put("a", np.arange(3.0))
        kept.get("a")[0] = 99
        assert kept.get("a")[0] == 0


class TestNames:
    @settings(max_examples=30, deadline=None)
    @given(st.lists(st.floats(allow_nan=True, width=32), min_size=1, max_size=6))
    def test_equal_content_has_one_name(self, values):
        frame = pd.DataFrame({"x": values, "k": [str(v) for v in values]})
        assert content_name(frame) == content_name(frame.copy())
        changed = frame.copy()
        changed.loc[0, "k"] = "other"
        assert content_name(frame) != content_name(changed)

    def test_kind_shape_and_order_tell_apart(self):
        a = np.arange(6)
        same_bytes = [a, a.reshape(2, 3), a.astype(float), np.asfortranarray(a.reshape(2, 3))]
        assert len({content_name(one) for one in same_bytes}) == 4
        ones = [np.array([1, "1"], dtype=object), np.array(["1", "1"], dtype=object)]
        assert content_name(ones[0]) != content_name(ones[1])

    def test_recipes_know_nested_settings(self):
        made = [make_pipeline(StandardScaler(), PCA(k)) for k in (1, 2, 1)]
        names = [recipe_of(one) for one in made]
        assert names[0] == names[2] != names[1]


def test_configurations_that_prepare_alike_stand_together():
    class One:
        def __init__(self, **values):
            self.values = values

    ones = [
        One(**{"learner": learner, "scaling": scaling, "ridge:alpha": alpha})
        for alpha, (learner, scaling) in enumerate(
            [("ridge", "standard"), ("svm", "robust"), ("svm", "standard"), ("ridge", "robust")]
        )
    ]
    assert [one.values["scaling"] for one in planned(ones)] == ["robust"] * 2 + ["standard"] * 2
