"""What may be suggested: spaces, legality, and what is left out by name.

Also of: recommend.candidates.own_pool, recommend.candidates.within.
"""

import numpy as np
import pandas as pd
import pytest
from tests.unit.recommend.toy import toy

from warmstart.domain import Column, Schema
from warmstart.errors import KnowledgeError, MissingExtraError, SpaceMismatchError
from warmstart.recommend.base.fitting import fit_base
from warmstart.recommend.candidates.legal_candidates import choose_candidates, resolve_excluded
from warmstart.recommend.recommender import Recommender

SCHEMA = Schema(
    columns=(Column("a", "numeric"),), task_type="binary", n_rows=200, min_class_count=80
)
TINY = Schema(
    columns=tuple(Column(f"a{i}", "numeric") for i in range(9)),
    task_type="binary",
    n_rows=6,
    min_class_count=2,
)


@pytest.fixture(scope="module")
def fitted(tiny_base):
    """Every learner once."""
    return Recommender.load(tiny_base).fitted("classification", "balanced_accuracy")


@pytest.fixture
def without(monkeypatch):
    """Make libraries look as if they were not installed."""

    def hide(*names):
        monkeypatch.setattr(
            "warmstart.spaces.pipelines.learners.record.installed", lambda n: n not in names
        )

    return hide


def learners(fitted, columns):
    return {fitted.learners[k] for k in columns}


class TestSpace:
    def test_all_by_default(self, fitted):
        columns, notes = choose_candidates(fitted, None, SCHEMA)
        np.testing.assert_array_equal(columns, np.arange(fitted.table.n_configs))
        assert notes == []

    @pytest.mark.parametrize(
        ("space", "expected"),
        [
            ("lightgbm", {"lightgbm"}),
            (["lda", "qda"], {"lda", "qda"}),
            (("lda",), {"lda"}),
            (iter(["lda"]), {"lda"}),
            (pd.Index(["lda"]), {"lda"}),
        ],
    )
    def test_restricts_to_learners(self, fitted, space, expected):
        columns, _ = choose_candidates(fitted, space, SCHEMA)
        assert learners(fitted, columns) == expected

    def test_restricts_to_a_whole_space(self, fitted):
        columns, _ = choose_candidates(fitted, "tabular", SCHEMA)
        assert len(columns) == fitted.table.n_configs

    def test_unknown_names_near_misses(self, fitted):
        with pytest.raises(SpaceMismatchError, match="did you mean 'lightgbm'"):
            choose_candidates(fitted, "lightgmb", SCHEMA)

    def test_one_unknown_among_known(self, fitted):
        with pytest.raises(
            SpaceMismatchError, match="space 'ridge' is not in the knowledge base"
        ):
            choose_candidates(fitted, ["lda", "ridge"], SCHEMA)

    def test_nothing(self, fitted):
        with pytest.raises(SpaceMismatchError, match="names nothing"):
            choose_candidates(fitted, [], SCHEMA)

    def test_unnamed_configurations(self):
        plain = fit_base(toy(named=False), metric="score", task_type=None)
        assert len(choose_candidates(plain, None, None)[0]) == 10
        with pytest.raises(SpaceMismatchError, match="unnamed configurations only"):
            choose_candidates(plain, "lda", None)


class TestLegality:
    def test_what_cannot_be_fitted_is_left_out_and_said(self, fitted):
        columns, notes = choose_candidates(fitted, None, TINY)
        assert "qda" not in learners(fitted, columns)
        assert any("qda" in note for note in notes)

    def test_a_restriction_to_what_cannot_be_fitted(self, fitted):
        with pytest.raises(
            SpaceMismatchError, match=r"space \['qda'\] can be fitted .* 1 × qda"
        ):
            choose_candidates(fitted, "qda", TINY)

    def test_without_a_dataset_nothing_is_known_to_be_illegal(self, fitted):
        assert "qda" in learners(fitted, choose_candidates(fitted, None, None)[0])

    def test_log_loss_needs_probabilities(self, tiny_base):
        """Even if a base has a log loss for a learner whose pipelines give none."""
        fitted = Recommender.load(tiny_base).fitted("classification", "log_loss")
        assert {"linear_svm", "rbf_svm"} <= set(fitted.learners)
        columns, notes = choose_candidates(fitted, None, SCHEMA)
        assert not {"linear_svm", "rbf_svm"} & learners(fitted, columns)
        assert any("rbf_svm predicts no probabilities" in note for note in notes)
        with pytest.raises(SpaceMismatchError, match="predicts no probabilities"):
            choose_candidates(fitted, "rbf_svm", SCHEMA)


