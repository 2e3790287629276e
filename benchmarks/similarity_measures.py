"""Which measure finds the known tasks that matter, and does it beat its controls?

    python benchmarks/similarity_measures.py [--corpus FOLDER] [--kinds …] [--metrics …]

Every task of the base in turn is new, its family left out. A measure is judged by the rank
correlation of its distances with how differently two tasks rank configurations (one minus
Spearman's correlation of scores), and by the normalised regret x 100 of the best of 1, 3 and 5
configurations of the lowest mean rank over the ten nearest tasks, weighted by exp(-d / median
d). Controls: random neighbours, all tasks alike (global mean rank), the share of the majority
class alone, and for each learned measure the same network untrained. Embeddings are trained on
tables of other folds of families only.

Measures of rows need ``--corpus``, the folder that ``python data/corpus/fetch.py --out FOLDER``
makes. CPU seconds and bytes are of one task's vector.
"""

from __future__ import annotations

import argparse
import time
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from _common import add_questions, print_heading, questions
from warmstart.datasets.load import load_dataset
from warmstart.metadataset.metadataset import MetaDataset
from warmstart.recommend.history.training_scores import score_table
from warmstart.similarity.embeddings.dataset2vec import Dataset2Vec
from warmstart.similarity.embeddings.dida import DIDA
from warmstart.similarity.gw_otdd import GWOTDD
from warmstart.similarity.quantiles import QuantileNormaliser
from warmstart.similarity.task_view import SampledRows, TaskView, sample_rows
from warmstart.similarity.text import TextEmbedding

Array = np.ndarray[Any, np.dtype[np.float64]]
Distances = Callable[[int, Array], Array]
"""From a new task and the known ones (positions) to distances of the latter."""

N_NEAREST = 10
AT = (1, 3, 5)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    add_questions(parser)
    parser.add_argument("--corpus", type=Path, help="tables of the base's tasks")
    parser.add_argument("--steps", type=int, default=300, help="of training an embedding")
    parser.add_argument("--rows", type=int, default=128, help="rows a task is sampled to")
    return parser.parse_args()


def main() -> None:
    """Print a table for each kind of task and metric."""
    args = arguments()
    warnings.simplefilter("ignore")
    md = print_heading(args.knowledge)
    for kind, metric in questions(md, args.kinds, args.metrics or DEFAULTS):
        table = score_table(md, metric, kind)
        rows, _ = table.described()
        table = table.take(rows)
        truth = disagreement(table.scores)
        print(f"\n{kind}, {metric}: {table.n_tasks} tasks, families left out\n")
        print("| measure | correlation with truth | regret at 1 | 3 | 5 | CPU ms | bytes |")
        print("| --- | --: | --: | --: | --: | --: | --: |", flush=True)
        for name, distances, cpu_s, n_bytes in measures(md, table, args):
            found = judge(table.scores, table.families, truth, distances)
            cells = [f"{m:.3f} ± {e:.3f}" for m, e in found[:1]]
            cells += [f"{100 * m:.2f} ± {100 * e:.2f}" for m, e in found[1:]]
            print(
                f"| {name} | {' | '.join(cells)} | {1e3 * cpu_s:.1f} | {n_bytes} |", flush=True
            )


DEFAULTS = ("balanced_accuracy", "r2")


def disagreement(scores: Array) -> Array:
    """One minus Spearman's correlation of two tasks' scores, shape (n_tasks, n_tasks)."""
    ranks = pd.DataFrame(scores).T.rank()
    result: Array = 1 - ranks.corr().to_numpy()
    return result


def judge(
    scores: Array, families: Any, truth: Array, distances: Distances
) -> list[tuple[float, float]]:
    """Mean and standard error over tasks: correlation with the truth, regret at 1, 3, 5."""
    ranks = pd.DataFrame(-scores).rank(axis=1).to_numpy()
    best, worst = np.nanmax(scores, axis=1), np.nanmin(scores, axis=1)
    rows = []
    for task in range(len(scores)):
        known = np.flatnonzero(families != families[task])
        d = distances(task, known)
        correlation = pd.Series(d).corr(pd.Series(truth[task, known]), method="spearman")
        near = np.argsort(d, kind="stable")[:N_NEAREST] if np.ptp(d) > 0 else slice(None)
        weights = np.exp(-d[near] / max(float(np.median(d)), 1e-12))
        mean_rank = (weights[:, None] * np.nan_to_num(ranks[known[near]], nan=1e3)).sum(axis=0)
        order = np.argsort(mean_rank, kind="stable")
        own = scores[task, order]
        spread = max(best[task] - worst[task], 1e-12)
        regret = [(best[task] - np.nanmax(own[:t])) / spread for t in AT]
        rows.append([0.0 if np.isnan(correlation) else correlation, *regret])
    values = np.array(rows)
    errors = values.std(axis=0, ddof=1) / np.sqrt(len(values))
    return list(zip(values.mean(axis=0), errors, strict=True))


