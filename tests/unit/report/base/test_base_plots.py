"""Plots of a base: what is drawn is what the base says.

Also of: report.base.latent_map, report.base.learner_plots.
"""

import numpy as np
import pandas as pd
import pytest

import warmstart
from warmstart.errors import ArgumentError
from warmstart.knowledge.base import embedded_path
from warmstart.metadataset.core.score_table import ScoreTable
from warmstart.report.base.latent_map import LatentMap

matplotlib = pytest.importorskip("matplotlib")
matplotlib.use("agg")
pyplot = pytest.importorskip("matplotlib.pyplot")


@pytest.fixture(autouse=True)
def closed():
    yield
    pyplot.close("all")


@pytest.fixture(scope="module")
def base():
    return warmstart.MetaDataset.open(embedded_path())


def labels(ax):
    return [text.get_text() for text in ax.get_legend().get_texts()]


def test_winners_count_every_task(base):
    ax = base.plot()
    counts = [bar.get_width() for bar in ax.patches]
    assert sum(counts) == (base.tasks["task_type"] == "binary").sum()
    assert "binary, balanced_accuracy" in ax.get_title(loc="left")


@pytest.mark.parametrize(
    ("by", "expected"), [("learner", "lightgbm"), ("class_weight", "balanced")]
)
def test_configurations_by_label(base, by, expected):
    assert expected in labels(base.plot("configurations", by=by))


def test_tasks_by_metafeature(base):
    ax = base.plot("tasks", by="NumberOfClasses", task_type="multiclass")
    n_tasks = (base.tasks["task_type"] == "multiclass").sum()
    assert sum(len(one.get_offsets()) for one in ax.collections) == n_tasks


def test_complement_starts_at_the_same_and_ends_lower(base):
    ax = base.plot("complement", task_type="regression")
    alone, together = (drawn[0].get_ydata() for drawn in ax.containers)
    assert together[0] == pytest.approx(alone[0])
    assert together[-1] < alone[-1]


def test_importance_and_ranges_are_the_guide(base):
    from warmstart.evaluate.guide.importance import importances
    from warmstart.evaluate.guide.learner_scores import scores_by_learner

    ax = base.plot("importance", by="rbf_svm", task_type="regression")
    (one,) = [s for s in scores_by_learner(base, "r2", "regression") if s.learner == "rbf_svm"]
    found = importances(one).shares
    assert [bar.get_width() for bar in ax.patches] == [s.share.mean for s in found]
    ax = base.plot("ranges", by="rbf_svm", task_type="regression")
    assert any(text.get_text().startswith("C\n") for text in ax.get_yticklabels())


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"kind": "pie"}, "'pie'"),
        ({"kind": "tasks", "by": "Beauty"}, "'Beauty'"),
        ({"kind": "configurations", "by": "beauty"}, "'beauty'"),
        ({"kind": "importance", "by": "oracle"}, "'oracle'"),
        ({"task_type": "ranking"}, "'ranking'"),
    ],
)
def test_what_cannot_be_drawn(base, asked, said):
    with pytest.raises(ArgumentError, match=said):
        base.plot(**asked)


def test_a_base_of_ones_own_with_gaps():
    rng = np.random.default_rng(0)
    scores = pd.DataFrame(rng.uniform(size=(9, 6)))
    scores.iloc[2, 3] = np.nan
    md = warmstart.MetaDataset.from_matrix(scores)
    for kind in ("winners", "configurations", "complement"):
        md.plot(kind)


class TestLatentMap:
    def table(self, scores):
        shape = scores.shape
        return ScoreTable(
            scores=scores,
            task_ids=pd.RangeIndex(shape[0]),
            configuration_ids=pd.RangeIndex(shape[1]),
            families=np.arange(shape[0]),
        )

    def test_finds_two_kinds(self):
        # Half of the configurations do well on half of the tasks.
        scores = np.kron(np.array([[1.0, 0.0], [0.0, 1.0]]), np.ones((4, 3)))
        scores += 1e-3 * np.random.default_rng(0).normal(size=scores.shape)
        found = LatentMap.of(self.table(scores))
        side = np.sign(found.configurations[:, 0])
        assert abs(side[:3].sum()) == abs(side[3:].sum()) == 3
        assert side[0] != side[3]
        assert found.share[0] > 0.95

    def test_too_small(self):
        with pytest.raises(ArgumentError, match=r"got \(2, 5\)"):
            LatentMap.of(self.table(np.random.default_rng(0).uniform(size=(2, 5))))
