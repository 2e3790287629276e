"""How honest the default model's predictions on Oboe are after a few random results.

    python benchmarks/oboe_calibration.py --metafeatures metafeatures.parquet

In raw units (balanced error rate), over the configurations not yet seen: negative log
likelihood, coverage of the 90 % interval, and root mean squared error of the predicted
mean and of the median (the score that suggestions show). Folds 2 to 4 are shown alone too:
settings were chosen on folds 0 and 1.
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

from warmstart.evaluate.result import markdown_table
from warmstart.metadataset.metadataset import MetaDataset
from warmstart.models.pmf.pmf import PMF
from warmstart.models.pmf.posterior import PMFPosterior


def negative_log_likelihood(belief: PMFPosterior, errors: np.ndarray) -> np.ndarray:
    """Of raw errors, shape (n_configs,): the mixture's density in log error, times du/de."""
    mixture = belief.mixture
    u = np.log(errors + 0.01)
    z2 = (u - mixture.means) ** 2 / np.maximum(mixture.variances, 1e-12)
    log_density = -0.5 * (z2 + np.log(2 * np.pi * np.maximum(mixture.variances, 1e-12)))
    with np.errstate(divide="ignore"):  # a component may have no weight left
        log_weights = np.log(mixture.weights)[:, None]
    return -logsumexp(log_density + log_weights, axis=0) + u


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
                            "fold": held,
                            "nll": nll.mean(),
                            "rmse": rmse(belief.score_mean(lowest=-1.0)[rest], truth),
                            "median_rmse": rmse(middle, truth),
                            "coverage": np.mean((low <= truth) & (truth <= high)),
                        }
                    )
    print(f"    {shlex.join(['python', *sys.argv])}\n")
    frame = pd.DataFrame(rows)
    print(table_of(frame))
    print(
        f"\n{len(rows) // len(args.at)} tasks. Folds 2 to 4 alone, where nothing was tuned:\n"
    )
    print(table_of(frame[frame["fold"] >= 2]))
    if 5 in args.at:
        print("\n" + verdicts(frame[frame["results"] == 5].mean()))
    print(f"\n{args.folds} folds, {time.process_time() - start:.0f} s CPU")


def rmse(predicted: np.ndarray, truth: np.ndarray) -> float:
    return float(np.sqrt(np.mean((predicted - truth) ** 2)))


def table_of(frame: pd.DataFrame) -> str:
    """Mean ± standard error over tasks, one row a number of results."""
    measures = ["nll", "rmse", "median_rmse", "coverage"]
    rows = [["results", "NLL", "RMSE", "RMSE of the median", "90 % interval covers"]]
    for n, at in frame.groupby("results"):
        cells = [f"{at[m].mean():.3f} ± {at[m].sem():.3f}" for m in measures]
        rows.append([str(n), *cells])
    return markdown_table(rows)


def verdicts(after_five: pd.Series) -> str:
    rows = [["after 5 results", "measured", "target", "verdict"]]
    for name, low, high in (
        ("nll", -np.inf, -2.0),
        ("rmse", 0.0, 0.055),
        ("coverage", 0.88, 0.95),
    ):
        target = f"at most {high}" if name != "coverage" else f"{low} to {high}"
        measured = float(after_five[name])
        met = "met" if low <= measured <= high else "missed"
        rows.append([name, f"{measured:.3f}", target, met])
    return markdown_table(rows)


if __name__ == "__main__":
    main()
