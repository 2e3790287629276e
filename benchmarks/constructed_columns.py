"""What do constructed columns cost where every run has a configuration of its own?

    python benchmarks/constructed_columns.py --configurations 50000 200000 --folder /tmp/cells

Synthetic random forests as OpenML has them: six hyperparameters that differ from run to run
and a dozen that hardly do, on 100 tasks, one run a configuration. A folder of each size is
made once; ``MetaDataset.open(folder).construct(method)`` runs in a process of its own. What
a configuration takes is the difference between two sizes, so that what Python and the
libraries take does not count.
"""

from __future__ import annotations

import argparse
import json
import shlex
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd

import warmstart
from _own_cost import cpu_s, peak_mb
from warmstart.metadataset.metadataset import MetaDataset

CONSTANT = {
    f"sklearn.ensemble.forest.RandomForestClassifier__{name}": value
    for name, value in {
        "class_weight": "null",
        "max_depth": "null",
        "max_leaf_nodes": "null",
        "min_impurity_split": 1e-07,
        "min_weight_fraction_leaf": 0.0,
        "n_estimators": 100,
        "oob_score": False,
        "warm_start": False,
        "imputer__axis": 0,
        "imputer__missing_values": "NaN",
        "variencethreshold__threshold": 0.0,
    }.items()
}


def make(folder: Path, n: int, seed: int) -> None:
    """Save runs, one a configuration."""
    rng = np.random.default_rng(seed)
    path = "sklearn.ensemble.forest.RandomForestClassifier__"
    frame = pd.DataFrame(
        {
            "task": np.char.add("task-", (np.arange(n) % 100).astype(str)),
            f"{path}max_features": rng.uniform(0.1, 0.9, n),
            f"{path}min_samples_leaf": rng.integers(1, 21, n),
            f"{path}min_samples_split": rng.integers(2, 21, n),
            f"{path}bootstrap": rng.random(n) < 0.5,
            f"{path}criterion": rng.choice(["gini", "entropy"], n),
            "imputer__strategy": rng.choice(["mean", "median", "most_frequent"], n),
            **CONSTANT,
        }
    )
    frame["score"] = 0.8 - 0.01 * frame[f"{path}min_samples_leaf"] + rng.normal(0, 0.02, n)
    parameters = [name for name in frame if name not in ("task", "score")]
    MetaDataset.from_evaluations(frame, task="task", parameters=parameters).save(folder)


def construct(folder: Path, method: str) -> dict[str, float]:
    """Open and construct in this process."""
    before = cpu_s()
    cells = MetaDataset.open(folder).construct(method)  # type: ignore[arg-type]
    return {
        "cpu_s": cpu_s() - before,
        "peak_mb": peak_mb(),
        **{name: cells.info["constructed"][name] for name in ("columns", "filled")},
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--configurations", type=int, nargs="+", default=[50_000, 200_000])
    parser.add_argument("--methods", nargs="+", default=["medoids", "bins"])
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--step", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.step == "make":
        make(args.folder, args.configurations[0], args.seed)
        return
    if args.step:
        print(json.dumps(construct(args.folder, args.step)))
        return
    print(f"    {shlex.join(['python', *sys.argv])}\n")
    print(f"warmstart {warmstart.__version__}, seed {args.seed}\n")
    print(
        "| method | configurations | CPU s | peak MB | bytes a configuration more | columns |"
    )
    print("| --- | --- | --- | --- | --- | --- |")
    for method in args.methods:
        before: tuple[int, float] | None = None
        for n in sorted(args.configurations):
            folder = args.folder / f"{n}-{args.seed}"
            if not (folder / "manifest.json").exists():
                _run(folder, "make", n, args.seed)
            found = json.loads(_run(folder, method, n, args.seed))
            more = ""
            if before is not None:
                more = f"{(found['peak_mb'] - before[1]) * 2**20 / (n - before[0]):.0f}"
            before = n, found["peak_mb"]
            print(
                f"| {method} | {n:,} | {found['cpu_s']:.1f} | {found['peak_mb']:.0f} | {more} "
                f"| {found['columns']} |",
                flush=True,
            )


def _run(folder: Path, step: str, n: int, seed: int) -> str:
    command = [sys.executable, __file__, "--step", step, "--folder", str(folder)]
    command += ["--configurations", str(n), "--seed", str(seed)]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


if __name__ == "__main__":
    main()
