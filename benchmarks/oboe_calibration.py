"""How honest the default model's predictions on Oboe are after a few random results.

    python benchmarks/oboe_calibration.py --metafeatures metafeatures.parquet

In raw units (balanced error rate), over the configurations not yet seen: negative log
likelihood, root mean squared error of the median, and coverage of the 90 % interval.
"""

from __future__ import annotations

import argparse
import shlex
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.special import logsumexp

from warmstart.metadataset.metadataset import MetaDataset
from warmstart.models.pmf import PMF, PMFPosterior


def negative_log_likelihood(belief: PMFPosterior, errors: np.ndarray) -> np.ndarray:
    """Of raw errors, shape (n_configs,): the mixture's density in log error, times du/de."""
    mixture = belief.mixture
    u = np.log(errors + 0.01)
    z2 = (u - mixture.means) ** 2 / np.maximum(mixture.variances, 1e-12)
    log_density = -0.5 * (z2 + np.log(2 * np.pi * np.maximum(mixture.variances, 1e-12)))
    return -logsumexp(log_density, axis=0, b=mixture.weights[:, None]) + u


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--metafeatures", type=Path, metavar="FILE", help="Parquet, by task id")
    parser.add_argument("--at", type=int, nargs="+", default=[5, 10, 25])
    parser.add_argument("--folds", type=int, default=5)
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    md = MetaDataset.published("oboe")
    if args.metafeatures is not None:
        md = md.describe(pd.read_parquet(args.metafeatures))
    described = md.metafeatures.index if args.metafeatures is not None else md.tasks.index
    table = md.table()
    order = np.random.default_rng(0).permutation(table.n_tasks)
    fold = np.empty(table.n_tasks, dtype=int)
    fold[order] = np.arange(table.n_tasks) % args.folds
    rows: list[dict[str, float]] = []
    start = time.process_time()
    for held in range(args.folds):
        model = PMF().fit(table.take(np.flatnonzero(fold != held)))
        for task in np.flatnonzero(fold == held):
            name = table.task_ids[task]
            if name not in described:
                continue
            phi = None if args.metafeatures is None else md.metafeatures.loc[name]
            scores = table.scores[task]
            seen = np.random.default_rng([args.seed, task]).permutation(len(scores))
            belief = model.start(phi)
            for t, index in enumerate(seen[: max(args.at)], start=1):
                belief.tell(int(index), float(scores[index]))
                if t in args.at:
                    rest = seen[t:]
                    low, middle, high = belief.score_quantiles((0.05, 0.5, 0.95))[:, rest]
                    truth = scores[rest]
                    nll = negative_log_likelihood(belief, -scores)[rest]
                    rows.append(
                        {
                            "results": t,
                            "nll": nll.mean(),
                            "rmse": np.sqrt(np.mean((truth - middle) ** 2)),
                            "coverage": np.mean((low <= truth) & (truth <= high)),
                        }
                    )
    frame = pd.DataFrame(rows).groupby("results")
    summary = pd.concat([frame.mean(), frame.sem().add_suffix("_se")], axis=1)
    n_tasks = len(rows) // len(args.at)
    print(summary.round(3).to_string())
    print(f"\n{n_tasks} tasks, {args.folds} folds, {time.process_time() - start:.0f} s CPU")
    print(f"\n    {shlex.join(['python', *sys.argv])}")


if __name__ == "__main__":
    main()
