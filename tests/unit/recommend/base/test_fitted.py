"""What is learnt from: failures are worst, errors are in units of the target's spread.

Also of: recommend.base.fitting, recommend.base.models, recommend.base.outlook,
recommend.base.score_units, recommend.history.columns, recommend.history.training_scores.
"""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from tests.unit.recommend.toy import configurations, cost_frame, metafeatures, toy

from warmstart.knowledge.base import open_knowledge
from warmstart.metadataset.core.configurations import from_given
from warmstart.metadataset.core.evaluations import MatrixEvaluations
from warmstart.metadataset.core.score_matrix import FAILED, OK, ScoreMatrix
from warmstart.metadataset.metadataset import MetaDataset
from warmstart.recommend.base.fitting import fit_base
from warmstart.recommend.history.training_scores import score_table

pytestmark = pytest.mark.usefixtures("small_forests")


def test_a_failure_takes_the_tasks_worst_score():
    ids = pd.Index([0, 1, 2])
    scores = pd.DataFrame(
        [[0.9, 0.5, np.nan], [0.4, np.nan, np.nan], [0.7, 0.8, 0.2]],
        index=ids,
        columns=list("abc"),
    )
    costs = pd.DataFrame(1.0, index=ids, columns=list("abc"))
    costs.loc[1, "b"] = np.nan  # never tried, which is no failure
    table = score_table(MetaDataset.from_matrix(scores, costs=costs), "score", None)
    expected = [[0.9, 0.5, 0.5], [0.4, np.nan, 0.4], [0.7, 0.8, 0.2]]
    np.testing.assert_array_equal(table.scores, expected)


def test_a_failure_is_one_in_every_metric():
    ok = np.array([[OK, FAILED], [OK, OK]], np.uint8)
    matrices = {
        "accuracy": ScoreMatrix(np.array([[0.9, np.nan], [0.6, 0.7]]), ok),
        # A failure is recorded once, in the task's default metric.
        "roc_auc": ScoreMatrix(
            np.array([[0.8, np.nan], [0.5, 0.4]]), np.where(ok == OK, OK, 0).astype(np.uint8)
        ),
    }
    tasks, names = pd.Index(["s", "t"]), ["a", "b"]
    md = MetaDataset.from_parts(
        tasks,
        MatrixEvaluations(matrices, list(tasks), names),
        from_given(None, pd.Index(names)),
    )
    for metric, worst in (("accuracy", 0.9), ("roc_auc", 0.8)):
        assert score_table(md, metric, None).scores[0].tolist() == [worst, worst]


def test_a_configuration_that_never_scored_is_left_out():
    scores = pd.DataFrame({"a": [0.9, 0.4], "b": np.nan, "c": [0.1, 0.2]})
    costs = pd.DataFrame(1.0, index=scores.index, columns=scores.columns)
    md = MetaDataset.from_matrix(scores, costs=costs)
    fitted = fit_base(md, metric="score", task_type=None)
    assert list(fitted.table.configuration_ids) == ["a", "c"]
    assert fitted.table.costs.shape == fitted.measured.shape == (2, 2)
    assert len(fitted.learners) == len(fitted.configurations) == 2


class TestUnits:
    def base(self, factor=1.0, metric="rmse"):
        md = toy()
        unit = factor * md.metafeatures["TargetStd"]
        errors = (1 - md.matrix()).mul(unit, axis=0)
        phi = md.metafeatures.assign(TargetStd=unit)
        return MetaDataset.from_matrix(
            errors, higher_is_better=False, metafeatures=phi, metric=metric
        )

    def test_errors_are_in_units_of_the_spread(self):
        table = score_table(self.base(), "rmse", None)
        np.testing.assert_allclose(table.scores, toy().matrix().to_numpy() - 1)

    def test_the_unit_of_the_targets_does_not_matter(self):
        one, other = (
            score_table(self.base(), "rmse", None),
            score_table(self.base(1e3), "rmse", None),
        )
        np.testing.assert_allclose(one.scores, other.scores)

    def test_only_of_metrics_in_the_targets_unit(self):
        md = self.base(metric="log_loss")
        np.testing.assert_array_equal(
            score_table(md, "log_loss", None).scores, md.matrix().to_numpy()
        )
        assert not fit_base(md, metric="log_loss", task_type=None).in_target_units

    def test_measured_scores_keep_their_units(self):
        md = self.base()
        fitted = fit_base(md, metric="rmse", task_type=None)
        assert fitted.in_target_units
        np.testing.assert_array_equal(fitted.measured, md.matrix().to_numpy())

    @pytest.mark.parametrize(
        ("phi", "scale", "known"),
        [
            ({"TargetStd": 7.0}, 7.0, True),
            ({"kind": 1.0}, 1.0, False),
            ({"TargetStd": np.nan}, 1.0, False),
            (None, 1.0, False),
        ],
    )
    def test_scale_of_a_new_task(self, phi, scale, known):
        fitted = fit_base(self.base(), metric="rmse", task_type=None)
        phi = None if phi is None else pd.Series(phi)
        assert fitted.units.scale(phi) == scale
        assert fitted.units.knows_scale(phi) == known


