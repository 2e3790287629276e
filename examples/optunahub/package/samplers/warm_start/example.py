"""Tune a random forest on a table the knowledge base has never seen."""

import os

import optuna
import optunahub
from sklearn.datasets import load_breast_cancer
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import cross_val_score

table = load_breast_cancer(as_frame=True)


def objective(trial: optuna.Trial) -> float:
    """Your own objective: your names, your ranges, your cross-validation."""
    forest = RandomForestClassifier(
        n_estimators=trial.suggest_int("n_estimators", 10, 100),
        max_features=trial.suggest_float("max_features", 0.05, 1.0),
        min_samples_leaf=trial.suggest_int("min_samples_leaf", 1, 20),
        random_state=0,
    )
    scores = cross_val_score(forest, table.data, table.target, scoring="balanced_accuracy")
    return float(scores.mean())


if __name__ == "__main__":
    if root := os.environ.get("OPTUNAHUB_LOCAL"):  # a registry on this machine
        module = optunahub.load_local_module("samplers/warm_start", registry_root=root)
    else:
        module = optunahub.load_module("samplers/warm_start")
    sampler = module.WarmStartSampler(table, space="random_forest", seed=0)
    study = optuna.create_study(direction="maximize", sampler=sampler)
    study.optimize(objective, n_trials=int(os.environ.get("N_TRIALS", "20")))
    print(study.best_value, study.best_params)
