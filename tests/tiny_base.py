"""A made-up knowledge base, small enough to be made in a session fixture."""

import numpy as np
import pandas as pd

from warmstart.metadataset.core.configurations import Configurations, canonical
from warmstart.metadataset.core.evaluations import MatrixEvaluations
from warmstart.metadataset.core.score_matrix import OK, ScoreMatrix
from warmstart.metadataset.metadataset import MetaDataset
from warmstart.metafeatures.registry import metafeatures_for
from warmstart.spaces.pipelines.design import space_filling

TYPES = ["binary"] * 12 + ["multiclass"] * 6 + ["regression"] * 12
METRICS = {
    "balanced_accuracy": ("binary", "multiclass"),
    "log_loss": ("binary", "multiclass"),
    "r2": ("regression",),
    "rmse": ("regression",),
}


def tiny_metadataset(seed=0):
    """30 tasks; the smallest space-filling set, so every learner; made-up scores."""
    rng = np.random.default_rng(seed)
    of_type = {t: {c.configuration_id: c for c in space_filling(t, scale=0.02)} for t in TYPES}
    points = {name: c for found in of_type.values() for name, c in found.items()}
    points = [points[name] for name in sorted(points)]
    task_ids = pd.Index([f"task-{i:02d}" for i in range(len(TYPES))], name="task_id")
    is_regression = np.array([t == "regression" for t in TYPES])
    fits = np.array([[c.configuration_id in of_type[t] for c in points] for t in TYPES])
    latent = rng.normal(size=(len(TYPES), 2)) @ rng.normal(size=(2, len(points)))
    score = 1 / (1 + np.exp(-latent / 2 - rng.normal(size=(len(TYPES), 1))))
    cost = np.exp(rng.normal(-3, 1, size=len(points))) * rng.uniform(0.5, 2, (len(TYPES), 1))
    matrices = {}
    for metric, types in METRICS.items():
        known = fits & (is_regression == ("regression" in types))[:, None]
        values = score if metric in ("balanced_accuracy", "r2") else score - 1
        matrices[metric] = ScoreMatrix(
            np.where(known, values, np.nan),
            np.where(known, OK, 0).astype(np.uint8),
            np.where(known, cost, np.nan),
        )
    names = [str(c.configuration_id) for c in points]
    return MetaDataset.from_parts(
        task_ids,
        MatrixEvaluations(matrices, list(task_ids), names, source="made-up"),
        Configurations(
            pd.Index(names, name="configuration_id"),
            texts=[canonical(dict(c.values)) for c in points],
            spaces=[c.space for c in points],
            learners=[c.learner for c in points],
        ),
        metafeatures=_metafeatures(rng, task_ids),
        families={task_id: f"family-{i // 2:02d}" for i, task_id in enumerate(task_ids)},
        tasks=pd.DataFrame(
            {
                "name": [f"Made-up {i}" for i in range(len(TYPES))],
                "task_type": TYPES,
                "metric_default": ["r2" if r else "balanced_accuracy" for r in is_regression],
                "n_rows": rng.integers(60, 2000, len(TYPES)),
                "n_columns": rng.integers(2, 40, len(TYPES)),
                "source": "made-up==1.0",
                "fingerprint": "",
            },
            index=task_ids,
        ),
        info={
            "hardware": {"cpu": "a made-up processor"},
            "libraries": {"scikit-learn": "1.9.1"},
            "licences": dict.fromkeys(task_ids, "CC0"),
            "protocol": {
                "limits": {"time_limit_s": 30.0, "memory_limit_mb": 2048.0},
                "max_rows": 2000,
                "sampler": "space-filling",
            },
        },
    )


def _metafeatures(rng, task_ids):
    kinds = [metafeatures_for("regression" if t == "regression" else t) for t in TYPES]
    names = list(dict.fromkeys(feature.name for features in kinds for feature in features))
    table = pd.DataFrame(
        rng.lognormal(size=(len(task_ids), len(names))), index=task_ids, columns=names
    )
    for task_id, features in zip(task_ids, kinds, strict=True):
        missing = sorted(set(names) - {feature.name for feature in features})
        table.loc[task_id, missing] = np.nan
    return table
