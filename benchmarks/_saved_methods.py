"""The ways to tune that `trials_saved.py` compares, each as a list of trials."""

from __future__ import annotations

import csv
import time
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import optuna
import pandas as pd

import warmstart
from _real_objective import READ_OFF, ROUNDS_NAME, RealObjective
from warmstart.downstream.adapters.optuna import seed as enqueue
from warmstart.downstream.optuna_sampler.sampler import WarmStartSampler
from warmstart.downstream.read_off import report_rounds
from warmstart.execution.measure.read_off import RoundScores
from warmstart.execution.tasks import LocalTask, read_tasks
from warmstart.knowledge.base import open_knowledge
from warmstart.metadataset.metadataset import MetaDataset
from warmstart.spaces.space import Number

optuna.logging.set_verbosity(optuna.logging.ERROR)

EARLIER = Path(__file__).parents[1] / "data" / "surfaces" / "held_out.csv"


def earlier(corpus: Path, kind: str) -> list[LocalTask]:
    """Tables of a kind, 1,000 to 4,000 rows, of families that are not held out, by a draw."""
    with EARLIER.open(newline="", encoding="utf-8") as lines:
        gone = {row["family"] for row in csv.DictReader(lines) if row["role"] == "reported"}
    with (corpus / "tasks.csv").open(newline="", encoding="utf-8") as lines:
        rows = {row["task_id"]: int(row["n_rows"]) for row in csv.DictReader(lines)}
    found: dict[str, LocalTask] = {}
    tasks = read_tasks(corpus / "tasks.csv")
    for task in sorted(tasks, key=lambda task: zlib.crc32(task.task_id.encode())):
        if task.task_type == kind and 1000 <= rows[task.task_id] <= 4000:
            found.setdefault(task.family, task)
    return [task for family, task in found.items() if family not in gone]


Trials = list[tuple[dict[str, Any], float, float, float]]
"""Values, score, CPU seconds of the fits and of asking."""

_COMMON = (
    Number(name="learning_rate", low=0.005, high=0.3, log=True),
    Number(name="reg_alpha", low=1e-8, high=10.0, log=True),
    Number(name="reg_lambda", low=1e-8, high=10.0, log=True),
    Number(name="colsample_bytree", low=0.3, high=1.0),
    Number(name="subsample", low=0.5, high=1.0),
)
_FOREST = (
    Number(name="max_features", low=0.1, high=1.0),
    Number(name="min_samples_leaf", low=1, high=50, log=True, integer=True),
    Number(name="max_depth", low=2, high=30, log=True, integer=True),
)
ROUNDS = {
    learner: Number(name=name, low=READ_OFF[0], high=READ_OFF[-1], log=True, integer=True)
    for learner, name in ROUNDS_NAME.items()
}
"""What people search of the number of rounds, where a learner has them."""

SPACES = {
    "lightgbm": (
        *_COMMON,
        Number(name="num_leaves", low=4, high=256, log=True, integer=True),
        Number(name="max_depth", low=3, high=12, integer=True),
        Number(name="min_child_samples", low=1, high=100, log=True, integer=True),
    ),
    "xgboost": (
        *_COMMON,
        Number(name="max_depth", low=2, high=12, integer=True),
        Number(name="min_child_weight", low=0.01, high=50.0, log=True),
        Number(name="gamma", low=1e-8, high=10.0, log=True),
    ),
    "hist_gradient_boosting": (
        Number(name="learning_rate", low=0.005, high=0.3, log=True),
        Number(name="max_leaf_nodes", low=4, high=128, log=True, integer=True),
        Number(name="min_samples_leaf", low=1, high=100, log=True, integer=True),
        Number(name="l2_regularization", low=1e-8, high=10.0, log=True),
        Number(name="max_features", low=0.3, high=1.0),
    ),
    "catboost": (
        Number(name="learning_rate", low=0.01, high=0.3, log=True),
        Number(name="depth", low=2, high=10, integer=True),
        Number(name="l2_leaf_reg", low=0.01, high=30.0, log=True),
        Number(name="random_strength", low=0.0, high=3.0),
        Number(name="rsm", low=0.3, high=1.0),
        Number(name="subsample", low=0.5, high=1.0),
    ),
    "random_forest": _FOREST,
    "extra_trees": _FOREST,
    "rbf_svm": (
        Number(name="C", low=0.01, high=1e3, log=True),
        Number(name="gamma", low=1e-4, high=1.0, log=True),
    ),
    "mlp": (
        Number(name="width", low=16, high=256, log=True, integer=True),
        Number(name="n_layers", low=1, high=3, integer=True),
        Number(name="alpha", low=1e-6, high=1.0, log=True),
        Number(name="learning_rate_init", low=3e-4, high=3e-2, log=True),
        Number(name="max_iter", low=20, high=300, log=True, integer=True),
    ),
    "elastic_net": (
        Number(name="alpha", low=1e-5, high=1.0, log=True),
        Number(name="l1_ratio", low=0.05, high=1.0),
    ),
}
"""What people search, but for the rounds."""

