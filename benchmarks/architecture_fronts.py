"""Is the front of accuracy and latency on other datasets the front on a new one?

    python benchmarks/architecture_fronts.py

Each dataset of NAS-Bench-201 and NAS-Bench-Graph is left out once. Architectures on the front
of the others' mean (accuracy as a share of each dataset's range, latency in logarithms) are
named; what counts is the hypervolume they dominate on the dataset left out, as a share of all
architectures', beside random ones of the same number: with latencies in logarithms, and plain.
Each latency was measured once, so the fastest of a front are so by chance; "table" names them
by a table of costs with pairs learnt from the others' latencies, which averages that out, and
"layers" adds the front of those that are left, twice.
Under a cap on latency (a quantile of the dataset's) five are named, best by the others' mean
accuracy times the chance that their mean latency, which differs between datasets as much as it
does between the others, is within the same quantile; the regret is in points of accuracy, to
the best within the cap. "evolved" measures the latency of 100 random architectures of the new
dataset, learns a table of costs from them, and evolves five within the cap, less the table's
error, by the others' mean accuracy: no other architecture is measured there.
"""

from __future__ import annotations

import argparse

import numpy as np
import pandas as pd
from scipy.special import ndtr

from warmstart.metadataset.metadataset import MetaDataset
from warmstart.models.costs.operator_table import CostTable
from warmstart.models.evolution.predicted import evolve_predicted
from warmstart.recommend.pareto.hypervolume import hypervolume, non_dominated

CAPS = (0.05, 0.1, 0.25, 0.5)
N_RANDOM = 200
N_TIMED = 100
N_LAYERS = 3


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--tables", nargs="+", default=["nas-bench-201", "nas-bench-graph"])
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    print(f"    python benchmarks/architecture_fronts.py --tables {' '.join(args.tables)}\n")
    for name in args.tables:
        md = MetaDataset.published(name)
        accuracy = md.matrix("accuracy")
        latency = np.log(-md.matrix("latency"))
        choices = md.configurations.loc[accuracy.columns].astype(str)
        rows = []
        for task in accuracy.index:
            row = one_left_out(accuracy, latency, task, choices.to_dict("records"), args.seed)
            rows.append(row | evolved(accuracy, latency, task, choices, args.seed))
        found = pd.DataFrame(rows, index=accuracy.index)
        print(f"{name}: {len(found)} datasets, {accuracy.shape[1]:,} architectures")
        print(found.round(3).to_string())
        print("mean    " + ", ".join(f"{c} {v:.3f}" for c, v in found.mean().items()) + "\n")


def one_left_out(
    accuracy: pd.DataFrame,
    latency: pd.DataFrame,
    task: str,
    rows: list[dict[str, str]],
    seed: int,
) -> dict[str, float]:
    """What the others' front is worth on one dataset."""
    rng = np.random.default_rng(seed)
    others = accuracy.drop(index=task)
    low, high = others.min(axis=1), others.max(axis=1)
    mean = ((others.sub(low, axis=0)).div(high - low, axis=0)).mean().to_numpy()
    y, c = accuracy.loc[task].to_numpy(), latency.loc[task].to_numpy()
    points = np.column_stack([(y - y.min()) / np.ptp(y), (c.max() - c) / np.ptp(c)])
    # Each dataset has its own level; what is left is how surely a latency is known.
    others_slow = latency.drop(index=task)
    about = others_slow.sub(others_slow.median(axis=1), axis=0)
    slow, spread = about.mean().to_numpy(), float(about.std(ddof=1).median())
    named = np.flatnonzero(fast_front(mean, -slow))
    smooth = CostTable(pairs=True).fit(rows, slow).predict(rows)
    table, layers = peeled(mean, -smooth, 1), peeled(mean, -smooth, N_LAYERS)
    plain = points.copy()
    plain[:, 1] = (np.exp(c.max()) - np.exp(c)) / np.ptp(np.exp(c))
    whole_plain = hypervolume(front_of(plain), [0.0, 0.0])
    whole = hypervolume(points[fast_front(*points.T)], [0.0, 0.0])
    chance, many = (
        [
            hypervolume(points[rng.choice(len(y), len(of), replace=False)], [0.0, 0.0])
            for _ in range(20)
        ]
        for of in (named, layers)
    )
    row = {
        "named": float(len(named)),
        "share": hypervolume(points[named], [0.0, 0.0]) / whole,
        "random": float(np.mean(chance)) / whole,
        "plain": hypervolume(plain[named], [0.0, 0.0]) / whole_plain,
        "n table": float(len(table)),
        "table": hypervolume(points[table], [0.0, 0.0]) / whole,
        "n layers": float(len(layers)),
        "layers": hypervolume(front_of(points[layers]), [0.0, 0.0]) / whole,
        "plain table": hypervolume(plain[table], [0.0, 0.0]) / whole_plain,
        "plain layers": hypervolume(front_of(plain[layers]), [0.0, 0.0]) / whole_plain,
        "random as many": float(np.mean(many)) / whole,
    }
    # What the table smooths away differs between datasets, and so is no part of its error.
    smooth_spread = float(np.std(smooth - slow) / np.sqrt(len(others_slow)))
    for quantile in CAPS:
        within = c <= np.quantile(c, quantile)
        best = y[within].max()
        chances = ndtr((np.quantile(slow, quantile) - slow) / spread)
        five = np.argsort(-mean * chances)[:5]
        kept = five[within[five]]
        row[f"cap {quantile:g}"] = (
            100 * (best - y[kept].max()) if len(kept) else 100 * np.ptp(y)
        )
        chances = ndtr((np.quantile(smooth, quantile) - smooth) / max(smooth_spread, 1e-9))
        five = np.argsort(-mean * chances)[:5]
        kept = five[within[five]]
        row[f"table {quantile:g}"] = (
            100 * (best - y[kept].max()) if len(kept) else 100 * np.ptp(y)
        )
        draws = [rng.choice(np.flatnonzero(within), 5, replace=False) for _ in range(N_RANDOM)]
        row[f"random {quantile:g}"] = 100 * float(np.mean([best - y[d].max() for d in draws]))
    return row


