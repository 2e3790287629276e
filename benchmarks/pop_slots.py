"""How soon a target is reached over four slots: POP against turns and successive halving.

    python benchmarks/pop_slots.py lcdb --curves FILE [--tasks 60]
    python benchmarks/pop_slots.py boosters [--tasks 30]

The same loop that runs trials on processes runs them here on recorded curves and a clock of
recorded seconds, or of budgets (`--unit budget`: as if every trial took as long). `lcdb`: the
learners of a task of LCDB over rows, a step as long as a fit of that many rows. `boosters`: the
boosters and forests of data/curves, at least 40 a table, over rounds and their share of the
seconds. The target is the third best end of the task. Each task's family is left out of the
previous curves and of what orders the trials: the base's PMF of LCDB's learners, or the mean
rank of a configuration. Other orders are drawn by seeds. Asynchronous successive halving has
eta 3. Ratios of times: the median over tasks and seeds.
"""

from __future__ import annotations

import argparse
import math
import shlex
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from warmstart.downstream.schedulers.end_prior import end_prior
from warmstart.downstream.schedulers.pop import POPScheduler
from warmstart.downstream.schedulers.trials import Trial, run_trials
from warmstart.execution.executors.base import Done
from warmstart.histories.curves import lcdb
from warmstart.knowledge.curves import packed_curves
from warmstart.metadataset.metadataset import MetaDataset
from warmstart.models.curves.curves import Curves
from warmstart.models.curves.previous_curves import PreviousCurves
from warmstart.recommend.recommender import Recommender

SIZES = [16, 23, 32, 45, 64, 91, 128, 181, 256, 362, 512, 724, 1024]
GRID = [1, 4, 16, 64, 256, 1000]
N_SLOTS = 4


class Clock:
    """An executor whose units take the seconds that they say."""

    window = N_SLOTS

    def __init__(self) -> None:
        self.now = 0.0
        self._running: dict[int, tuple[float, Any]] = {}
        self._handles = 0

    def submit(self, function: Callable[[Any], Any], argument: Any) -> int:
        score, seconds, _ = function(argument)
        self._handles += 1
        self._running[self._handles] = self.now + seconds, (score, None, seconds)
        return self._handles

    def as_completed(self) -> Iterator[Done]:
        while self._running:
            handle = min(self._running, key=lambda k: (self._running[k][0], k))
            self.now, value = self._running.pop(handle)
            yield Done(handle=handle, value=value)

    def cancel(self) -> None:
        self._running.clear()


class InTurn:
    """First in, first out; each trial to its end."""

    def next(self, trials: Sequence[Trial], _: int) -> Trial | None:
        waiting = [trial for trial in trials if trial.status == "waiting"]
        return max(waiting, key=lambda trial: (len(trial.curve), -trial.number), default=None)

    def judge(self, *_: Any) -> None:
        return


