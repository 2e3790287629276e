"""On real data: does the best of ten suggestions beat the best of ten random configurations?

    python data/corpus/fetch.py --out build/corpus
    python benchmarks/end_to_end.py --tasks 20

Draws families of the base that the corpus holds, half of them classification, and for each
forgets the family, asks for suggestions from the file, and cross-validates those and random
configurations of the same space exactly as the base was evaluated. Random ones are new
points of the tabular space, drawn until they are legal for the data. What is done is kept
in ``--results`` and taken up again.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import json
import math
import resource
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

import warmstart
from _common import KINDS, add_knowledge, print_heading
from warmstart.datasets.load import load_dataset
from warmstart.domain import Configuration, Schema
from warmstart.execution.local import (
    EvaluationProtocol,
    Limits,
    LocalTask,
    evaluate_locally,
    read_tasks,
)
from warmstart.knowledge.base import embedded_path
from warmstart.metadataset.metadataset import MetaDataset
from warmstart.metadataset.storage.files import digest, write_json
from warmstart.metrics import default_metric
from warmstart.spaces.pipelines.learners import SPACE
from warmstart.spaces.pipelines.legality import why_illegal
from warmstart.spaces.pipelines.tabular import tabular_space

Scores = np.ndarray[Any, np.dtype[np.float64]]


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    add_knowledge(parser)
    parser.add_argument("--corpus", type=Path, default=Path("build/corpus/tasks.csv"))
    parser.add_argument("--results", type=Path, default=Path("build/bench/end_to_end"))
    parser.add_argument("--tasks", type=int, default=20, help="families drawn")
    parser.add_argument("--n", type=int, default=10, help="configurations suggested")
    parser.add_argument("--random", type=int, default=40, help="random configurations")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=2, help="evaluations at a time")
    return parser.parse_args()


def draw(corpus: Path, md: MetaDataset, n: int, seed: int) -> list[LocalTask]:
    """Tasks of `n` families of the base, as many of each kind as can be."""
    known = [task for task in read_tasks(corpus) if task.task_id in md.tasks.index]
    rng = np.random.default_rng(seed)
    drawn: list[LocalTask] = []
    for kind, share in zip(KINDS, (n - n // 2, n // 2), strict=True):
        of_kind = [t for t in known if (t.task_type == "regression") == (kind == "regression")]
        families = sorted({task.family for task in of_kind})
        for i in rng.permutation(len(families))[:share]:
            drawn.append(next(t for t in of_kind if t.family == families[i]))
    return drawn


def protocol_of(md: MetaDataset) -> EvaluationProtocol:
    """How the base was evaluated, as it says of itself."""
    said = md.info["protocol"]
    return EvaluationProtocol(
        limits=Limits(**said["limits"]), max_rows=said["max_rows"], seed=said["seed"]
    )


def random_configurations(
    task_type: Any, schema: Schema, n: int, seed: int
) -> list[Configuration]:
    """Different legal points of the tabular space, drawn uniformly."""
    space = tabular_space(task_type, seed=seed)
    found: dict[str, Configuration] = {}
    while len(found) < n:
        values = dict(space.sample_configuration())
        configuration = Configuration(space=SPACE, learner=values["learner"], values=values)
        if why_illegal(configuration.values, schema) is None:
            found[configuration.configuration_id] = configuration
    return list(found.values())


def evaluate(
    task: LocalTask,
    configurations: Sequence[Configuration],
    protocol: EvaluationProtocol,
    jobs: int,
) -> list[float | None]:
    """Cross-validated score of each configuration; None where it failed."""
    metric = default_metric(task.task_type).name
    scores: dict[str, float] = {}
    evaluations = evaluate_locally([task], configurations, protocol=protocol, n_jobs=jobs)
    with contextlib.closing(evaluations):
        for evaluation in evaluations:
            if evaluation.metric == metric and evaluation.status == "ok":
                scores[evaluation.configuration_id] = evaluation.score
    return [scores.get(c.configuration_id) for c in configurations]


def cpu_s() -> float:
    """CPU seconds of this process and the ended children."""
    used = [resource.getrusage(w) for w in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(u.ru_utime + u.ru_stime for u in used)


def measure(
    task: LocalTask, protocol: EvaluationProtocol, args: argparse.Namespace
) -> dict[str, Any]:
    """Suggest for one task as if its family were unknown, and evaluate."""
    began = cpu_s()
    suggestions = warmstart.suggest(
        task.path,
        target=task.target,
        task_type=task.task_type,
        n=args.n,
        exclude=[task.family],
        knowledge=args.knowledge,
        random_state=args.seed,
    )
    dataset = load_dataset(task.path, target=task.target, task_type=task.task_type)
    number = int(hashlib.sha256(f"{args.seed} {task.task_id}".encode()).hexdigest()[:8], 16)
    chosen = [
        Configuration(space=SPACE, learner=s.learner, values=s.configuration)
        for s in suggestions
    ]
    drawn = random_configurations(task.task_type, dataset.schema, args.random, number)
    scores = evaluate(task, [*chosen, *drawn], protocol, args.jobs)
    return {
        "task_id": task.task_id,
        "name": task.name,
        "kind": "regression" if task.task_type == "regression" else "classification",
        "metric": suggestions.metric,
        "strategy": suggestions.strategy,
        "suggested": scores[: len(chosen)],
        "random": scores[len(chosen) :],
        "predicted": [[s.score_low, s.score, s.score_high] for s in suggestions],
        "learners": [s.learner for s in suggestions],
        "warnings": list(suggestions.warnings),
        "cpu_s": cpu_s() - began,
    }


def compare(row: dict[str, Any], n: int) -> dict[str, Any]:
    """The best suggestion against random ones of one task; a failure scores worst."""
    suggested, drawn = (
        np.array([math.nan if s is None else s for s in row[key]], dtype=float)
        for key in ("suggested", "random")
    )
    both = np.concatenate([suggested, drawn])
    low, high = np.nanmin(both), np.nanmax(both)
    spread = high - low if high > low else 1.0
    suggested, drawn = (np.nan_to_num((x - low) / spread, nan=0.0) for x in (suggested, drawn))
    best = suggested.max()
    better, matching = int((drawn > best).sum()), int((drawn >= best).sum())
    reached = np.flatnonzero(drawn >= best)
    return {
        "kind": row["kind"],
        # Over all sets of n of the random ones: none better, ties counting half.
        "win": (_none_of(better, len(drawn), n) + _none_of(matching, len(drawn), n)) / 2,
        "paired": float(np.sign(best - drawn[:n].max())),
        # Over all orders of the random ones: whether the first k hold a match.
        "matched": [1 - _none_of(matching, len(drawn), k) for k in range(1, len(drawn) + 1)],
        "first": int(reached[0]) + 1 if len(reached) else len(drawn) + 1,
        "best suggested": best,
        "best random": _expected_best(drawn, n),
        "first suggested": suggested[0],
        "a random one": drawn.mean(),
    }


def _none_of(n_special: int, n_all: int, n_drawn: int) -> float:
    """Probability that none of the special ones is among those drawn."""
    return math.comb(n_all - n_special, n_drawn) / math.comb(n_all, n_drawn)


def _expected_best(scores: Scores, n: int) -> float:
    """Mean over all sets of `n` of their best."""
    ordered = np.sort(scores)
    weights = [math.comb(i, n - 1) if i >= n - 1 else 0 for i in range(len(scores))]
    return float(np.dot(weights, ordered) / math.comb(len(scores), n))


def mean_error(values: Sequence[float]) -> str:
    array = np.asarray(values, dtype=float)
    return f"{array.mean():.3f} ± {array.std(ddof=1) / np.sqrt(len(array)):.3f}"


def report(kind: str, rows: list[dict[str, Any]], n: int, n_random: int) -> None:
    """Print what was seen on tasks of one kind, or on all."""
    compared = [compare(row, n) for row in rows]
    n_tasks = len(compared)
    wins = float(np.mean([c["win"] for c in compared]))
    outcomes = [c["paired"] for c in compared]
    share = outcomes.count(1) / n_tasks
    matched = np.mean([c["matched"] for c in compared], axis=0)
    half = np.flatnonzero(matched >= 0.5)
    needed = str(half[0] + 1) if len(half) else f">{n_random}"
    first = float(np.median([c["first"] for c in compared]))
    in_order = f"{first:g}" if first <= n_random else f">{n_random}"
    print(f"## {kind}: {n_tasks} tasks\n")
    print(
        f"- best of {n} suggested beats the best of {n} random: {100 * wins:.0f} % ± "
        f"{100 * math.sqrt(wins * (1 - wins) / n_tasks):.0f} expected over all sets of {n} of "
        f"the {n_random}, ties half"
    )
    print(
        f"- against the first {n} drawn: {outcomes.count(1)} won, {outcomes.count(0)} tied, "
        f"{outcomes.count(-1)} lost ({100 * share:.0f} % ± "
        f"{100 * math.sqrt(share * (1 - share) / n_tasks):.0f} won)"
    )
    print(
        f"- random ones needed to match the best of {n}, median: {needed} over tasks and "
        f"orders, {in_order} over tasks in the order drawn; all {n_random} match on "
        f"{100 * matched[-1]:.0f} % of tasks"
    )
    print("- score from the worst (0) to the best (1) seen on the task, mean ± standard error:")
    for key in ("first suggested", "a random one", "best suggested", "best random"):
        of = f" of {n}" if key.startswith("best") else ""
        print(f"    - {key}{of}: {mean_error([c[key] for c in compared])}")
    failed = {
        key: (sum(s is None for row in rows for s in row[key]), sum(len(r[key]) for r in rows))
        for key in ("suggested", "random")
    }
    print(
        "- failed: "
        + ", ".join(f"{bad} of {all_} {key}" for key, (bad, all_) in failed.items())
    )
    print(flush=True)


def main() -> None:
    args = arguments()
    md = print_heading(args.knowledge)
    tasks = draw(args.corpus, md, args.tasks, args.seed)
    protocol = protocol_of(md)
    manifest = (args.knowledge or embedded_path()) / "manifest.json"
    settings = [warmstart.__version__, digest(manifest), args.n, args.random, args.seed]
    folder = args.results / hashlib.sha256(json.dumps(settings).encode()).hexdigest()[:12]
    folder.mkdir(parents=True, exist_ok=True)
    rows = []
    print("| task | metric | best suggested | best random | | CPU s |")
    print("| --- | --- | --: | --: | --- | --: |")
    for task in tasks:
        path = folder / f"{task.task_id}.json"
        if not path.exists():
            write_json(measure(task, protocol, args), path)
        row = json.loads(path.read_text(encoding="utf-8"))
        rows.append(row)
        best = [max(s for s in row[k] if s is not None) for k in ("suggested", "random")]
        print(
            f"| {row['name']} | {row['metric']} | {best[0]:.4f} | {best[1]:.4f} "
            f"| {row['strategy']} | {row['cpu_s']:.0f} |",
            flush=True,
        )
        for warning in row["warnings"]:
            if "looks like known task" in warning:
                print(f"{task.task_id}: {warning}", file=sys.stderr)
    print(
        f"\n{len(tasks)} families, seed {args.seed}; {args.n} suggested and {args.random} "
        "random configurations each, evaluated as the base was; "
        f"{sum(row['cpu_s'] for row in rows):.0f} CPU seconds in all.\n"
    )
    for kind in KINDS:
        of_kind = [row for row in rows if row["kind"] == kind]
        if of_kind:
            report(kind, of_kind, args.n, args.random)
    report("both", rows, args.n, args.random)


if __name__ == "__main__":
    main()
