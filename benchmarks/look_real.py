"""What a look is worth on real fits: test score of what is kept, at equal seconds.

    python data/corpus/fetch.py --out build/corpus
    pip download --no-deps flaml==2.7.0 autogluon.tabular==1.6.3 --dest build/wheels
    python benchmarks/look_real.py --seconds 5 2 --minutes 25
    python benchmarks/look_real.py --seconds 5 2 --tables tuning --ablations

Settings are chosen on tables of families the base knows, each with its own family forgotten;
what is reported is of families the base does not know. Rows are put aside for the test. Each
strategy has the same CPU seconds of whole pipelines on at most 2,000 of the training rows, its
own thinking counted; what it keeps is fitted to all training rows (at most 8,000) and scored on
test rows that nothing else saw. A fit is made when a strategy first asks for it and kept in
``--fits``, what each strategy kept in ``--kept``; so a run cut short goes on, and the report is
of what is done, and costs the fits that no strategy had asked for before. Small tables come
first.
"""

from __future__ import annotations

import argparse
import shlex
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import numpy as np

import warmstart
from _kept import Results, first_report, report, told_report
from _lists import Listed, autogluon, flaml, library_defaults, pool_of
from _looked_tables import Measured, Table
from _looks import ABLATIONS, STRATEGIES, Kept, in_order
from _real_tables import TEST_LIMIT_S, RealTable, find_tasks
from warmstart.execution.local import LocalTask
from warmstart.knowledge.base import open_knowledge
from warmstart.metrics import METRICS
from warmstart.recommend.base.fitted import Fitted
from warmstart.recommend.look.measuring.splits import Part
from warmstart.spaces.pipelines.learners import LEARNERS
from warmstart.spaces.pipelines.legality import why_illegal
from warmstart.spaces.pipelines.pipeline import build_estimator

OURS = ("our batch, in its order", "portfolio per second", "random", "look")
UNSEEN = (20, 21)
"""Divisions into folds that no look has."""

FIRST_DEFAULTS = ("hist_gradient_boosting", "lightgbm", "xgboost", "random_forest")
OTHERS = ("library defaults", "FLAML zero-shot", "AutoGluon 2023, translated")
LISTS: Mapping[str, Kept] = {
    name: in_order(name, lambda table, name=name: table.lists[name])  # type: ignore[misc]
    for name in OTHERS
}


def parser_of(doc: str | None) -> argparse.ArgumentParser:
    """Options of whoever fits on real tables."""
    parser = argparse.ArgumentParser(description=(doc or "").partition("\n")[0])
    parser.add_argument("--corpus", type=Path, default=Path("build/corpus/tasks.csv"))
    parser.add_argument("--wheels", type=Path, default=Path("build/wheels"))
    parser.add_argument("--fits", type=Path, default=Path("build/bench/real_fits"))
    parser.add_argument("--kept", type=Path, default=Path("build/bench/real_kept.jsonl"))
    parser.add_argument("--tables", choices=["tuning", "reported"], default="reported")
    parser.add_argument("--tasks", type=int, default=60)
    parser.add_argument("--rows", type=int, nargs=2, default=(500, 50_000))
    parser.add_argument("--minutes", type=float, default=1e9, help="begin no table after these")
    parser.add_argument("--report", action="store_true", help="of what is done; fit nothing")
    parser.add_argument("--metrics", nargs="+", default=["roc_auc", "balanced_accuracy", "r2"])
    return parser


def arguments() -> argparse.Namespace:
    parser = parser_of(__doc__)
    parser.add_argument("--seconds", type=float, nargs="+", default=[5, 2])
    parser.add_argument("--methods", nargs="+", help="some of those reported; all by default")
    parser.add_argument("--ablations", action="store_true")
    return parser.parse_args()


def asked(real: RealTable, metric: str, fitted: Fitted, wheels: Path) -> Table:
    """A table in one metric, with the lists of others after the base's configurations."""
    kind = "regression" if real.task.task_type == "regression" else "classification"
    schema, points = real.rows.schema, fitted.configurations
    named = {row["name"]: row["values"] for row in pool_of(kind)}
    columns = [
        column
        for column, values in enumerate(points)
        if values["learner"] in LEARNERS and why_illegal(values, schema) is None
    ]
    ids = fitted.table.configuration_ids
    listed: Listed = [
        (str(ids[c]), lambda s, c=c: build_estimator(points[c], s))  # type: ignore[misc]
        for c in columns
    ]
    lists: dict[str, list[int]] = {}
    others = (
        library_defaults(kind, metric)[:10],
        flaml(next(wheels.glob("flaml-*.whl")), real),
        autogluon(next(wheels.glob("autogluon_tabular-*.whl")), kind),
    )
    for name, found in zip(OTHERS, others, strict=True):
        lists[name] = list(range(len(listed), len(listed) + len(found)))
        listed += found
    values = {k: named[name] for k, (name, _) in enumerate(listed) if name in named}

    def measure(index: int, part: Part, limit_s: float) -> Measured | None:
        fit = real.fit(*listed[index], part, max(limit_s, 0.5))
        if fit.status == "timeout":
            return None
        score = fit.scores.get(metric, np.nan)
        return Measured(
            score=score, prepare_s=fit.prepare_s, fit_s=fit.fit_s, recipe=fit.recipe
        )

    return Table(
        name=real.task.task_id,
        fitted=fitted,
        phi=real.metafeatures,
        columns=columns,
        measure=measure,
        truth=lambda index: tested(real, listed, index, metric),
        n_train=real.rows.n_rows,
        unit=1.0,
        max_divisions=8,
        weight=real.rows.weight,
        more_rows=real.dataset.schema.n_rows > real.rows.n_rows,
        rows_ratio=real.dataset.schema.n_rows / real.rows.n_rows,
        values=values,
        lists=lists,
        thinking=True,
    )


