"""Progressive search: simple first, grown from the best, led by a surrogate.

Also of: architectures.task_state.
"""

import itertools

import numpy as np
import pandas as pd
import pytest

from warmstart.architectures.encoding import choices_of
from warmstart.architectures.progressive import ProgressiveSearch, levels
from warmstart.errors import ArgumentError, NotFittedError
from warmstart.metadataset.core.score_table import ScoreTable

WORTH = {"none": 0.0, "pool": 0.3, "conv": 1.0}


def table(n_tasks=3, n_edges=4):
    """More is better, and convolutions most."""
    rng = np.random.default_rng(0)
    made = list(itertools.product(WORTH, repeat=n_edges))
    good = np.array([sum(WORTH[op] for op in cell) for cell in made]) / n_edges
    return ScoreTable(
        scores=good + 0.01 * rng.standard_normal((n_tasks, len(made))),
        task_ids=pd.RangeIndex(n_tasks),
        configuration_ids=pd.RangeIndex(len(made)),
        families=np.arange(n_tasks),
        configurations=pd.DataFrame(made, columns=[f"edge_{k}" for k in range(n_edges)]),
    )


def followed(model, n):
    known = table()
    state = model.fit(known.take([0, 1])).start()
    found = []
    for _ in range(n):
        found.append(state.next())
        state.tell(found[-1], float(known.scores[2, found[-1]]))
    return found, known


def test_levels_count_what_is_there():
    known = table()
    by_hand = (known.configurations != "none").sum(axis=1)
    assert levels(choices_of(known)).tolist() == by_hand.tolist()


def test_cold_it_grows_level_by_level_from_the_best():
    found, known = followed(ProgressiveSearch(warm=False, beam=3), 14)
    level = levels(choices_of(known))[found]
    assert level.tolist() == [0, 1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4, level[-1]]
    rows = known.configurations.to_numpy()
    for one in found[4:7]:
        apart = [(rows[one] != rows[parent]).sum() for parent in found[1:4]]
        assert min(apart) == 1
    assert known.scores[2, found].max() > 0.97


def test_warm_it_begins_where_the_best_of_others_are():
    found, known = followed(ProgressiveSearch(beam=3), 3)
    assert levels(choices_of(known))[found[0]] == 4
    assert known.scores[2, found].max() == known.scores[2].max()


def test_every_architecture_is_named_once():
    known = table(n_edges=3)
    state = ProgressiveSearch(beam=2).fit(known).start()
    assert sorted(state.batch(27)) == list(range(27))
    found = []
    for _ in range(27):
        found.append(state.next())
        state.tell(found[-1], np.nan if len(found) % 4 == 0 else 0.1 * len(found))
    assert sorted(found) == list(range(27))
    with pytest.raises(IndexError, match="every architecture"):
        state.next()


def test_bad_settings():
    with pytest.raises(ArgumentError, match="beam must be at least 1, got 0"):
        ProgressiveSearch(beam=0)
    with pytest.raises(NotFittedError, match="fit the search"):
        ProgressiveSearch().start()
