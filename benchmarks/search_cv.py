"""WarmStartSearchCV beside scikit-learn's own searches, at equal CPU seconds.

    python data/corpus/fetch.py --out build/corpus
    python benchmarks/search_cv.py --n-iter 10

LightGBM in a pipeline on 2,000 rows of each reported table of ``data/surfaces/held_out.csv``,
whose families are in no base that is used; other rows say the truth. ``RandomizedSearchCV``
and ``HalvingRandomSearchCV`` (rows as the resource) search the same distributions and get as
many candidates as the CPU seconds of ``WarmStartSearchCV`` allow, the last refit apart. 100 is
the distance from the best that any found to the library's default.
"""

from __future__ import annotations

import argparse
import json
import shlex
import sys
import time
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import loguniform, randint, uniform
from sklearn.experimental import enable_halving_search_cv  # noqa: F401
from sklearn.model_selection import (
    HalvingRandomSearchCV,
    KFold,
    RandomizedSearchCV,
    StratifiedKFold,
)

from _real_objective import RealObjective
from _saved_methods import DEFAULTS, Study
from trials_saved import tables
from warmstart.downstream import WarmStartSearchCV

_TRIES = 4
"""Numbers of candidates that are tried to meet the seconds."""

SCORING = {"binary": "roc_auc", "multiclass": "neg_log_loss", "regression": "r2"}


def distributions(prefix: str) -> dict[str, Any]:
    """What `_saved_methods` searches with Optuna, in scipy's words."""
    return {
        f"{prefix}learning_rate": loguniform(0.005, 0.3),
        f"{prefix}num_leaves": loguniform_int(4, 256),
        f"{prefix}max_depth": randint(3, 13),
        f"{prefix}min_child_samples": loguniform_int(1, 100),
        f"{prefix}reg_alpha": loguniform(1e-8, 10.0),
        f"{prefix}reg_lambda": loguniform(1e-8, 10.0),
        f"{prefix}colsample_bytree": uniform(0.3, 0.7),
        f"{prefix}subsample": uniform(0.5, 0.5),
        f"{prefix}n_estimators": loguniform_int(30, 500),
    }


def loguniform_int(low: int, high: int) -> list[int]:
    """Whole numbers evenly on a log scale."""
    return sorted({round(x) for x in np.geomspace(low, high, 40).tolist()})


def one_table(study: Study, n_iter: int) -> dict[str, dict[str, float]]:
    """Truth, CPU seconds and candidates of each search."""
    objective = study.objective
    model = objective.model(DEFAULTS["lightgbm"])
    prefix = f"{model.steps[-1][0]}__"
    space, scoring = distributions(prefix), SCORING[objective.task.task_type]
    y = objective.labels
    kind = KFold if objective.task.task_type == "regression" else StratifiedKFold
    given = {"cv": kind(3, shuffle=True, random_state=study.seed), "scoring": scoring}
    asked = study.question()
    started = time.process_time()
    ours = WarmStartSearchCV(
        model,
        space,
        space="lightgbm",
        n_iter=n_iter,
        n_finalists=0,
        exclude=asked["exclude"],
        mapping={name.removeprefix(prefix): name for name in space},
        random_state=study.seed,
        refit=False,
        **given,
    ).fit(objective.frame, y)
    budget = time.process_time() - started
    found = {"WarmStartSearchCV": _told(ours, objective, prefix, budget)}
    found["default"] = {"truth": objective.truth(DEFAULTS["lightgbm"]), "cpu_s": 0.0, "n": 1}
    found["RandomizedSearchCV"] = _within(
        lambda n: RandomizedSearchCV(
            model, space, n_iter=n, random_state=study.cold_seed, refit=False, **given
        ),
        objective,
        prefix,
        budget,
    )
    found["HalvingRandomSearchCV"] = _within(
        lambda n: HalvingRandomSearchCV(
            model,
            space,
            n_candidates=n,
            factor=3,
            random_state=study.cold_seed,
            refit=False,
            **given,
        ),
        objective,
        prefix,
        budget,
    )
    return found


