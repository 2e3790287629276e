"""How many evaluations does a search save that starts from what other datasets found?

    python benchmarks/architecture_search.py --table nas-bench-201
    python benchmarks/architecture_search.py --table nas-bench-graph

Each dataset is left out once. Median over seeds of the gap to its best architecture, in points
of accuracy, after so many evaluations; and which share of its evaluations a cold search could
have saved: until the warm one has the gap of the cold one after so many. No setting was tried
on these tables but the defaults.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from warmstart.metadataset.metadataset import MetaDataset
from warmstart.recommend.acquisition.next_point import ByAcquisition
from warmstart.recommend.methods import METHODS, make_method

AT = (1, 3, 5, 10, 25, 50, 100)
PAIRS = (
    *("reinforce", "recurrent_reinforce", "ppo", "recurrent_ppo"),
    *("tree_search", "progressive", "edit_gp", "evolution"),
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--table", default="nas-bench-201")
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--n", type=int, default=100)
    parser.add_argument("--methods", nargs="+", default=["random", *PAIRS])
    args = parser.parse_args()
    md = MetaDataset.published(args.table)
    print(
        f"    python benchmarks/architecture_search.py --table {args.table} "
        f"--seeds {args.seeds} --methods {' '.join(args.methods)}\n"
    )
    table = md.table("accuracy")
    gaps: dict[tuple[str, Any], np.ndarray] = {}
    for out, task in enumerate(table.task_ids):
        known = table.take([k for k in range(table.n_tasks) if k != out])
        for name in args.methods:
            for method in [name, *([f"cold_{name}"] if f"cold_{name}" in METHODS else [])]:
                gaps[method, task] = np.stack(
                    [
                        follow(method, known, table.scores[out], args.n, seed)
                        for seed in range(args.seeds)
                    ]
                )
    report(gaps, list(table.task_ids), args)


def follow(name: str, known: Any, scores: Any, n: int, seed: int) -> np.ndarray:
    """Gap to the best after each evaluation, in points."""
    model = make_method(name).fit(known, random_state=seed)
    state: Any = model.start()
    if getattr(model, "gives_belief", False):
        state = ByAcquisition(state, random_state=seed)
    best, gaps = -np.inf, []
    for _ in range(n):
        index = state.next()
        state.tell(index, float(scores[index]))
        best = max(best, float(scores[index]))
        gaps.append(100 * (scores.max() - best))
    return np.array(gaps)


def report(gaps: Mapping[tuple[str, Any], np.ndarray], tasks: list[Any], args: Any) -> None:
    """Medians by dataset, and means over datasets."""
    at = [t for t in AT if t <= args.n]
    methods = list(dict.fromkeys(method for method, _ in gaps))
    rows = []
    for method in methods:
        for task in tasks:
            medians = np.median(gaps[method, task], axis=0)
            rows.append([method, task, *(medians[t - 1] for t in at)])
        runs = np.stack([np.median(gaps[method, task], axis=0) for task in tasks])
        errors = runs.std(axis=0, ddof=1) / np.sqrt(len(tasks))
        rows.append([method, "mean", *(runs[:, t - 1].mean() for t in at)])
        rows.append([method, "± se", *(errors[t - 1] for t in at)])
    frame = pd.DataFrame(rows, columns=["method", "dataset", *map(str, at)])
    print(f"{len(tasks)} datasets, each left out; {args.seeds} seeds; points to the best")
    print(frame.set_index(["method", "dataset"]).round(2).to_string(), "\n")
    print("share of cold's evaluations saved at equal regret, mean over datasets")
    rows = []
    for method in methods:
        cold = f"cold_{method}"
        if cold in methods:
            rows.append([method, *(saved(gaps, method, tasks, t) for t in at if t >= 5)])
    print(pd.DataFrame(rows, columns=["method", *(f"cold at {t}" for t in at if t >= 5)]))


def saved(gaps: Mapping[tuple[str, Any], np.ndarray], method: str, tasks: Any, t: int) -> str:
    """Mean share, and on how many datasets it is at least .6; 0 where warm never gets there."""
    shares = []
    for task in tasks:
        target = np.median(gaps[f"cold_{method}", task][:, t - 1])
        n = needed(gaps[method, task], target)
        shares.append(1 - min(n, t) / t)
    return f"{np.mean(shares):.2f} ({sum(s >= 0.6 for s in shares)}/{len(shares)})"


def needed(gaps: np.ndarray, target: float) -> float:
    """Evaluations until the median gap is no larger; infinite if it never is."""
    reached = np.flatnonzero(np.median(gaps, axis=0) <= target + 1e-9)
    return float(reached[0] + 1) if len(reached) else np.inf


if __name__ == "__main__":
    main()
