"""What an answer costs: a cold process, a large file, memory, a warm process.

    python benchmarks/cold_start.py

Calls ``warmstart.suggest`` and runs the command in fresh processes on a real table of 1,000
rows and 20 columns, in turn with one that only imports what everybody imports, and on a table
of 100,000 x 50 resampled from it: whole rows of the real columns, and further columns each
in an order of its own. Times are medians; wall time on a busy machine says little, so CPU
time stands beside it. This process imports nothing large: a child's peak memory counts
what its parent held.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import shlex
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import warmstart

IMPORTS = "import pandas, sklearn.ensemble, sklearn.linear_model"
CALL = (
    "import sys, pandas, warmstart; file, target, *base = sys.argv[1:]; "
    "warmstart.suggest(pandas.read_csv(file), target=target, "
    "knowledge=base[0] if base else None)"
)


@dataclass(frozen=True)
class Run:
    """What one process took."""

    wall_s: float
    cpu_s: float
    peak_mb: float


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--data", type=Path, default=Path("data/examples/german_credit.csv"))
    parser.add_argument("--target", default="class")
    parser.add_argument("--knowledge", type=Path, metavar="FOLDER")
    parser.add_argument("--rows", type=int, default=100_000, help="of the large table")
    parser.add_argument("--columns", type=int, default=50)
    parser.add_argument("--repeats", type=int, default=7)
    parser.add_argument("--seed", type=int, default=0)
    return parser.parse_args()


def run(command: list[str], compiled: Path) -> Run:
    """Run a fresh process to its end, with bytecode as an installed package has it."""
    # Where writing it is switched off, ours would be compiled anew in every process.
    kept = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    environment = kept | {"PYTHONPYCACHEPREFIX": str(compiled)}
    began = time.monotonic()
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(
            command, stdout=said, stderr=subprocess.STDOUT, env=environment
        )
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        wall_s = time.monotonic() - began
        if process.returncode:
            said.seek(0)
            raise SystemExit(f"{shlex.join(command)}\n{said.read().decode()}")
    # Linux counts kibibytes, macOS bytes.
    unit = 2**20 if sys.platform == "darwin" else 2**10
    return Run(wall_s, used.ru_utime + used.ru_stime, used.ru_maxrss / unit)


def resample(
    source: Path, target: str, out: Path, n_rows: int, n_columns: int, seed: int
) -> None:
    """Write a larger table with the columns of a real one."""
    import numpy as np
    import pandas as pd

    rng = np.random.default_rng(seed)
    real = pd.read_csv(source)
    table = real.iloc[rng.integers(len(real), size=n_rows)].reset_index(drop=True)
    features = real.drop(columns=target)
    for k in range(n_columns - features.shape[1]):
        column = features.iloc[:, k % features.shape[1]]
        order = rng.integers(len(real), size=n_rows)
        table[f"{column.name} {2 + k // features.shape[1]}"] = column.to_numpy()[order]
    table.to_csv(out, index=False)


def loaded_mb(path: Path) -> float:
    """Memory of the table as pandas reads it."""
    import pandas as pd

    return float(pd.read_csv(path).memory_usage(deep=True).sum() / 2**20)


def warm_ms(path: Path, target: str, knowledge: Path | None, repeats: int) -> float:
    """Median CPU milliseconds of an answer from meta-features, all threads together."""
    from warmstart.datasets.load import load_dataset
    from warmstart.knowledge.base import open_knowledge
    from warmstart.metafeatures.extract import metafeatures_of

    dataset = load_dataset(path, target=target)
    metafeatures = metafeatures_of(dataset)
    recommender = open_knowledge(knowledge)
    times = []
    for _ in range(repeats + 1):  # the first one reads the models
        began = time.process_time()
        recommender.suggest(metafeatures=metafeatures, task_type=dataset.task_type)
        times.append(1e3 * (time.process_time() - began))
    return median(times[1:])


def main() -> None:
    args = arguments()
    base = [] if args.knowledge is None else [args.knowledge]
    options = ["--knowledge", str(args.knowledge)] if base else []

    def command(path: Path) -> list[str]:
        suggest = [sys.executable, "-m", "warmstart", "suggest", str(path)]
        return [*suggest, "--target", args.target, *options]

    print(f"    {shlex.join(['python', *sys.argv])}\n")
    print(
        f"warmstart {warmstart.__version__}, {args.knowledge or 'the embedded base'}; one "
        f"table, seed {args.seed}, medians of {args.repeats} processes in turn, "
        f"{os.cpu_count()} cores at load {os.getloadavg()[0]:.1f}.\n"
    )
    with (
        multiprocessing.get_context("spawn").Pool(1) as elsewhere,
        tempfile.TemporaryDirectory() as folder,
    ):
        large, compiled = Path(folder) / "large.csv", Path(folder) / "bytecode"
        sizes = args.rows, args.columns
        elsewhere.apply(resample, (args.data, args.target, large, *sizes, args.seed))
        commands = {
            "imports": [sys.executable, "-c", IMPORTS],
            "call": [sys.executable, "-c", CALL, str(args.data), args.target, *map(str, base)],
            "small": command(args.data),
            "large": command(large),
        }
        for warm_up in commands.values():  # bytecode, file cache, this machine's speed
            run(warm_up, compiled)
        runs: dict[str, list[Run]] = {name: [] for name in commands}
        for _ in range(args.repeats):
            for name, argv in commands.items():
                runs[name].append(run(argv, compiled))
        data_mb = {
            name: elsewhere.apply(loaded_mb, (path,))
            for name, path in (("small", args.data), ("large", large))
        }
        warm = elsewhere.apply(warm_ms, (args.data, args.target, args.knowledge, 20))
    report(args, runs, data_mb, warm)


def report(
    args: argparse.Namespace, runs: dict[str, list[Run]], data_mb: dict[str, float], warm: float
) -> None:
    wall = {name: median(r.wall_s for r in of) for name, of in runs.items()}
    cpu = {name: median(r.cpu_s for r in of) for name, of in runs.items()}
    peak = {name: max(r.peak_mb for r in of) for name, of in runs.items()}
    print("| process | wall s | least | CPU s | least | peak MB | data MB |")
    print("| --- | --: | --: | --: | --: | --: | --: |")
    for name, of in runs.items():
        least = min(r.wall_s for r in of), min(r.cpu_s for r in of)
        data = f"{data_mb[name]:.1f}" if name in data_mb else ""
        print(
            f"| {name} | {wall[name]:.2f} | {least[0]:.2f} | {cpu[name]:.2f} "
            f"| {least[1]:.2f} | {peak[name]:.0f} | {data} |"
        )
    sized = f"{args.rows:,} x {args.columns}"
    rows = [
        ("a call of suggest over imports, CPU", cpu["call"] / cpu["imports"], 1.3),
        ("suggest over imports, wall", wall["small"] / wall["imports"], 3.0),
        ("suggest over imports, CPU", cpu["small"] / cpu["imports"], 3.0),
        (f"{sized} over the small table, wall", wall["large"] / wall["small"], 4.0),
        (f"{sized} over the small table, CPU", cpu["large"] / cpu["small"], 4.0),
        *(
            (f"peak MB, {name} table", peak[name], 3 * data_mb[name] + 300)
            for name in ("small", "large")
        ),
        ("warm, from meta-features, CPU ms", warm, 50.0),
    ]
    print("\n| what | measured | at most | |")
    print("| --- | --: | --: | --- |")
    for what, measured, most in rows:
        verdict = "met" if measured <= most else "missed"
        print(f"| {what} | {measured:.3g} | {most:.3g} | {verdict} |")


if __name__ == "__main__":
    main()