def _within(
    make: Any, objective: RealObjective, prefix: str, budget: float
) -> dict[str, float]:
    """The search with the most candidates of those that the budget allows."""
    n, best, tried = 6, {"truth": np.nan, "cpu_s": 0.0, "n": 0}, set()
    while n not in tried and len(tried) < _TRIES:
        tried.add(n)
        started = time.process_time()
        search = make(n).fit(objective.frame, objective.labels)
        cpu_s = time.process_time() - started
        if best["cpu_s"] < cpu_s <= 1.1 * budget:
            best = _told(search, objective, prefix, cpu_s)
        if 0.85 * budget < cpu_s <= 1.1 * budget:
            break
        # The next number is what the seconds of this one say.
        n = max(2, round(n * budget / cpu_s))
    return best


def _told(search: Any, objective: RealObjective, prefix: str, cpu_s: float) -> dict[str, float]:
    scores = np.asarray(search.cv_results_["mean_test_score"], dtype=float)
    if "iter" in search.cv_results_:
        scores = np.where(
            search.cv_results_["iter"] == search.n_iterations_ - 1, scores, -np.inf
        )
    params = search.cv_results_["params"][int(np.nanargmax(scores))]
    values = {name.removeprefix(prefix): value for name, value in params.items()}
    plain = {
        name: getattr(value, "item", lambda value=value: value)()
        for name, value in values.items()
    }
    return {"truth": objective.truth(plain), "cpu_s": cpu_s, "n": len(scores)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--corpus", type=Path, default=Path("build/corpus"))
    parser.add_argument("--cache", type=Path, default=Path("build/bench/trials_saved"))
    parser.add_argument("--role", default="reported", choices=("reported", "tuning"))
    parser.add_argument("--tables", nargs="*")
    parser.add_argument("--splits", nargs="+", type=int, default=[0])
    parser.add_argument("--n-iter", type=int, default=10)
    parser.add_argument("--report", action="store_true", help="print what is there")
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    print(f"    {shlex.join(['python', *sys.argv])}\n", flush=True)
    rows = []
    for task in tables(options):
        for split in options.splits:
            file = (
                options.cache
                / "runs"
                / f"searchcv-{task.task_id}-{split}-{options.n_iter}.json"
            )
            if not file.exists():
                if options.report:
                    continue
                objective = RealObjective(task, split, "lightgbm", options.cache)
                found = one_table(Study(objective, split), options.n_iter)
                file.parent.mkdir(parents=True, exist_ok=True)
                partial = file.with_suffix(".partial")
                partial.write_text(json.dumps(found))
                partial.replace(file)
                print(task.task_id, split, found, flush=True)
            found = json.loads(file.read_text())
            rows += [
                {"table": task.task_id, "split": split, "method": name, **one}
                for name, one in found.items()
            ]
    report(pd.DataFrame(rows))


def report(runs: pd.DataFrame) -> None:
    keys = ["table", "split"]
    wide = runs.pivot(index=keys, columns="method", values="truth")
    top = wide.max(axis=1)
    regret = wide.rsub(top, axis=0).div((top - wide["default"]).clip(lower=1e-9), axis=0)
    regret = 100 * regret[top > wide["default"] + 1e-6]
    by_table = regret.groupby(level="table").mean()
    print(f"{len(by_table)} tables, {len(regret)} runs a method; 100 is the default's distance")
    print("| search | regret | less RandomizedSearchCV's | CPU s | candidates |")
    print("| --- | --: | --: | --: | --: |")
    means = runs.groupby("method")[["cpu_s", "n"]].mean()
    for name in by_table:
        one, gap = by_table[name], by_table[name] - by_table["RandomizedSearchCV"]
        print(
            f"| {name} | {one.mean():.0f} ± {one.sem():.0f} "
            f"| {gap.mean():.0f} ± {gap.sem():.0f} "
            f"| {means.loc[name, 'cpu_s']:.1f} | {means.loc[name, 'n']:.0f} |"
        )


if __name__ == "__main__":
    main()
