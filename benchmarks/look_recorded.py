"""What a look is worth on the base's own records, families left out: a first sieve of ideas.

    python benchmarks/look_recorded.py --families tuning --ablations
    python benchmarks/look_recorded.py --families reported

Each family is forgotten in turn with its fold of families. A fit takes the seconds that were
recorded; its score on a fold is the recorded one and noise of the size that folds had
(`--noise`, the share of ``score_std`` squared that differs between configurations; the rest is
how hard a fold is for all). What is kept is judged by the recorded score, in normalised regret.
"""

from __future__ import annotations

import argparse
import shlex
import sys
import zlib
from collections.abc import Callable, Iterator
from itertools import islice

import numpy as np
import pandas as pd

import warmstart
from _common import add_questions, questions
from _looked_tables import Floats, Measured, Table
from _looks import ABLATIONS, STRATEGIES, in_half, report
from warmstart.evaluate.folds import assign_folds
from warmstart.knowledge.base import open_knowledge
from warmstart.recommend.history.training_scores import target_scales
from warmstart.recommend.look.measuring.splits import Part
from warmstart.recommend.recommender import Recommender

N_FOLDS = 9
SHARES = {"roc_auc": 0.17, "log_loss": 0.2, "r2": 0.23, "rmse": 0.23, "mae": 0.23}
"""Of a fold's variance, what differs between configurations; .46 for the other metrics."""

OWN, OTHERS = 2.0, 5.0
"""Degrees of freedom of a variance from three folds, and what those of others count as."""

CHI_MEDIAN = 0.69
"""Median of such a variance over its mean."""

MOST = 10.0


def parser_of(doc: str | None) -> argparse.ArgumentParser:
    """Options of whoever replays looks on the base's records."""
    parser = argparse.ArgumentParser(description=(doc or "").partition("\n")[0])
    add_questions(parser)
    parser.set_defaults(folds=5)
    parser.add_argument("--families", choices=["all", "tuning", "reported"], default="all")
    parser.add_argument("--seconds", type=float, nargs="+", default=[0.5, 1, 2, 4, 8])
    parser.add_argument("--tasks", type=int, help="at most, in the order of their families")
    parser.add_argument("--noise", type=float, help="0 to 1; by default by metric")
    return parser


def tables_of(
    base: Recommender, kind: str, metric: str, args: argparse.Namespace
) -> Iterator[Table]:
    """Every task of the half asked for, by a base without its families."""
    whole = base.fitted(kind, metric)
    costs, ids = whole.table.costs, whole.table.task_ids
    assert costs is not None  # the embedded base knows seconds
    stds = base.md.score_std(metric, task_type=kind).reindex(
        index=ids, columns=whole.table.configuration_ids
    )
    named = whole.table.configuration_ids
    scales = target_scales(base.md.table(metric, configurations=named, task_type=kind), metric)
    if len(scales):  # the scores were divided by them
        stds = stds.div(np.asarray(scales), axis=0)
    share = args.noise if args.noise is not None else SHARES.get(metric, 0.46)
    folds = assign_folds(whole.table.families, args.folds, random_state=args.seed)
    for fold in range(args.folds):
        rows = np.flatnonzero(np.asarray(folds) == fold)
        wanted = [r for r in rows if in_half(str(whole.table.families[r]), args.families)]
        if not wanted:
            continue
        fitted = base.fitted(kind, metric, [ids[row] for row in rows])
        place = {name: k for k, name in enumerate(fitted.table.configuration_ids)}
        for row in wanted:
            score = whole.table.scores[row]
            names = whole.table.configuration_ids
            usable = [
                c
                for c, name in enumerate(names)
                if name in place and np.isfinite([score[c], costs[row, c]]).all()
            ]
            phi = _described(whole.table.metafeatures, ids[row])
            truth = score[usable]
            rng = np.random.default_rng(zlib.crc32(f"{metric} {ids[row]}".encode()))
            own = stds.iloc[row, usable].to_numpy(dtype=float) ** 2
            luck = rng.normal(size=(len(usable), N_FOLDS)) * _noise(share * own)[:, None]
            luck = luck + _hard(rng, (1 - share) * own)
            yield Table(
                name=str(ids[row]),
                fitted=fitted,
                phi=phi,
                columns=[place[names[c]] for c in usable],
                measure=_told(truth[:, None] + luck, costs[row, usable]),
                truth=lambda k, truth=truth: float(truth[k]),
                best=float(truth.max()),
                max_divisions=N_FOLDS // 3,
                n_train=2000 if phi is None else int(min(phi["NumberOfInstances"], 2000)),
                unit=float(truth.max() - truth.min()) or 1.0,
            )


def _noise(variances: Floats) -> Floats:
    """Of one fold of each; what three folds say of it counts less than what all say.

    On real fits variances of configurations differ by half of their mean or so.
    """
    known = np.isfinite(variances)
    usual = float(np.median(variances[known])) / CHI_MEDIAN if known.any() else 0.0
    own = np.minimum(np.where(known, variances, usual), MOST * usual)
    result: Floats = np.sqrt((OWN * own + OTHERS * usual) / (OWN + OTHERS))
    return result


def _hard(rng: np.random.Generator, variances: Floats) -> Floats:
    """How hard each fold is for all, and how hard all the rows are that folds are cut from."""
    known = variances[np.isfinite(variances)]
    std = np.sqrt(np.median(known) / CHI_MEDIAN) if len(known) else 0.0
    own = rng.normal(size=(N_FOLDS // 3, 3))
    own -= own.mean(axis=1, keepdims=True)
    result: Floats = std * (own + rng.normal() / np.sqrt(3)).ravel()
    return result


def _told(scores: Floats, seconds: Floats) -> Callable[[int, Part, float], Measured]:
    """Recorded scores, as fits that take the recorded seconds."""

    def measure(index: int, part: Part, _limit_s: float) -> Measured:
        return Measured(
            score=float(scores[index, 3 * part.division + part.fold]),
            prepare_s=0.0,
            fit_s=float(seconds[index]),
            recipe=str(index),
        )

    return measure


def _described(metafeatures: pd.DataFrame | None, task: object) -> pd.Series | None:
    return None if metafeatures is None else metafeatures.loc[task]


def main() -> None:
    parser = parser_of(__doc__)
    parser.add_argument("--ablations", action="store_true")
    args = parser.parse_args()
    print(f"    {shlex.join(['python', *sys.argv])}\n")
    print(
        f"warmstart {warmstart.__version__}; normalised regret x 100 of what is kept, mean ± "
        f"standard error (less the first method's); {args.families} families, {args.folds} "
        f"folds of families, seed {args.seed}\n",
        flush=True,
    )
    base = open_knowledge(args.knowledge)
    for kind, metric in questions(base.md, args.kinds, args.metrics):
        tables = list(islice(tables_of(base, kind, metric, args), args.tasks))
        report(metric, tables, ABLATIONS if args.ablations else STRATEGIES, args.seconds)


if __name__ == "__main__":
    main()
