"""Replay: regrets by hand, honest folds, the same result whatever the jobs and the cache.

Also of: evaluate.held_out, evaluate.job, evaluate.memory, evaluate.trace.
"""

import numpy as np
import pandas as pd
import pytest

from warmstart.errors import MetaDatasetError
from warmstart.evaluate.replay import replay
from warmstart.metadataset.metadataset import MetaDataset
from warmstart.models.rankings.portfolio import Portfolio
from warmstart.models.rankings.random_search import RandomSearch
from warmstart.models.rankings.ranked import RankedState


@pytest.fixture
def md():
    rng = np.random.default_rng(3)
    scores = pd.DataFrame(
        rng.random((23, 9)) + np.linspace(0, 1, 9),
        index=range(100, 123),
        columns=[f"c{j}" for j in range(9)],
    )
    metafeatures = pd.DataFrame(rng.random((20, 2)), index=range(100, 120), columns=["a", "b"])
    return MetaDataset.from_matrix(scores, metafeatures=metafeatures)


class Fixed:
    """Columns in a given order; remembers what it was shown."""

    def __init__(self, order):
        self.order = order
        self.trained_on = []
        self.described = []

    def __repr__(self):
        return f"Fixed({self.order})"

    def fit(self, table, *, random_state=0):
        self.trained_on.append(list(table.task_ids))
        return self

    def start(self, metafeatures=None):
        SEEN.append((tuple(self.trained_on[-1]), metafeatures is not None))
        return RankedState(self.order)


SEEN: list[tuple[tuple[int, ...], bool]] = []


@pytest.fixture(autouse=True)
def _forget():
    SEEN.clear()


class TestRegret:
    def test_by_hand(self):
        md = MetaDataset.from_matrix(
            pd.DataFrame([[1.0, 3.0, 2.0], [5.0, 5.0, 5.0], [0, 1, 9]])
        )
        r = replay(md, {"mine": Fixed([0, 2, 1])}, folds=3, n_evaluations=4)
        curves = r.curves("mine")
        np.testing.assert_allclose(curves.loc[0], [1, 0.5, 0, 0])
        np.testing.assert_allclose(curves.loc[1], [0, 0, 0, 0])
        np.testing.assert_allclose(curves.loc[2], [1, 0, 0, 0])
        raw = r.regret[r.regret.task_id == 0]
        np.testing.assert_allclose(raw.raw_regret, [2, 1, 0, 0])
        assert list(r.regret.columns) == [
            "method",
            "task_id",
            "t",
            "normalised_regret",
            "raw_regret",
        ]

    def test_failures_cost_a_step_and_the_untried_is_out(self):
        nan = np.nan
        scores = pd.DataFrame([[nan, nan, 0.0, 1.0], [1.0, 0.0, 0.5, 0.2]])
        costs = pd.DataFrame([[5.0, nan, 1.0, 1.0], [1.0] * 4])  # the first one failed
        md = MetaDataset.from_matrix(scores, costs=costs)
        for mode in ("sequential", "batch"):
            r = replay(md, {"m": Fixed([0, 1, 2, 3])}, folds=2, n_evaluations=4, mode=mode)
            np.testing.assert_allclose(r.curves("m").loc[0], [1, 1, 0, 0])

    def test_losses(self):
        losses = pd.DataFrame([[0.2, 0.1, 0.4], [0.3, 0.3, 0.1]])
        md = MetaDataset.from_matrix(losses, higher_is_better=False)
        r = replay(md, {"m": Fixed([2, 0, 1])}, folds=2, n_evaluations=3)
        np.testing.assert_allclose(r.curves("m").loc[0], [1, 1 / 3, 0])

    def test_several_tries_a_step(self, md):
        one = replay(md, {"m": RandomSearch()}, n_evaluations=9, n_seeds=3)
        four = replay(md, {"m": RandomSearch(tries_per_step=4)}, n_evaluations=3, n_seeds=3)
        np.testing.assert_allclose(
            four.curves("m").to_numpy(), one.curves("m")[[4, 8, 9]].to_numpy()
        )

    def test_batch_of_a_fixed_order_is_the_sequence(self, md):
        found = [
            replay(md, ["portfolio", "knn"], n_evaluations=9, mode=mode).regret
            for mode in ("sequential", "batch")
        ]
        pd.testing.assert_frame_equal(*found)

    def test_random_search_is_what_probability_says(self, md):
        """Expected best of t draws without replacement, from the order statistics."""
        r = replay(md, ["random"], n_evaluations=4, n_seeds=100)
        from math import comb

        regret = md.table().regret()
        for t in (1, 2, 4):
            ordered = np.sort(regret, axis=1)
            chance = [comb(9 - k, t - 1) / comb(9, t) for k in range(1, 10)]
            expected = (ordered @ chance).mean()
            assert r.summary((t,)).loc[("random", t), "mean"] == pytest.approx(
                expected, abs=0.02
            )