DEFAULTS = {
    "lightgbm": {
        "learning_rate": 0.1,
        "num_leaves": 31,
        "max_depth": 12,
        "min_child_samples": 20,
        "reg_alpha": 1e-8,
        "reg_lambda": 1e-8,
        "colsample_bytree": 1.0,
        "subsample": 1.0,
        "n_estimators": 100,
    },
    "xgboost": {
        "learning_rate": 0.3,
        "max_depth": 6,
        "min_child_weight": 1.0,
        "gamma": 1e-8,
        "reg_alpha": 1e-8,
        "reg_lambda": 1.0,
        "colsample_bytree": 1.0,
        "subsample": 1.0,
        "n_estimators": 100,
    },
    "hist_gradient_boosting": {
        "learning_rate": 0.1,
        "max_leaf_nodes": 31,
        "min_samples_leaf": 20,
        "l2_regularization": 1e-8,
        "max_features": 1.0,
        "max_iter": 100,
    },
    "random_forest": {
        "max_features": 0.3,
        "min_samples_leaf": 1,
        "max_depth": 30,
        "n_estimators": 100,
    },
    "extra_trees": {
        "max_features": 0.3,
        "min_samples_leaf": 1,
        "max_depth": 30,
        "n_estimators": 100,
    },
    "catboost": {
        "learning_rate": 0.03,
        "depth": 6,
        "l2_leaf_reg": 3.0,
        "random_strength": 1.0,
        "rsm": 1.0,
        "subsample": 0.8,
        "n_estimators": 500,
    },
    "rbf_svm": {"C": 1.0, "gamma": 0.05},
    "mlp": {
        "width": 100,
        "n_layers": 1,
        "alpha": 1e-4,
        "learning_rate_init": 1e-3,
        "max_iter": 200,
    },
    "elastic_net": {"alpha": 1e-3, "l1_ratio": 0.5},
}


class Study:
    """One objective and seed, and how they are asked and told."""

    def __init__(self, objective: RealObjective, split: int) -> None:
        self.objective, self.seed = objective, split
        # Else the first draws of cold methods would be the same on every table.
        self.cold_seed = zlib.crc32(f"{objective.task.task_id} {split}".encode())
        self.parameters = SPACES[objective.learner]
        self.rounds = ROUNDS.get(objective.learner)

    def others(self, n: int) -> list[RealObjective]:
        """Tables of the kind that a user may have tuned before, of no held-out family.

        The second split is led by other six than the first.
        """
        mine = self.objective
        found = earlier(mine.corpus, mine.task.task_type)[:12]
        first = 6 * self.seed
        return [
            RealObjective(found[k % len(found)], 0, mine.learner, mine.cache)
            for k in range(first, first + min(n, len(found)))
        ]

    def suggest(self, trial: optuna.Trial, *, rounds: bool) -> dict[str, Any]:
        """Values of a trial, as an objective asks for them."""
        values: dict[str, Any] = {}
        for one in (*self.parameters, *((self.rounds,) if rounds and self.rounds else ())):
            if one.integer:
                values[one.name] = trial.suggest_int(
                    one.name, int(one.low), int(one.high), log=one.log
                )
            else:
                values[one.name] = trial.suggest_float(one.name, one.low, one.high, log=one.log)
        return values

    def question(self) -> dict[str, Any]:
        """What our methods are told of the table; its family is forgotten."""
        task = self.objective.task
        known = open_knowledge().md.tasks
        names = {*known.index, *known["family"]}
        return {
            "y": self.objective.target,
            "space": self.objective.learner,
            "metric": self.objective.metric,
            "task_type": task.task_type,
            "exclude": [name for name in (task.task_id, task.family) if name in names],
        }


def optimise(
    study: Study, sampler: Any, n: int, *, rounds: bool = True, begin: Any = None
) -> Trials:
    """Run an Optuna study; without `rounds` each fit is scored at every number of them.

    Then the first fold comes first: see :class:`warmstart.downstream.ReadOffObjective`.
    """
    found: Trials = []
    best: RoundScores | None = None

    def objective(trial: optuna.Trial, values: dict[str, Any], asked_s: float) -> float:
        nonlocal best
        if rounds:
            score, cpu_s = study.objective.cv(values)
        else:
            read, cpu_s = study.objective.read_off(values, best)
            if not read.stopped and (best is None or read.best_score > best.best_score):
                best = read
            score = report_rounds(trial, read)
            values = {**values, ROUNDS_NAME[study.objective.learner]: read.best_rounds}
        found.append((values, score, cpu_s, asked_s))
        return score

    made = optuna.create_study(direction="maximize", sampler=sampler)
    if begin is not None:
        begin(made)
    for _ in range(n):
        start = time.process_time()
        trial = made.ask()
        values = study.suggest(trial, rounds=rounds)
        made.tell(trial, objective(trial, values, time.process_time() - start))
    return found


