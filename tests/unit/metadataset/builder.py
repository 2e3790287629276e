"""A small build that tests kill: ``python -m tests.unit.metadataset.builder FOLDER``."""

import sys
from pathlib import Path

import numpy as np
import pandas as pd
from tests.unit.histories.faulty import BUILDER, configuration

from warmstart.execution.local import EvaluationProtocol, Limits, LocalTask
from warmstart.metadataset.build.local import build_local

PROTOCOL = EvaluationProtocol(builder=BUILDER, limits=Limits(time_limit_s=20), sampler="test")
KINDS = {"b": "binary", "m": "multiclass", "r": "regression"}


def tasks(folder):
    """Three small tasks, their data written below `folder`."""
    made = []
    for name, kind in KINDS.items():
        path = folder / "data" / f"{name}.csv"
        if not path.exists():
            path.parent.mkdir(exist_ok=True)
            rng = np.random.default_rng(0)
            X = pd.DataFrame(rng.normal(size=(60, 3)), columns=["p", "q", "s"])
            signal = X.p + rng.normal(size=60) / 2
            levels = {"b": 2, "m": 3}.get(name)
            y = signal if levels is None else pd.qcut(signal, levels, list("xyz")[:levels])
            X.assign(y=y).to_csv(path, index=False)
        made.append(
            LocalTask(
                task_id=name,
                name=name.upper(),
                family=name,
                task_type=kind,
                path=path,
                target="y",
                licence="CC0",
                source="made up",
            )
        )
    return made


def configurations():
    return [configuration(depth=depth) for depth in range(1, 9)] + [configuration("raise")]


def main(folder):
    build_local(
        tasks(folder),
        configurations(),
        folder / "build",
        protocol=PROTOCOL,
        n_jobs=2,
        unit_size=2,
        progress=lambda done, total, rate: sys.stdout.write(f"{done}\n") and sys.stdout.flush(),
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
