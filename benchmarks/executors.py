"""What does an executor cost, does it change a byte, and what does a killed worker lose?

    python benchmarks/executors.py --datasets 200 --folder /tmp/executors

Synthetic datasets of scikit-learn's generators, several shapes and noise levels, written as
Parquet once. Their meta-features are extracted by ``build_metafeatures`` in this process,
on joblib's processes (loky) and on a local Dask cluster, each in a fresh process whose CPU
time, children included, is compared with the serial one. Then a worker is killed with
SIGKILL in the middle of a build.
"""

from __future__ import annotations

import argparse
import json
import os
import shlex
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

import warmstart
from warmstart.execution.executors.choose import make_executor
from warmstart.execution.local import LocalTask
from warmstart.metadataset.build.metafeatures import build_metafeatures
from warmstart.metadataset.storage.files import digest

MODES: dict[str, dict[str, Any]] = {
    "serial": {},
    "loky": {"n_jobs": 2},
    "dask": {"workers": 2},
}


def datasets(folder: Path, n: int, seed: int) -> list[LocalTask]:
    """Classification and regression datasets of 200 to 2,000 rows, made if need be."""
    from sklearn.datasets import make_classification, make_regression

    folder.mkdir(parents=True, exist_ok=True)
    tasks = []
    for i in range(n):
        path = folder / f"{i:03d}.parquet"
        kind = ("binary", "multiclass", "regression")[i % 3]
        if not path.exists():
            rng = np.random.default_rng([seed, i])
            rows, columns = int(rng.integers(200, 2000)), int(rng.integers(5, 20))
            if kind == "regression":
                X, y = make_regression(rows, columns, n_informative=3, noise=5, random_state=i)
            else:
                X, y = make_classification(
                    rows,
                    columns,
                    n_informative=4,
                    n_redundant=0,
                    n_classes=2 if kind == "binary" else 4,
                    flip_y=float(rng.uniform(0, 0.3)),
                    random_state=i,
                )
            frame = pd.DataFrame(X, columns=[f"x{c}" for c in range(columns)])
            frame["level"] = pd.qcut(frame.x0, 5, labels=list("abcde")).astype(str)
            frame.assign(y=y if kind == "regression" else y.astype(str)).to_parquet(path)
        tasks.append(
            LocalTask(
                task_id=f"made-{i:03d}",
                name=f"made-{i:03d}",
                family=f"made-{i:03d}",
                task_type=kind,
                path=path,
                target="y",
            )
        )
    return tasks


def one_mode(args: argparse.Namespace) -> dict[str, Any]:
    """Build with one executor, in this process; perhaps kill a worker meanwhile."""
    tasks = datasets(args.folder / "data", args.datasets, args.seed)
    out = args.folder / args.mode
    shutil.rmtree(out, ignore_errors=True)
    start = time.monotonic()
    executor = make_executor(**MODES[args.mode])
    killed: list[int] = []

    def progress(done: int, total: int) -> None:
        if args.kill and done >= total // 3 and not killed:
            killed.append(-1)
            threading.Thread(target=kill_worker, args=(killed,), daemon=True).start()

    report = build_metafeatures(tasks, out, executor=executor, progress=progress)
    used = os.times()
    parts = sorted([*out.glob("*.parquet"), *(out / "datasets").glob("*.json")])
    return {
        "cpu_s": used.user + used.system + used.children_user + used.children_system,
        "wall_s": time.monotonic() - start,
        "described": report.n_described,
        "problems": report.problems,
        "deaths": report.n_deaths,
        "files": len(parts),
        "digest": [digest(path) for path in parts],
        "killed": killed,
    }


def kill_worker(killed: list[int]) -> None:
    """SIGKILL the process below this one that has used the most CPU time."""
    used: dict[int, int] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and _below(int(entry.name), os.getpid()):
            fields = (entry / "stat").read_text().rpartition(")")[2].split()
            used[int(entry.name)] = int(fields[11]) + int(fields[12])
    victim = max(used, key=lambda pid: used[pid])
    killed[:] = [victim]
    os.kill(victim, signal.SIGKILL)


def _below(pid: int, ancestor: int) -> bool:
    while pid > 1:
        try:
            pid = int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
        except (OSError, ValueError):
            return False
        if pid == ancestor:
            return True
    return False


def measured(args: argparse.Namespace, mode: str, *, kill: bool = False) -> dict[str, Any]:
    """A build in a process of its own."""
    command = [
        sys.executable,
        __file__,
        *("--mode", mode, "--datasets", str(args.datasets), "--folder", str(args.folder)),
        *("--seed", str(args.seed), *(["--kill"] if kill else [])),
    ]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    return json.loads(done.stdout.splitlines()[-1])  # type: ignore[no-any-return]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--datasets", type=int, default=200)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--modes", nargs="+", choices=list(MODES), default=list(MODES))
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--mode", help=argparse.SUPPRESS)
    parser.add_argument("--kill", action="store_true", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.mode:
        print(json.dumps(one_mode(args)))
        return
    print(f"    {shlex.join(['python', *sys.argv])}\n")
    print(f"warmstart {warmstart.__version__}; {args.datasets} datasets, seed {args.seed}\n")
    datasets(args.folder / "data", args.datasets, args.seed)
    print("| executor | CPU s, all processes | against serial | wall s | same bytes |")
    print("| --- | --- | --- | --- | --- |", flush=True)
    first: dict[str, Any] = {}
    for mode in args.modes:
        found = measured(args, mode)
        first = first or found
        same = "yes" if found["digest"] == first["digest"] else "NO"
        print(
            f"| {mode} | {found['cpu_s']:.1f} | {found['cpu_s'] / first['cpu_s']:.2f} | "
            f"{found['wall_s']:.0f} | {same}, {found['files']} files |",
            flush=True,
        )
    for mode in args.modes:
        if mode != "serial":
            found = measured(args, mode, kill=True)
            same = "the same bytes" if found["digest"] == first["digest"] else "OTHER BYTES"
            print(
                f"\nA worker of {mode} killed after a third: {found['deaths']} unit(s) lost "
                f"and done again, {found['described']} described, "
                f"{len(found['problems'])} problems, {same}.",
                flush=True,
            )


if __name__ == "__main__":
    main()
