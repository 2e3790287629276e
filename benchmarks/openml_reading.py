"""Reading OpenML's run histories: every row, processor time and memory, against its client.

The recorded runs of one flow are served on this machine; each reader is a process of its own,
all in the same run. What they read is compared by a digest over run, task, setup, score and
hyperparameters as stored, which is made after the time is taken.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import resource
import shlex
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import warmstart
from _replayed import replayed

MEASURE = "predictive_accuracy"
FLOWS = {"random_forest": 6969, "adaboost": 6970}
TITLES = {
    "client": "openml.evaluations.list_evaluations_setups",
    "lister": "warmstart: listing",
    "build": "warmstart: build openml, to the finished meta-dataset",
}


def main() -> None:
    """Serve the runs and have every reader read them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--runs", type=Path, required=True, help="random_forest.parquet of the recorded runs"
    )
    parser.add_argument("--tasks", type=int, help="only so many tasks")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--reader", choices=TITLES, help=argparse.SUPPRESS)
    parser.add_argument("--url", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.reader:
        read(chosen.reader, chosen.url, FLOWS[chosen.runs.stem])
        return
    print(f"    {shlex.join(['python', *sys.argv])}\n")
    print(f"warmstart {warmstart.__version__}, openml {_openml_version()}\n", flush=True)
    options = ["--pimp", str(chosen.runs.resolve().parent), "--tables", chosen.runs.stem]
    if chosen.tasks:
        options += ["--tasks", str(chosen.tasks)]
    results: dict[str, list[dict[str, Any]]] = {name: [] for name in TITLES}
    with replayed(options) as server:
        for _ in range(chosen.repeats):
            for name in TITLES:
                before, _ = server.counts()
                found = _run(name, server.url, chosen.runs)
                found["requests"] = server.counts()[0] - before
                results[name].append(found)
    _print(results)


def _print(results: Mapping[str, list[dict[str, Any]]]) -> None:
    print("| reader | rows | requests | CPU s, least (all) | peak MB |")
    print("| --- | --- | --- | --- | --- |")
    for name, found in results.items():
        times = ", ".join(f"{one['cpu_s']:.1f}" for one in found)
        print(
            f"| {TITLES[name]} | {found[0]['rows']:,} | {found[0]['requests']:,} "
            f"| {min(one['cpu_s'] for one in found):.1f} ({times}) "
            f"| {max(one['peak_mb'] for one in found):.0f} |"
        )
    client, ours = results["client"], results["lister"]
    ratios = [own["cpu_s"] / theirs["cpu_s"] for own, theirs in zip(ours, client, strict=True)]
    same = {one["digest"] for found in (client, ours) for one in found}
    print(
        f"\nlisting / client in CPU, run by run: {', '.join(f'{r:.2f}' for r in ratios)}; "
        f"{'the same rows' if len(same) == 1 else 'ROWS DIFFER'}"
    )


def _run(name: str, url: str, runs: Path) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, __file__, "--runs", str(runs), "--reader", name, "--url", url],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    )
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def read(name: str, url: str, flow: int) -> None:
    """Read all runs of a flow in this process, and print what it took."""
    begin = time.process_time()
    with tempfile.TemporaryDirectory() as folder:
        rows = {"client": _client, "lister": _lister, "build": _build}[name](url, flow, folder)
        cpu_s = time.process_time() - begin
        peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        n_rows, digest = _digest(rows)
    print(json.dumps({"rows": n_rows, "digest": digest, "cpu_s": cpu_s, "peak_mb": peak_mb}))


def _client(url: str, flow: int, folder: str) -> Iterable[tuple[Any, ...]]:
    os.environ.update(OPENML_CACHE_DIR=folder, XDG_CONFIG_HOME=folder)
    warnings.simplefilter("ignore")
    import openml

    openml.config.server = url
    frame = openml.evaluations.list_evaluations_setups(
        MEASURE, flows=[flow], output_format="dataframe"
    )
    columns = ("run_id", "task_id", "setup_id", "value", "parameters")
    return zip(*(frame[name].tolist() for name in columns), strict=True)


def _lister(url: str, flow: int, folder: str) -> Iterable[tuple[Any, ...]]:
    from warmstart.histories.openml.http.cache import PageCache
    from warmstart.histories.openml.http.transport import Transport
    from warmstart.histories.openml.listing import Lister

    lister = Lister(Transport(url, pages=PageCache(Path(folder))))
    found = []
    for task in lister.study("OpenML100").task_ids:
        listing = lister.evaluations(MEASURE, flow, task)
        names = {key: known.full_name for key, known in listing.definitions.items()}
        for row in listing.rows.values():
            stored = {names[key]: text for key, text in (row.parameters or {}).items()}
            found.append((row.run_id, row.task_id, row.setup_id, row.value, stored))
    return found


def _build(url: str, flow: int, folder: str) -> Iterable[tuple[Any, ...]]:
    from warmstart.metadataset.build.openml.build import build_openml
    from warmstart.metadataset.build.openml.plan import OpenMLPlan

    plan = OpenMLPlan(server=url, suites=("OpenML100",), flows=(flow,), measures=(MEASURE,))
    report = build_openml(plan, Path(folder) / "meta")
    return [()] * int(report.manifest["openml"]["n_runs_read"])


def _digest(rows: Iterable[tuple[Any, ...]]) -> tuple[int, str]:
    """Number of rows, and a sum of hashes that does not depend on their order."""
    total = n_rows = 0
    for row in rows:
        n_rows += 1
        if row:
            *plain, stored = row
            text = repr([*(float(cell) for cell in plain), sorted(stored.items())])
            total += int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")
    return n_rows, f"{total % 2**64:016x}"


def _openml_version() -> str:
    from importlib.metadata import version

    return version("openml")


if __name__ == "__main__":
    main()
