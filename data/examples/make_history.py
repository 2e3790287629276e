"""Make the files that README's commands name: tables of customers, and a history of tuning.

``python data/examples/make_history.py`` writes them to ``example/``. Everything is made up
and small; the scores are real fits of small trees. Optuna's studies are made where Optuna is
installed.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.model_selection import cross_val_score
from sklearn.tree import DecisionTreeClassifier

N_ROWS = 240


def customers(seed: int, target: str) -> pd.DataFrame:
    """Customers with an age, a contract, usage, some gaps, and whether they left."""
    rng = np.random.default_rng(seed)
    n_months = rng.integers(1, 60, N_ROWS)
    days = pd.to_timedelta(rng.integers(0, 365, N_ROWS), "D")
    frame = pd.DataFrame(
        {
            "customer": rng.integers(1000, 1080, N_ROWS),
            "date": pd.to_datetime("2025-01-01") + days,
            "age": rng.integers(18, 80, N_ROWS).astype(float),
            "contract": rng.choice(["monthly", "yearly", "none"], N_ROWS),
            "months": n_months,
            "minutes": rng.gamma(2.0, 150.0, N_ROWS).round(1),
        }
    )
    frame.loc[rng.choice(N_ROWS, 12, replace=False), "age"] = np.nan
    risk = 1.2 * (frame["contract"] == "monthly") - 0.04 * n_months + 0.002 * frame["minutes"]
    frame[target] = np.where(risk + rng.normal(0, 0.6, N_ROWS) > 0.2, "yes", "no")
    return frame


def score(frame: pd.DataFrame, target: str, **values: float) -> float:
    """Area under the ROC curve of a tree with such values."""
    X = frame[["age", "months", "minutes"]].fillna(40.0)
    tree = DecisionTreeClassifier(random_state=0, **values)
    y = frame[target] == "yes"
    return float(cross_val_score(tree, X, y, cv=3, scoring="roc_auc").mean())


def write_studies(folder: Path, frame: pd.DataFrame) -> None:
    """An Optuna study of trees, if Optuna is there."""
    import optuna

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    (folder / "studies.db").unlink(missing_ok=True)
    study = optuna.create_study(
        study_name="churn-2025",
        storage=f"sqlite:///{folder / 'studies.db'}",
        direction="maximize",
        sampler=optuna.samplers.RandomSampler(seed=0),
    )
    study.optimize(
        lambda trial: score(
            frame,
            "churned",
            max_depth=trial.suggest_int("max_depth", 1, 12),
            min_samples_leaf=trial.suggest_int("min_samples_leaf", 1, 50),
        ),
        n_trials=15,
    )


def main() -> None:
    """Write everything."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("example"))
    out = parser.parse_args().out
    out.mkdir(parents=True, exist_ok=True)
    churn = customers(0, "churned")
    churn.to_csv(out / "churn-2025.csv", index=False)
    customers(1, "churned").to_csv(out / "churn-2026.csv", index=False)
    for seed, name in ((2, "new"), (3, "other")):
        customers(seed, "y").to_csv(out / f"{name}.csv", index=False)
    rng = np.random.default_rng(0)
    rows = []
    for task in ("shop north", "shop south", "shop online"):
        frame = customers(len(rows) + 10, "churned")
        for _ in range(12):
            depth, leaf = int(rng.integers(1, 12)), int(rng.integers(1, 50))
            auc = score(frame, "churned", max_depth=depth, min_samples_leaf=leaf)
            rows.append((task, depth, leaf, round(auc, 4), round(0.01 * depth, 3)))
    names = ["dataset", "max_depth", "min_samples_leaf", "auc", "seconds"]
    pd.DataFrame(rows, columns=names).to_csv(out / "runs.csv", index=False)
    columns = {
        "task": "dataset",
        "metric": {"auc": "maximize"},
        "params": ["max_depth", "min_samples_leaf"],
        "cost": "seconds",
    }
    (out / "columns.json").write_text(json.dumps(columns) + "\n", "utf-8")
    listed = [
        ("churn-2025", "binary", "churn-2025.csv", "churned", "churn"),
        ("new", "binary", "new.csv", "y", "new"),
        ("other", "binary", "other.csv", "y", "other"),
    ]
    pd.DataFrame(listed, columns=["task_id", "task_type", "path", "target", "family"]).to_csv(
        out / "tasks.csv", index=False
    )
    if importlib.util.find_spec("optuna") is not None:
        write_studies(out, churn)
    print(f"{out}: " + ", ".join(sorted(path.name for path in out.iterdir())))


if __name__ == "__main__":
    main()