class Halving(InTurn):
    """Asynchronous successive halving: at each rung the best third goes on."""

    def __init__(self, rungs: Sequence[float]) -> None:
        self._rungs = list(rungs)

    def next(self, trials: Sequence[Trial], _: int) -> Trial | None:
        going = [
            trial
            for trial in trials
            if trial.status == "waiting" and trial.curve and not self._at_rung(trial)
        ]
        if going:
            return going[0]
        for rung in reversed(self._rungs):
            reached = [trial for trial in trials if rung in trial.curve]
            best = sorted(reached, key=lambda trial: -trial.curve[rung])[: len(reached) // 3]
            for trial in best:
                if trial.status == "waiting" and max(trial.curve) == rung:
                    return trial
        new = [trial for trial in trials if trial.status == "waiting" and not trial.curve]
        if new:
            return new[0]
        if any(trial.status == "running" for trial in trials):
            return None
        # Nothing is left to compare with: the best goes on.
        waiting = [trial for trial in trials if trial.status == "waiting"]
        return max(waiting, key=lambda trial: (max(trial.curve), trial.best), default=None)

    def _at_rung(self, trial: Trial) -> bool:
        return max(trial.curve) in self._rungs


def seconds_to(
    policy: Any, scores: Any, seconds: Any, budgets: Sequence[float], target: float
) -> tuple[float, bool]:
    """Seconds until a trial reaches the target, and whether one did."""

    def step(values: Mapping[str, Any], budget: float, _: Any) -> tuple[float, float]:
        place = list(budgets).index(budget)
        return float(scores[values["row"], place]), float(seconds[values["row"], place])

    clock = Clock()
    rows = [{"row": k} for k in range(len(scores))]
    trials = run_trials(step, rows, budgets, policy, clock, target=target)
    return clock.now, max(trial.best for trial in trials) >= target


Task = tuple[str, Any, Any, Curves, Callable[[Any], Any] | None]
"""Name, scores, seconds a step, previous curves, and from an order to a prior."""


def lcdb_tasks(args: argparse.Namespace) -> Iterator[Task]:
    """Learners over rows."""
    frame = pd.read_parquet(args.curves)
    frame = frame.assign(learner=frame["learner"].astype(str))
    key = ["openmlid", "learner"]
    curves = Curves.from_frame(
        frame, curve=key, budget="size_train", score="score_test", task="openmlid"
    )
    wide = frame.pivot_table(index=key, columns="size_train", values="traintime")
    times = Curves(budgets=curves.budgets, values=wide.to_numpy("float64")).at(SIZES)
    scores = curves.at(SIZES)
    whole = np.isfinite(scores).all(axis=1) & np.isfinite(times).all(axis=1)
    md = MetaDataset.from_histories([lcdb.read(frame)])
    for task in np.random.default_rng(1).permutation(np.unique(curves.tasks[whole]))[
        : args.tasks
    ]:
        own = np.flatnonzero(whole & (curves.tasks == task))
        if len(own) < 10:
            continue
        base = Recommender(random_state=0).fit(md.drop(tasks=[str(task)]))
        search = base.search(metafeatures=None)
        ends = [end_prior(search, {"learner": curves.labels[row]}) for row in own]
        yield str(task), scores[own], times[own], curves.without([task]), ends.__getitem__


def booster_tasks(args: argparse.Namespace) -> Iterator[Task]:
    """Boosters and forests of the recorded runs over rounds."""
    frame = packed_curves()
    for metric in ("r2", "log_loss"):
        rows = frame[frame["metric"] == metric]
        key = ["task_id", "configuration_id"]
        scores = _on_grid(rows, key, "score").ffill(axis=1)
        seconds = _on_grid(rows, key, "cost_s").ffill(axis=1)
        whole = scores.notna().all(axis=1) & seconds.notna().all(axis=1)
        scores, seconds = scores[whole], seconds[whole]
        families = rows.drop_duplicates("task_id").set_index("task_id")["family"]
        of = families.reindex(scores.index.get_level_values("task_id")).to_numpy()
        counts = scores.groupby("task_id").size()
        tasks = np.random.default_rng(1).permutation(counts.index[counts >= 40].sort_values())
        tasks = tasks[args.tasks :] if args.tuning else tasks[: args.tasks]
        for task in tasks:
            own = scores.index.get_level_values("task_id") == task
            others = of != families[task]
            previous = Curves(
                budgets=np.array(GRID, dtype=float),
                values=scores[others].to_numpy(),
                tasks=of[others],
            )
            steps = np.diff(seconds[own].to_numpy(), axis=1, prepend=0.0)
            ends = _expected_ends(scores, of, families[task], own)
            yield (
                f"{metric} {task}",
                scores[own].to_numpy(),
                np.maximum(steps, 1e-4),
                previous,
                ends.__getitem__,
            )


def _on_grid(rows: pd.DataFrame, key: list[str], column: str) -> pd.DataFrame:
    """Values at the grid's rounds; the last round of a shorter fit counts from there on."""
    rows = rows.assign(at=np.array(GRID)[np.searchsorted(GRID, rows["budget"])])
    return rows.pivot_table(index=key, columns="at", values=column, aggfunc="last")


def _expected_ends(scores: Any, of: Any, family: str, own: Any) -> list[tuple[float, float]]:
    """End of each configuration by the other families: how it ranked, on this task's scale.

    Half of the spread is told, the level is not: mean 0 is the family's own middle, so the
    prior is only used for the order, see `POP in the order of the base`.
    """
    ends = scores[GRID[-1]]
    z = (ends - ends.groupby("task_id").transform("median")) / (
        ends.groupby("task_id").transform("std").clip(lower=1e-6)
    )
    means = z[of != family].groupby("configuration_id").mean()
    ids = ends.index.get_level_values("configuration_id")[own]
    return [(float(v), 1.0) for v in means.reindex(ids).fillna(means.min())]


def main() -> None:
    """Print times and ratios."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("source", choices=["lcdb", "boosters"])
    parser.add_argument("--tuning", action="store_true", help="other tasks than the first")
    parser.add_argument("--curves", type=Path)
    parser.add_argument("--unit", choices=["seconds", "budget"], default="seconds")
    parser.add_argument("--tasks", type=int, default=60)
    parser.add_argument("--seeds", type=int, default=3)
    args = parser.parse_args()
    print(f"    {shlex.join(['python', *sys.argv])}\n")
    budgets = [float(b) for b in (SIZES if args.source == "lcdb" else GRID)]
    tasks = lcdb_tasks(args) if args.source == "lcdb" else booster_tasks(args)
    rows = []
    for name, scores, seconds, previous, prior in tasks:
        if args.unit == "budget":
            whole = (
                np.array(budgets) if args.source == "lcdb" else np.diff(budgets, prepend=0.0)
            )
            seconds = np.where(seconds > 1e-4, whole, 1e-3)
        model = PreviousCurves().fit(previous)
        target = float(np.sort(scores[:, -1])[-3])
        for seed in range(args.seeds):
            order = np.random.default_rng(seed).permutation(len(scores))
            policies: dict[str, Any] = {
                "first in, first out": InTurn(),
                "successive halving": Halving(budgets[:-1:2]),
                "POP": POPScheduler(model=model, budgets=budgets, target=target),
            }
            orders = dict.fromkeys(policies, order)
            if prior is not None:
                by_prior = sorted(order, key=lambda at: -prior(int(at))[0])
                for policy in list(policies):
                    policies[f"{policy}, the base's order"] = policies[policy]
                    orders[f"{policy}, the base's order"] = np.array(by_prior)
            for policy, one in policies.items():
                at = orders[policy]
                time, reached = seconds_to(one, scores[at], seconds[at], budgets, target)
                rows.append(
                    {"task": name, "seed": seed, "policy": policy, "s": time, "hit": reached}
                )
    report(pd.DataFrame(rows))


def report(frame: pd.DataFrame) -> None:
    """Ratios to the rivals, median and mean of logarithms over tasks."""
    times = frame.pivot_table(index=["task", "seed"], columns="policy", values="s")
    hits = frame.groupby("policy")["hit"].mean()
    n_tasks = frame["task"].nunique()
    print(f"{n_tasks} tasks x {frame['seed'].nunique()} orders, {N_SLOTS} slots\n")
    print("| policy | reached % | x FIFO, median | geometric mean ± s.e. | x halving, median |")
    print("| --- | --: | --: | --: | --: |")
    for policy in frame["policy"].unique():
        against = {
            rival: np.log(times[rival] / times[policy])
            for rival in ("first in, first out", "successive halving")
        }
        by_task = against["first in, first out"].groupby("task").mean()
        middle, error = by_task.mean(), by_task.std(ddof=1) / math.sqrt(len(by_task))
        medians = [math.exp(ratio.median()) for ratio in against.values()]
        print(
            f"| {policy} | {100 * hits[policy]:.0f} | {medians[0]:.2f} | "
            f"{math.exp(middle):.2f} ± {math.exp(middle) * error:.2f} | {medians[1]:.2f} |"
        )


if __name__ == "__main__":
    main()
