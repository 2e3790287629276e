"""What sequences are worth: features, ridge and belief against dense computations."""

import itertools

import numpy as np
import pandas as pd
import pytest

from warmstart.architectures.encoding import Choices, choices_of
from warmstart.architectures.trees.sequence_value import SequenceValue, sequence_features
from warmstart.architectures.trees.tree_search import TreeSearch
from warmstart.metadataset.core.score_table import ScoreTable

STEPS = ("impute", "scale", "tree", "linear")


def pipelines(n_tasks=3, seed=0):
    """Trees are good, and better right after imputing; each task tried its own pipelines."""
    rng = np.random.default_rng(seed)
    made = sorted({tuple(rng.permutation(STEPS)[: rng.integers(1, 5)]) for _ in range(200)})
    worth = [
        ("tree" in one) + 0.5 * (("impute", "tree") in itertools.pairwise(one)) for one in made
    ]
    scores = np.array(worth) / 2 + 0.02 * rng.standard_normal((n_tasks, len(made)))
    scores[rng.random(scores.shape) < 0.3] = np.nan
    names = [f"step_{k}" for k in range(4)]
    frame = pd.DataFrame([[*one, *[None] * (4 - len(one))] for one in made], columns=names)
    return ScoreTable(
        scores=scores,
        task_ids=pd.RangeIndex(n_tasks),
        configuration_ids=pd.RangeIndex(len(made)),
        families=np.arange(n_tasks),
        configurations=frame,
    )


def test_features_are_steps_and_pairs_wherever_they_stand():
    frame = pd.DataFrame({"a": ["x", "x", "y"], "b": ["y", None, "x"], "c": ["z", None, "y"]})
    found = sequence_features(Choices.of(frame), fewest=1).toarray()
    assert (found**2).sum(axis=1) == pytest.approx(1.0)
    # x y z: three steps and the pairs ^x xy yz z$; x: one and ^x x$; y x y: x, y, ^y yx xy y$.
    assert (found > 0).sum(axis=1).tolist() == [7, 3, 6]
    shared = {"x", "y", "xy"}
    assert found[0] @ found[2] == pytest.approx(len(shared) / np.sqrt(7 * 6))
    assert sequence_features(Choices.of(frame), fewest=3).shape == (3, 1)  # only x is in all


def test_belief_against_a_dense_computation():
    table = pipelines()
    value = SequenceValue(choices_of(table), table.scores[:2])
    features = sequence_features(choices_of(table)).toarray()
    told = [3, 11, 20]
    y = np.array([0.2, 0.9, 0.4])
    value.observe(told, y.tolist())
    kernel = 0.3**2 * features @ features.T
    gram = kernel[np.ix_(told, told)] + 0.09**2 * np.eye(3)
    level = (y - y.mean()) / y.std() * 0.29
    about = value.expected - value.expected[told].mean()
    across = kernel[:, told] @ np.linalg.inv(gram)
    mean = about + across @ (level - about[told])
    variance = 0.3**2 - (across * kernel[:, told]).sum(axis=1)
    assert value.worth() == pytest.approx(mean + 2.0 * np.sqrt(np.maximum(variance, 0)))


def test_what_paid_elsewhere_is_expected_to_pay():
    table = pipelines()
    expected = SequenceValue(choices_of(table), table.scores[:2]).expected
    new = table.scores[2]
    known = np.isfinite(new)
    assert np.corrcoef(expected[known], new[known])[0, 1] > 0.6
    assert not SequenceValue(choices_of(table)).expected.any()


def test_a_task_with_hardly_any_runs_teaches_nothing():
    table = pipelines(n_tasks=1)
    scores = np.full_like(table.scores, np.nan)
    scores[0, :5] = [0.1, 0.2, 0.3, 0.4, 0.5]
    assert not SequenceValue(choices_of(table), scores).expected.any()


def test_tree_search_over_what_a_task_offers():
    table = pipelines(n_tasks=4)
    state = TreeSearch(sequence=True).fit(table.take(range(3))).start()
    new = table.scores[3]
    for k in np.flatnonzero(np.isnan(new)):
        state.tell(int(k), np.nan)
    first = state.next()
    assert "tree" in table.configurations.iloc[first].tolist()
    offered = np.flatnonzero(np.isfinite(new)).tolist()
    assert sorted(state.batch(len(offered))) == offered
    cold = TreeSearch(sequence=True, warm=False).fit(table.take(range(3))).start()
    found = []
    for _ in range(20):
        found.append(cold.next())
        cold.tell(found[-1], float(np.nan_to_num(new[found[-1]])))
    assert len(set(found)) == 20
    assert np.nanmax(new[found]) > 0.9 * np.nanmax(new)
