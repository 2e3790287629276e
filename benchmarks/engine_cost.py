"""What a fit, a new task and a step cost: processor time and memory, for the default model.

    python benchmarks/engine_cost.py --made-up 440 3000
    python benchmarks/engine_cost.py --table tensor-oboe --cache published/
    python benchmarks/engine_cost.py --made-up 800 4000 --against ../before --repeats 3

A step is telling one score and naming the next configuration. Seconds are of the processor,
so a busy machine changes them little; run it with one thread (OMP_NUM_THREADS=1).
``--against`` measures another checkout by its own copy of this file, in turns with this one,
and prints the least of each and their ratio. ``--search`` also times the search that users
get over the same configurations, its first question and its steps.
"""

from __future__ import annotations

import argparse
import os
import shlex
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd

from _against import add_against, compare, resident_mb
from _alone import Alone
from warmstart.evaluate.memory import peak_mb, reset_peak
from warmstart.metadataset.core.score_table import ScoreTable
from warmstart.metadataset.metadataset import MetaDataset
from warmstart.protocols import PerformanceModel
from warmstart.recommend.base.begin import begun
from warmstart.recommend.methods import make_method
from warmstart.recommend.recommender import Recommender


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--made-up", type=int, nargs=2, metavar=("TASKS", "CONFIGS"))
    source.add_argument("--table", help="published table, or a folder")
    parser.add_argument("--cache", type=Path, metavar="FOLDER", help="of published tables")
    parser.add_argument("--metafeatures", type=Path, metavar="FILE", help="Parquet, by task id")
    parser.add_argument("--missing", type=float, default=0.05, help="share, if made up")
    parser.add_argument("--method", default="pmf")
    parser.add_argument("--tasks", type=int, default=10, help="new tasks to time")
    parser.add_argument("--steps", type=int, default=50)
    parser.add_argument("--search", action="store_true", help="the search users get as well")
    add_against(parser)
    return parser.parse_args()


def made_up(n_tasks: int, n_configs: int, missing: float) -> ScoreTable:
    """A table of rank 15 with noise and twenty meta-features that tell some of it."""
    rng = np.random.default_rng(0)
    latent = rng.standard_normal((n_tasks, 15))
    loss = np.exp(-2.5 + 0.3 * latent @ rng.standard_normal((15, n_configs)) / np.sqrt(15))
    scores = 1 - np.clip(loss * np.exp(0.05 * rng.standard_normal(loss.shape)), 0, 1)
    scores[rng.random(scores.shape) < missing] = np.nan
    told = latent @ rng.standard_normal((15, 20)) + rng.standard_normal((n_tasks, 20))
    ids = pd.RangeIndex(n_tasks)
    return ScoreTable(
        scores=scores,
        task_ids=ids,
        configuration_ids=pd.Index([f"c{j}" for j in range(n_configs)]),
        families=np.arange(n_tasks),
        metafeatures=pd.DataFrame(told, index=ids, columns=[f"f{k}" for k in range(20)]),
    )


def made(method: str) -> PerformanceModel:
    """A method over the table's own columns; of the default both models."""
    return Alone() if method == "pmf" else make_method(method)


def main() -> None:
    args = arguments()
    if args.against is not None:
        compare(Path(__file__), args.against, args.repeats)
        return
    if args.made_up is not None:
        table = made_up(*args.made_up, args.missing)
    else:
        is_folder = Path(args.table).is_dir()
        md = (
            MetaDataset.open(args.table)
            if is_folder
            else MetaDataset.published(args.table, cache=args.cache)
        )
        if args.metafeatures is not None:
            md = md.describe(pd.read_parquet(args.metafeatures))
        table = md.table()
        del md
    held = np.random.default_rng(1).permutation(table.n_tasks)[: args.tasks]
    train = table.take(np.setdiff1d(np.arange(table.n_tasks), held))
    print(f"    {shlex.join(['python', *sys.argv])}\n")
    threads = os.environ.get("OMP_NUM_THREADS", "any number of")
    described = 0 if train.metafeatures is None else len(train.metafeatures)
    print(
        f"{train.n_tasks} tasks x {train.n_configs} configurations, "
        f"{np.isfinite(train.scores).mean():.0%} known, {described} tasks described; "
        f"{threads} thread(s)\n"
    )
    made(args.method).fit(made_up(20, 10, 0.0))  # what is loaded, is loaded once
    print(f"held before    {resident_mb():8.0f} MB of table and libraries")
    known_mb = reset_peak()
    began = time.process_time()
    model = made(args.method).fit(train)
    print(f"fit           {time.process_time() - began:9.2f} s")
    print(f"peak memory   {peak_mb() if known_mb else np.nan:9.0f} MB with table and libraries")

    times: dict[str, list[float]] = {"new task": [], "first pick": [], "step": []}
    reset_peak()
    for row in held:
        phi = None
        if table.metafeatures is not None and table.task_ids[row] in table.metafeatures.index:
            phi = table.metafeatures.loc[table.task_ids[row]]
        marks = [time.process_time()]
        state = begun(model, phi)
        marks.append(time.process_time())
        index = state.next()
        marks.append(time.process_time())
        times["new task"].append(marks[1] - marks[0])
        times["first pick"].append(marks[2] - marks[1])
        for _ in range(args.steps):
            score = table.scores[row, index]
            began = time.process_time()
            state.tell(index, float(score))
            index = state.next()
            times["step"].append(time.process_time() - began)
    for name, seconds in times.items():
        ms = 1000 * np.array(seconds)
        print(f"{name:12s}  {np.median(ms):9.2f} ms (median; longest {ms.max():.2f})")
    print(f"peak memory   {peak_mb() if known_mb else np.nan:9.0f} MB with table and libraries")
    if args.search:
        time_search(train, table.take(held), args.steps)


def time_search(train: ScoreTable, new: ScoreTable, n_steps: int) -> None:
    """Print what the search of a fitted recommender costs on each new task."""
    md = MetaDataset.from_matrix(
        pd.DataFrame(train.scores, index=train.task_ids, columns=train.configuration_ids),
        metafeatures=train.metafeatures,
    )
    recommender = Recommender().fit(md)
    recommender.search().ask()  # models are fitted, and what is kept is kept, once
    times: dict[str, list[float]] = {"search begun": [], "first asked": [], "told, asked": []}
    for row, task in enumerate(new.task_ids):
        scores = pd.Series(new.scores[row], index=new.configuration_ids)
        described = new.metafeatures is not None and task in new.metafeatures.index
        phi = new.metafeatures.loc[task] if described and new.metafeatures is not None else None
        marks = [time.process_time()]
        search = recommender.search(metafeatures=phi)
        marks.append(time.process_time())
        asked = search.ask()
        marks.append(time.process_time())
        for _ in range(n_steps):
            score = scores[asked.configuration_id]
            if np.isfinite(score):
                search.tell(asked, float(score))
            else:
                search.tell(asked, status="failed")
            asked = search.ask()
        times["search begun"].append(marks[1] - marks[0])
        times["first asked"].append(marks[2] - marks[1])
        times["told, asked"].append((time.process_time() - marks[2]) / n_steps)
    for name, seconds in times.items():
        ms = 1000 * np.array(seconds)
        print(f"{name:12s}  {np.median(ms):9.2f} ms (median; longest {ms.max():.2f})")


if __name__ == "__main__":
    main()
