"""How good is an answer before there is data, from a description alone?

    python benchmarks/similarity_description.py [--folds 10]

Ten folds of families: known are the others, asked is with a task's title, its type and its
number of rows, never its table. Regret x 100 of the best of the first 1 and 3 suggestions,
normalised on the task; the portfolio beside it, and the answer that full meta-features give.
Intervals: share of the suggested configurations whose score lies within the 90 % told, and
their mean width. Sentences are read by WordLlama (``pip install wordllama``); without it
that row is left out.
"""

from __future__ import annotations

import argparse
import warnings
from importlib.util import find_spec
from typing import Any

import numpy as np
import pandas as pd

from _common import add_questions, print_heading, questions
from _measured import folds, regrets, summary
from warmstart.knowledge.base import open_knowledge
from warmstart.recommend.recommender import Recommender

DEFAULTS = ("balanced_accuracy", "r2")
HOW: dict[str, dict[str, Any]] = {
    "portfolio": {"strategy": "portfolio"},
    "no description": {},
    "description, default": {"words": True, "similarity": "auto"},
    "description and rows, mix": {"words": True, "rows": True, "similarity": "mix"},
    "description, by text": {"words": True, "similarity": "text"},
    "description, by sentence": {"words": True, "similarity": "sentence"},
    "meta-features": {"described": True},
}


def main() -> None:
    """Print a table for each kind of task."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    add_questions(parser)
    parser.add_argument("--only", nargs="+", metavar="ROW", help="the portfolio among them")
    args = parser.parse_args()
    warnings.simplefilter("ignore")
    md = print_heading(args.knowledge)
    asked_with = {n: how for n, how in HOW.items() if n in (args.only or HOW)}
    if not find_spec("wordllama"):
        asked_with.pop("description, by sentence", None)
    known = open_knowledge(args.knowledge).store.known.known
    for kind, metric in questions(md, args.kinds, args.metrics or DEFAULTS):
        tasks = md.tasks.index[
            (md.tasks["task_type"] == "regression") == (kind == "regression")
        ]
        scores = md.select(tasks).matrix(metric)
        fold = folds(md.families.loc[scores.index].to_numpy(), args.folds, args.seed)
        found: dict[str, list[list[float]]] = {name: [] for name in asked_with}
        for k in range(args.folds):
            there = scores.index[fold != k]
            base = Recommender().fit(md.select(there)).with_vectors(known.select(there))
            for task in scores.index[fold == k]:
                for name, how in asked_with.items():
                    found[name].append(asked(base, md, task, scores.loc[task], metric, how))
        show(kind, metric, found)


def asked(
    base: Recommender, md: Any, task: Any, scores: pd.Series, metric: str, how: dict[str, Any]
) -> list[float]:
    """Regret at 1 and 3, share within the interval, width."""
    row, options = md.tasks.loc[task], dict(how)
    words, rows = options.pop("words", False), options.pop("rows", False)
    if words:
        options["description"] = str(row["name"])
    if rows:
        options["n_rows"] = int(row["n_rows"])
    if options.pop("described", False):
        options["metafeatures"] = md.metafeatures.loc[task]
    answer = base.suggest(n=3, task_type=row["task_type"], metric=metric, **options)
    ids = [s.configuration_id for s in answer]
    places = scores.index.get_indexer(ids)
    own = scores.to_numpy("float64")
    at = regrets(own, places)
    seen = [k for k, place in enumerate(places) if np.isfinite(own[place])]
    inside = [answer[k].score_low <= own[places[k]] <= answer[k].score_high for k in seen]
    width = [answer[k].score_high - answer[k].score_low for k in seen]
    return [at[0], at[1], float(np.mean(inside)), float(np.mean(width))]


def show(kind: str, metric: str, found: dict[str, list[list[float]]]) -> None:
    """Print one table; differences are paired with the portfolio's."""
    base = np.array(found["portfolio"])
    print(f"\n{kind}, {metric}: {len(base)} tasks, families left out\n")
    print(
        "| asked with | regret at 1 | at 3 | less than portfolio at 1 | at 3 | within | width |"
    )
    print("| --- " + "| --: " * 6 + "|")
    for name, rows in found.items():
        values = np.array(rows)
        cells = [f"{100 * m:.2f} ± {100 * e:.2f}" for m, e in summary(values[:, :2])]
        less = summary(base[:, :2] - values[:, :2])
        cells += [f"{100 * m:+.2f} ± {100 * e:.2f}" for m, e in less]
        cells += [f"{100 * np.nanmean(values[:, 2]):.0f} %", f"{np.nanmean(values[:, 3]):.3f}"]
        print(f"| {name} | {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main()
