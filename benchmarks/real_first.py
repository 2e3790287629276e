"""Is what is named first better than strong defaults on real tables, small and large?

    python data/corpus/fetch.py --out build/corpus
    python benchmarks/real_first.py                              # 500 rows to 8,000
    python benchmarks/real_first.py --rows 8000 50000 --few 2000 --first

Tables are of families that the base does not know (`--tuning`: of others, each forgotten in
turn, to choose by). Two thirds of a table's rows (33,000 at
most) are trained on; the score is that of up to 4,000 others, which choose nothing. Compared
are the first suggestion, the best of three and of ten by three folds of the training rows
(one part held out above 2,000), the best of ten library defaults chosen alike (with class
weights for balanced accuracy), and the defaults of CatBoost and histogram boosting. `--few`
asks again with so many of the same training rows, and the same test rows. Fits and results
are kept, so a run cut short goes on; the cheapest tables come first.
"""

from __future__ import annotations

import argparse
import shlex
import sys
import time
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

import warmstart
from _kept import Results
from _lists import Listed, library_defaults
from _real_tables import RealTable, find_tasks
from _whole_tables import WholeTable
from look_real import tested
from warmstart.evaluate.folds import assign_folds
from warmstart.execution.local import LocalTask
from warmstart.knowledge.base import open_knowledge
from warmstart.metadataset.metadataset import MetaDataset
from warmstart.metrics import METRICS
from warmstart.recommend.question.resampled import of_too_few_rows
from warmstart.recommend.recommender import Recommender
from warmstart.spaces.pipelines.learners import LEARNERS
from warmstart.spaces.pipelines.pipeline import build_estimator

SLOW = {"rbf_svm": 5000, "poly_svm": 5000}
"""Learners whose defaults nobody tries on more rows."""

N = 10
N_FOLDS_LEFT = 5


class Base:
    """The embedded base, or one that knows further histories as well.

    Parameters
    ----------
    also : list of Path
        Meta-datasets. A table's family is left out of them, with a fifth of the others that
        only they know.
    alone : bool
        Whether only those histories are known.
    without : list of str, optional
        Learners that are never named, as if they were not installed.
    """

    def __init__(
        self, also: list[Path], *, alone: bool = False, without: list[str] | None = None
    ) -> None:
        self._without = without or []
        self.recommender = open_knowledge(None)
        self._fold: pd.Series = pd.Series(dtype=int)
        if not also:
            return
        md = self.recommender.md
        known = set() if alone else set(md.families)
        for number, path in enumerate(also):
            more = MetaDataset.open(path)
            more = more.drop(tasks=of_too_few_rows(more.tasks))
            md = more if alone and number == 0 else md.merge(more, conflicts="first")
        self.recommender = Recommender().fit(md)
        new = md.families[~md.families.isin(known)]
        self._fold = pd.Series(assign_folds(new, N_FOLDS_LEFT, random_state=0), index=new.index)

    def left_out(self, family: str) -> list[str]:
        """Tasks to forget before a table of that family is asked about."""
        families = self.recommender.md.families
        known = list(families.index[families == family])
        own = self._fold[families[self._fold.index] == family]
        return known if own.empty else list(self._fold.index[self._fold == own.iloc[0]])

    def space(self, task_type: str) -> list[str] | None:
        """Learners that may be named; None is all."""
        if not self._without:
            return None
        known = set(self.recommender.md.learners) - set(self._without) - {""}
        return sorted(name for name in known if LEARNERS[name].supports(task_type))


