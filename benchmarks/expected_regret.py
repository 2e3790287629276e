"""Is the regret that is expected of the first k what happens, and the best named as often?

    python benchmarks/expected_regret.py

Every family is held out once and its tasks are answered by the rest, as ``suggest`` with
``exclude`` does: regrets in the metric's units, of the best of the first k among the
configurations known on the task. Then predicted against happened in ten bins of equally many
predictions, of expected regrets (all k, as shares of the metric's mean regret) and of
P(best). Where several configurations are best, each is so by its share. A task is one
observation.
``--families unseen`` judges only the half of the families on which nothing was chosen,
``tuned`` the other half.
"""

from __future__ import annotations

import argparse
import zlib

import numpy as np

from _common import add_questions, print_heading, questions
from warmstart.evaluate.folds import assign_folds
from warmstart.evaluate.result import markdown_table
from warmstart.metadataset.metadataset import MetaDataset
from warmstart.recommend.answer.choose import choose
from warmstart.recommend.base.fitting import fit_base

AT = (1, 3, 5, 10)
FACTOR = 1.5


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    add_questions(parser)
    parser.add_argument("--families", choices=["all", "tuned", "unseen"], default="unseen")
    return parser.parse_args()


def told(
    md: MetaDataset, kind: str, metric: str, args: argparse.Namespace
) -> tuple[np.ndarray, np.ndarray]:
    """Expected and happened regret, shape (2, n_tasks, n_at); P(best) and hits likewise."""
    table = md.table(metric, task_type=kind)
    folds = assign_folds(table.families, args.folds, random_state=args.seed)
    regrets, hits = [], []
    for fold in range(args.folds):
        out = np.flatnonzero(folds == fold)
        fitted = fit_base(
            md.drop(tasks=table.task_ids[out]),
            metric=metric,
            task_type=kind,
            random_state=args.seed,
        )
        places = table.configuration_ids.get_indexer(fitted.table.configuration_ids)
        for row in out:
            unseen = zlib.crc32(str(table.families[row]).encode()) % 10 >= 5
            if args.families != "all" and unseen != (args.families == "unseen"):
                continue
            scores = table.scores[row, places]
            columns = np.flatnonzero(np.isfinite(scores))
            task = table.task_ids[row]
            choice = choose(
                fitted,
                md.metafeatures.loc[task],
                columns,
                max(AT),
                method=None,
                strategy="pmf",
                time_budget_s=None,
                speed=1.0,
                random_state=args.seed,
                sizes=md.metafeatures.loc[task],
            )
            short = scores[columns].max() - scores[choice.columns]
            best = np.minimum.accumulate(short)
            at = [k - 1 for k in AT]
            # Errors in units of the target's spread, or large targets would decide alone.
            scale = fitted.units.scale(md.metafeatures.loc[task])
            regrets.append([choice.expected.of_best[at] / scale, best[at] / scale])
            n_best = (scores[columns] == scores[columns].max()).sum()
            hits.append([choice.expected.p_best, (short <= 0) / n_best])
    return np.transpose(regrets, (1, 0, 2)), np.transpose(hits, (1, 0, 2))


def bins(predicted: np.ndarray, happened: np.ndarray, unit: str) -> str:
    """Means of both in ten bins of equally many predictions."""
    order = np.argsort(predicted, kind="stable")
    rows = [["bin", f"predicted{unit}", f"happened{unit}", "± standard error"]]
    for k, some in enumerate(np.array_split(order, 10), start=1):
        error = happened[some].std(ddof=1) / np.sqrt(len(some))
        means = predicted[some].mean(), happened[some].mean()
        rows.append([str(k), *(f"{value:.3f}" for value in (*means, error))])
    return markdown_table(rows)


def main() -> None:
    args = arguments()
    md = print_heading(args.knowledge)
    print(
        f"Regret of the best of the first k, expected / happened ± standard error; "
        f"{args.folds} folds of families, seed {args.seed}, {args.families} families. Within a "
        f"factor of {FACTOR} is met.\n"
    )
    rows = [["kind", "metric", "tasks", *(f"k = {k}" for k in AT), "", "best named in ten"]]
    all_regrets, all_hits = [], []
    for kind, metric in questions(md, args.kinds, args.metrics):
        regrets, hits = told(md, kind, metric, args)
        means = regrets.mean(axis=1)
        errors = regrets[1].std(axis=0, ddof=1) / np.sqrt(len(regrets[1]))
        ratio = means[1] / means[0]
        met = bool((np.abs(np.log(ratio)) <= np.log(FACTOR)).all())
        cells = [f"{a:.4f} / {b:.4f} ± {e:.4f}" for a, b, e in zip(*means, errors, strict=True)]
        named = hits.sum(axis=2).mean(axis=1)
        rows.append(
            [
                *(kind, metric, str(len(regrets[1])), *cells, "met" if met else "missed"),
                f"{100 * named[0]:.0f} % / {100 * named[1]:.0f} %",
            ]
        )
        all_regrets.append((regrets / means[1].mean()).reshape(2, -1))
        all_hits.append(hits.reshape(2, -1))
    print(markdown_table(rows))
    print("\n## Expected regret, in units of each metric's mean\n")
    print(bins(*np.concatenate(all_regrets, axis=1), ""))
    print("\n## P(best)\n")
    print(bins(*np.concatenate(all_hits, axis=1), ""))


if __name__ == "__main__":
    main()
