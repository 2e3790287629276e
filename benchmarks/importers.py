"""What reading 100,000 trials costs: rows a second and memory, against the tool's own API.

    python benchmarks/importers.py --trials 100000

Makes an Optuna study in an SQLite file (the first 1,000 trials with ``Study.add_trial``, the
others from those in SQL, with values of their own) and the same trials as CSV; both are kept
in ``--folder``. Reads each in a process of its own: by the tool's own API, by the reader, and
by a whole import into a meta-dataset, which is then repeated. Seconds are of the processor;
memory is the most a process had, and what it had before it began to read.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import shlex
import sqlite3
import subprocess
import sys
import warnings
from pathlib import Path
from typing import Any

import numpy as np

from warmstart.evaluate import memory

N_FIRST = 1000
MAPPING = {
    "metric": {"value": {"name": "accuracy", "direction": "maximize"}},
    "params": "params_",
    "task": "task",
    "cost": "duration",
    "timestamp": "datetime_start",
    "status": "state",
    "run_id": "number",
}


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--trials", type=int, default=100_000)
    parser.add_argument("--folder", type=Path, default=Path("build/bench/importers"))
    parser.add_argument("--step", choices=list(STEPS), help="what a process of its own does")
    parser.add_argument("--only-make", action="store_true", help="make the trials and stop")
    return parser.parse_args()


def make_study(path: Path, n_trials: int) -> None:
    """A study of trials with four to six hyperparameters, some pruned, some failed."""
    import optuna
    from optuna.distributions import (
        CategoricalDistribution,
        FloatDistribution,
        IntDistribution,
    )
    from optuna.trial import TrialState, create_trial

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    study = optuna.create_study(
        storage=f"sqlite:///{path}", study_name="many", direction="maximize"
    )
    space = {
        "rate": FloatDistribution(1e-3, 1.0, log=True),
        "depth": IntDistribution(1, 20),
        "share": FloatDistribution(0.1, 1.0),
        "kind": CategoricalDistribution(["gbdt", "dart"]),
        "drop": FloatDistribution(0.0, 0.5),
    }
    rng = np.random.default_rng(0)
    for _ in range(min(N_FIRST, n_trials)):
        params: dict[str, Any] = {
            "rate": float(np.exp(rng.uniform(np.log(1e-3), 0.0))),
            "depth": int(rng.integers(1, 21)),
            "share": float(rng.uniform(0.1, 1.0)),
            "kind": str(rng.choice(["gbdt", "dart"])),
        }
        if params["kind"] == "dart":
            params["drop"] = float(rng.uniform(0.0, 0.5))
        fate = rng.random()
        state = (
            TrialState.FAIL
            if fate < 0.02
            else TrialState.PRUNED
            if fate < 0.1
            else TrialState.COMPLETE
        )
        study.add_trial(
            create_trial(
                state=state,
                params=params,
                distributions={name: space[name] for name in params},
                value=float(rng.random()) if state == TrialState.COMPLETE else None,
            )
        )
    with contextlib.closing(sqlite3.connect(path)) as database:
        for copy in range(1, -(-n_trials // N_FIRST)):
            multiply(database, copy * N_FIRST, min(N_FIRST, n_trials - copy * N_FIRST))
        database.commit()


def multiply(database: sqlite3.Connection, shift: int, n: int) -> None:
    """Add the first trials once more, with numbers and values of their own."""
    # Optuna counts the ids of trials from one, their numbers from zero.
    database.execute(
        "INSERT INTO trials SELECT trial_id + ?, number + ?, study_id, state, datetime_start, "
        "datetime_complete FROM trials WHERE trial_id <= ?",
        (shift, shift, n),
    )
    database.execute(
        "INSERT INTO trial_params (trial_id, param_name, param_value, distribution_json) "
        "SELECT trial_id + ?, param_name, CASE WHEN param_name IN ('share', 'rate') "
        "THEN 0.1 + 0.9 * abs(random() % 1000000) / 1e6 ELSE param_value END, "
        "distribution_json FROM trial_params WHERE trial_id <= ?",
        (shift, n),
    )
    database.execute(
        "INSERT INTO trial_values (trial_id, objective, value, value_type) "
        "SELECT trial_id + ?, objective, abs(random() % 1000000) / 1e6, value_type "
        "FROM trial_values WHERE trial_id <= ?",
        (shift, n),
    )


def make_csv(database: Path, path: Path) -> None:
    """The study as ``Study.trials_dataframe`` tells it, with a task and seconds."""
    import optuna

    frame = optuna.load_study(
        study_name="many", storage=f"sqlite:///{database}"
    ).trials_dataframe()
    frame["duration"] = frame["duration"].dt.total_seconds()
    frame["state"] = frame["state"].replace({"FAIL": "failed"})
    frame.insert(0, "task", "many")
    frame.to_csv(path, index=False)


def optuna_own(folder: Path) -> int:
    import optuna

    study = optuna.load_study(study_name="many", storage=f"sqlite:///{folder / 'study.db'}")
    return len(study.get_trials(deepcopy=False))


def optuna_frame(folder: Path) -> int:
    import optuna

    study = optuna.load_study(study_name="many", storage=f"sqlite:///{folder / 'study.db'}")
    return len(study.trials_dataframe())


def optuna_source(folder: Path) -> Any:
    from warmstart.histories.optuna import read

    return read(folder / "study.db", task="many", metric="accuracy", sampler="random")


def csv_source(folder: Path) -> Any:
    from warmstart.histories.table import read

    return read(folder / "study.csv", mapping=MAPPING, sampler="random")


def csv_own(folder: Path) -> int:
    import pandas as pd

    return len(pd.read_csv(folder / "study.csv"))


def count(source: Any) -> int:
    return sum(batch.num_rows for batch in source.batches())


def whole_import(source: Any, out: Path) -> int:
    from warmstart.metadataset.import_runs import import_histories

    return import_histories([source], out).n_added


STEPS = {
    "optuna: get_trials": optuna_own,
    "optuna: trials_dataframe": optuna_frame,
    "optuna: reader": lambda folder: count(optuna_source(folder)),
    "optuna: import": lambda folder: whole_import(optuna_source(folder), folder / "meta-db"),
    "optuna: again": lambda folder: whole_import(optuna_source(folder), folder / "meta-db"),
    "csv: pandas.read_csv": csv_own,
    "csv: reader": lambda folder: count(csv_source(folder)),
    "csv: import": lambda folder: whole_import(csv_source(folder), folder / "meta-csv"),
    "csv: again": lambda folder: whole_import(csv_source(folder), folder / "meta-csv"),
}


def measure(step: str, folder: Path) -> None:
    """Do one step in this process and print what it cost as JSON."""
    import time

    # Libraries are loaded first: they are the same whoever reads.
    if step.startswith("optuna"):
        import optuna

        optuna.logging.set_verbosity(optuna.logging.ERROR)
    import pandas as pd  # noqa: F401
    import pyarrow.parquet  # noqa: F401

    if "own" not in step:
        import warmstart.metadataset.import_runs  # noqa: F401
    # What getrusage tells includes the peak of the process this one was started from.
    memory.reset_peak()
    before_mb = memory.peak_mb()
    began = time.process_time()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        n_rows = STEPS[step](folder)
    print(
        json.dumps(
            {
                "rows": n_rows,
                "cpu_s": time.process_time() - began,
                "peak_mb": memory.peak_mb(),
                "before_mb": before_mb,
            }
        )
    )


def main() -> None:
    args = arguments()
    folder = args.folder / str(args.trials)
    folder.mkdir(parents=True, exist_ok=True)
    if args.step:
        measure(args.step, folder)
        return
    print(f"    {shlex.join(['python', *sys.argv])}\n")
    if not (folder / "study.db").exists():
        make_study(folder / "making.db", args.trials)
        (folder / "making.db").rename(folder / "study.db")
    if not (folder / "study.csv").exists():
        make_csv(folder / "study.db", folder / "study.csv")
    if args.only_make:
        return
    for name in ("meta-db", "meta-csv"):
        for file in sorted((folder / name).rglob("*"), reverse=True):
            file.rmdir() if file.is_dir() else file.unlink()
    sizes = {name: (folder / name).stat().st_size / 1e6 for name in ("study.db", "study.csv")}
    print(f"{args.trials:,} trials; " + ", ".join(f"{n} {s:.0f} MB" for n, s in sizes.items()))
    print("\n| step | rows | CPU s | rows a second | peak MB | of which before reading |")
    print("| --- | --: | --: | --: | --: | --: |")
    for step in STEPS:
        done = subprocess.run(
            [
                *(sys.executable, __file__, "--step", step),
                *("--folder", args.folder, "--trials", str(args.trials)),
            ],
            capture_output=True,
            text=True,
            check=True,
        )
        told = json.loads(done.stdout.splitlines()[-1])
        n_read = args.trials if told["rows"] == 0 else told["rows"]
        print(
            f"| {step} | {told['rows']:,} | {told['cpu_s']:.1f} "
            f"| {n_read / told['cpu_s']:,.0f} | {told['peak_mb']:.0f} "
            f"| {told['before_mb']:.0f} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
