"""How much memory and CPU do ten million runs take to become a matrix, and to be appended?

    python benchmarks/runs_to_matrix.py --rows 10000000 --folder /tmp/runs

Synthetic runs: every configuration on every task once, and repeats of some at random, with
costs, a status and a run id of each. The matrix of exact medians is made by
``MetaDataset.open(folder).matrix(aggregate="median")`` in a process of its own, which
reports its peak memory and CPU time; so does a plain scan of the same file with
``pyarrow.dataset``. The medians are checked against ``numpy.median`` on some tasks. Then the
same runs are appended to an empty history in batches, each in a random order of tasks.
"""

from __future__ import annotations

import argparse
import json
import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq

import warmstart
from _own_cost import cpu_s, peak_mb
from warmstart.metadataset.core.columns import complete, encoded
from warmstart.metadataset.core.configurations import Configurations
from warmstart.metadataset.core.evaluations import RunEvaluations
from warmstart.metadataset.metadataset import MetaDataset

SOURCE = "synthetic"


def blocks(args: argparse.Namespace) -> Iterator[pa.Table]:
    """The runs, some tasks at a time."""
    names = [f"task-{i:05d}" for i in range(args.tasks)]
    configurations = [f"{i:016x}" for i in range(args.configurations)]
    n_cells = args.tasks * args.configurations
    if args.rows < n_cells:
        raise SystemExit(f"--rows must be at least tasks x configurations, {n_cells:,}")
    rng = np.random.default_rng(args.seed)
    extra = rng.multinomial(args.rows - n_cells, np.full(args.tasks, 1 / args.tasks))
    number = 0
    together = 20
    for begin in range(0, args.tasks, together):
        tasks, configs = [], []
        for task in range(begin, min(begin + together, args.tasks)):
            again = rng.integers(args.configurations, size=extra[task])
            columns = np.sort(np.concatenate([np.arange(args.configurations), again]))
            configs.append(columns)
            tasks.append(np.full(len(columns), task))
        task, config = np.concatenate(tasks), np.concatenate(configs)
        n_rows = len(task)
        failed = rng.random(n_rows) < 0.02
        scores = np.where(failed, np.nan, rng.random(n_rows))
        ids = np.arange(number, number + n_rows)
        number += n_rows
        yield complete(
            {
                "task_id": encoded(task, names),
                "configuration_id": encoded(config, configurations),
                "metric": encoded(np.zeros(n_rows, np.int32), ["accuracy"]),
                "score": pa.array(scores, from_pandas=True),
                "cost_s": pa.array(rng.lognormal(size=n_rows).round(3)),
                "status": encoded(failed.astype(np.int32), ["ok", "failed"]),
                "source_run_id": pa.array(
                    np.char.add("run-", np.char.zfill(ids.astype(str), 9))
                ),
            },
            n_rows,
            SOURCE,
        )


def metadataset(args: argparse.Namespace, rows: list[pa.Table] | None) -> MetaDataset:
    """The runs, or some of them, as a meta-dataset that is read as it is written."""
    names = [f"task-{i:05d}" for i in range(args.tasks)]
    configurations = [f"{i:016x}" for i in range(args.configurations)]
    return MetaDataset.from_parts(
        pd.Index(names, name="task_id"),
        RunEvaluations(
            lambda _: blocks(args) if rows is None else rows,
            ("accuracy",),
            names,
            configurations,
        ),
        Configurations(
            pd.Index(configurations, name="configuration_id"),
            texts=[f'{{"x":{i}}}' for i in range(len(configurations))],
        ),
        info={"sources": [SOURCE]},
    )


def scan(folder: Path, columns: list[str] | None) -> int:
    """Read the file as pyarrow's dataset reader does, and do nothing with it."""
    runs = ds.dataset(folder / "evaluations", format="parquet")
    scanner = runs.scanner(columns=columns, use_threads=False, batch_size=131_072)
    return sum(batch.num_rows for batch in scanner.to_batches())


NEEDED = ["task_id", "configuration_id", "metric", "score", "cost_s", "status", "budget"]


def step(name: str, folder: Path, *, tasks: int) -> dict[str, float]:
    """One measured step, in this process."""
    before = cpu_s()
    found: dict[str, float] = {}
    if name == "scan":
        found["rows"] = scan(folder, None)
    elif name == "scan-needed":
        found["rows"] = scan(folder, NEEDED)
    elif name in ("mean", "median"):
        md = MetaDataset.open(folder)
        found["imported_mb"] = peak_mb()
        matrix = md.matrix(aggregate=name)  # type: ignore[arg-type]
        found["cells"] = int(matrix.notna().to_numpy().sum())
        found["cpu_s"], found["peak_mb"] = cpu_s() - before, peak_mb()
        found["wrong"] = _wrong(folder, matrix, name, tasks)
        return found
    found["cpu_s"], found["peak_mb"] = cpu_s() - before, peak_mb()
    return found


