"""How measures of similarity are judged, and what they are judged on."""

from __future__ import annotations

import re
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from warmstart.datasets.load import load_dataset
from warmstart.metadataset.core.score_table import ScoreTable
from warmstart.metafeatures.extract import metafeatures_of
from warmstart.models.pmf.pmf import PMF
from warmstart.models.regrets.regret_draws import KnownRegrets
from warmstart.models.regrets.regret_model import fit_with_choice
from warmstart.recommend.acquisition.batch import N_SAMPLES, best_of_n
from warmstart.recommend.base.outlook import Outlook
from warmstart.similarity.quantiles import QuantileNormaliser
from warmstart.similarity.task_view import SampledRows, sample_rows

Array = np.ndarray[Any, np.dtype[np.float64]]

N_NEAREST = 10
AT = (1, 3, 5)
_SMALL = (64, 256)
"""Training sizes whose scores are known of a new task on LCDB: another space than the last."""


def judge_knn(table: Any, truth: Array, distances: Array | None) -> list[tuple[float, float]]:
    """Mean and standard error over tasks: correlation with the truth, regret at 1, 3, 5."""
    ranks = pd.DataFrame(-table.scores).rank(axis=1).to_numpy()
    rows = []
    for task in range(table.n_tasks):
        known = np.flatnonzero(table.families != table.families[task])
        d = np.zeros(len(known)) if distances is None else distances[task, known]
        d = np.where(np.isfinite(d), d, np.nanmax(np.where(np.isfinite(d), d, np.nan)))
        found = pd.Series(d).corr(pd.Series(truth[task, known]), method="spearman")
        near = np.argsort(d, kind="stable")[:N_NEAREST] if np.ptp(d) > 0 else slice(None)
        weights = np.exp(-d[near] / max(float(np.median(d)), 1e-12))
        seen = np.nan_to_num(ranks[known[near]], nan=table.n_configs)
        mean_rank = (weights[:, None] * seen).sum(axis=0)
        picks = np.argsort(mean_rank, kind="stable")
        rows.append([0.0 if np.isnan(found) else found, *regrets(table.scores[task], picks)])
    return summary(rows)


def judge_prior(
    table: Any, frame: pd.DataFrame | None, by: tuple[str, ...], n_folds: int, seed: int
) -> list[tuple[float, float]]:
    """Mean and standard error over tasks: regret of PMF's batch, folds of families left out."""
    return summary(judge_prior_rows(table, frame, by, n_folds, seed))


def judge_prior_rows(
    table: Any,
    frame: pd.DataFrame | None,
    by: tuple[str, ...],
    n_folds: int,
    seed: int,
    at: tuple[int, ...] = AT,
) -> Array:
    """Regret of each task, shape (n_tasks, len(at))."""
    fold = folds(table.families, n_folds, seed)
    rows = np.zeros((table.n_tasks, len(at)))
    for k in range(n_folds):
        there = np.flatnonzero(fold != k)
        known = replace(table.take(there), metafeatures=None, metric=table.metric)
        if frame is not None:
            known = replace(known, metafeatures=frame.loc[known.task_ids])
        pmf = PMF(by=by)
        chooser = fit_with_choice(pmf, known, random_state=seed)
        columns = np.arange(table.n_configs)
        told = KnownRegrets.of(known)
        for task in np.flatnonzero(fold == k):
            phi = None if frame is None else frame.loc[table.task_ids[task]]
            outlook = Outlook(
                among=told.among(columns),
                weights=told.weights(chooser, phi),
                row_share=told.row_share,
                optimism=None,
                scale=1.0,
            )
            draws = outlook.draws(
                chooser.start(phi, columns), N_SAMPLES, np.random.default_rng(seed)
            )
            picks = np.asarray(best_of_n(draws, max(at)))
            rows[task] = regrets(table.scores[task], picks, at)
    return rows


def regrets(scores: Array, picks: Any, at: tuple[int, ...] = AT) -> list[float]:
    """Normalised regret of the best of the first so many; what was not tried is worst."""
    best, worst = np.nanmax(scores), np.nanmin(scores)
    own = np.nan_to_num(scores[picks], nan=worst)
    spread = max(best - worst, 1e-12)
    return [float((best - own[:t].max()) / spread) for t in at]


