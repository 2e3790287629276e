"""Do the 90 % intervals of predicted scores hold on families the base has not seen?

    python benchmarks/interval_coverage.py

Every family is held out once and its tasks are answered by the rest, as ``suggest`` with
``exclude`` does: scores in their own units, predicted from meta-features alone. Failed
evaluations have no score and do not count. A task is one observation: standard errors are
over tasks, whose configurations stand and fall together.
"""

from __future__ import annotations

import argparse
from typing import Any

import numpy as np
import pandas as pd

from _common import add_questions, print_heading, questions
from warmstart.evaluate.folds import assign_folds
from warmstart.metadataset.metadataset import MetaDataset
from warmstart.recommend.answer.choose import choose
from warmstart.recommend.base.fitting import fit_base

LOW, HIGH = 0.05, 0.95
TARGET = 0.85, 0.95


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    add_questions(parser)
    parser.add_argument("--n", type=int, default=10, help="configurations suggested")
    return parser.parse_args()


def cover(md: MetaDataset, kind: str, metric: str, args: argparse.Namespace) -> pd.DataFrame:
    """One row a held-out task: what its intervals hold, and how wide they are."""
    table = md.table(metric, task_type=kind)
    actual = pd.DataFrame(table.scores, index=table.task_ids, columns=table.configuration_ids)
    folds = assign_folds(table.families, args.folds, random_state=args.seed)
    rows = []
    for fold in range(args.folds):
        held_out = table.task_ids[folds == fold]
        fitted = fit_base(
            md.drop(tasks=held_out), metric=metric, task_type=kind, random_state=args.seed
        )
        everything = np.arange(fitted.table.n_configs)
        for task in held_out:
            phi = md.metafeatures.loc[task]
            scores = actual.loc[task, fitted.table.configuration_ids].to_numpy()
            plain = fitted.pmf.start(phi).score_quantiles((LOW, HIGH))
            predicted = plain * fitted.units.scale(phi)
            choice = choose(
                fitted,
                phi,
                everything,
                args.n,
                method="pmf",
                time_budget_s=None,
                speed=1.0,
                random_state=args.seed,
            )
            suggested = choice.quantiles[[0, -1]], scores[choice.columns]
            rows.append(
                {
                    **_held(predicted, scores, ""),
                    **_held(*suggested, "suggested "),
                    # In units of the target's spread, where the metric has its unit.
                    "width": np.median(predicted[1] - predicted[0]) / fitted.units.scale(phi),
                }
            )
    return pd.DataFrame(rows)


def _held(bounds: Any, scores: Any, prefix: str) -> dict[str, float]:
    known = np.isfinite(scores)
    below = (scores < bounds[0])[known].mean() if known.any() else np.nan
    above = (scores > bounds[1])[known].mean() if known.any() else np.nan
    return {
        f"{prefix}covered": 1 - below - above,
        f"{prefix}below": below,
        f"{prefix}above": above,
    }


def main() -> None:
    args = arguments()
    md = print_heading(args.knowledge)
    print(
        f"Per cent of scores inside the {100 * (HIGH - LOW):.0f} % interval, mean ± standard "
        f"error over tasks, and per cent below and above it; {args.folds} folds of families, "
        f"seed {args.seed}. The target is {100 * TARGET[0]:.0f} to {100 * TARGET[1]:.0f}. "
        "Width: mean over tasks of the median interval; errors in spreads of the target.\n"
    )
    print(
        "| kind | metric | tasks | covered | | below | above | width "
        f"| of {args.n} suggested | | below | above |"
    )
    print("| --- | --- | --: | --: | --- | --: | --: | --: | --: | --- | --: | --: |")
    for kind, metric in questions(md, args.kinds, args.metrics):
        found = cover(md, kind, metric, args)
        cells = [kind, metric, str(len(found))]
        for prefix in ("", "suggested "):
            share = found[f"{prefix}covered"]
            error = 100 * share.std(ddof=1) / np.sqrt(share.notna().sum())
            cells.append(f"{100 * share.mean():.1f} ± {error:.1f}")
            cells.append("met" if TARGET[0] <= share.mean() <= TARGET[1] else "missed")
            cells += [f"{100 * found[prefix + side].mean():.1f}" for side in ("below", "above")]
            if not prefix:
                cells.append(f"{found['width'].mean():.3g}")
        print("| " + " | ".join(cells) + " |", flush=True)


if __name__ == "__main__":
    main()
