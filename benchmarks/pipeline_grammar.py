"""Does tree search over pipelines, led by what other datasets found, save evaluations?

    python benchmarks/pipeline_grammar.py [--seeds 3]

The pipelines recorded on the classification sets of the D3M programme with at least 150 of
them (38 sets of 23 families). Each family is left out once, with all its copies of a dataset;
a set offers only the pipelines recorded on it. Counted is (best - best so far) / (best -
median pipeline), the median over sets and seeds, and the mean with its standard error over
families. Settings were chosen on 11 families drawn by a seed, the other 12 decided nothing;
both parts are printed by themselves too.
"""

from __future__ import annotations

import argparse
import json
import shlex
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from warmstart.architectures.trees.tree_search import TreeSearch
from warmstart.metadataset.metadataset import MetaDataset

AT = (1, 5, 10, 20, 40)
FEWEST = 150
N_TUNED = 11


def main() -> None:
    """Print one table of all methods."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--cache", type=Path, help="JSON lines of what is done, to resume")
    parser.add_argument("--at-most", type=int, help="families and methods in this run")
    parser.add_argument("--methods", nargs="+", default=["random", "warm", "cold"])
    args = parser.parse_args()
    table = classification(MetaDataset.published("alphad3m"))
    judged = np.flatnonzero(np.isfinite(table.scores).sum(axis=1) >= FEWEST)
    families = sorted({str(table.families[k]) for k in judged})
    np.random.default_rng(0).shuffle(families)
    print(f"    {shlex.join(['python', *sys.argv])}\n")
    done = {} if args.cache is None or not args.cache.is_file() else read(args.cache)
    pairs = [(family, name) for family in families for name in args.methods]
    begun = time.process_time()
    for family, name in [pair for pair in pairs if pair not in done][: args.at_most]:
        known = table.take(np.flatnonzero(table.families != family))
        sets = table.scores[judged[table.families[judged] == family]]
        done[family, name] = followed(name, known, sets, args.seeds)
        if args.cache is not None:
            with args.cache.open("a") as lines:
                lines.write(json.dumps([family, name, done[family, name]]) + "\n")
    if missing := len([pair for pair in pairs if pair not in done]):
        print(f"{missing} of {len(pairs)} are left")
        return
    runs = {
        name: [(family, *one) for family in families for one in done[family, name]]
        for name in args.methods
    }
    report("all families", runs, families)
    report("families that decided nothing", runs, families[N_TUNED:])
    report("families that settings were chosen on", runs, families[:N_TUNED])
    print(f"\n{time.process_time() - begun:.0f} CPU s")


def read(cache: Path) -> dict[tuple[str, str], Any]:
    """What earlier runs did, by family and method."""
    lines = map(json.loads, cache.read_text().splitlines())
    return {(family, name): found for family, name, found in lines}


def followed(name: str, known: Any, sets: Any, n_seeds: int) -> list[list[float]]:
    """A method on all sets of a family, seed by seed."""
    if name == "random":
        return [drawn(scores, seed) for seed in range(100 * n_seeds) for scores in sets]
    found = []
    for seed in range(n_seeds):
        model = TreeSearch(sequence=True, warm=name == "warm").fit(known, random_state=seed)
        found += [follow(model, scores) for scores in sets]
    return found


def drawn(scores: Any, seed: int) -> list[float]:
    """As :func:`follow`, in random order."""
    offered = scores[np.isfinite(scores)]
    rng = np.random.default_rng(seed)
    best = np.maximum.accumulate(rng.choice(offered, max(AT), replace=False))
    return [share_left(offered, best[t - 1]) for t in AT]


def share_left(offered: Any, best: float) -> float:
    """Of the way from the median pipeline, or where that is the best the worst, to the best."""
    top = offered.max()
    way = top - np.median(offered) or top - offered.min()
    return float((top - best) / way)


def classification(md: MetaDataset) -> Any:
    """Scores of the sets with classes."""
    kinds = md.tasks["task_type"].isin(["binary", "multiclass"])
    table = md.table("normalised_score")
    return table.take(np.flatnonzero(kinds.reindex(table.task_ids)))


def follow(model: Any, scores: Any) -> list[float]:
    """Share of (best - median) that is left after so many evaluations."""
    state = model.start()
    offered = np.isfinite(scores)
    for k in np.flatnonzero(~offered):
        state.tell(int(k), np.nan)
    best, left = -np.inf, []
    for _ in range(max(AT)):
        k = state.next()
        state.tell(k, float(scores[k]))
        best = max(best, float(scores[k]))
        left.append(share_left(scores[offered], best))
    return [left[t - 1] for t in AT]


def report(title: str, runs: dict[str, list[Any]], families: list[str]) -> None:
    """Medians over sets and seeds; means over families with their error."""
    rows = []
    for name, found in runs.items():
        frame = pd.DataFrame(found, columns=["family", *AT])
        frame = frame[frame["family"].isin(families)]
        means = frame.groupby("family")[list(AT)].mean()
        rows.append([name, "median", *frame[list(AT)].median().round(3)])
        rows.append([name, "mean", *means.mean().round(3)])
        rows.append([name, "± se", *means.sem().round(3)])
    print(f"{title}: {len(families)}")
    print(pd.DataFrame(rows, columns=["method", "", *AT]).to_string(index=False), "\n")


if __name__ == "__main__":
    main()