def summary(rows: Any) -> list[tuple[float, float]]:
    """Mean and standard error of each column."""
    values = np.asarray(rows)
    errors = values.std(axis=0, ddof=1) / np.sqrt(len(values))
    return list(zip(values.mean(axis=0), errors, strict=True))


def by_frame(frame: pd.DataFrame) -> Array:
    """Mean absolute difference of quantiles, shape (n_tasks, n_tasks)."""
    points = QuantileNormaliser.fit(frame).transform(frame)
    result: Array = np.abs(points[:, None] - points[None]).mean(axis=2)
    return result


def share_of_majority(phi: pd.DataFrame) -> pd.DataFrame | None:
    """The share of the majority class alone; None for regression."""
    for name in ("ClassProbabilityMax", "MajorityClassPercentage"):
        if name in phi and phi[name].nunique() > 1:
            return phi[[name]]
    return None


def folds(families: Any, n_folds: int, seed: int) -> Array:
    """Fold of each task; a family is never split."""
    names, of_task = np.unique(families, return_inverse=True)
    dealt = np.random.default_rng(seed).permutation(len(names)) % n_folds
    result: Array = dealt[of_task]
    return result


def describing_s(folder: Path, task_ids: Any, *, every: int = 4) -> float:
    """CPU seconds of a table's meta-features, mean of every fourth."""
    listed, spent = pd.read_csv(folder / "tasks.csv").set_index("task_id"), []
    for task in task_ids[::every]:
        row = listed.loc[task]
        dataset = load_dataset(
            folder / row["path"], target=row["target"], task_type=row["task_type"]
        )
        start = time.process_time()
        metafeatures_of(dataset, random_state=0)
        spent.append(time.process_time() - start)
    return float(np.mean(spent))


def read_samples(folder: Path, task_ids: Any, n_rows: int, seed: int) -> list[SampledRows]:
    """SampledRows of each task, as a base's maker would have seen them."""
    listed = pd.read_csv(folder / "tasks.csv").set_index("task_id")
    samples = []
    for task in task_ids:
        row = listed.loc[task]
        dataset = load_dataset(
            folder / row["path"], target=row["target"], task_type=row["task_type"]
        )
        samples.append(
            sample_rows(
                dataset.X,
                dataset.y,
                is_classification=row["task_type"] != "regression",
                n_rows=n_rows,
                random_state=seed,
            )
        )
    return samples


def lcdb_table(folder: Path) -> tuple[ScoreTable, pd.DataFrame, dict[int, pd.DataFrame]]:
    """Accuracy of 20 learners at the largest size, the tasks, and scores of small sizes.

    A learner that did not get there has the task's worst score, as failures do in a base.
    """
    described = pd.read_parquet(folder / "datasets.parquet").set_index("openmlid")
    scores = pd.read_parquet(folder / "performance_accuracy.parquet")
    scores = scores.T if len(scores) == 20 else scores
    scores.index = scores.index.astype(int)
    shared = [t for t in scores.index if t in described.index and scores.loc[t].nunique() > 1]
    scores, described = scores.loc[shared], described.loc[shared]
    numbers = described.select_dtypes("number").dropna(axis=1, how="all").astype("float64")
    if "MajorityClassPercentage" not in numbers and "MajorityClassSize" in numbers:
        numbers["MajorityClassPercentage"] = (
            100 * numbers["MajorityClassSize"] / numbers["NumberOfInstances"]
        )
    names = described["Name"].astype(str)
    table = ScoreTable(
        scores=scores.apply(lambda row: row.fillna(row.min()), axis=1).to_numpy("float64"),
        task_ids=pd.Index(shared),
        configuration_ids=pd.Index(scores.columns.astype(str)),
        metafeatures=numbers,
        families=np.array([family_of(name) for name in names]),
        metric="accuracy",
    )
    curves = pd.read_parquet(folder / "curves_accuracy.parquet")
    small = {
        size: curves[curves["size_train"] == size]
        .pivot_table(index="openmlid", columns="learner", values="score_valid")
        .reindex(shared)
        for size in _SMALL
    }
    return table, pd.DataFrame({"name": names}, index=table.task_ids), small


def family_of(name: str) -> str:
    """What names of one origin begin with: letters up to a digit, dash or bracket."""
    return re.split(r"[-_(\d.]", name.lower())[0] or name.lower()
