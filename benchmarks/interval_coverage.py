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
TARGET = 0.88, 0.92


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
            choice = choose(
                fitted,
                phi,
                everything,
                args.n,
                method=None,
                strategy="pmf",
                time_budget_s=None,
                speed=1.0,
                random_state=args.seed,
                sizes=phi,
            )
            unit = fitted.units.scale(phi)
            alone = fitted.pmf.start(phi)
            predictive = fitted.models.pmf_with_level.predictive(phi, everything)
            of_all = predictive.score_quantiles((LOW, 0.5, HIGH), everything) * unit
            before = alone.score_quantiles((LOW, 0.5, HIGH), np.array(choice.columns)) * unit
            named = scores[choice.columns]
            rows.append(
                {
                    **_held(of_all, scores, unit, "all"),
                    **_held(choice.quantiles[[0, 2, 4]], named, unit, "named"),
                    **_held(before, named, unit, "named, by the model alone"),
                }
            )
    return pd.DataFrame(rows)


def _held(bounds: Any, scores: Any, unit: float, name: str) -> dict[str, float]:
    """What a task's intervals hold, their width and how far off their middle is."""
    known = np.isfinite(scores)
    low, middle, high = bounds[:, known]
    found = scores[known]
    cells = {
        "covered": 100 * ((low <= found) & (found <= high)).mean() if known.any() else np.nan,
        "below": 100 * (found < low).mean() if known.any() else np.nan,
        "above": 100 * (found > high).mean() if known.any() else np.nan,
        "width": (high - low).mean() / unit if known.any() else np.nan,
        "off by": np.abs(found - middle).mean() / unit if known.any() else np.nan,
    }
    return {f"{name}: {key}": value for key, value in cells.items()}


def main() -> None:
    args = arguments()
    md = print_heading(args.knowledge)
    print(
        f"Per cent of scores inside the {100 * (HIGH - LOW):.0f} % interval, mean ± standard "
        f"error over tasks, and per cent below and above it; {args.folds} folds of families, "
        f"seed {args.seed}. The target is {100 * TARGET[0]:.0f} to {100 * TARGET[1]:.0f}. "
        "Width, and how far scores are from the middle: means over tasks; errors in spreads of "
        "the target.\n"
    )
    print("| metric | tasks | of | covered | | below | above | width | off by |")
    print("| --- | --: | --- | --: | --- | --: | --: | --: | --: |")
    for kind, metric in questions(md, args.kinds, args.metrics):
        found = cover(md, kind, metric, args)
        for name in ("all", "named", "named, by the model alone"):
            share = found[f"{name}: covered"]
            error = share.std(ddof=1) / np.sqrt(share.notna().sum())
            met = TARGET[0] <= share.mean() / 100 <= TARGET[1]
            cells = [
                *(metric, str(len(found)), name),
                *(f"{share.mean():.1f} ± {error:.1f}", "met" if met else "missed"),
                *(f"{found[f'{name}: {side}'].mean():.1f}" for side in ("below", "above")),
                *(f"{found[f'{name}: {key}'].mean():.3g}" for key in ("width", "off by")),
            ]
            print("| " + " | ".join(cells) + " |", flush=True)


if __name__ == "__main__":
    main()
