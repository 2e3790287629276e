"""How to read each public table: where its numbers are, and which of them are none."""

from __future__ import annotations

import io
import itertools
import json
import pickletools
import re
from typing import Any

import numpy as np
import pandas as pd

from warmstart.errors import HistoryError
from warmstart.metadataset.exchange.published_table import Archive, Publication, PublishedTable

_STEPS = ("imputer", "encoder", "standardizer", "dim_reducer", "estimator")


def read_oboe(archive: Archive) -> PublishedTable:
    """219 configurations of 12 learners on 418 datasets: error and seconds of 5-fold CV.

    The error is the mean over classes of the balanced error of one against the rest, so a
    constant classifier has 0.5 for any number of classes.
    """
    folder = "oboe/defaults/Oboe"
    errors, seconds = (
        pd.read_csv(io.BytesIO(archive.read(f"{folder}/{name}.csv")), index_col=0).sort_index()
        for name in ("error_matrix", "runtime_matrix")
    )
    sizes = pd.read_csv(io.BytesIO(archive.read(f"{folder}/dataset_sizes.csv")), index_col=0)
    settings = [_python_dict(name) for name in errors.columns]
    seconds = seconds.loc[errors.index, errors.columns]
    return PublishedTable(
        metrics=("balanced_error_rate",),
        task_ids=[int(name) for name in errors.index],
        configurations={
            f"c{place:03d}": {"algorithm": setting["algorithm"], **setting["hyperparameters"]}
            for place, setting in enumerate(settings)
        },
        learners=[setting["algorithm"] for setting in settings],
        losses=errors.to_numpy(np.float64),
        costs=seconds.to_numpy(np.float64),
        tasks=sizes.set_axis(["n_rows", "n_columns"], axis=1).reindex(errors.index),
    )


def _python_dict(text: str) -> dict[str, Any]:
    """A dict of plain values as Python prints it, whose words hold no quotes, read as JSON."""
    words = {"True": "true", "False": "false", "None": "null"}
    bare = re.sub(r"\b(True|False|None)\b(?!')", lambda found: words[found[0]], text)
    found: dict[str, Any] = json.loads(bare.replace("'", '"'))
    return found


def read_tensor_oboe(archive: Archive) -> PublishedTable:
    """23,424 pipelines of six steps on 551 datasets, 91 % evaluated.

    Notes
    -----
    The tensor's axes are datasets, imputer, encoder, standardizer, dimension reducer,
    estimator; along each the settings are sorted by their text, whatever order the
    package's JSON lists them in. Where the runtime is NaN the pipeline was never run and
    the error is imputed; where it is -1 it ran out of time. Both are masked here.
    """
    folder = "oboe/defaults/TensorOboe"
    axes = tensor_oboe_axes(json.loads(archive.read(f"{folder}/classification.json")))
    shape = tuple(len(axes[step]) for step in _STEPS)
    losses, costs = (
        np.load(io.BytesIO(archive.read(f"{folder}/{name}_f16_compressed.npz")))["a"]
        for name in ("error_tensor_imputed_20-4-2-2-8-20", "runtime_tensor")
    )
    if losses.shape[1:] != shape or costs.shape != losses.shape:
        raise HistoryError(
            f"the tensors have shapes {losses.shape}, {costs.shape}, not {shape}"
        )
    losses, costs = (
        array.reshape(len(array), -1).astype(np.float64) for array in (losses, costs)
    )
    timeouts = costs < 0
    unknown = timeouts | np.isnan(costs)
    losses[unknown] = np.nan
    costs[unknown] = np.nan
    pipelines = list(itertools.product(*(axes[step] for step in _STEPS)))
    return PublishedTable(
        metrics=("balanced_error_rate",),
        task_ids=pickled_integers(archive.read(f"{folder}/training_index.pkl")),
        configurations={
            f"p{place:05d}": _flat(pipeline) for place, pipeline in enumerate(pipelines)
        },
        learners=[pipeline[-1]["algorithm"] for pipeline in pipelines],
        losses=losses,
        costs=costs,
        timeouts=timeouts,
    )