class TestNames:
    def test_of_tasks(self):
        scores = pd.DataFrame(np.eye(3), index=[1, 2, 3])
        tasks = pd.DataFrame({"name": ["One", None, ""]}, index=[1, 2, 3])
        fitted = fit_base(
            MetaDataset.from_matrix(scores, tasks=tasks), metric="score", task_type=None
        )
        assert fitted.names == {1: "One", 2: "2", 3: "3"}

    def test_learners_are_read_from_the_values_where_the_base_has_none(self):
        assert set(fit_base(toy(), metric="score", task_type=None).learners) == {
            "tree",
            "forest",
        }

    def test_no_learner_is_empty(self):
        fitted = fit_base(toy(named=False), metric="score", task_type=None)
        assert set(fitted.learners) == {""}


def test_ranks_count_from_the_best():
    scores = pd.DataFrame([[0.1, 0.9, np.nan, 0.9, 0.5]])
    fitted = fit_base(MetaDataset.from_matrix(scores), metric="score", task_type=None)
    np.testing.assert_array_equal(fitted.ranks, [[4, 1, 1, 3]])


def test_costs():
    assert fit_base(toy(costs=False), metric="score", task_type=None).costs is None
    fitted = fit_base(toy(), metric="score", task_type=None)
    phi = metafeatures(toy().tasks.index)
    predicted = fitted.costs.predict(phi.iloc[10])
    # A whole fit is half as large again as the folds that were timed.
    np.testing.assert_allclose(
        predicted, 1.5 * cost_frame(toy().tasks.index).iloc[10], rtol=0.2
    )


def test_configurations_are_only_what_is_active():
    fitted = fit_base(toy(), metric="score", task_type=None)
    assert fitted.configurations[0] == {"learner": "tree", "depth": 0, "rate": 0.5}
    assert fitted.configurations[9] == {"learner": "forest", "depth": 9}
    assert len(configurations()) == len(fitted.configurations)


def test_of_few_studies_no_interval_is_narrower_than_folds_differ():
    whole = open_knowledge(None).md
    of_kind = whole.tasks.index[whole.tasks["task_type"] == "binary"]
    few = whole.drop(tasks=whole.tasks.index.difference(of_kind[:3]))
    fitted = fit_base(few, metric="accuracy", task_type="classification")
    folds = few.score_std("accuracy").to_numpy()
    assert fitted.fold_std == pytest.approx(np.nanmedian(folds), rel=0.1)
    low, _, middle, _, high = fitted.units.no_narrower(np.full((5, 2), 0.5), None)
    np.testing.assert_allclose(high - middle, 1.645 * fitted.fold_std, rtol=1e-3)
    np.testing.assert_allclose(middle - low, 1.645 * fitted.fold_std, rtol=1e-3)
    assert (fitted.units.no_narrower(np.full((5, 2), 1.0), None) <= 1.0).all()
    wide = np.array([[0.1], [0.2], [0.5], [0.8], [0.9]])
    np.testing.assert_array_equal(fitted.units.no_narrower(wide, None), wide)
    # Where many tasks are known, or no folds are, quantiles stay as they are.
    np.testing.assert_array_equal(
        replace(fitted, fold_std=0.0).units.no_narrower(wide, None), wide
    )


@pytest.mark.parametrize(
    ("metric", "lowest"), [("balanced_accuracy", 0.0), ("log_loss", -9.0), ("my_score", 0.0)]
)
def test_no_score_is_reported_below_the_lowest_there_is(metric, lowest):
    scores = pd.DataFrame(np.random.default_rng(0).random((6, 4)))
    sign = -1 if metric == "log_loss" else 1
    fitted = fit_base(
        MetaDataset.from_matrix(sign * scores, metric=metric), metric=metric, task_type=None
    )
    reported = fitted.units.as_reported(np.array([-9.0, 0.4]), None)
    np.testing.assert_array_equal(reported, [lowest, 0.4])