def _wrong(folder: Path, matrix: pd.DataFrame, name: str, n_tasks: int) -> int:
    """Cells of some tasks that differ from pandas' own mean or median."""
    chosen = list(matrix.index[:: max(1, len(matrix) // n_tasks)])
    runs = ds.dataset(folder / "evaluations", format="parquet")
    rows = runs.to_table(
        columns=["task_id", "configuration_id", "score"],
        filter=ds.field("task_id").isin(chosen),
    ).to_pandas()
    expected = rows.groupby(["task_id", "configuration_id"])["score"].agg(name).unstack()
    ours = matrix.loc[expected.index, expected.columns].to_numpy()
    same = np.isclose(ours, expected.to_numpy(), rtol=1e-15, atol=0, equal_nan=True)
    return int((~same).sum())


def measured(name: str, args: argparse.Namespace) -> dict[str, float]:
    """A step in a process of its own."""
    command = [sys.executable, __file__, "--step", name, "--folder", str(args.folder)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return json.loads(done.stdout)  # type: ignore[no-any-return]


def print_matrix(args: argparse.Namespace) -> None:
    """Table of the scan and the matrices."""
    folder = args.folder / "clustered"
    if not (folder / "manifest.json").exists():
        metadataset(args, None).save(folder)
    size = sum(f.stat().st_size for f in folder.rglob("*.parquet")) / 1e6
    print(f"One file, sorted by task: {size:.0f} MB\n")
    print("| step | CPU s | peak RSS, MB | cells | wrong of those checked |")
    print("| --- | --- | --- | --- | --- |")
    args.folder = folder
    for name in ("scan", "scan-needed", "mean", "median"):
        runs = [measured(name, args) for _ in range(args.repeats)]
        best = min(runs, key=lambda run: run["cpu_s"])
        peak = max(run["peak_mb"] for run in runs)
        cells, wrong = (f"{best[key]:,}" if key in best else "" for key in ("cells", "wrong"))
        print(f"| {name} | {best['cpu_s']:.2f} | {peak:.0f} | {cells} | {wrong} |", flush=True)
    args.folder = folder.parent


def print_appending(args: argparse.Namespace) -> None:
    """Append the same runs batch by batch, in a random order."""
    folder = args.folder / "appended"
    shutil.rmtree(folder, ignore_errors=True)
    rows = pq.read_table(args.folder / "clustered" / "evaluations" / f"source={SOURCE}")
    rows = rows.drop_columns([name for name in ("source",) if name in rows.column_names])
    order = np.random.default_rng(args.seed).permutation(len(rows))
    parts = np.array_split(order, args.batches + 1)
    seconds, sizes = [], []
    for number, part in enumerate(parts):
        table = rows.take(pa.array(np.sort(part)))
        source = pa.array([SOURCE]).dictionary_encode().take(pa.array(np.zeros(len(part), int)))
        md = metadataset(args, [table.append_column("source", source)])
        before = time.process_time()
        if number == 0:
            md.save(folder)
            continue
        md.append_to(folder)
        seconds.append(time.process_time() - before)
        sizes.append(len(part))
    again = md.append_to(folder)
    tenth = max(1, args.batches // 10)
    first, last = np.array(seconds[:tenth]), np.array(seconds[-tenth:])
    print(f"\n{args.batches} batches of {sizes[0]:,} runs; CPU s of one append:\n")
    print("| first | last | mean of the first tenth | mean of the last tenth |")
    print("| --- | --- | --- | --- |")
    print(
        f"| {seconds[0]:.3f} | {seconds[-1]:.3f} | {_mean(first)} | {_mean(last)} |\n\n"
        f"The last batch again: {again.n_evaluations} runs added."
    )
    args.folder = folder
    found = measured("median", args)
    print(
        f"Medians of the {args.batches + 1} files, tasks in no order: "
        f"{found['cpu_s']:.1f} CPU s, {found['peak_mb']:.0f} MB, {found['cells']:,} cells, "
        f"{found['wrong']} of those checked wrong"
    )


def _mean(values: np.ndarray) -> str:
    error = values.std(ddof=1) / np.sqrt(len(values)) if len(values) > 1 else np.nan
    return f"{values.mean():.3f} ± {error:.3f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--tasks", type=int, default=1000)
    parser.add_argument("--configurations", type=int, default=9000)
    parser.add_argument("--batches", type=int, default=100)
    parser.add_argument("--repeats", type=int, default=3, help="the least CPU time counts")
    parser.add_argument("--folder", type=Path, required=True, help="for the runs, about 1 GB")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--step", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.step:
        print(json.dumps(step(args.step, args.folder, tasks=10)))
        return
    print(f"    {shlex.join(['python', *sys.argv])}\n")
    print(
        f"warmstart {warmstart.__version__}; {args.rows:,} runs, seed {args.seed}\n", flush=True
    )
    print_matrix(args)
    print_appending(args)


if __name__ == "__main__":
    main()
