"""What every performance model promises; a plugin's tests inherit it.

from warmstart.testing.performance_model import PerformanceModelContract

class TestMine(PerformanceModelContract):
    @pytest.fixture
    def model(self):
        return Mine()
"""

import copy

import numpy as np
import pandas as pd
import pytest

from warmstart.errors import NotFittedError
from warmstart.metadataset.core.score_table import ScoreTable
from warmstart.models.pmf.pmf import PMF
from warmstart.protocols import Belief, PerformanceModel, TaskState
from warmstart.recommend.base.begin import begun

N_TASKS, N_CONFIGS = 24, 12


def make_table(*, n_tasks=N_TASKS, n_configs=N_CONFIGS, missing=0.0, described=True, seed=0):
    """Tasks of two kinds that meta-features tell apart; each kind has its own best half."""
    rng = np.random.default_rng(seed)
    kind = np.arange(n_tasks) % 2
    slope = np.linspace(-0.2, 0.2, n_configs)
    scores = 0.6 + np.where(kind[:, None] == 1, slope, -slope)
    scores = scores + 0.02 * rng.standard_normal(scores.shape)
    gone = rng.random(scores.shape) < missing
    gone[np.arange(n_tasks), rng.integers(n_configs, size=n_tasks)] = False
    scores[gone] = np.nan
    ids = pd.Index(1000 + np.arange(n_tasks))
    features = np.column_stack([kind, rng.random(n_tasks), np.full(n_tasks, 7.0)])
    metafeatures = pd.DataFrame(features, index=ids, columns=["kind", "noise", "constant"])
    metafeatures = metafeatures.iloc[: n_tasks - 2]  # two tasks are not described
    configurations = pd.DataFrame({"slope": slope, "learner": "tree"})
    return ScoreTable(
        scores=scores,
        task_ids=ids,
        configuration_ids=pd.Index([f"c{j}" for j in range(n_configs)]),
        metafeatures=metafeatures if described else None,
        costs=rng.random(scores.shape),
        families=ids.to_numpy(),
        metric="accuracy",
        configurations=configurations,
    )


class PerformanceModelContract:
    """Subclass with a fixture `model` that returns an unfitted model."""

    @pytest.fixture
    def table(self):
        return make_table()

    @pytest.fixture
    def new_task(self):
        return pd.Series({"kind": 1.0, "noise": 0.5, "constant": 7.0})

    def test_is_a_performance_model(self, model, table):
        assert isinstance(model, PerformanceModel)
        fitted = model.fit(table)
        assert fitted is model
        assert isinstance(fitted.start(), TaskState | Belief)
        believes = getattr(model, "gives_belief", isinstance(model, PMF))
        assert believes == isinstance(fitted.start(), Belief)

    def test_start_before_fit(self, model):
        with pytest.raises(NotFittedError):
            model.start()

    def test_next_names_every_configuration_once(self, model, table, new_task):
        state = begun(model.fit(table), new_task)
        seen = []
        for _ in range(table.n_configs):
            index = state.next()
            assert 0 <= index < table.n_configs
            assert index not in seen
            seen.append(index)
            state.tell(index, 0.5 + 0.01 * index)
        with pytest.raises(IndexError):
            state.next()

    def test_next_is_the_same_until_something_is_told(self, model, table, new_task):
        state = begun(model.fit(table), new_task)
        assert state.next() == state.next()

    def test_batch_is_distinct(self, model, table, new_task):
        state = begun(model.fit(table), new_task)
        for n in (1, 5, table.n_configs):
            batch = state.batch(n)
            assert len(batch) == len(set(batch)) == n
            assert all(0 <= index < table.n_configs for index in batch)

    def test_batch_leaves_out_what_was_told(self, model, table, new_task):
        state = begun(model.fit(table), new_task)
        state.tell(3, 0.9)
        state.tell(5, np.nan)
        batch = state.batch(table.n_configs + 4)
        assert sorted(batch) == sorted(set(range(table.n_configs)) - {3, 5})

    def test_batch_is_empty_when_nothing_is_left(self, model, table, new_task):
        state = begun(model.fit(table), new_task)
        for index in range(table.n_configs):
            state.tell(index, 0.5 if index % 2 else np.nan)
        assert state.batch(3) == []

    def test_a_failure_is_not_proposed_again(self, model, table, new_task):
        state = begun(model.fit(table), new_task)
        failed = state.next()
        state.tell(failed, np.nan)
        assert state.next() != failed

    def test_the_same_seed_gives_the_same_answers(self, model, table, new_task):
        twin = copy.deepcopy(model)
        answers = []
        for each in (model, twin):
            state = begun(each.fit(table, random_state=7), new_task)
            first = state.next()
            state.tell(first, 0.7)
            answers.append((first, state.next(), state.batch(4)))
        assert answers[0] == answers[1]

    def test_tasks_do_not_disturb_each_other(self, model, table, new_task):
        fitted = model.fit(table)
        # A method that draws at random may answer anew, but must still offer everything.
        at_random = getattr(model, "random_answers", False)
        expected = begun(fitted, new_task).batch(4)
        other = begun(fitted, new_task)
        for index in range(4):
            other.tell(index, 0.1 * index)
        fresh = begun(fitted, new_task)
        assert at_random or fresh.batch(4) == expected
        assert sorted(fresh.batch(table.n_configs)) == list(range(table.n_configs))

    def test_the_table_is_left_alone(self, model, table, new_task):
        before = table.scores.copy()
        state = begun(model.fit(table), new_task)
        state.tell(state.next(), 0.7)
        np.testing.assert_array_equal(table.scores, before)

    def test_without_metafeatures(self, model, new_task):
        table = make_table(described=False)
        assert len(begun(model.fit(table)).batch(5)) == 5
        assert len(begun(model.fit(table), new_task).batch(5)) == 5
        assert len(begun(model.fit(make_table())).batch(5)) == 5

    def test_missing_metafeatures(self, model, table, new_task):
        state = begun(model.fit(table), new_task.drop("noise"))
        assert len(state.batch(5)) == 5

    @pytest.mark.parametrize("missing", [0.3, 0.8])
    def test_missing_scores(self, model, new_task, missing):
        table = make_table(missing=missing)
        state = begun(model.fit(table), new_task)
        for _ in range(5):
            state.tell(state.next(), 0.5)
        assert len(state.batch(table.n_configs)) == table.n_configs - 5

    def test_a_single_training_task(self, model, table):
        state = begun(model.fit(table.take([0])))
        assert len(state.batch(3)) == 3

    def test_refit_forgets(self, model, table, new_task):
        model.fit(make_table(n_configs=5, seed=3))
        state = begun(model.fit(table), new_task)
        assert len(state.batch(N_CONFIGS)) == N_CONFIGS
