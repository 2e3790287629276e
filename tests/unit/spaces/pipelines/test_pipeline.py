"""Pipelines of configurations: what they read, what they refuse, what they compute.

Also of: spaces.pipelines.preprocessing.
"""

import numpy as np
import pandas as pd
import pytest
import sklearn
from sklearn.model_selection import cross_val_score
from tests.unit.spaces.awkward import awkward_table, awkward_target

from warmstart.datasets.load import load_dataset
from warmstart.domain import Column, Schema
from warmstart.errors import DatasetError, SpaceMismatchError
from warmstart.spaces.pipelines.legality import learner_of, why_illegal
from warmstart.spaces.pipelines.pipeline import build_estimator
from warmstart.spaces.pipelines.preprocessing import date_parts, hashed_text

TREE = {
    "learner": "decision_tree",
    "imputation": "median",
    "decision_tree:max_depth": 3,
    "decision_tree:min_samples_leaf": 1,
    "decision_tree:ccp_alpha": 1e-6,
    "decision_tree:criterion": "gini",
    "decision_tree:class_weight": "none",
}
BAYES = {
    "learner": "naive_bayes",
    "naive_bayes:var_smoothing": 1e-9,
    "imputation": "mean",
    "encoding": "one_hot",
    "scaling": "standard",
    "reduction": "none",
}


def schema_of(*kinds, task_type="binary", n_rows=60, min_class_count=20, max_categories=5):
    columns = tuple(Column(f"x{i}", kind) for i, kind in enumerate(kinds))
    return Schema(
        columns=columns,
        task_type=task_type,
        n_rows=n_rows,
        min_class_count=None if task_type == "regression" else min_class_count,
        max_categories=max_categories,
    )


def prepared(values, schema, X, y):
    """What the model is given."""
    return build_estimator(values, schema)[:-1].fit_transform(X, y)


class TestConfigurations:
    def test_learner(self):
        assert learner_of(TREE).name == "decision_tree"

    @pytest.mark.parametrize("values", [{}, {"learner": "tree"}, {"learner": None}])
    def test_unknown_learner(self, values):
        with pytest.raises(SpaceMismatchError, match="learner must be one of"):
            build_estimator(values, schema_of("numeric"))

    @pytest.mark.parametrize(
        "missing",
        ["imputation", "encoding", "decision_tree:max_depth", "decision_tree:criterion"],
    )
    def test_missing_hyperparameter(self, missing):
        values = {**TREE, "encoding": "ordinal"}
        del values[missing]
        name = missing.removeprefix("decision_tree:")
        with pytest.raises(SpaceMismatchError, match=f"hyperparameter '{name}' is missing"):
            build_estimator(values, schema_of("numeric", "categorical"))

    @pytest.mark.parametrize(("name", "value"), [("encoding", "hash"), ("scaling", "max")])
    def test_unknown_choice(self, name, value):
        with pytest.raises(SpaceMismatchError, match=f"{name} must be .* got '{value}'"):
            build_estimator({**BAYES, name: value}, schema_of("numeric", "categorical"))


