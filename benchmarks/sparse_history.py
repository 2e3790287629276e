"""How much is learnt when few of a table's cells are evaluated.

    python benchmarks/sparse_history.py --metafeatures metafeatures.parquet

Cells of Oboe are hidden at random. First the whole table is completed: R² over the hidden
cells of log error, in units of each task's own spread about its own mean, so that both have
to be found too. Then, in folds over tasks, the default model learns from the cells left of
the other tasks and searches held-out ones: mean normalised regret x 100 after ten results,
with either completion and against the greedy portfolio.
"""

from __future__ import annotations

import argparse
import shlex
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from _alone import Alone
from warmstart.metadataset.core.score_table import ScoreTable, normalised_regret
from warmstart.metadataset.metadataset import MetaDataset
from warmstart.models.completion.complete import complete
from warmstart.models.log_loss import ideal_score, log_loss_response
from warmstart.models.pmf.pmf import PMF
from warmstart.models.rankings.portfolio import Portfolio
from warmstart.protocols import PerformanceModel


def hidden(table: ScoreTable, density: float, seed: int) -> ScoreTable:
    """The table with cells kept at random, at least two a task."""
    rng = np.random.default_rng([seed, round(1000 * density)])
    kept = rng.random(table.scores.shape) < density
    for _ in range(2):
        kept[np.arange(table.n_tasks), rng.integers(table.n_configs, size=table.n_tasks)] = True
    return replace(table, scores=np.where(kept, table.scores, np.nan))


def r_squared(table: ScoreTable, seen: ScoreTable, how: str) -> float:
    ideal = ideal_score(table)
    truth = log_loss_response(table.scores, ideal)
    filled = complete(log_loss_response(seen.scores, ideal), seen, how=how)  # type: ignore[arg-type]
    found = filled.levels[:, None] + filled.scales[:, None] * filled.responses
    unit = truth.std(axis=1, keepdims=True)
    cells = np.isnan(seen.scores)
    missed = ((found - truth) / unit)[cells]
    spread = ((truth - truth.mean(axis=1, keepdims=True)) / unit)[cells]
    return 1 - float((missed**2).sum() / (spread**2).sum())


def regret_after(
    model: PerformanceModel, phi: pd.Series | None, scores: np.ndarray, n: int
) -> float:
    state = model.start(phi)
    best = np.inf
    regrets = normalised_regret(scores[None])[0]
    for _ in range(n):
        index = state.next()
        state.tell(index, float(scores[index]))
        best = min(best, float(regrets[index]))
    return 100 * best


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--metafeatures", type=Path, metavar="FILE", help="Parquet, by task id")
    parser.add_argument("--densities", type=float, nargs="+", default=[0.05, 0.1])
    parser.add_argument("--seeds", type=int, default=3, help="maskings for R²")
    parser.add_argument("--folds", type=int, default=5, help="0: no search")
    parser.add_argument("--n-evaluations", type=int, default=10)
    args = parser.parse_args()
    print(f"    {shlex.join(['python', *sys.argv])}\n", flush=True)
    md = MetaDataset.published("oboe")
    if args.metafeatures is not None:
        md = md.describe(pd.read_parquet(args.metafeatures))
    table = md.table()
    described = set(md.metafeatures.index) or set(table.task_ids)
    order = np.random.default_rng(0).permutation(table.n_tasks)
    fold = np.empty(table.n_tasks, dtype=int)
    fold[order] = np.arange(table.n_tasks) % max(args.folds, 1)
    methods = {
        "pmf, completed by svd": lambda: Alone(model=PMF(completion="svd")),
        "pmf": Alone,
        "portfolio": Portfolio,
    }
    for density in args.densities:
        start = time.process_time()
        for how in ("svd", "prior"):
            found = [
                r_squared(table, hidden(table, density, seed), how)
                for seed in range(args.seeds)
            ]
            error = np.std(found, ddof=1) / np.sqrt(len(found)) if len(found) > 1 else np.nan
            print(f"density {density:.0%}, {how}: R² {np.mean(found):.3f} ± {error:.3f}")
        print(f"({args.seeds} maskings, {time.process_time() - start:.0f} CPU s)\n", flush=True)
        seen = hidden(table, density, 0)
        regrets: dict[str, list[float]] = {name: [] for name in methods}
        for held in range(args.folds):
            for name, make in methods.items():
                model = make().fit(seen.take(np.flatnonzero(fold != held)))
                for task in np.flatnonzero(fold == held):
                    label = table.task_ids[task]
                    if label in described:
                        phi = md.metafeatures.loc[label] if len(md.metafeatures) else None
                        regrets[name].append(
                            regret_after(model, phi, table.scores[task], args.n_evaluations)
                        )
        for name, values in regrets.items():
            if values:
                error = np.std(values) / np.sqrt(len(values))
                print(
                    f"density {density:.0%}, {name}: regret x 100 after "
                    f"{args.n_evaluations}: {np.mean(values):.2f} ± {error:.2f} "
                    f"({len(values)} tasks)"
                )
        print(f"({time.process_time() - start:.0f} CPU s)\n", flush=True)


if __name__ == "__main__":
    main()