def tensor_oboe_axes(settings: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """Settings along each axis of the tensor, in its order.

    Examples
    --------
    >>> step = {"algorithms": [None, "PCA"], "hyperparameters": {"PCA": {"k": [9, 10]}}}
    >>> [s["hyperparameters"] for s in tensor_oboe_axes({"dim_reducer": step})["dim_reducer"]]
    [{'k': 10}, {'k': 9}, {}]
    """
    axes = {}
    for step, choices in settings.items():
        found = []
        for algorithm in choices["algorithms"]:
            grid = choices["hyperparameters"].get(algorithm, {}) if algorithm else {}
            for values in itertools.product(*grid.values()):
                chosen = dict(zip(grid, values, strict=True))
                found.append({"algorithm": algorithm, "hyperparameters": chosen})
        axes[step] = sorted(found, key=str)
    return axes


def _flat(pipeline: tuple[dict[str, Any], ...]) -> dict[str, Any]:
    values = {}
    for step, setting in zip(_STEPS, pipeline, strict=True):
        if setting["algorithm"] is None:
            continue
        values[step] = setting["algorithm"]
        for name, value in setting["hyperparameters"].items():
            if value is not None:
                values[f"{step}__{name}"] = value
    return values


def pickled_integers(content: bytes) -> list[int]:
    """Read a pickled list of integers without unpickling, which could run anything.

    Examples
    --------
    >>> import pickle
    >>> pickled_integers(pickle.dumps([3, 41981], protocol=3))
    [3, 41981]
    """
    found = []
    harmless = {"PROTO", "EMPTY_LIST", "MARK", "APPENDS", "APPEND", "STOP", "FRAME", "MEMOIZE"}
    for opcode, value, _ in pickletools.genops(content):
        if opcode.name in {"BININT", "BININT1", "BININT2"}:
            found.append(int(str(value)))
        elif opcode.name not in harmless and not opcode.name.endswith("PUT"):
            raise HistoryError(
                f"expected a list of integers, found a pickle with {opcode.name}"
            )
    return found


def read_pmf(archive: Archive) -> PublishedTable:
    """38,151 pipelines on 553 datasets, 79 % evaluated: the matrix of the PMF paper.

    The error is 1 - normalised balanced accuracy, where chance is 1. The features of a
    pipeline have no names in the source; those of the blocks it does not use are left out.
    ``info["split"]`` holds the paper's train and test tasks.
    """
    content = json.loads(archive.read("deeppipe_api/experiments/data/pmf_meta_dataset.json"))
    losses = np.array(content["error"], np.float64)
    task_ids = np.array([int(name) for name in content["original_dataset_id"]])
    order = np.argsort(task_ids)
    valid, test, train = (sorted(task_ids[rows].tolist()) for rows in content["tasks_index"])
    bounds = content["algorithm_domain"]
    kinds = ("preprocessor", "estimator")
    configurations, learners = {}, []
    for place, (features, chosen) in enumerate(
        zip(content["pipelines"], content["list_for_selector"], strict=True)
    ):
        values: dict[str, Any] = {}
        for kind, choice, blocks in zip(
            kinds, chosen, content["list_for_concatenator"], strict=True
        ):
            values[kind] = f"{kind}_{choice}"
            begin, end = bounds[blocks[choice]], bounds[blocks[choice] + 1]
            for feature in range(begin, end):
                values[f"{kind}_{choice}__f{feature - begin}"] = float(features[feature])
        configurations[f"p{place:05d}"] = values
        learners.append(values["estimator"])
    return PublishedTable(
        metrics=("normalised_balanced_error",),
        task_ids=task_ids[order].tolist(),
        configurations=configurations,
        learners=learners,
        losses=losses[order],
        notes={"split": {"train": sorted(valid + train), "test": test}},
    )


LCDB_METRICS = {
    "accuracy": "accuracy",
    "auc": "roc_auc",
    "f1": "f1_macro",
    "logloss": "log_loss",
}


def read_lcdb(archive: Archive) -> PublishedTable:
    """20 learners at their defaults on 248 datasets: curves over training sizes.

    Scores are means over up to 5 x 25 splits, on test rows; the budget is the number of
    training rows, and the largest each learner was given counts in a matrix.
    """
    folder = "lcdb-0.1.0/lcdb"
    parts = []
    for file, metric in LCDB_METRICS.items():
        names = ["openmlid", "learner", "size_train", "traintime", "score_test"]
        with archive.open(f"{folder}/database-{file}.csv") as stream:
            rows = pd.read_csv(stream, usecols=names)
        rows = rows.dropna(subset="score_test")
        by_size = rows.groupby(["openmlid", "learner", "size_train"], sort=True)
        means = by_size.agg(
            score=("score_test", "mean"),
            score_std=("score_test", "std"),
            n_folds=("score_test", "size"),
            cost_s=("traintime", "mean"),
        ).reset_index()
        if metric == "log_loss":
            means["score"] = 0.0 - means["score"]
        parts.append(means.assign(metric=metric))
    runs = pd.concat(parts, ignore_index=True).rename(
        columns={"openmlid": "task_id", "learner": "configuration_id", "size_train": "budget"}
    )
    learners = sorted(runs["configuration_id"].unique().tolist())
    qualities = pd.read_csv(io.BytesIO(archive.read(f"{folder}/datasets.csv")))
    described = qualities.set_index("openmlid").drop(columns="Name").dropna(axis=1, how="all")
    task_ids = sorted(runs["task_id"].unique().tolist())
    return PublishedTable(
        metrics=tuple(LCDB_METRICS.values()),
        task_ids=task_ids,
        configurations={learner: {"learner": learner} for learner in learners},
        learners=learners,
        runs=runs,
        tasks=qualities.set_index("openmlid")[["Name"]]
        .rename(columns={"Name": "name"})
        .reindex(task_ids)
        .assign(name=lambda frame: frame["name"].fillna(frame.index.to_series().astype(str))),
        metafeatures=described[described.index.isin(task_ids)].astype(np.float64),
    )


_OBOE = {
    "package": "oboe",
    "version": "0.2.0",
    "archive": "oboe-0.2.0-py3-none-any.whl",
    "sha256": "0cb81ba4636b5b4918d7364b6325e2e0316ebd95efb5187f2dfd8cffdc9976a3",
    "licence": "BSD-3-Clause",
}

PUBLICATIONS: dict[str, Publication] = {
    "oboe": Publication(
        **_OBOE,
        cite='Yang, Akimoto, Kim, Udell. "OBOE: Collaborative Filtering for AutoML Model '
        'Selection." KDD 2019.',
        read=read_oboe,
    ),
    "tensor-oboe": Publication(
        **_OBOE,
        cite='Yang, Fan, Wu, Udell. "AutoML Pipeline Selection: Efficiently Navigating the '
        'Combinatorial Space." KDD 2020.',
        read=read_tensor_oboe,
    ),
    "pmf": Publication(
        package="deeppipe-api",
        version="0.1.1",
        archive="deeppipe_api-0.1.1-py3-none-any.whl",
        sha256="89e5d9d7d538d8a891dcdd5b10350deb42b4584ff0db5965428010377ef64c52",
        licence="BSD-3-Clause",
        cite='Fusi, Sheth, Elibol. "Probabilistic Matrix Factorization for Automated Machine '
        'Learning." NeurIPS 2018.',
        read=read_pmf,
    ),
    "lcdb": Publication(
        package="lcdb",
        version="0.1.0",
        archive="lcdb-0.1.0.tar.gz",
        sha256="450ea69b249866298653f718d66a825e3d19a4024dd4ff140b89f2e04d4777ae",
        licence="MIT",
        cite='Mohr, Viering, Loog, van Rijn. "LCDB 1.0: An Extensive Learning Curves Database '
        'for Classification Tasks." ECML PKDD 2022.',
        read=read_lcdb,
    ),
}