class TestLegality:
    @pytest.mark.parametrize(("n_rows", "legal"), [(75, True), (74, False), (3, False)])
    def test_neighbours_fit_two_thirds_of_the_rows(self, n_rows, legal):
        values = {"learner": "nearest_neighbors", "nearest_neighbors:n_neighbors": 50}
        reason = why_illegal(values, schema_of("numeric", n_rows=n_rows))
        assert (reason is None) == legal
        assert legal or reason == f"more neighbours than training rows ({n_rows * 2 // 3})"

    @pytest.mark.parametrize(
        ("kinds", "values", "min_class_count", "legal"),
        [
            (["numeric"], {}, 3, True),
            (["numeric"], {}, 2, False),
            (["numeric"] * 8, {}, 12, True),
            (["numeric"] * 9, {}, 12, False),
            (["numeric", "date"], {}, 9, True),
            (["numeric", "date"], {}, 8, False),
            (["text"], {}, 96, True),
            (["text"], {}, 95, False),
            (["categorical"] * 3, {"encoding": "ordinal"}, 5, True),
            (["categorical"] * 3, {"encoding": "one_hot"}, 26, False),
            (["categorical"] * 3, {"encoding": "one_hot"}, 27, True),
            (["categorical"] * 3, {"encoding": "target"}, 5, True),
        ],
    )
    def test_qda_has_a_row_for_each_feature(self, kinds, values, min_class_count, legal):
        schema = schema_of(*kinds, n_rows=1000, min_class_count=min_class_count)
        reason = why_illegal({"learner": "qda", **values}, schema)
        assert (reason is None) == legal

    @pytest.mark.parametrize("encoding", ["one_hot", "ordinal", "target"])
    @pytest.mark.parametrize("n_classes", [2, 3])
    def test_a_legal_qda_fits_two_thirds_of_the_rows(self, encoding, n_classes):
        rng = np.random.default_rng(0)
        X = pd.DataFrame({"x0": rng.normal(size=200), "x1": rng.choice(list("abcde"), 200)})
        y = np.arange(200) % n_classes
        values = {
            "learner": "qda",
            "qda:reg_param": 1e-3,
            "imputation": "mean",
            "encoding": encoding,
            "scaling": "quantile",
            "reduction": "none",
        }
        # As few rows of the rarest class as are still said to do.
        for count in range(2, 66):
            kept = np.r_[np.flatnonzero(y == 0)[:count], np.flatnonzero(y > 0)]
            schema = load_dataset(X.iloc[kept], y[kept]).schema
            if why_illegal(values, schema) is None:
                break
        fold = np.r_[kept[: count * 2 // 3], kept[count:]]
        model = build_estimator(values, schema)
        assert len(model.fit(X.iloc[fold], y[fold]).predict(X)) == 200


class TestReading:
    def test_level_never_seen_and_gaps_at_prediction(self):
        X = pd.DataFrame({"x0": [1.0, 2, 3, 4] * 5, "x1": list("abab") * 5})
        y = [0, 1] * 10
        new = pd.DataFrame({"x0": [np.nan, np.inf, 2], "x1": [None, "new", "a"]})
        for encoding in ("one_hot", "ordinal", "target"):
            values = {**TREE, "encoding": encoding}
            model = build_estimator(values, schema_of("numeric", "categorical")).fit(X, y)
            assert len(model.predict(new)) == 3

    def test_column_all_missing_in_a_fold(self):
        X = pd.DataFrame({"x0": [1.0, 2, 3, 4] * 3, "x1": [np.nan] * 9 + [1.0, 2, 3]})
        y = [0, 1] * 6
        for values in (TREE | {"encoding": "one_hot"}, BAYES):
            model = build_estimator(values, schema_of("numeric", "numeric"))
            assert len(model.fit(X[:9], y[:9]).predict(X)) == 12

    def test_category_all_missing_in_a_fold(self):
        X = pd.DataFrame({"x0": [1.0, 2, 3, 4] * 3, "x1": [None] * 9 + ["a", "b", "a"]})
        y = [0, 1] * 6
        for encoding in ("one_hot", "ordinal", "target"):
            values = {**TREE, "encoding": encoding}
            model = build_estimator(values, schema_of("numeric", "categorical"))
            assert len(model.fit(X[:9], y[:9]).predict(X)) == 12

    def test_columns_in_another_order_and_others_beside(self):
        X, y = awkward_table(), awkward_target("binary")
        schema = load_dataset(X, y).schema
        model = build_estimator({**TREE, "encoding": "ordinal"}, schema).fit(X, y)
        other = X.iloc[:, ::-1].assign(more=1)
        np.testing.assert_array_equal(model.predict(other), model.predict(X))

    @pytest.mark.parametrize("target", [0, 1, 3])
    def test_array_whose_target_was_a_column(self, target):
        """What is left moves up; a constant must not be read in place of a number."""
        rng = np.random.default_rng(0)
        table = np.column_stack([rng.normal(size=(60, 3)), np.full(60, 7.0)])
        table = np.insert(table, target, np.arange(60) % 2, axis=1)
        schema = load_dataset(table, target=target).schema
        X, y = np.delete(table, target, axis=1), table[:, target]
        model = build_estimator({**TREE, "encoding": "ordinal"}, schema)
        np.testing.assert_array_equal(model[:-1].fit_transform(X, y), X[:, :3])

    def test_columns_named_by_numbers_are_found_by_name(self):
        X = pd.DataFrame({2: [1.0, 2, 3], 0: [4.0, 5, 6], 1: [7.0, 8, 9]})
        columns = tuple(Column(name, "numeric") for name in X.columns)
        schema = Schema(columns=columns, task_type="binary", n_rows=3, min_class_count=1)
        steps = build_estimator({**TREE, "encoding": "ordinal"}, schema)[:-1]
        np.testing.assert_array_equal(steps.fit_transform(X[[0, 1, 2]]), X)

    def test_missing_column(self):
        model = build_estimator(BAYES, schema_of("numeric", "numeric"))
        with pytest.raises(DatasetError, match=r"columns \['x1'\] are missing"):
            model.fit(pd.DataFrame({"x0": [1.0, 2.0], "other": 1.0, "more": 2.0}), [0, 1])

    @pytest.mark.parametrize("output", ["pandas", "polars"])
    def test_any_output_scikit_learn_is_set_to(self, output):
        X, y = awkward_table(), awkward_target("binary")
        schema = load_dataset(X, y).schema
        plain = build_estimator({**BAYES, "reduction": "pca", "pca_variance": 0.9}, schema)
        expected = plain.fit(X, y).predict(X)
        with sklearn.config_context(transform_output=output):
            model = build_estimator({**BAYES, "reduction": "pca", "pca_variance": 0.9}, schema)
            np.testing.assert_array_equal(model.fit(X, y).predict(X), expected)

    def test_cross_validates(self):
        X, y = awkward_table(), awkward_target("multiclass")
        model = build_estimator({**TREE, "encoding": "target"}, load_dataset(X, y).schema)
        scores = cross_val_score(model, X, y, cv=3, error_score="raise")
        assert scores.shape == (3,)


class TestEncoding:
    levels = pd.DataFrame({"x0": [f"level {i % 100}" for i in range(400)]})
    y = np.arange(400) % 2

    def test_one_hot_has_at_most_thirty_columns(self):
        schema = schema_of("categorical", n_rows=400, max_categories=100)
        X = prepared({**TREE, "encoding": "one_hot"}, schema, self.levels, self.y)
        assert X.shape == (400, 30)
        np.testing.assert_array_equal(X.sum(axis=1), 1)

    def test_ordinal_has_one_column(self):
        schema = schema_of("categorical", n_rows=400, max_categories=100)
        assert prepared({**TREE, "encoding": "ordinal"}, schema, self.levels, self.y).shape == (
            400,
            1,
        )

    def test_missing_is_a_level_of_its_own(self):
        X = pd.DataFrame({"x0": ["a", None, "b", np.nan] * 5})
        one_hot = prepared(
            {**TREE, "encoding": "one_hot"}, schema_of("categorical"), X, [0, 1] * 10
        )
        assert one_hot.shape == (20, 3)
        np.testing.assert_array_equal(one_hot[1], one_hot[3])

    def test_target_means_are_out_of_fold(self):
        rng = np.random.default_rng(0)
        X = pd.DataFrame({"x0": [f"level {i}" for i in range(200)]})
        y = rng.normal(size=200)
        schema = schema_of(
            "categorical", task_type="regression", n_rows=200, max_categories=200
        )
        values = {k: v for k, v in TREE.items() if "criterion" not in k}
        encoded = prepared({**values, "encoding": "target"}, schema, X, y)
        # Every level is unique, so its own target must not show.
        assert abs(np.corrcoef(encoded[:, 0], y)[0, 1]) < 0.5

    @pytest.mark.parametrize("min_class_count", [1, 2, 3, 4, 5])
    def test_target_encoding_of_tiny_classes(self, min_class_count):
        X = pd.DataFrame({"x0": list("abc") * 6})
        y = np.array([0] * (18 - min_class_count) + [1] * min_class_count)
        schema = schema_of("categorical", n_rows=18, min_class_count=min_class_count)
        assert len(prepared({**TREE, "encoding": "target"}, schema, X, y)) == 18

    @pytest.mark.parametrize("n_rows", [2, 3, 4, 6])
    def test_target_encoding_of_few_rows(self, n_rows):
        X = pd.DataFrame({"x0": (list("ab") * 3)[:n_rows]})
        schema = schema_of("categorical", task_type="regression", n_rows=n_rows)
        values = {k: v for k, v in TREE.items() if "criterion" not in k}
        y = np.arange(float(n_rows))
        assert len(prepared({**values, "encoding": "target"}, schema, X, y)) == n_rows


class TestDates:
    def test_parts(self):
        dates = pd.to_datetime(["1970-01-02 06:00", None, "2024-02-29 00:00"], utc=True)
        parts = date_parts(pd.DataFrame({"d": dates}))
        np.testing.assert_allclose(parts[0], [1.25, 1, 2, 4, 6])  # a Friday
        assert np.isnan(parts[1]).all()
        np.testing.assert_allclose(parts[2], [19782, 2, 29, 3, 0])

    def test_two_columns_side_by_side(self):
        dates = pd.to_datetime(["2020-01-01", "2021-06-15"], utc=True)
        assert date_parts(pd.DataFrame({"a": dates, "b": dates})).shape == (2, 10)


class TestText:
    def test_rows_are_of_unit_length_and_gaps_are_zero(self):
        texts = pd.DataFrame({"t": ["the quick brown fox", None, "the fox"]})
        hashed = hashed_text(texts)
        assert hashed.shape == (3, 64)
        np.testing.assert_allclose(np.linalg.norm(hashed, axis=1), [1, 0, 1])
        assert hashed[0] @ hashed[2] > 0.3

    def test_two_columns_side_by_side(self):
        texts = pd.DataFrame({"a": ["one two"], "b": ["one two"]}, dtype=object)
        np.testing.assert_array_equal(*np.hsplit(hashed_text(texts), 2))


def test_the_target_is_standardised_for_those_that_need_it():
    rng = np.random.default_rng(0)
    X = pd.DataFrame(rng.normal(size=(60, 2)), columns=["x0", "x1"])
    y = X["x0"].to_numpy()
    values = {
        "learner": "rbf_svm",
        "rbf_svm:C": 10.0,
        "rbf_svm:gamma": 0.1,
        "rbf_svm:epsilon": 0.1,
        "imputation": "mean",
        "encoding": "one_hot",
        "scaling": "standard",
        "reduction": "none",
    }
    schema = schema_of("numeric", "numeric", task_type="regression")
    small = build_estimator(values, schema).fit(X, y).predict(X)
    large = build_estimator(values, schema).fit(X, 1e6 * y + 1e7).predict(X)
    np.testing.assert_allclose((large - 1e7) / 1e6, small, atol=0.01)


@pytest.mark.parametrize("scaling", ["standard", "robust", "quantile"])
@pytest.mark.parametrize("imputation", ["median", "mean"])
def test_numbers_alone_are_prepared_as_beside_others(scaling, imputation):
    """In place and without branches, or branch by branch: the model sees the same."""
    rng = np.random.default_rng(0)
    X = pd.DataFrame(rng.normal(size=(40, 3)), columns=["x0", "x1", "x2"])
    X[rng.random(X.shape) < 0.2] = np.nan
    y = np.arange(40) % 2
    values = {**BAYES, "scaling": scaling, "imputation": imputation}
    before = X.copy()
    alone = prepared(values, schema_of("numeric", "numeric", "boolean"), X, y)
    beside = prepared(
        values, schema_of("numeric", "numeric", "boolean", "text"), X.assign(x3="word"), y
    )
    np.testing.assert_allclose(alone, beside[:, :3], atol=1e-12)
    pd.testing.assert_frame_equal(X, before)


def test_numbers_alone_leave_arrays_as_they_are():
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(30, 2)), np.arange(30) % 2
    before = X.copy()
    pipeline = build_estimator(BAYES, schema_of("numeric", "numeric")).fit(X, y)
    pipeline.predict(X)
    np.testing.assert_array_equal(X, before)
