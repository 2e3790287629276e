"""Columns for a history whose tasks share no configuration: cells of similar ones.

On OpenML every run has its own configuration, so a task × configuration matrix has one
entry a column and nothing to compare. A constructed column stands for many configurations:
those nearest to one of K medoids, or those in the same quantile bin of every
hyperparameter. Its score on a task is the mean over the task's runs in that cell, and how
much those differ is kept as ``score_std``: no constructed value was observed, and
``info["constructed"]`` says so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from warmstart.errors import MetaDatasetError
from warmstart.metadataset.configurations import Configurations, canonical
from warmstart.metadataset.layer import OK, STATUSES
from warmstart.metadataset.runs import RunEvaluations, codes, complete, encoded, floats
from warmstart.metadataset.table import Floats
from warmstart.spaces.encoding import ConfigurationEncoder

if TYPE_CHECKING:
    from warmstart.metadataset.metadataset import MetaDataset

Method = Literal["medoids", "bins"]

DEFAULT_N: dict[Method, int] = {"medoids": 100, "bins": 3}
_LEARNER = "(learner)"
_SAMPLE = 10_000


def construct(
    metadataset: MetaDataset, method: Method, n: int | None, random_state: int
) -> MetaDataset:
    """Put the configurations of a meta-dataset into cells; see ``MetaDataset.construct``."""
    from warmstart.metadataset.metadataset import MetaDataset

    if method not in get_args(Method):
        raise MetaDatasetError(f"method must be one of {get_args(Method)}, got {method!r}")
    n = DEFAULT_N[method] if n is None else n
    if n < 2:
        raise MetaDatasetError(f"n must be at least 2, got {n}")
    points = _points(metadataset)
    encoder = ConfigurationEncoder.fit(points, activity=True)
    positions = encoder.transform(points)
    if not positions.shape[1]:
        raise MetaDatasetError("the configurations have no values to tell them apart by")
    if method == "medoids":
        everyone = _runs(metadataset, np.arange(len(points)))
        positions = weighted(positions, everyone[everyone["metric"] == 0], random_state)
        cells = nearest_medoid(positions, n, random_state)
    else:
        cells = quantile_cells(points, n)
    centres = _representatives(positions, cells)
    known = metadataset._configurations
    names = [f"{method}-{n}:{known.ids[place]}" for place in centres]
    runs = _runs(metadataset, cells)
    cellwise = _cellwise(runs)
    tasks = metadataset.tasks.iloc[np.unique(cellwise["task"])]
    described = metadataset.metafeatures
    task_names = [str(label) for label in metadataset.tasks.index]
    rows = _rows(cellwise, task_names, names, metadataset.metrics, method)
    first = metadataset.metrics[0]
    return MetaDataset.from_parts(
        tasks.index,
        RunEvaluations(
            lambda _: [rows], metadataset.metrics, [str(label) for label in tasks.index], names
        ),
        Configurations(
            pd.Index(names, name="configuration_id"),
            texts=[canonical(known.values(int(place))) for place in centres],
            spaces=[str(metadataset.spaces.iat[place]) for place in centres],
            learners=[str(metadataset.learners.iat[place]) for place in centres],
        ),
        metafeatures=described[described.index.isin(tasks.index)],
        families=tasks["family"],
        tasks=tasks.drop(columns="family"),
        info={
            **metadataset.info,
            "constructed": {
                "method": method,
                "n": n,
                "configurations": len(points),
                "columns": len(names),
                "filled": round(
                    float((cellwise["metric"] == 0).sum()) / (len(tasks) * len(names)), 4
                ),
                "within_cell_variance": within_share(runs[runs["metric"] == 0]),
                "of_metric": first,
            },
        },
    )


def _points(metadataset: MetaDataset) -> list[dict[str, Any]]:
    """Values of every configuration, and which learner it is of where there are several."""
    known = metadataset._configurations
    points = [known.values(place) for place in range(len(known.ids))]
    learners = metadataset.learners
    if learners.nunique() > 1:
        for point, learner in zip(points, learners, strict=True):
            point[_LEARNER] = str(learner)
    return points


def weighted(positions: Floats, runs: pd.DataFrame, random_state: int) -> Floats:
    """Stretch each axis by how much it tells of the scores, so that near means alike.

    Weights are the importances of a random forest that predicts each score's place among
    its task's; unweighted, hyperparameters that do nothing would decide which
    configurations are near. All axes are alike where no score differs from another.
    """
    from sklearn.ensemble import RandomForestRegressor

    spread = positions.std(axis=0)
    standard: Floats = (positions - positions.mean(axis=0)) / np.where(spread > 0, spread, 1)
    known = runs.dropna(subset="score")
    if len(known) > _SAMPLE:
        known = known.sample(_SAMPLE, random_state=random_state)
    places = known.groupby("task")["score"].rank(pct=True)
    if places.nunique() < 2:
        return standard
    forest = RandomForestRegressor(
        30, min_samples_leaf=5, max_features=0.5, n_jobs=1, random_state=random_state
    ).fit(standard[known["configuration"]], places)
    importances = forest.feature_importances_
    # Never quite zero: what scores do not tell apart still is not the same.
    scaled: Floats = standard * np.sqrt(importances + importances.sum() * 1e-3)
    return scaled if importances.any() else standard


def nearest_medoid(positions: Floats, n: int, random_state: int) -> NDArray[np.intp]:
    """Cell of each configuration: which of `n` medoids it is nearest to.

    The medoids are the points nearest to the centres of k-means, so they lie where the
    configurations do, and are configurations that were run.

    Raises
    ------
    MetaDatasetError
        If there are not `n` different configurations.
    """
    from sklearn.cluster import KMeans
    from sklearn.metrics import pairwise_distances_argmin

    distinct = len(np.unique(positions, axis=0))
    if distinct < n:
        raise MetaDatasetError(f"n is {n}, but only {distinct} configurations differ")
    rng = np.random.default_rng(random_state)
    sample = positions
    if len(positions) > _SAMPLE:
        sample = positions[np.sort(rng.choice(len(positions), _SAMPLE, replace=False))]
    centres = KMeans(n, n_init=1, random_state=random_state).fit(sample).cluster_centers_
    medoids = np.unique(pairwise_distances_argmin(centres, positions))
    nearest: NDArray[np.intp] = pairwise_distances_argmin(positions, positions[medoids])
    return np.unique(nearest, return_inverse=True)[1]


def quantile_cells(points: Sequence[Mapping[str, Any]], n: int) -> NDArray[np.intp]:
    """Cell of each configuration: its bin in every hyperparameter.

    A number is cut at its quantiles into `n` bins, equal values into the same; any other
    value, and not being active, is a bin of its own.

    Examples
    --------
    >>> quantile_cells([{"x": 1, "k": "a"}, {"x": 2}, {"x": 9}, {"x": 7, "k": "a"}], 2)
    array([2, 0, 1, 3])
    """
    names = sorted({name for point in points for name in point})
    bins = np.zeros((len(points), len(names)), np.intp)
    for column, name in enumerate(names):
        values = [point.get(name) for point in points]
        known = [value for value in values if value is not None]
        if all(isinstance(v, int | float) and not isinstance(v, bool) for v in known):
            numbers = np.array([np.nan if v is None else float(v) for v in values])
            there = ~np.isnan(numbers)
            cuts = np.unique(np.quantile(numbers[there], np.arange(1, n) / n))
            bins[there, column] = 1 + np.searchsorted(cuts, numbers[there], side="right")
        else:
            bins[:, column] = pd.factorize(np.array([str(v) for v in values]), sort=True)[0]
    cells: NDArray[np.intp] = np.unique(bins, axis=0, return_inverse=True)[1].reshape(-1)
    return cells


def _representatives(positions: Floats, cells: NDArray[np.intp]) -> NDArray[np.intp]:
    """Of each cell the configuration nearest to the mean of its members."""
    counts = np.bincount(cells)
    means = np.stack([np.bincount(cells, column) / counts for column in positions.T], axis=1)
    distances = ((positions - means[cells]) ** 2).sum(axis=1)
    order = np.lexsort((distances, cells))
    return order[np.searchsorted(cells[order], np.arange(len(counts)))]


def _runs(metadataset: MetaDataset, cells: NDArray[np.intp]) -> pd.DataFrame:
    """Every run: positions of task, cell and metric; score, status and cost.

    Of runs of one configuration at several budgets, those at the largest.
    """
    ours = {str(label): place for place, label in enumerate(metadataset.tasks.index)}
    task_names = [str(label) for label in metadataset.tasks.index]
    names = [str(label) for label in metadataset.configuration_ids]
    wanted = ("task_id", "configuration_id", "metric", "score", "status", "cost_s", "budget")
    parts = []
    for rows in metadataset._evaluations.rows(wanted):
        kept = rows.filter(
            pc.is_in(rows["task_id"].cast(pa.string()), pa.array(list(ours), pa.string()))
        )
        parts.append(
            pd.DataFrame(
                {
                    "task": codes(kept, "task_id", task_names),
                    "configuration": codes(kept, "configuration_id", names),
                    "metric": codes(kept, "metric", list(metadataset.metrics)),
                    "score": floats(kept, "score"),
                    "status": codes(kept, "status", list(STATUSES)),
                    "cost_s": floats(kept, "cost_s"),
                    "budget": np.nan_to_num(floats(kept, "budget"), nan=np.inf),
                }
            )
        )
    runs = pd.concat(parts, ignore_index=True)
    largest = runs.groupby(["task", "configuration", "metric"])["budget"].transform("max")
    runs = runs[runs["budget"] == largest]
    runs.loc[runs["status"] != OK, "score"] = np.nan
    return runs.assign(cell=cells[runs["configuration"]])


def _cellwise(runs: pd.DataFrame) -> pd.DataFrame:
    """One row a metric, task and cell: mean, deviation and number of its scores."""
    groups = runs.groupby(["metric", "task", "cell"])
    scores = groups["score"]
    return pd.DataFrame(
        {
            "score": scores.mean(),
            "score_std": scores.std(ddof=1),
            "n": scores.count(),
            # The codes of success are the least.
            "status": groups["status"].min(),
            "cost_s": groups["cost_s"].mean(),
        }
    ).reset_index()


def within_share(runs: pd.DataFrame) -> float | None:
    """Share of the variance around task means that is left within cells.

    Both variances without bias, from the scores of all runs; None where no cell has two.
    What a constructed column cannot know, however well it is predicted.
    """
    known = runs.dropna(subset="score")

    def variance(names: list[str]) -> float:
        groups = known.groupby(names)["score"]
        freedom = len(known) - groups.ngroups
        squares = (known["score"] - groups.transform("mean")) ** 2
        return float(squares.sum()) / freedom if freedom else np.nan

    share = variance(["task", "cell"]) / (variance(["task"]) or np.nan)
    return None if np.isnan(share) else round(share, 4)


def _rows(
    cellwise: pd.DataFrame,
    task_names: list[str],
    names: list[str],
    metrics: Sequence[str],
    method: Method,
) -> pa.Table:
    columns = {
        "task_id": encoded(cellwise["task"].to_numpy(), task_names),
        "configuration_id": encoded(cellwise["cell"].to_numpy(), names),
        "metric": encoded(cellwise["metric"].to_numpy(), list(metrics)),
        "status": encoded(cellwise["status"].to_numpy(), list(STATUSES)),
        "n_folds": pa.array(cellwise["n"].to_numpy(), pa.int32()),
        "sampler": pa.array([f"constructed: {method}"] * len(cellwise)),
    }
    for name in ("score", "score_std", "cost_s"):
        columns[name] = pa.array(cellwise[name].to_numpy(), from_pandas=True)
    return complete(columns, len(cellwise), "constructed")
