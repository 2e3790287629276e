"""Which configurations of the pool could go: in no table's best twenty and in no portfolio.

    python data/pool/shrink.py [--runs data/runs/rows-2000] [--least 40] [--write]

Judged are configurations that were evaluated on at least `--least` tables, in every metric, one
kind of task at a time; a portfolio is the first fifty of the greedy one of a metric. Defaults
and published configurations stay whatever they did: others are compared with them. Without
`--write` it only tells; with it their ids go to `left_out.txt`, which make_pool.py reads.
"""

from __future__ import annotations

import argparse
import json
import sys
from itertools import islice
from pathlib import Path

import pandas as pd

from warmstart.metadataset.storage.measured import read_measured
from warmstart.metrics import METRICS
from warmstart.models.rankings.portfolio import greedy_portfolio, tempered
from warmstart.spaces.pipelines.pool import read_pool

HERE = Path(__file__).resolve().parent
LEFT_OUT = HERE / "left_out.txt"
BEST = 20
PORTFOLIO = 50
KEPT = ("default", "pytabkit", "AutoGluon")
MEMBERS = {"classification": "binary", "regression": "regression"}


def wanted(scores: pd.DataFrame) -> set[str]:
    """Configurations among a table's best twenty, or in the portfolio."""
    ranks = scores.rank(axis=1, ascending=False, method="min")
    found = set(scores.columns[(ranks <= BEST).any(axis=0)])
    best, worst = scores.max(axis=1), scores.min(axis=1)
    regret = scores.rsub(best, axis=0).div((best - worst).clip(lower=1e-12), axis=0)
    order = greedy_portfolio(tempered(regret.clip(0, 1).to_numpy()))
    return found | {scores.columns[k] for k in islice(order, PORTFOLIO)}


def main(arguments: list[str] | None = None) -> int:
    """Say which could go, and take them out where asked to."""
    parser = argparse.ArgumentParser(description="Shrink the pool.")
    parser.add_argument("--runs", type=Path, default=HERE.parent / "runs" / "rows-2000")
    parser.add_argument("--least", type=int, default=40)
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args(arguments)
    files = sorted(options.runs.glob("[0-9]*/folds.parquet"))
    folds = read_measured(files, "folds").to_pandas()
    lines = (HERE / "pool.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    gone: set[str] = set()
    for kind, task_type in MEMBERS.items():
        here = [number for number, row in enumerate(rows) if row["kind"] == kind]
        points = read_pool(HERE / "pool.jsonl")[task_type]
        ids = [point.configuration_id for point in points]
        of_kind = folds[folds["configuration_id"].isin(ids)]
        keep: set[str] = set()
        judged: set[str] = set()
        for metric in METRICS:
            known = of_kind.dropna(subset=[metric])
            if known.empty:
                continue
            by_run = known.groupby(["task_id", "configuration_id"])[metric].mean().unstack()
            often = by_run.columns[by_run.notna().sum(axis=0) >= options.least]
            judged |= set(often)
            if len(often):
                keep |= wanted(by_run[often].dropna(how="all"))
        could = {
            name: rows[number]["values"]["learner"]
            for number, name in zip(here, ids, strict=True)
            if name in judged - keep and rows[number]["origin"] not in KEPT
        }
        out = set(could)
        told = pd.Series(could, dtype=object).value_counts().to_dict()
        print(f"{kind}: {len(judged)} of {len(ids)} judged, {len(out)} could go {told or ''}")
        gone |= out
    if options.write and gone:
        before = LEFT_OUT.read_text(encoding="utf-8").split() if LEFT_OUT.exists() else []
        LEFT_OUT.write_text("\n".join(sorted({*before, *gone})) + "\n", encoding="utf-8")
        print(f"written to {LEFT_OUT.name}; now make the pool again with make_pool.py")
    return 0


if __name__ == "__main__":
    sys.exit(main())
