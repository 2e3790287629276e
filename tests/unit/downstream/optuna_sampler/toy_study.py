"""A worker of a study over the toy base: ``python toy_study.py BASE STORAGE N_TRIALS SEED``."""

import sys
import time

import optuna

import warmstart
from warmstart.downstream import WarmStartSampler

DEPTH, RATE = (0, 9), (0.1, 1.0)


def objective(trial, pause_s=0.0):
    """Deep forests are best; a tree has a rate as well."""
    learner = trial.suggest_categorical("learner", ["tree", "forest"])
    depth = trial.suggest_int("depth", *DEPTH)
    rate = trial.suggest_float("rate", *RATE) if learner == "tree" else 0.0
    time.sleep(pause_s)
    return 0.4 + 0.03 * depth + 0.1 * (learner == "forest") - 0.01 * rate


def main(base, storage, n_trials, seed):
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    sampler = WarmStartSampler(
        warmstart.Recommender.load(base),
        n_trials=8,
        seed=0,
        then=optuna.samplers.TPESampler(seed=int(seed)),
    )
    study = optuna.load_study(study_name="shared", storage=storage, sampler=sampler)
    study.optimize(lambda trial: objective(trial, 0.02), n_trials=int(n_trials))


if __name__ == "__main__":
    main(*sys.argv[1:])
