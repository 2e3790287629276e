"""Writers of a folder that are killed, and pairs of them at once: is any run lost?

    python benchmarks/store_faults.py --kills 50 --pairs 20

Imports, appends, saves, saves of a fitted recommender and publishes of a build run in
processes of their own. Each is killed with SIGKILL at a random moment of its writing; then
the folder is opened with all digests compared, and must hold all of what was there before or
all of what was written. The same command is run again and must complete it, and nothing but
finished files may be left. Then two writers are started at the same moment, on a folder that
is there or not: afterwards the runs of both must be.
"""

from __future__ import annotations

import argparse
import multiprocessing
import random
import shlex
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

import warmstart

KINDS = ["import", "append", "save", "knowledge", "publish"]
PAIRS = [
    ("import", "import"),
    ("append", "append"),
    ("import", "append"),
    ("publish", "publish"),
]
N_ROWS = 4_000
BASE = 10**6
SERVER = multiprocessing.get_context("forkserver")
PRELOADED = [
    "warmstart.metadataset.build.publish",
    "warmstart.metadataset.import_runs",
    "warmstart.recommend.store.saving",
]


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--pairs", type=int, default=20)
    parser.add_argument("--seed", type=int, default=0)
    return parser.parse_args()


def history(number: int) -> Any:
    """Runs that only this import has, of a task that all have."""
    from warmstart.histories.runs.schema import Run, RunHistory

    draw = np.random.default_rng(number)
    runs = [
        Run(
            task=f"task-{i % 7}",
            values={"rate": float(draw.random()), "depth": int(i % 9)},
            metric="accuracy",
            direction="maximize",
            score=float(draw.random()),
            source="made",
            source_run_id=f"{number}/{i}",
        )
        for i in range(N_ROWS)
    ]
    return RunHistory("made", f"import {number}", lambda _: iter(runs))


def matrix(number: int, n_tasks: int = 20) -> Any:
    draw = np.random.default_rng(number)
    tasks = [f"{number}-{i}" for i in range(n_tasks)]
    kinds = pd.DataFrame({"task_type": "classification"}, index=tasks)
    scores = pd.DataFrame(draw.random((n_tasks, 200)), index=tasks)
    return warmstart.MetaDataset.from_matrix(
        scores.rename(columns=str), metric="accuracy", tasks=kinds
    )


def work(kind: str, out: Path, number: int, build: Path, line: Any) -> None:
    """Write once when told to, and say when it is ready and when it is done."""
    from warmstart.metadataset.build.publish import publish
    from warmstart.metadataset.import_runs import import_histories

    def fitted() -> Any:
        return warmstart.Recommender(random_state=0).fit(matrix(number, 6))

    made = {"import": history, "append": matrix, "save": matrix}.get(kind)
    ready = made(number) if made else fitted() if kind == "knowledge" else None
    line.send("ready")
    line.recv()
    if kind == "import":
        import_histories([ready], out)
    elif kind == "append":
        ready.append_to(out)
    elif kind == "publish":
        publish(build, out, notes=str(number))
    else:
        ready.save(out)
    line.send("done")


@dataclass
class Writer:
    """A process that is ready to write."""

    process: Any
    line: Any

    def go(self) -> None:
        self.line.send("go")

    def finish(self) -> None:
        """Wait for the end; a writer that fails ends it all."""
        self.line.recv()
        self.process.join()

    def kill(self) -> bool:
        """End it by SIGKILL; whether it was still writing."""
        self.process.kill()
        self.process.join()
        try:
            return bool(self.line.recv() != "done")
        except (EOFError, OSError):
            return True


def start(kind: str, out: Path, number: int, build: Path) -> Writer:
    here, there = SERVER.Pipe()
    process = SERVER.Process(target=work, args=(kind, out, number, build, there))
    process.start()
    there.close()
    if here.recv() != "ready":
        raise SystemExit(f"{kind} {number} did not begin")
    return Writer(process, here)


def run(kind: str, out: Path, number: int, build: Path) -> float:
    """Write undisturbed; seconds of the writing."""
    writer = start(kind, out, number, build)
    began = time.monotonic()
    writer.go()
    writer.finish()
    return time.monotonic() - began


def holds(out: Path) -> frozenset[Any]:
    """All that a folder holds, every digest compared; the empty set where there is none."""
    if not out.exists():
        return frozenset()
    md = warmstart.MetaDataset.open(out, verify=True)
    rows = md.to_frame()[["task_id", "configuration_id", "source_run_id", "score"]]
    # No two NaN are equal.
    rows["score"] = rows["score"].astype(object).where(rows["score"].notna(), None)
    kept = frozenset(rows.itertuples(index=False, name=None))
    if (out / "recommender.json").exists():
        warmstart.Recommender.load(out).suggest(metafeatures=None, n=1)
    return kept | {("notes", str(md.info.get("notes", "")))}


