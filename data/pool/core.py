"""Choose the core of the pool: the configurations that every table gets before any other.

    python data/pool/core.py [--runs data/runs/rows-2000] [--least 10] [--sizes 60 48]

Library defaults and published tuned defaults are in; then whatever lowers most what the best
of the core leaves to the best of all, over tables and metrics of the packed runs. Of CatBoost,
whose fits take as long as all others' together, at most six. Writes `core.txt`, an id a line.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from warmstart.metadataset.storage.measured import read_measured
from warmstart.metrics import METRICS
from warmstart.spaces.pipelines.pool import read_pool

HERE = Path(__file__).resolve().parent
ALWAYS = ("default", "pytabkit")
MOST_CATBOOST = 6
KINDS = {"classification": "binary", "regression": "regression"}


def regrets(folds: pd.DataFrame, ids: list[str], least: int) -> pd.DataFrame:
    """Share of each table's range that each configuration leaves, a row a table and metric."""
    found = []
    for metric in METRICS:
        known = folds.dropna(subset=[metric])
        if known.empty:
            continue
        scores = known.groupby(["task_id", "configuration_id"])[metric].mean().unstack()
        scores = scores.reindex(columns=ids)
        scores = scores[scores.notna().sum(axis=1) >= len(ids) // 2]
        best, usual = scores.max(axis=1), scores.quantile(0.1, axis=1)
        regret = scores.rsub(best, axis=0).div((best - usual).clip(lower=1e-9), axis=0)
        found.append(regret.clip(0, 1))
    rows = pd.concat(found) if found else pd.DataFrame(columns=ids)
    if len(rows) < least:
        raise SystemExit(f"only {len(rows)} tables and metrics are known yet, {least} needed")
    # Where it was not evaluated, or failed, nothing is gained by having it.
    return rows.fillna(1.0)


def core(rows: list[dict[str, str]], regret: npt.NDArray[np.float64], size: int) -> list[int]:
    """Places of the configurations in the core, in the order of the pool."""
    chosen = [k for k, row in enumerate(rows) if row["origin"] in ALWAYS]
    left = regret[:, chosen].min(axis=1)
    while len(chosen) < size:
        full = sum(rows[k]["learner"] == "catboost" for k in chosen) >= MOST_CATBOOST
        open_ = [
            k
            for k, row in enumerate(rows)
            if k not in chosen and not (full and row["learner"] == "catboost")
        ]
        # Ties, once nothing is left to gain, go to what is best on average.
        gain = np.minimum(regret[:, open_], left[:, None]).mean(axis=0)
        gain += 0.05 * regret[:, open_].mean(axis=0)
        best = open_[int(gain.argmin())]
        chosen.append(best)
        left = np.minimum(left, regret[:, best])
    return sorted(chosen)


def main(arguments: list[str] | None = None) -> int:
    """Choose for both kinds of task and write their ids."""
    parser = argparse.ArgumentParser(description="Choose the core of the pool.")
    parser.add_argument("--runs", type=Path, default=HERE.parent / "runs" / "rows-2000")
    parser.add_argument("--least", type=int, default=10)
    parser.add_argument("--sizes", type=int, nargs=2, default=(60, 48))
    options = parser.parse_args(arguments)
    files = sorted(options.runs.glob("[0-9]*/folds.parquet"))
    folds = read_measured(files, "folds").to_pandas()
    folds = folds[~folds["task_id"].str.contains("@")]
    lines = (HERE / "pool.jsonl").read_text(encoding="utf-8").splitlines()
    found: list[str] = []
    for (kind, task_type), size in zip(KINDS.items(), options.sizes, strict=True):
        rows = [row for row in map(json.loads, lines) if row["kind"] == kind]
        rows = [{**row, "learner": row["values"]["learner"]} for row in rows]
        ids = [point.configuration_id for point in read_pool(HERE / "pool.jsonl")[task_type]]
        known = [one for one in ids if one in set(folds["configuration_id"])]
        of_kind = folds[folds["configuration_id"].isin(known)]
        regret = regrets(of_kind, known, options.least).reindex(columns=ids, fill_value=1.0)
        places = core(rows, regret.to_numpy(), size)
        learners = pd.Series([rows[k]["learner"] for k in places]).value_counts()
        print(f"{kind}: {len(places)} of {len(ids)}, {learners.to_dict()}")
        found += [ids[k] for k in places]
    (HERE / "core.txt").write_text("\n".join(found) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