class TestFolds:
    def test_nobody_trains_on_the_test_fold(self, md):
        r = replay(md, {"m": Fixed(range(9))}, folds=4, n_evaluations=2)
        assert sorted(r.regret.task_id.unique()) == list(range(100, 123))
        assert len(SEEN) == 23
        trained = {frozenset(ids) for ids, _ in SEEN}
        held_out = [set(range(100, 123)) - ids for ids in trained]
        assert sorted(task for fold in held_out for task in fold) == list(range(100, 123))
        assert sum(described for _, described in SEEN) == 20

    def test_families_stay_together(self, md):
        families = pd.Series(np.arange(23) // 3, index=range(100, 123))
        grouped = MetaDataset.from_matrix(md.matrix(), families=families)
        replay(grouped, {"m": Fixed(range(9))}, folds=4, n_evaluations=1)
        for ids, _ in SEEN:
            inside = families[~families.index.isin(ids)]
            assert not set(inside) & set(families[list(ids)])

    def test_untested_tasks_of_a_fold_are_held_out_too(self, md):
        r = replay(md, {"m": Fixed(range(9))}, folds=4, n_evaluations=2, tasks=[100, 101, 102])
        assert sorted(r.regret.task_id.unique()) == [100, 101, 102]
        assert all(len(ids) in (17, 18) for ids, _ in SEEN)

    def test_given(self, md):
        folds = {task: int(task == 110) for task in range(100, 123)}
        replay(md, {"m": Fixed(range(9))}, folds=folds, n_evaluations=1, tasks=[110])
        assert [len(ids) for ids, _ in SEEN] == [22]

    def test_given_folds_that_split_a_family(self, md):
        grouped = MetaDataset.from_matrix(md.matrix(), families={100: "x", 101: "x"})
        folds = {task: task % 2 for task in range(100, 123)}
        with pytest.raises(MetaDatasetError, match=r"split the families .*'x'"):
            replay(grouped, ["portfolio"], folds=folds)


class TestReproducible:
    METHODS = ("portfolio", "random", "knn_rank")

    def test_jobs_and_cache_change_nothing(self, md, tmp_path):
        plain = replay(md, self.METHODS, n_evaluations=4)
        for arguments in ({"n_jobs": 2}, {"cache_dir": tmp_path}, {"cache_dir": tmp_path}):
            again = replay(md, self.METHODS, n_evaluations=4, **arguments)
            pd.testing.assert_frame_equal(again.regret, plain.regret)

    def test_cache_is_taken_up(self, md, tmp_path, monkeypatch):
        fits = []

        class Counted(Fixed):
            def fit(self, table, *, random_state=0):
                fits.append(len(table.task_ids))
                return super().fit(table)

        def run(**arguments):
            given = {"methods": {"m": Counted([1, 0])}, "n_evaluations": 2, **arguments}
            return replay(md, cache_dir=tmp_path, **given)

        run()
        assert len(fits) == 5
        run()
        assert len(fits) == 5
        run(random_state=1)
        run(n_evaluations=1)
        run(methods={"m": Counted([0, 1])})
        assert len(fits) == 20
        for part in list(tmp_path.iterdir())[:2]:  # a kill left these out
            part.unlink()
        run()
        assert 20 <= len(fits) <= 22

    def test_what_cannot_be_named_is_not_cached(self, md, tmp_path, caplog):
        class Nameless(Fixed):
            __repr__ = object.__repr__

        replay(md, {"m": Nameless([0])}, n_evaluations=1, cache_dir=tmp_path)
        assert "not cached" in caplog.text
        assert not list(tmp_path.iterdir())

    def test_the_model_given_is_left_alone(self, md):
        model = Portfolio()
        replay(md, {"m": model}, n_evaluations=1)
        assert model.order_ is None


class TestArguments:
    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            ({"mode": "parallel"}, "'parallel'"),
            ({"n_evaluations": 0}, "n_evaluations must be a whole number of at least 1, got 0"),
            ({"n_evaluations": 2.5}, "n_evaluations must be a whole number"),
            ({"n_seeds": 0}, "n_seeds"),
            ({"methods": {}}, "at least one method"),
            ({"random_state": None}, "random_state must be a whole number"),
            ({"random_state": -1}, "random_state must be a whole number"),
            ({"folds": 2.5}, "folds is a number, or a mapping"),
            ({"folds": "5"}, "folds is a number, or a mapping"),
            ({"tasks": "t1"}, r"no score: \['t1'\]"),
            ({"methods": ["portfolio", "portfolio"]}, "two methods are called 'portfolio'"),
            ({"n_jobs": 0}, "n_jobs must be a number of processes"),
            ({"methods": ["pfm"]}, "no method 'pfm'"),
            ({"methods": []}, "at least one method"),
            ({"folds": 1}, "got 1"),
            ({"folds": 24}, "number of families, 23; got 24"),
            ({"folds": {100: 1}}, "without a fold"),
            ({"tasks": [1]}, r"no score: \[1\]"),
            ({"tasks": []}, "no score"),
            ({"metric": "auc"}, "'auc'"),
        ],
    )
    def test_refuses(self, md, arguments, message):
        with pytest.raises((ValueError, TypeError), match=message):
            replay(md, **{"methods": ["portfolio"], **arguments})

    @pytest.mark.parametrize("mode", ["sequential", "batch"])
    def test_a_method_that_repeats_itself(self, md, mode):
        class Stubborn:
            def fit(self, table, *, random_state=0):
                return self

            def start(self, metafeatures=None):
                return self

            def next(self):
                return 0

            def batch(self, n):
                return [0] * n

            def tell(self, index, score):
                pass

        with pytest.raises(ValueError, match="twice"):
            replay(md, {"m": Stubborn()}, mode=mode, n_evaluations=3)

    def test_progress(self, md):
        said = []
        replay(md, ["portfolio"], n_evaluations=1, progress=lambda *args: said.append(args))
        assert said[-1] == (5, 5, "portfolio, fold 4")


def test_numbers_of_numpy_and_a_single_task(md):
    chosen = replay(md, ["random"], folds=np.int64(3), n_evaluations=np.int64(2))
    assert chosen.settings["n_folds"] == 3
    with pytest.raises(ValueError, match="no step of"):
        chosen.summary((1000,))
    with pytest.raises(TypeError, match="replay takes a MetaDataset, got str"):
        replay("oboe")
