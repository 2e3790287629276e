"""A small base of plain scores, whose answers can be told in advance."""

import numpy as np
import pandas as pd

from warmstart.metadataset.metadataset import MetaDataset

N_TASKS, N_CONFIGS = 24, 10
NEW = pd.Series(
    {
        "NumberOfInstances": 500.0,
        "NumberOfFeatures": 10.0,
        "kind": 1.0,
        "noise": 0.5,
        "TargetStd": 1.0,
    }
)
"""A task of the kind whose best configurations are the last."""


def configurations():
    """Ten configurations of two learners."""
    learner = ["tree"] * 5 + ["forest"] * 5
    return pd.DataFrame(
        {"learner": learner, "depth": np.arange(N_CONFIGS), "rate": np.nan},
        index=pd.Index([f"c{j}" for j in range(N_CONFIGS)]),
    ).assign(rate=lambda frame: np.where(frame["learner"] == "tree", 0.5, np.nan))


def metafeatures(ids, seed=0):
    """Two kinds of task in turn; sizes from 100 to 1,900 rows."""
    rng = np.random.default_rng(seed)
    n = len(ids)
    return pd.DataFrame(
        {
            "NumberOfInstances": np.round(np.geomspace(100, 1900, n)),
            "NumberOfFeatures": rng.integers(3, 40, n).astype(float),
            "kind": (np.arange(n) % 2).astype(float),
            "noise": rng.random(n),
            "TargetStd": rng.uniform(0.5, 2.0, n),
        },
        index=ids,
    )


def score_frame(ids, seed=0):
    """Tasks of kind 1 want the last configurations, those of kind 0 the first."""
    rng = np.random.default_rng(seed)
    slope = np.linspace(-0.2, 0.2, N_CONFIGS)
    kind = np.arange(len(ids)) % 2
    scores = 0.6 + np.where(kind[:, None] == 1, slope, -slope)
    scores += 0.02 * rng.standard_normal(scores.shape)
    return pd.DataFrame(scores, index=ids, columns=[f"c{j}" for j in range(N_CONFIGS)])


def cost_frame(ids):
    """A second for a thousand rows; each configuration twice as long as the one before."""
    rows = metafeatures(ids)["NumberOfInstances"].to_numpy()
    seconds = rows[:, None] / 1000 * 2.0 ** np.arange(N_CONFIGS) / 100
    return pd.DataFrame(seconds, index=ids, columns=[f"c{j}" for j in range(N_CONFIGS)])


def task_ids():
    return pd.Index([f"t{i}" for i in range(N_TASKS)], name="task_id")


def toy(*, described=True, costs=True, named=True, **more):
    """The base; parts of it on demand."""
    ids = task_ids()
    given = {
        "families": {task: f"family{i // 2}" for i, task in enumerate(ids)},
        "metafeatures": metafeatures(ids) if described else None,
        "costs": cost_frame(ids) if costs else None,
        "configurations": configurations() if named else None,
    }
    return MetaDataset.from_matrix(score_frame(ids), **{**given, **more})