def tested(real: RealTable, listed: Listed, index: int, metric: str) -> float:
    """Test score of what is kept; that of a constant where it cannot be fitted."""
    fit = real.fit(*listed[index], None, TEST_LIMIT_S)
    constant = {"roc_auc": 0.5, "r2": 0.0, "log_loss": -np.log(max(real.rows.n_classes, 2))}
    fallback = constant.get(metric, 1 / max(real.rows.n_classes, 2))
    return max(fit.scores.get(metric, fallback), 0.0 if metric == "r2" else -np.inf)


def again(table: Table, kept: int) -> float:
    """Mean score on folds that no look has."""
    parts = [Part(division, fold) for division in UNSEEN for fold in range(3)]
    found = [table.measure(kept, part, TEST_LIMIT_S) for part in parts]
    return float(np.mean([one.score for one in found if one is not None]))


def first_picks(real: RealTable, table: Table, metric: str, results: Results) -> None:
    """What is named first at once, and the defaults that people use without a thought."""
    kind = "regression" if metric == "r2" else "classification"
    for name, build in library_defaults(kind, "", FIRST_DEFAULTS):
        if (real.task.task_id, metric, name, 0.0) not in results:
            score = tested(real, [(name, build)], 0, metric)
            results.add(
                table=table.name,
                metric=metric,
                method=name,
                seconds=0.0,
                kept=name,
                score=score,
            )
    if (table.name, metric, "first suggestion", 0.0) not in results:
        pick = STRATEGIES["our batch, in its order"](table, 0.0)
        predictive = table.fitted.models.pmf_with_level.predictive(
            table.phi, np.array([table.columns[pick]])
        )
        table.told(predictive.score_quantiles((0.05, 0.5, 0.95), np.array([0])))
        results.add(
            **table.memory["told"],
            table=table.name,
            metric=metric,
            method="first suggestion",
            seconds=0.0,
            kept=pick,
            score=table.truth(pick),
        )


def tasks_of(args: argparse.Namespace) -> list[LocalTask]:
    """Tables of families the base knows, to choose settings on, or of others, to report."""
    known = set(open_knowledge(None).md.families)
    tuning = args.tables == "tuning"
    tasks = find_tasks(args.corpus, *args.rows)
    return [task for task in tasks if (task.family in known) == tuning]


def work(args: argparse.Namespace, methods: Mapping[str, Kept], results: Results) -> None:
    """Let every strategy try every table, until the time is over."""
    begun = time.monotonic()
    base = open_knowledge(None)
    families = base.md.families
    for task in tasks_of(args)[: args.tasks]:
        own = list(families.index[families == task.family])
        kind = "regression" if task.task_type == "regression" else "classification"
        asked_of = [
            m
            for m in args.metrics
            if ("regression" in METRICS[m].task_types) == (kind == "regression")
        ]
        wanted = [
            (metric, name, s)
            for metric in asked_of
            for name in methods
            for s in args.seconds
            if (task.task_id, metric, name, float(s)) not in results
        ]
        if not wanted:
            continue
        if time.monotonic() - begun > 60 * args.minutes:
            return
        real = RealTable(task, args.fits)
        for metric in asked_of:
            table = asked(real, metric, base.fitted(kind, metric, own), args.wheels)
            first_picks(real, table, metric, results)
            for of, name, s in wanted:
                if of == metric:
                    table.memory["told"] = {}
                    kept = methods[name](table, s)
                    if table.memory["told"] and name == "look":
                        table.memory["told"] |= {
                            "again": again(table, kept),
                            "n_test": len(real.test.y_test),
                        }
                    results.add(
                        **table.memory["told"],
                        table=table.name,
                        metric=metric,
                        method=name,
                        seconds=s,
                        kept=kept,
                        score=table.truth(kept),
                    )
        print(
            f"{task.task_id}: {task.task_type}, {len(real.dataset.y)} rows and "
            f"{len(real.test.y_test)} to test on, {real.spent_s:.0f} CPU s",
            file=sys.stderr,
            flush=True,
        )


def defaults() -> list[str]:
    return [f"{name} default" for name in FIRST_DEFAULTS]


def main() -> None:
    args = arguments()
    reported = {name: STRATEGIES[name] for name in OURS} | dict(LISTS)
    batch = OURS[0]
    methods = {**ABLATIONS, batch: STRATEGIES[batch]} if args.ablations else reported
    wanted = {name: methods[name] for name in args.methods or methods}
    results = Results(args.kept)
    if not args.report:
        work(args, wanted, results)
    print(f"    {shlex.join(['python', *sys.argv])}\n")
    print(
        f"warmstart {warmstart.__version__}; test score x 100 of what is kept after equal CPU "
        f"seconds; {args.tables} tables\n",
        flush=True,
    )
    tables = {task.task_id for task in tasks_of(args)}
    for metric in args.metrics:
        for seconds in sorted(args.seconds):
            report(results.frame(metric, list(methods), seconds, tables), metric, seconds)
        first_report(results, metric, sorted(args.seconds), defaults(), tables)
        told_report(results, metric, sorted(args.seconds), tables)


if __name__ == "__main__":
    main()
