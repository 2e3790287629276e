"""Columns for a history whose tasks share no configuration: cells of similar ones.

On OpenML every run has its own configuration, so a task × configuration matrix has one
entry a column and nothing to compare. A constructed column stands for many configurations:
those nearest to one of K medoids, or those in the same quantile bin of every
hyperparameter. Its score on a task is the mean over the task's runs in that cell, and how
much those differ is kept as ``score_std``: no constructed value was observed, and
``info["constructed"]`` says so.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from warmstart.errors import MetaDatasetError
from warmstart.metadataset.combine.clusters import (
    BLOCK,
    Axes,
    QuantileBins,
    given_out,
    medoids,
    sampled,
)
from warmstart.metadataset.core.columns import codes, complete, encoded, floats
from warmstart.metadataset.core.configurations import Configurations, canonical
from warmstart.metadataset.core.evaluations import RunEvaluations
from warmstart.metadataset.core.score_matrix import OK, STATUSES
from warmstart.spaces.encoding import ConfigurationEncoder

if TYPE_CHECKING:
    from warmstart.metadataset.core.core import M, Views

Method = Literal["medoids", "bins"]

DEFAULT_N: dict[Method, int] = {"medoids": 100, "bins": 3}
_LEARNER = "(learner)"


def construct(metadataset: M, method: Method, n: int | None, random_state: int) -> M:
    """Put the configurations of a meta-dataset into cells; see ``MetaDataset.construct``."""
    if method not in get_args(Method):
        raise MetaDatasetError(f"method must be one of {get_args(Method)}, got {method!r}")
    n = DEFAULT_N[method] if n is None else n
    if n < 2:
        raise MetaDatasetError(f"n must be at least 2, got {n}")
    runs = _runs(metadataset)
    cells, centres = _cells(metadataset, runs, method, n, random_state)
    known = metadataset._configurations
    names = [f"{method}-{n}:{known.ids[place]}" for place in centres]
    runs["cell"] = cells[runs.pop("configuration")]
    cellwise = _cellwise(runs)
    tasks = metadataset.tasks.iloc[np.unique(cellwise["task"])]
    described = metadataset.metafeatures
    task_names = [str(label) for label in metadataset.tasks.index]
    rows = _rows(cellwise, task_names, names, metadataset.metrics, method)
    first = metadataset.metrics[0]
    spaces, learners = metadataset.spaces.iloc[centres], metadataset.learners.iloc[centres]
    made = type(metadataset).from_parts(
        tasks.index,
        RunEvaluations(
            lambda _: [rows], metadataset.metrics, [str(label) for label in tasks.index], names
        ),
        Configurations(
            pd.Index(names, name="configuration_id"),
            texts=[canonical(known.values(int(place))) for place in centres],
            spaces=spaces.tolist(),
            learners=learners.tolist(),
        ),
        metafeatures=described[described.index.isin(tasks.index)],
        families=tasks["family"],
        tasks=tasks.drop(columns="family"),
        info={
            **metadataset.info,
            "constructed": {
                "method": method,
                "n": n,
                "configurations": len(known.ids),
                "columns": len(names),
                "filled": round(
                    float((cellwise["metric"] == 0).sum()) / (len(tasks) * len(names)), 4
                ),
                "within_cell_variance": within_share(runs[runs["metric"] == 0]),
                "of_metric": first,
            },
        },
    )
    return replace(made, _opened=metadataset._opened)


def _cells(
    metadataset: Views, runs: pd.DataFrame, method: Method, n: int, random_state: int
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Cell of every configuration, and of each cell the configuration that stands for it."""
    from sklearn.metrics import pairwise_distances_argmin

    known = metadataset._configurations
    several = len(set(known.learners)) > 1
    sample = sampled(len(known.ids), random_state)
    points = _points(known, sample.tolist(), several)
    encoder = ConfigurationEncoder.fit(points, activity=True)
    if not encoder.width:
        raise MetaDatasetError("the configurations have no values to tell them apart by")
    axes = Axes(encoder)
    if method == "medoids":
        ours = runs[(runs["metric"] == 0) & runs["configuration"].isin(sample)]
        ours = ours.assign(configuration=np.searchsorted(sample, ours["configuration"]))
        axes = Axes.weighted(encoder, points, ours, random_state)
        middles = medoids(axes(points), n, random_state)
        cells, centres = given_out(
            lambda: _blocks(known, several),
            axes,
            lambda _, positions: pairwise_distances_argmin(positions, middles),
        )
        order = np.cumsum(centres >= 0) - 1
    else:
        bins = QuantileBins(points, n)
        cells, centres = given_out(lambda: _blocks(known, several), axes, bins)
        order = bins.in_order()
    # A cell without a member is no column.
    in_order = np.empty(order.max() + 1, np.intp)
    in_order[order[centres >= 0]] = centres[centres >= 0]
    return order[cells], in_order


def _points(
    known: Configurations, places: Sequence[int], several: bool
) -> list[dict[str, Any]]:
    """Values of some configurations, and which learner each is of where there are `several`."""
    points = known.points(places)
    if several:
        for point, place in zip(points, places, strict=True):
            point[_LEARNER] = str(known.learners[place])
    return points


def _blocks(known: Configurations, several: bool) -> Iterator[list[dict[str, Any]]]:
    for begin in range(0, len(known.ids), BLOCK):
        yield _points(known, range(begin, min(begin + BLOCK, len(known.ids))), several)


def _runs(metadataset: Views) -> pd.DataFrame:
    """Every run: positions of task, configuration and metric; score, status and cost.

    Of runs of one configuration at several budgets, those at the largest.
    """
    task_names = pa.array([str(label) for label in metadataset.tasks.index], pa.string())
    names = pa.array([str(label) for label in metadataset.configuration_ids], pa.string())
    wanted = ("task_id", "configuration_id", "metric", "score", "status", "cost_s", "budget")
    parts = []
    for rows in metadataset._evaluations.rows(wanted):
        kept = rows.filter(pc.is_in(rows["task_id"].cast(pa.string()), task_names))
        parts.append(
            pd.DataFrame(
                {
                    "task": codes(kept, "task_id", task_names),
                    "configuration": codes(kept, "configuration_id", names),
                    "metric": codes(kept, "metric", metadataset.metrics).astype(np.int16),
                    "score": floats(kept, "score"),
                    "status": codes(kept, "status", STATUSES).astype(np.uint8),
                    "cost_s": floats(kept, "cost_s"),
                    "budget": np.nan_to_num(floats(kept, "budget"), nan=np.inf),
                }
            )
        )
    runs = pd.concat(parts, ignore_index=True)
    budgets = runs["budget"]
    if np.isfinite(budgets).any():
        largest = runs.groupby(["task", "configuration", "metric"])["budget"].transform("max")
        runs = runs[budgets == largest]
    runs = runs.drop(columns="budget")
    runs.loc[runs["status"] != OK, "score"] = np.nan
    return runs


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
