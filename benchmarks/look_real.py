"""What a look is worth on real fits: test score of what is kept, at equal seconds.

    python benchmarks/real_fits.py --tasks 40
    python benchmarks/look_real.py --tables tuning --ablations
    python benchmarks/look_real.py --tables reported

Replays strategies on what ``real_fits.py`` kept: whole pipelines with their own seconds, what
prepares alike shared, tables whose families the base does not know. Each strategy has the
same seconds of one core; what it keeps, fitted to all training rows, is scored on test
rows that nothing else saw. Settings are chosen on the tables of one half, by a hash of
their names, and reported on the other.
"""

from __future__ import annotations

import argparse
import shlex
import sys
from pathlib import Path

import numpy as np
import pandas as pd

import warmstart
from _looks import ABLATIONS, STRATEGIES, Table, in_half, report
from warmstart.knowledge.base import open_knowledge
from warmstart.recommend.recommender import Recommender


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--fits", type=Path, default=Path("build/bench/real_fits"))
    parser.add_argument("--tables", choices=["all", "tuning", "reported"], default="all")
    parser.add_argument("--seconds", type=float, nargs="+", default=[0.5, 1, 2, 4, 8])
    parser.add_argument("--ablations", action="store_true")
    parser.add_argument(
        "--metrics", nargs="+", default=["balanced_accuracy", "roc_auc", "log_loss", "r2"]
    )
    return parser.parse_args()


def load(path: Path, metric: str, base: Recommender) -> Table | None:
    """A recorded table in one metric; None where it is of the other kind."""
    with np.load(path) as found:
        metrics = [str(name) for name in found["metrics"]]
        if metric not in metrics:
            return None
        kind = "regression" if str(found["task_type"]) == "regression" else "classification"
        fitted = base.fitted(kind, metric)
        ids = [str(name) for name in found["configurations"]]
        place = {str(name): k for k, name in enumerate(fitted.table.configuration_ids)}
        scores = found["scores"][:, :, metrics.index(metric)]
        usable = [
            row
            for row, name in enumerate(ids)
            if name in place and np.isfinite(scores[row]).all()
        ]
        names = [str(name) for name in found["metafeature_names"]]
        return Table(
            name=path.stem,
            fitted=fitted,
            phi=pd.Series(found["metafeatures"], index=names),
            columns=[place[ids[row]] for row in usable],
            scores=scores[usable, :-1],
            truth=scores[usable, -1],
            prepare_s=found["prepare_s"][usable],
            fit_s=found["fit_s"][usable],
            recipes=[str(found["recipes"][row]) for row in usable],
            n_train=int(found["n_rows"][0]),
        )


def main() -> None:
    args = arguments()
    print(f"    {shlex.join(['python', *sys.argv])}\n")
    print(
        f"warmstart {warmstart.__version__}; test score x 100 that what is kept leaves to the "
        f"best of the pool, mean ± standard error (less the first method's); {args.tables} "
        "tables of families the base does not know\n",
        flush=True,
    )
    base = open_knowledge(None)
    paths = [p for p in sorted(args.fits.glob("*.npz")) if in_half(p.stem, args.tables)]
    for metric in args.metrics:
        tables = [t for t in (load(path, metric, base) for path in paths) if t is not None]
        if len(tables) > 1:
            report(metric, tables, ABLATIONS if args.ablations else STRATEGIES, args.seconds)


if __name__ == "__main__":
    main()