def make_build(folder: Path) -> Path:
    """A small build to publish."""
    from warmstart.execution.tasks import read_tasks
    from warmstart.metadataset.build.local import build_local
    from warmstart.spaces.pipelines.design import space_filling

    draw = np.random.default_rng(0)
    tasks = folder / "tasks.csv"
    table = pd.DataFrame(draw.normal(size=(60, 4)), columns=list("abcd"))
    table["y"] = np.where(table["a"] > 0, "u", "v")
    table.to_csv(folder / "data.csv", index=False)
    tasks.write_text("task_id,task_type,path,target\none,binary,data.csv,y\n")

    points = sorted(space_filling("binary", scale=0.05), key=lambda c: c.learner)
    build_local(read_tasks(tasks), points[:4], folder / "build")
    return folder / "build"


def kill_all(chosen: argparse.Namespace, folder: Path, build: Path) -> Counter[str]:
    """Kill writers one after the other, and complete what they began."""
    draw, counts = random.Random(chosen.seed), Counter()
    outs = {kind: folder / kind for kind in KINDS}
    took = {}
    for kind, out in outs.items():
        if kind == "append":
            matrix(BASE).save(out)
        took[kind] = run(kind, out, 0, build)
    for number in range(1, chosen.kills + 1):
        kind = KINDS[number % len(KINDS)]
        # Every fifth folder is not there yet.
        fresh = kind != "append" and draw.random() < 0.2
        out = folder / f"fresh-{number}" if fresh else outs[kind]
        before = holds(out)
        writer = start(kind, out, number, build)
        writer.go()
        time.sleep(draw.uniform(0, took[kind]))
        counts["killed while writing" if writer.kill() else "ended before"] += 1
        left = holds(out)
        run(kind, out, number, build)
        after = holds(out)
        if kind in ("import", "append") and not before - {("notes", "")} <= after:
            counts["LOST"] += 1
        if left not in (before, after):
            counts["LOST"] += 1
            print(f"{kind} {number}: neither what was there nor what was written")
        counts["left as before"] += left == before
        counts["already written"] += left == after
        unfinished = [p for p in out.rglob(".*") if p.name.startswith((".writing-", ".next"))]
        counts["leftovers"] += len(unfinished)
    counts["leftovers beside"] = len(list(folder.glob(".writing-*")))
    return counts


def pair_all(chosen: argparse.Namespace, folder: Path, build: Path) -> Counter[str]:
    """Start two writers at the same moment."""
    counts: Counter[str] = Counter()
    for number in range(chosen.pairs):
        kinds = PAIRS[number % len(PAIRS)]
        out = folder / f"pair-{number}"
        is_there = "append" in kinds or number % 8 >= 4
        if is_there:
            matrix(BASE).save(out)
        before = holds(out)
        numbers = (1000 + 2 * number, 1001 + 2 * number)
        both = [start(kind, out, n, build) for kind, n in zip(kinds, numbers, strict=True)]
        for writer in both:
            writer.go()
        for writer in both:
            writer.finish()
        after = holds(out)
        each = {"import": N_ROWS, "append": 20 * 200}
        expected = sum(each.get(kind, 0) for kind in kinds) + len(before - {("notes", "")})
        lost = 0 if "publish" in kinds else expected - len(after - {("notes", "")})
        counts["runs lost"] += max(lost, 0)
        counts["/".join(kinds)] += 1
        if "publish" in kinds and ("notes", str(numbers[0])) not in after:
            assert ("notes", str(numbers[1])) in after
    return counts


def main() -> None:
    chosen = arguments()
    SERVER.set_forkserver_preload(PRELOADED)
    print(f"    {shlex.join(['python', *sys.argv])}\n")
    print(f"warmstart {warmstart.__version__}, seed {chosen.seed}\n", flush=True)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        build = make_build(folder)
        kills = kill_all(chosen, folder, build)
        print(f"{chosen.kills} SIGKILLs: " + told(kills), flush=True)
        pairs = pair_all(chosen, folder, build)
        print(f"{chosen.pairs} pairs at once: " + told(pairs))
    raise SystemExit(bool(kills["LOST"] or kills["leftovers"] or pairs["runs lost"]))


def told(counts: Counter[str]) -> str:
    return ", ".join(f"{what} {n:,}" for what, n in sorted(counts.items()))


if __name__ == "__main__":
    main()
