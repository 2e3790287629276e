"""How to read the public table of pipelines of the D3M programme."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from warmstart.errors import HistoryError
from warmstart.metadataset.exchange.published_table import Archive, Publication, PublishedTable

_FOLDER = "alphad3m/resource"
_RATES = ("accuracy", "f1", "f1_macro", "f1_micro", "roc_auc", "roc_auc_macro")
"""Metrics whose normalised score is the score itself."""


def read_alphad3m(archive: Archive) -> PublishedTable:
    """27,326 pipelines of up to 86 steps on 142 datasets, each with pipelines of its own.

    ``normalised_score`` is of every run, whatever its metric: from 0 to 1, higher is better,
    the mean where a pipeline ran several times. Runs in a metric that is itself a rate stand
    under that metric as well. Two copies of a dataset, one with minimal metadata, are of one
    family. The pipelines are lists of primitives, by name where the package has one; how
    steps are connected is not recorded.
    """
    found = _unpacked(archive, "metalearning_db.json.gz")
    names = {
        one["id"]: str(one["python_path"]).removeprefix("d3m.primitives.")
        for one in json.loads(archive.read(f"{_FOLDER}/primitives_list.json"))
    }
    try:
        performances, structure = found["pipeline_performances"], found["pipeline_structure"]
    except (KeyError, TypeError) as error:
        raise HistoryError(f"{archive.path.name} holds no pipelines: {error}") from error
    task_ids = sorted(performances)
    used = sorted({name for runs in performances.values() for name in runs}, key=_numbered)
    configurations = {
        name: {f"step_{k:02d}": names.get(step, step) for k, step in enumerate(structure[name])}
        for name in used
    }
    return PublishedTable(
        metrics=("normalised_score", *_RATES),
        task_ids=task_ids,
        configurations=configurations,
        learners=["pipeline"] * len(configurations),
        runs=_runs(performances),
        tasks=_tasks(archive, task_ids),
        metafeatures=_metafeatures(archive, task_ids),
        source="d3m",
    )


def _unpacked(archive: Archive, name: str) -> Any:
    """JSON within a JSON text within gzip."""
    try:
        return json.loads(json.loads(gzip.decompress(archive.read(f"{_FOLDER}/{name}"))))
    except (OSError, EOFError, TypeError, ValueError) as error:
        raise HistoryError(f"{name} of {archive.path.name} is damaged: {error}") from error


def _numbered(name: str) -> tuple[int, str]:
    """Pipelines are named P0, P1 and so on."""
    digits = re.sub(r"\D", "", name)
    return int(digits or 0), name


def _runs(performances: Mapping[str, Any]) -> pd.DataFrame:
    """One row a dataset, pipeline and metric: means over its runs."""
    rows = [
        (task, pipeline, metric.lower(), float(score))
        for task, pipelines in performances.items()
        for pipeline, runs in pipelines.items()
        for score, metric in zip(runs["score"], runs["metric"], strict=True)
    ]
    whole = pd.DataFrame(rows, columns=["task_id", "configuration_id", "metric", "score"])
    own = whole[whole["metric"].isin(_RATES)]
    both = pd.concat([whole.assign(metric="normalised_score"), own])
    keys = ["task_id", "configuration_id", "metric"]
    means = both.groupby(keys, as_index=False, sort=True)["score"].agg(["mean", "std", "size"])
    return pd.DataFrame(
        {
            **{key: means[key] for key in keys},
            "score": means["mean"],
            "score_std": means["std"],
            "n_folds": means["size"],
            "cost_s": float("nan"),
            "budget": float("nan"),
        }
    )


def _tasks(archive: Archive, task_ids: list[str]) -> pd.DataFrame:
    """Family and type of each dataset."""
    words = json.loads(archive.read(f"{_FOLDER}/precalculated_taskkeywords.json"))
    rows = {}
    for task in task_ids:
        said = words.get(task, {}).get("task_keywords", ())
        kinds = {"binary": "binary", "multiClass": "multiclass", "regression": "regression"}
        kind = next((kinds[word] for word in kinds if word in said), "")
        rows[task] = {"family": task.removesuffix("_MIN_METADATA"), "task_type": kind}
    return pd.DataFrame.from_dict(rows, orient="index")


def _metafeatures(archive: Archive, task_ids: list[str]) -> pd.DataFrame:
    """As the package has them, by the names OpenML gives them."""
    found = json.loads(archive.read(f"{_FOLDER}/precalculated_metafeatures.json"))
    rows = {
        task: {name: float(one["value"]) for name, one in found[task].items()}
        for task in task_ids
        if task in found
    }
    return pd.DataFrame.from_dict(rows, orient="index")


def pipeline_publications() -> Iterator[tuple[str, Publication]]:
    """The tables of pipelines by name."""
    yield (
        "alphad3m",
        Publication(
            package="alphad3m",
            version="0.24.0",
            archive="alphad3m-0.24.0-py3-none-any.whl",
            sha256="499badb38fa53faade9e203867ef9eec7781440abdd81758d2010167f9973383",
            licence="Apache-2.0",
            cite='Lopez, Lourenco, Rampin, Castelo, Santos, Ono, Silva, Freire. "AlphaD3M: An '
            'Open-Source AutoML Library for Multiple ML Tasks." AutoML Conference 2023.',
            read=read_alphad3m,
        ),
    )