@pytest.mark.parametrize("schema", [SCHEMA, None])
class TestInstalled:
    def test_what_is_not_installed_is_left_out_and_said(self, fitted, without, schema):
        without("lightgbm")
        columns, notes = choose_candidates(fitted, None, schema)
        assert "lightgbm" not in learners(fitted, columns)
        assert "xgboost" in learners(fitted, columns)
        assert any("lightgbm is not installed" in note for note in notes)

    def test_a_restriction_to_it_says_how_to_install(self, fitted, without, schema):
        without("lightgbm", "xgboost")
        with pytest.raises(MissingExtraError, match=r"pip install 'warmstart\[lightgbm\]'"):
            choose_candidates(fitted, "lightgbm", schema)
        with pytest.raises(MissingExtraError):
            choose_candidates(fitted, ["lightgbm", "xgboost"], schema)

    def test_a_restriction_to_it_and_another_says_so(self, fitted, without, schema):
        without("lightgbm")
        columns, notes = choose_candidates(fitted, ["lightgbm", "lda"], schema)
        assert learners(fitted, columns) == {"lda"}
        assert notes == [
            "1 configuration left out: lightgbm is not installed; get it with: "
            "pip install 'warmstart[lightgbm]'"
        ]


class TestExclude:
    tasks = pd.DataFrame(
        {"name": ["Iris", "Iris small", "Wine"], "family": ["iris", "iris", "wine"]},
        index=["t1", "t2", "t3"],
    )

    @pytest.mark.parametrize(
        ("exclude", "expected"),
        [
            (None, []),
            ((), []),
            ("t1", ["t1"]),
            (["t1"], ["t1"]),
            ("Wine", ["t3"]),
            ("iris", ["t1", "t2"]),
            (["t2", "iris"], ["t2", "t1"]),
            ({"wine"}, ["t3"]),
            (np.array(["t1", "t3"]), ["t1", "t3"]),
            (pd.Index(["t1"]), ["t1"]),
            ((name for name in ["t3"]), ["t3"]),
        ],
    )
    def test_by_id_name_or_family(self, exclude, expected):
        assert resolve_excluded(exclude, self.tasks) == (expected, [])

    @pytest.mark.parametrize("exclude", [31, np.int64(31), [31], "31", np.array([31])])
    def test_by_number(self, exclude):
        tasks = pd.DataFrame({"name": ["3", "31"], "family": [3, 31]}, index=[3, 31])
        assert resolve_excluded(exclude, tasks) == ([31], [])

    def test_tasks_without_names(self):
        assert resolve_excluded("iris", self.tasks[["family"]]) == (["t1", "t2"], [])

    @pytest.mark.parametrize("exclude", ["d", "d@10000", "Diamonds"])
    def test_a_table_is_forgotten_with_every_number_of_rows(self, exclude):
        tasks = pd.DataFrame(
            {
                "name": ["Diamonds", "Diamonds", "Storms", "Storms"],
                "family": ["gems", "gems", "winds", "winds"],
                "max_rows": [np.nan, 10_000, np.nan, np.nan],
            },
            index=["d", "d@10000", "s", "s-2"],
        )
        assert resolve_excluded(exclude, tasks) == (["d", "d@10000"], [])
        assert resolve_excluded("s", tasks) == (["s"], [])

    def test_a_typo_names_near_misses(self):
        with pytest.raises(KnowledgeError, match=r"exclude names 'irs', .* did you mean iris"):
            resolve_excluded(["wine", "irs"], self.tasks)

    def test_what_is_not_there_need_not_be_left_out(self):
        found, notes = resolve_excluded(["iris", "zzz"], self.tasks)
        assert found == ["t1", "t2"]
        assert len(notes) == 1
        assert "'zzz', which is no task, name or family known" in notes[0]

    def test_tables_that_only_surfaces_know_are_known(self):
        def elsewhere():
            return {"keel-ring", "ring"}

        found, notes = resolve_excluded(["iris", "ring"], self.tasks, elsewhere)
        assert found == ["t1", "t2"]
        assert "'ring', which surfaces know" in notes[0]
        with pytest.raises(KnowledgeError, match="did you mean keel-ring"):
            resolve_excluded("keel-rin", self.tasks, elsewhere)
        assert resolve_excluded("iris", self.tasks, None)[0] == ["t1", "t2"]