def suggested(real: RealTable, metric: str, base: Base) -> Listed:
    """Ten that are named for the training rows."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        answer = warmstart.suggest(
            real.dataset.X,
            real.dataset.y,
            metric=metric,
            n=N,
            task_type=real.task.task_type,
            knowledge=base.recommender,
            exclude=base.left_out(real.task.family),
            space=base.space(real.task.task_type),
        )
    return [
        (one.configuration_id, lambda s, v=one.configuration: build_estimator(v, s))  # type: ignore[misc]
        for one in answer
    ]


def defaults(real: RealTable, metric: str, names: tuple[str, ...] = ()) -> Listed:
    """Ten library defaults, less those too slow for so many rows; or some, by learner."""
    kind = "regression" if real.task.task_type == "regression" else "classification"
    if names:
        return library_defaults(kind, "", names)
    slow = {f"{k} default" for k, most in SLOW.items() if len(real.dataset.y) > most}
    listed = library_defaults(kind, metric)[:N]
    return [one for one in listed if one[0].removesuffix(", balanced") not in slow]


def scores_of(real: WholeTable, metric: str, base: Base, *, first: bool) -> dict[str, float]:
    """Test score of each way to choose."""
    ours, theirs = suggested(real, metric, base), defaults(real, metric)
    found = {"first suggestion": tested(real, ours, 0, metric)}
    for name in ("catboost", "hist_gradient_boosting"):
        found[f"{name} default"] = tested(real, defaults(real, metric, (name,)), 0, metric)
    if not first:
        for count in (3, N):
            at = real.chosen(ours, count, metric)
            found[f"best of {count} suggestions"] = tested(real, ours, at, metric)
        at = real.chosen(theirs, N, metric)
        found["best of ten defaults"] = tested(real, theirs, at, metric)
    return found


def tasks_of(args: argparse.Namespace) -> list[LocalTask]:
    """Tables of families that the base does not know, cheapest first; or of those it does."""
    known = set(open_knowledge(None).md.families)
    found = find_tasks(args.corpus, *args.rows)
    return [task for task in found if (task.family in known) == args.tuning]


def work(args: argparse.Namespace, results: Results) -> None:
    """Fit what is missing, until the time is over."""
    begun = time.monotonic()
    base = Base(args.also, alone=args.alone, without=args.without)
    for task in tasks_of(args):
        kind = "regression" if task.task_type == "regression" else "classification"
        for metric in args.metrics:
            if ("regression" in METRICS[metric].task_types) != (kind == "regression"):
                continue
            for few in (None, args.few) if args.few else (None,):
                label = f"{args.label}{' few' if few else ''}"
                wanted = "first suggestion" if args.first else "best of ten defaults"
                if (task.task_id, metric, f"{label}: {wanted}", 0.0) in results:
                    continue
                if time.monotonic() - begun > 60 * args.minutes:
                    return
                real = WholeTable(task, args.fits, few)
                found = scores_of(real, metric, base, first=args.first)
                for method, score in found.items():
                    row: dict[str, Any] = {"table": task.task_id, "metric": metric}
                    results.add(
                        **row, method=f"{label}: {method}", seconds=0.0, kept="", score=score
                    )
                print(
                    f"{task.task_id} {metric}: {len(real.dataset.y)} rows, "
                    f"{real.spent_s:.0f} CPU s",
                    file=sys.stderr,
                    flush=True,
                )


def told(gain: pd.Series) -> str:
    """How often ahead (ties count half), and by how much on average."""
    gain = gain.dropna()
    ahead = ((gain > 1e-9).sum() + 0.5 * (gain.abs() <= 1e-9).sum()) / max(len(gain), 1)
    error = gain.std(ddof=1) / np.sqrt(max(len(gain), 1))
    return f"{100 * ahead:.0f} % of {len(gain)}, {100 * gain.mean():+.2f} ± {100 * error:.2f}"


def report(args: argparse.Namespace, results: Results) -> None:
    """Gains of ours on theirs, in hundredths of the metric."""
    tables = {task.task_id for task in tasks_of(args)}
    others = ("catboost default", "hist_gradient_boosting default", "best of ten defaults")
    ours = ("first suggestion", "best of 3 suggestions", f"best of {N} suggestions")
    for metric in args.metrics:
        for few in ("", " few"):
            found = {}
            for label in [args.label] + ([args.against] if args.against else []):
                names = [f"{label}{few}: {name}" for name in (*ours, *others)]
                frame = results.frame(metric, names, 0.0, tables)
                frame.columns = [str(name).partition(": ")[2] for name in frame.columns]
                found[label] = frame
            frame = found[args.label]
            for mine in ours:
                for other in others:
                    gain = frame[mine] - frame[other]
                    if gain.notna().sum() > 1:
                        print(f"{metric}, {args.label}{few}: {mine} on {other}: {told(gain)}")
                if args.against:
                    gain = (frame[mine] - found[args.against][mine]).dropna()
                    if len(gain) > 1:
                        print(f"{metric}{few}: {mine} on those of {args.against}: {told(gain)}")


def main() -> None:
    """Fit, and report what is done."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--corpus", type=Path, default=Path("build/corpus/tasks.csv"))
    parser.add_argument("--fits", type=Path, default=Path("build/bench/real_fits"))
    parser.add_argument("--kept", type=Path, default=Path("build/bench/real_first.jsonl"))
    parser.add_argument("--rows", type=int, nargs=2, default=(500, 8000))
    parser.add_argument("--few", type=int, help="ask again with so many training rows")
    parser.add_argument("--first", action="store_true", help="only what is named first")
    parser.add_argument("--also", type=Path, nargs="*", default=[], help="histories it knows")
    parser.add_argument(
        "--tuning", action="store_true", help="families that it knows, and forgets"
    )
    parser.add_argument("--alone", action="store_true", help="it knows nothing but those")
    parser.add_argument("--without", nargs="*", default=[], help="learners never to name")
    parser.add_argument("--against", help="another label, whose gains are told")
    parser.add_argument("--label", default="embedded", help="names the base in what is kept")
    parser.add_argument("--minutes", type=float, default=1e9)
    parser.add_argument("--report", action="store_true", help="of what is done; fit nothing")
    parser.add_argument("--metrics", nargs="+", default=["roc_auc", "balanced_accuracy", "r2"])
    args = parser.parse_args()
    results = Results(args.kept)
    if not args.report:
        work(args, results)
    print(f"    {shlex.join(['python', *sys.argv])}\n\nwarmstart {warmstart.__version__}")
    report(args, results)


if __name__ == "__main__":
    main()
