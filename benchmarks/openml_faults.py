"""A build from OpenML under faults and kills: the same bytes, no request too many, no hang.

A replayed server on this machine breaks a tenth of all requests, in every kind; the building
process is killed with SIGKILL again and again, at random numbers of requests and once all
requests were made too. What comes out is compared, byte for byte, with an undisturbed build.
A missing Parquet file, which only the openml package asks for, is tried on its own.
"""

from __future__ import annotations

import argparse
import json
import random
import shlex
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import warmstart
from _replayed import Replayed, replayed

KINDS = ["reset", "502", "107", "truncated", "damaged", "stall", "engine", "shuffle", "control"]
SYNTHETIC = {"suite": "Synthetic-Suite", "flows": (101, 201, 301)}
RECORDED = {"suite": "OpenML100", "flows": (6969, 6970)}
MEASURES = {"Synthetic-Suite": ("predictive_accuracy", "usercpu_time_millis")}
TIMEOUT_S = 1.0


def main() -> None:
    """Build undisturbed, build disturbed, compare; then repeat, and hang."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pimp", type=Path, help="recorded runs instead of synthetic ones")
    parser.add_argument("--tasks", type=int, help="only so many tasks of the recorded runs")
    parser.add_argument("--page-size", type=int, default=10, help="small, so that pages differ")
    parser.add_argument("--faults", type=float, default=0.1)
    parser.add_argument("--kinds", nargs="+", default=KINDS, choices=KINDS)
    parser.add_argument("--kills", type=int, default=12)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--build", nargs=2, metavar=("URL", "FOLDER"), help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.build:
        build(*chosen.build, chosen.pimp is not None, chosen.page_size)
        return
    print(f"    {shlex.join(['python', *sys.argv])}\n")
    print(f"warmstart {warmstart.__version__}, seed {chosen.seed}\n", flush=True)
    world = [] if chosen.pimp is None else ["--pimp", str(chosen.pimp.resolve())]
    world += ["--tasks", str(chosen.tasks)] if chosen.tasks else []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with replayed(world) as server:
            port = str(server.port)
            _start(chosen, server, folder / "undisturbed").wait()
            n_needed, _ = server.counts()
        print(f"undisturbed: {n_needed:,} requests", flush=True)
        faulty = [*world, "--port", port, "--faults", str(chosen.faults), "--stall", "600"]
        faulty += ["--seed", str(chosen.seed), "--kinds", *chosen.kinds]
        with replayed(faulty) as server:
            _disturbed(chosen, server, folder / "disturbed", n_needed)
            _compare(folder / "undisturbed", folder / "disturbed")
            before, _ = server.counts()
            _start(chosen, server, folder / "disturbed").wait()
            print(f"repeated build: {server.counts()[0] - before} requests")
        with replayed([*world, "--port", port, "--faults", "1", "--kinds", "stall"]) as server:
            _hang(server, folder / "hanging")
        if chosen.pimp is None:
            _missing_parquet(folder)


def _start(chosen: argparse.Namespace, server: Replayed, out: Path) -> subprocess.Popen[str]:
    command = [sys.executable, __file__, "--build", server.url, str(out)]
    command += ["--page-size", str(chosen.page_size)]
    command += ["--pimp", str(chosen.pimp)] if chosen.pimp else []
    return subprocess.Popen(command, stderr=subprocess.PIPE, text=True)


def build(url: str, folder: str, recorded: bool, page_size: int) -> None:
    """Build in this process; it is killed from outside."""
    from warmstart.metadataset.build.openml.build import Patience, build_openml
    from warmstart.metadataset.build.openml.plan import OpenMLPlan

    what = RECORDED if recorded else SYNTHETIC
    plan = OpenMLPlan(
        server=url,
        suites=(str(what["suite"]),),
        flows=tuple(what["flows"]),
        measures=MEASURES.get(str(what["suite"]), ("predictive_accuracy",)),
    )
    patience = Patience(read_s=TIMEOUT_S, backoff_s=0.05, attempts=10)
    size = None if recorded else page_size
    report = build_openml(plan, folder, patience=patience, page_size=size)
    if report.failed:
        raise SystemExit(f"failed: {dict(report.failed)}")


def _disturbed(chosen: argparse.Namespace, server: Replayed, out: Path, n_needed: int) -> None:
    """Kill the build so often, then let it end."""
    draw, n_kills, after_last = random.Random(chosen.seed), 0, 0
    while n_kills < chosen.kills:
        process = _start(chosen, server, out)
        before, _ = server.counts()
        # Every third is killed late, when files are merged and published.
        late = n_kills % 3 == 2
        share = draw.uniform(0, 2 / chosen.kills)
        target = 10**9 if late else before + int(n_needed * share)
        quiet = 0
        while process.poll() is None and server.counts()[0] < target:
            now, _ = server.counts()
            time.sleep(0.02)
            quiet = quiet + 1 if server.counts()[0] == now else 0
            if late and (out / "openml.json").exists() and quiet > draw.randint(5, 60):
                break
        time.sleep(draw.uniform(0, 0.05))
        ended = process.poll() is not None
        process.kill()
        process.communicate()
        n_kills += not ended
        after_last += ended
        if ended and after_last > 20:
            print("the build ended before all kills; it was begun anew from its pages")
            break
        if ended:
            # Everything is read: have it published again, so that there is something to kill.
            (out / "manifest.json").unlink(missing_ok=True)
    process = _start(chosen, server, out)
    _, said = process.communicate()
    if process.returncode:
        raise SystemExit(said)
    n_requests, faults = server.counts()
    listed = ", ".join(f"{kind} {n}" for kind, n in sorted(faults.items()))
    print(
        f"disturbed: {n_requests:,} requests, {sum(faults.values()):,} of them broken on "
        f"purpose ({listed}), {n_kills} SIGKILLs"
    )


def _compare(one: Path, other: Path) -> None:
    listed = json.loads((one / "manifest.json").read_text())["digests"]
    names = ["manifest.json", *listed]
    differ = [
        name for name in names if (one / name).read_bytes() != (other / name).read_bytes()
    ]
    n_bytes = sum((one / name).stat().st_size for name in names)
    verdict = f"DIFFER: {', '.join(differ)}" if differ else "byte-identical"
    print(f"meta-dataset, {len(names)} files of {n_bytes:,} bytes: {verdict}")


def _hang(server: Replayed, out: Path) -> None:
    from warmstart.errors import HistoryError
    from warmstart.metadataset.build.openml.build import Patience, build_openml
    from warmstart.metadataset.build.openml.plan import OpenMLPlan

    attempts, begin = 3, time.monotonic()
    plan = OpenMLPlan(server=server.url, task_ids=(1,), flows=(1,))
    try:
        build_openml(
            plan, out, patience=Patience(read_s=TIMEOUT_S, attempts=attempts, backoff_s=0.1)
        )
    except HistoryError as error:
        took = time.monotonic() - begin
        print(
            f"a server that never answers: ended after {took:.1f} s, with {attempts} attempts "
            f"of {TIMEOUT_S:g} s and 0.3 s between them: {str(error).partition(';')[0]}"
        )


def _missing_parquet(folder: Path) -> None:
    """Through the openml package: the same rows where the Parquet file is not there."""
    import os
    import warnings

    os.environ.update(OPENML_CACHE_DIR=str(folder), XDG_CONFIG_HOME=str(folder))
    from warmstart.histories.openml.client import Client

    frames = []
    warnings.simplefilter("ignore")
    for kind in ([], ["--faults", "1", "--kinds", "parquet"]):
        with replayed(kind) as server:
            client = Client(server.url, cache=folder / f"client-{len(frames)}")
            frames.append(client.dataset(1).frame)
    same = frames[0].astype(str).equals(frames[1].astype(str))
    print(f"missing Parquet file: {'the same rows from ARFF' if same else 'ROWS DIFFER'}")


if __name__ == "__main__":
    main()
