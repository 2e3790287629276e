"""What a trial of the Optuna sampler costs as its study grows.

    python benchmarks/sampler_cost.py --trials 200

The objective returns at once a smooth function of the trial's parameters, so the CPU time of
a trial is the sampler's and Optuna's own. Every trial but those of the other sampler is
decided by the knowledge base. TPE alone, on the same objective, is printed beside it.
"""

from __future__ import annotations

import argparse
import math
import shlex
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import optuna
from sklearn.datasets import load_breast_cancer

import warmstart
from warmstart.downstream import WarmStartSampler

Objective = Callable[[optuna.Trial], float]


def objective_of(space: list[str] | None) -> Objective:
    """Asks for the hyperparameters of the base's configurations, in their ranges."""
    base = warmstart.open_knowledge(None)
    fitted = base.fitted("classification", "balanced_accuracy")
    members: dict[str, list[dict[str, Any]]] = {}
    for values, learner in zip(fitted.configurations, fitted.learners, strict=True):
        if space is None or learner in space:
            members.setdefault(learner, []).append(dict(values))

    def ask(trial: optuna.Trial, name: str, known: list[Any]) -> Any:
        if any(isinstance(value, str | bool) or value is None for value in known):
            return trial.suggest_categorical(name, list(dict.fromkeys(known)))
        low, high = min(known), max(known)
        if all(isinstance(value, int) for value in known):
            return trial.suggest_int(name, low, high)
        return trial.suggest_float(name, float(low), float(high))

    def objective(trial: optuna.Trial) -> float:
        learner = trial.suggest_categorical("learner", sorted(members))
        score = 0.8 + 0.02 * math.sin(len(learner))
        for name in sorted({key for one in members[learner] for key in one} - {"learner"}):
            # A hyperparameter that learners share has one range.
            known = [one[name] for some in members.values() for one in some if name in one]
            value = ask(trial, name, known)
            if isinstance(value, float) and max(known) > min(known):
                at = (value - min(known)) / (max(known) - min(known))
                score -= 0.05 * (at - 0.4) ** 2
        return score

    return objective


def cost_ms(sampler: optuna.samplers.BaseSampler, objective: Objective, n: int) -> np.ndarray:
    """CPU milliseconds of each trial."""
    study = optuna.create_study(direction="maximize", sampler=sampler)
    spent = []
    for _ in range(n):
        began = time.process_time()
        study.optimize(objective, n_trials=1)
        spent.append(1000 * (time.process_time() - began))
    return np.array(spent)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--trials", type=int, default=200)
    parser.add_argument("--space", nargs="+", help="learners; all of the base by default")
    args = parser.parse_args()
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    print(f"    {shlex.join(['python', *sys.argv])}\n")
    objective = objective_of(args.space)
    data = load_breast_cancer(as_frame=True)
    ours = WarmStartSampler(data, space=args.space, n_trials=args.trials, then_every=None)
    for name, sampler in (
        ("WarmStartSampler, every trial", ours),
        ("TPE", optuna.samplers.TPESampler(seed=0)),
    ):
        spent = cost_ms(sampler, objective, args.trials)
        quarters = [part.mean() for part in np.array_split(spent, 4)]
        print(
            f"{name:30s} mean CPU ms a trial, by quarter: "
            + " / ".join(f"{quarter:.0f}" for quarter in quarters)
            + f"; median {np.median(spent):.0f}, longest after the first {spent[1:].max():.0f}"
        )


if __name__ == "__main__":
    main()