def evolved(
    accuracy: pd.DataFrame, latency: pd.DataFrame, task: str, choices: pd.DataFrame, seed: int
) -> dict[str, float]:
    """Regret of five that evolution on a predictor and a table of costs names."""
    rng = np.random.default_rng(seed)
    others = accuracy.drop(index=task)
    low, high = others.min(axis=1), others.max(axis=1)
    mean = others.sub(low, axis=0).div(high - low, axis=0).mean().to_numpy()
    y, seconds = accuracy.loc[task].to_numpy(), np.exp(latency.loc[task].to_numpy())
    rows = choices.to_dict("records")
    places = {tuple(row.values()): k for k, row in enumerate(rows)}
    timed = rng.choice(len(rows), N_TIMED, replace=False)
    table = CostTable().fit([rows[k] for k in timed], seconds[timed])
    options = {name: sorted({rows[k][name] for k in timed}) for name in choices}
    found = {}

    def score(many: list[dict[str, str]]) -> list[float]:
        # What is no architecture of the space is worth nothing.
        at = [places.get(tuple(one[name] for name in choices)) for one in many]
        return [0.0 if k is None else float(mean[k]) for k in at]

    for quantile in CAPS:
        limit = float(np.quantile(seconds, quantile))
        five = evolve_predicted(
            options,
            score,
            5,
            cost=table.predict,
            limit=limit - table.spread_,
            random_state=seed,
        )
        named = [k for one in five if (k := places.get(tuple(one[n] for n in choices)))]
        kept = [k for k in named if seconds[k] <= limit]
        best = y[seconds <= limit].max()
        found[f"evolved {quantile:g}"] = 100 * (best - max(y[kept], default=y.min()))
    return found


def peeled(first: np.ndarray, second: np.ndarray, n_layers: int) -> np.ndarray:
    """Places of the front, of the front of the rest, and so on."""
    left, found = np.arange(len(first)), []
    for _ in range(n_layers):
        front = fast_front(first[left], second[left])
        found.append(left[front])
        left = left[~front]
    return np.concatenate(found)


def front_of(points: np.ndarray) -> np.ndarray:
    """Of points in two objectives."""
    return points[fast_front(*points.T)]


def fast_front(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """The front of many points in two objectives: better than all that are better in one."""
    order = np.lexsort((-second, -first))
    best = np.maximum.accumulate(second[order])
    kept = np.zeros(len(first), dtype=bool)
    kept[order[second[order] > np.append(-np.inf, best[:-1])]] = True
    # What is equal in the first and worse in the second came later, and was not better.
    kept[np.flatnonzero(kept)] = non_dominated(np.column_stack([first, second])[kept])
    return kept


if __name__ == "__main__":
    main()
