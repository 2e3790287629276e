"""Datasets over cells of a few edges, on which it is known what pays."""

import itertools

import numpy as np
import pandas as pd

from warmstart.metadataset.core.score_table import ScoreTable

OPERATIONS = ("conv", "pool", "skip")
WORTH = {"conv": 1.0, "pool": 0.5, "skip": 0.0}


def cells(n_tasks=4, n_edges=4, seed=0, flipped=()):
    """Datasets on which convolutions are good; on the flipped ones they are bad."""
    rng = np.random.default_rng(seed)
    made = list(itertools.product(OPERATIONS, repeat=n_edges))
    good = np.array([sum(WORTH[op] for op in cell) for cell in made]) / n_edges
    sign = np.array([-1.0 if t in flipped else 1.0 for t in range(n_tasks)])
    scores = 0.5 + 0.3 * sign[:, None] * good + 0.01 * rng.standard_normal((n_tasks, len(made)))
    return ScoreTable(
        scores=scores,
        task_ids=pd.RangeIndex(n_tasks),
        configuration_ids=pd.RangeIndex(len(made)),
        families=np.arange(n_tasks),
        configurations=pd.DataFrame(made, columns=[f"edge_{k}" for k in range(n_edges)]),
    )