def measures(
    md: MetaDataset, table: Any, args: argparse.Namespace
) -> Iterator[tuple[str, Distances, float, int]]:
    """Name, distances, CPU seconds and bytes of a task."""
    rng = np.random.default_rng(args.seed)
    noise = rng.random((table.n_tasks, table.n_tasks))
    yield "random neighbours", lambda task, known: noise[task, known], 0.0, 0
    yield "all alike (global mean rank)", lambda _, known: np.zeros(len(known)), 0.0, 0
    phi = table.metafeatures.loc[table.task_ids]
    points = QuantileNormaliser.fit(phi).transform(phi)
    yield "metafeatures", by_vector(points, "l1"), 0.0, points[0].nbytes
    if "ClassProbabilityMax" in phi:
        share = phi[["ClassProbabilityMax"]].to_numpy()
        yield "majority class's share", by_vector(share, "l1"), 0.0, 8
    names = md.tasks.loc[table.task_ids, "name"].fillna("").astype(str)
    views = [TaskView(text=name) for name in names]
    start = time.process_time()
    text = TextEmbedding().fit(views)
    cpu_s = (time.process_time() - start) / len(views)
    assert text.vectors_ is not None
    yield "text (names)", by_vector(text.vectors_, "l2"), cpu_s, text.vectors_[0].nbytes
    if args.corpus is None:
        print("(measures of rows left out: no --corpus)", flush=True)
        return
    samples = read_samples(args.corpus, table.task_ids, args.rows, args.seed)
    views = [TaskView(rows=rows) for rows in samples]
    start = time.process_time()
    slices = GWOTDD().fit(views).vectors_
    assert slices is not None
    cpu_s = (time.process_time() - start) / len(views)
    yield "gw_otdd (quantiles)", by_vector(slices, "l2"), cpu_s, slices[0].nbytes
    fold = folds(table.families, 3, args.seed)
    for name, make in (("dataset2vec", Dataset2Vec), ("dida", DIDA)):
        plain = make(random_state=args.seed)
        start = time.process_time()
        vectors = np.array([plain.embed(rows) for rows in samples])
        cpu_s = (time.process_time() - start) / len(samples)
        yield f"{name}, untrained", by_vector(vectors, "l2"), cpu_s, vectors[0].nbytes
        # A task is embedded, and so are those it is compared with, by a network that saw
        # neither its family nor any other of its fold.
        each = []
        for k in range(3):
            others = [rows for rows, f in zip(samples, fold, strict=True) if f != k]
            made = make(random_state=args.seed).train(others, n_steps=args.steps)
            each.append(np.array([made.embed(rows) for rows in samples]))

        def distances(task: int, known: Array, each: Any = each) -> Array:
            vectors = each[fold[task]]
            return np.linalg.norm(vectors[known] - vectors[task], axis=1)

        yield f"{name}, trained", distances, cpu_s, vectors[0].nbytes


def by_vector(vectors: Array, norm: str) -> Distances:
    """Distances of vectors, one a task."""

    def distances(task: int, known: Array) -> Array:
        gap = vectors[known] - vectors[task]
        return np.abs(gap).mean(axis=1) if norm == "l1" else np.linalg.norm(gap, axis=1)

    return distances


def folds(families: Any, n_folds: int, seed: int) -> Array:
    """Fold of each task; a family is never split."""
    names, of_task = np.unique(families, return_inverse=True)
    dealt = np.random.default_rng(seed).permutation(len(names)) % n_folds
    result: Array = dealt[of_task]
    return result


def read_samples(folder: Path, task_ids: Any, n_rows: int, seed: int) -> list[SampledRows]:
    """Rows of each task, as a base's maker would have seen them."""
    listed = pd.read_csv(folder / "tasks.csv").set_index("task_id")
    samples = []
    for task in task_ids:
        row = listed.loc[task]
        dataset = load_dataset(
            folder / row["path"], target=row["target"], task_type=row["task_type"]
        )
        samples.append(
            sample_rows(
                dataset.X,
                dataset.y,
                is_classification=row["task_type"] != "regression",
                n_rows=n_rows,
                random_state=seed,
            )
        )
    return samples


if __name__ == "__main__":
    main()