def random(study: Study, n: int) -> Trials:
    return optimise(study, optuna.samplers.RandomSampler(seed=study.cold_seed), n)


def tpe(study: Study, n: int) -> Trials:
    return optimise(study, optuna.samplers.TPESampler(seed=study.cold_seed), n)


def tpe_again(study: Study, n: int) -> Trials:
    return optimise(study, optuna.samplers.TPESampler(seed=study.cold_seed + 1), n)


def gp(study: Study, n: int) -> Trials:
    return optimise(study, optuna.samplers.GPSampler(seed=study.cold_seed), n)


def tpe_default(study: Study, n: int) -> Trials:
    default = DEFAULTS[study.objective.learner]
    sampler = optuna.samplers.TPESampler(seed=study.cold_seed)
    return optimise(study, sampler, n, begin=lambda made: made.enqueue_trial(default))


def tpe_ten(study: Study, n: int) -> Trials:
    asked = study.question()
    ten = warmstart.suggest(study.objective.frame, n=10, random_state=study.seed, **asked)
    sampler = optuna.samplers.TPESampler(seed=study.cold_seed)
    return optimise(
        study,
        sampler,
        n,
        begin=lambda made: enqueue(ten, made, space=lambda t: study.suggest(t, rounds=True)),
    )


def sampler_before(study: Study, n: int) -> Trials:
    base = open_knowledge().with_surfaces(None)
    sampler = WarmStartSampler(
        base.search(study.objective.frame, random_state=study.seed, **study.question()),
        seed=study.seed,
        n_trials=n,
        then_every=3,
    )
    return optimise(study, sampler, n)


def sampler_now(study: Study, n: int) -> Trials:
    sampler = WarmStartSampler(
        study.objective.frame, seed=study.seed, n_trials=n, **study.question()
    )
    return optimise(study, sampler, n)


def tpe_read_off(study: Study, n: int) -> Trials:
    return optimise(study, optuna.samplers.TPESampler(seed=study.cold_seed), n, rounds=False)


def now_read_off(study: Study, n: int) -> Trials:
    sampler = WarmStartSampler(
        study.objective.frame,
        seed=study.seed,
        n_trials=n,
        rounds=READ_OFF[-1],
        **study.question(),
    )
    return optimise(study, sampler, n, rounds=False)


def alone_read_off(study: Study, n: int) -> Trials:
    """Every trial the base's, none another sampler's."""
    sampler = WarmStartSampler(
        study.objective.frame,
        seed=study.seed,
        n_trials=n,
        then_every=None,
        rounds=READ_OFF[-1],
        **study.question(),
    )
    return optimise(study, sampler, n, rounds=False)


def own(study: Study, n: int, n_studies: int, *, read_off: bool = False) -> Trials:
    """Led by cold studies of 25 trials on other tables of the kind, as a user has them."""
    runs = [
        {"task": other.task.task_id, "score": score, **values}
        for other in study.others(n_studies)
        for values, score, *_ in tpe(Study(other, 0), 25)
    ]
    md = MetaDataset.from_evaluations(
        pd.DataFrame(runs),
        task="task",
        score="score",
        higher_is_better=True,
        parameters=[p.name for p in (*study.parameters, study.rounds) if p is not None],
    )
    base = warmstart.Recommender().fit(md).with_surfaces()
    sampler = WarmStartSampler(
        base.search(random_state=study.seed),
        seed=study.seed,
        n_trials=n,
        rounds=READ_OFF[-1] if read_off else None,
    )
    return optimise(study, sampler, n, rounds=not read_off)


METHODS: dict[str, Callable[[Study, int], Trials]] = {
    "random": random,
    "tpe": tpe,
    "tpe_again": tpe_again,
    "gp": gp,
    "tpe_default": tpe_default,
    "tpe_ten": tpe_ten,
    "sampler_before": sampler_before,
    "sampler_now": sampler_now,
    "tpe_read_off": tpe_read_off,
    "now_read_off": now_read_off,
    "alone_read_off": alone_read_off,
    "own_6": lambda study, n: own(study, n, 6),
    "own_12": lambda study, n: own(study, n, 12),
    "own_6_read_off": lambda study, n: own(study, n, 6, read_off=True),
    "own_12_read_off": lambda study, n: own(study, n, 12, read_off=True),
}


def run(name: str, study: Study, n: int) -> Trials:
    """All trials of one method."""
    return METHODS[name](study, n)
