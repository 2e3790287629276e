"""Population based training of networks: warm, cold and random first populations.

    python benchmarks/population_training.py --corpus build/corpus [--tables 8] [--seeds 3]

Learning rate and penalty of an MLP (32 units, passes over at most so many rows) change while
it is trained; eight members, twelve steps. "warm" begins with the best members' values on the
tables of other families, one from each, nearest in rank first, and follows the median of their
ways as its schedule; "cold" draws them anew from the range, with the same exchanges; "random"
has the same population and no exchange. The tables' other values come from a first run on all
tables, seeds of their own. Scores are of held-out rows; means ± standard errors over tables.
"""

from __future__ import annotations

import argparse
import shlex
import sys
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier
from sklearn.preprocessing import StandardScaler

from warmstart.datasets.load import load_dataset
from warmstart.downstream.schedulers.learners import PartialFitLearner
from warmstart.downstream.schedulers.population import PopulationTraining
from warmstart.downstream.schedulers.schedule import ValueSchedule
from warmstart.execution.local import read_tasks

RANGES = {"learning_rate_init": (1e-4, 1e-1), "alpha": (1e-6, 1.0)}
N_MEMBERS, N_STEPS = 8, 12


def drawn(rng: np.random.Generator) -> list[dict[str, float]]:
    """A population from the ranges, on a log scale."""
    return [
        {
            name: float(np.exp(rng.uniform(np.log(low), np.log(high))))
            for name, (low, high) in RANGES.items()
        }
        for _ in range(N_MEMBERS)
    ]


def tables(corpus: Path, n: int, n_rows: int, skip: int = 0) -> list[tuple[str, Any]]:
    """Classification tables of numbers, one a family, split once; without the first few."""
    found: dict[str, Any] = {}
    tasks = read_tasks(corpus / "tasks.csv")
    for place in np.random.default_rng(3).permutation(len(tasks)):
        task = tasks[place]
        if task.task_type == "regression" or task.family in found:
            continue
        data = load_dataset(task.path, target=task.target, task_type=task.task_type)
        numbers = data.X.select_dtypes("number").fillna(0.0)
        y = pd.factorize(np.asarray(data.y))[0]
        if numbers.shape[1] < 3 or len(y) < 400 or np.bincount(y).min() < 10:
            continue
        X = numbers.to_numpy(float)
        kept = np.random.default_rng(0).permutation(len(y))[:n_rows]
        parts = train_test_split(X[kept], y[kept], random_state=0, stratify=y[kept])
        scale = StandardScaler().fit(parts[0])
        found[task.family] = (scale.transform(parts[0]), scale.transform(parts[1]), *parts[2:])
        if len(found) == n + skip:
            break
    return list(found.items())[skip:]


def train(
    data: Any,
    first: list[dict[str, float]],
    seed: int,
    *,
    schedule: ValueSchedule | None = None,
    exchange: bool = True,
) -> tuple[list[float], list[dict[str, Any]]]:
    """Best held-out score at each step, and the way of the best member."""
    X, X_test, y, y_test = data
    curve: list[float] = []

    def make(values: Any) -> PartialFitLearner:
        model = MLPClassifier((32,), random_state=seed)
        return PartialFitLearner(model, X, y, values, random_state=seed)

    training = PopulationTraining(
        first=first,
        make=make,
        score=lambda learner: learner.model.score(X_test, y_test),
        mutable=RANGES if exchange else {},
        schedule=schedule,
        random_state=seed,
    )
    if not exchange:
        training._exchange = lambda *_: None  # type: ignore[method-assign]
    best = training.run(
        N_STEPS, watch=lambda _, members: curve.append(max(m.score for m in members))
    )
    return curve, best.path


def main() -> None:
    """Print the mean best score at checkpoints."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--corpus", type=Path, required=True)
    parser.add_argument("--tables", type=int, default=8)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--rows", type=int, default=800)
    parser.add_argument("--skip", type=int, default=0, help="tables, to tune on others")
    parser.add_argument("--share", type=float, default=1.0, help="of the population is warm")
    parser.add_argument("--no-schedule", action="store_true")
    args = parser.parse_args()
    warnings.simplefilter("ignore")
    print(f"    {shlex.join(['python', *sys.argv])}\n")
    found = tables(args.corpus, args.tables, args.rows, args.skip)
    ways = {
        name: train(data, drawn(np.random.default_rng(900 + k)), 900 + k)[1]
        for k, (name, data) in enumerate(found)
    }
    curves: dict[str, list[Any]] = {"random": [], "cold": [], "warm": []}
    for name, data in found:
        others = [way for other, way in ways.items() if other != name]
        rows: dict[str, list[Any]] = {kind: [] for kind in curves}
        for seed in range(args.seeds):
            cold = drawn(np.random.default_rng(seed))
            warm = [dict(way[0]) for way in others][: round(args.share * N_MEMBERS)]
            warm += cold[: N_MEMBERS - len(warm)]
            rows["random"].append(train(data, cold, seed, exchange=False)[0])
            rows["cold"].append(train(data, cold, seed)[0])
            schedule = None if args.no_schedule else ValueSchedule.of(others)
            rows["warm"].append(train(data, warm, seed, schedule=schedule)[0])
        for kind, all_seeds in rows.items():
            curves[kind].append(np.mean(all_seeds, axis=0))
    at = [1, 2, 4, 8, 12]
    print(f"{len(found)} tables x {args.seeds} seeds, held-out accuracy of the best member\n")
    print(f"| population | {' | '.join(f'step {k}' for k in at)} |")
    print(f"| --- |{' --: |' * len(at)}")
    for kind, values in curves.items():
        array = np.array(values)[:, np.array(at) - 1]
        print(f"| {kind} | {' | '.join(f'{v:.4f}' for v in array.mean(axis=0))} |")
    for rival in ("cold", "random"):
        gap = (np.array(curves["warm"]) - np.array(curves[rival]))[:, np.array(at) - 1]
        error = gap.std(axis=0, ddof=1) / np.sqrt(len(gap))
        cells = (f"{m:+.4f} ± {e:.4f}" for m, e in zip(gap.mean(axis=0), error, strict=True))
        print(f"| warm - {rival} | {' | '.join(cells)} |")


if __name__ == "__main__":
    main()
