"""Which measure finds the known tasks that matter, and does it beat its controls?

    python benchmarks/similarity_measures.py [--corpus FOLDER] [--kinds …] [--measures …]
    python benchmarks/similarity_measures.py --lcdb FOLDER
    python benchmarks/similarity_measures.py --images BASE --tasks CSV

Every task in turn is new, its family left out (the base), or its fold of families (the prior
mean, ten folds). A measure is judged by the rank correlation of its distances with how
differently two tasks rank configurations (one minus Spearman's correlation of scores); as kNN,
by the normalised regret x 100 of the best of 1, 3 and 5 configurations of the lowest mean rank
over the ten nearest tasks, weighted by exp(-d / median d); and as the prior mean of PMF, by
that of the first 1, 3 and 5 of its batch. Controls: random neighbours, all tasks alike (global
mean rank; PMF without any description), the share of the majority class alone, and for each
learned measure the same network untrained.

The base's vectors are those it keeps: its networks were trained on tables of other families
(``warmstart build embedding --apart-from``). Untrained controls need ``--corpus``, the folder
that ``python data/corpus/fetch.py --out FOLDER`` makes. On LCDB (its folder of Parquet tables)
there are names, qualities and scores of other training sizes, and no rows. CPU seconds and
bytes are of one task's vector; seconds of meta-features, and of what is made of rows, need
``--corpus``.

``--images`` is a base that ``data/images`` says how to make, with the task list it was made
from: there a family is what images are of, and the table is printed twice, with the source
left out, and with the task alone, whose images others may show. Sentences are read by
WordLlama (``pip install wordllama``), where it is there. OTDD compares tables of the same
columns (``similarity_transport.py``).
"""

from __future__ import annotations

import argparse
import time
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from _common import add_questions, print_heading, questions
from _measured import (
    AT,
    by_frame,
    describing_s,
    judge_knn,
    judge_prior,
    lcdb_table,
    read_samples,
    share_of_majority,
)
from similarity_images import probe_features
from warmstart.datasets.images.labelled import as_pixels
from warmstart.knowledge.base import open_knowledge
from warmstart.recommend.history.training_scores import score_table
from warmstart.recommend.store.known_vectors import KnownVectors
from warmstart.similarity.known.by_columns import ByColumns
from warmstart.similarity.known.known_tasks import KnownTasks
from warmstart.similarity.known.measures import MEASURES
from warmstart.similarity.quantiles import METAFEATURES, SENTENCE, TITLE, columns_by
from warmstart.similarity.task_view import TaskView

Array = np.ndarray[Any, np.dtype[np.float64]]
DEFAULTS = ("balanced_accuracy", "r2")


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """One measure, or a control, on the tasks of a table."""

    name: str
    distances: Array | None
    """Shape (n_tasks, n_tasks); None where all are alike."""

    frame: pd.DataFrame | None = None
    """What the prior mean looks at; None where it looks at nothing."""

    by: tuple[str, ...] = (METAFEATURES,)
    cpu_s: float = 0.0
    n_bytes: int = 0


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    add_questions(parser)
    parser.add_argument("--corpus", type=Path, help="tables of the base's tasks")
    parser.add_argument("--lcdb", type=Path, help="LCDB's tables, instead of a base")
    parser.add_argument("--images", type=Path, metavar="BASE", help="a base of image tasks")
    parser.add_argument("--tasks", type=Path, metavar="CSV", help="its task list")
    parser.add_argument("--measures", nargs="+", help="only these rows of the table")
    parser.add_argument("--no-prior", action="store_true", help="kNN only")
    return parser.parse_args()


def main() -> None:
    """Print a table for each kind of task and metric."""
    args = arguments()
    warnings.simplefilter("ignore")
    if args.lcdb is not None:
        table, candidates = lcdb(args.lcdb, args.seed)
        show("LCDB, accuracy", table, candidates, args)
        return
    args.knowledge = args.images or args.knowledge
    md = print_heading(args.knowledge)
    if args.images is not None:
        on_images(md, args)
        return
    for kind, metric in questions(md, args.kinds, args.metrics or DEFAULTS):
        table = score_table(md, metric, kind)
        rows, _ = table.described()
        table = table.take(rows)
        show(f"{kind}, {metric}", table, on_base(table, args), args)


def on_images(md: Any, args: argparse.Namespace) -> None:
    """Print a table with sources left out, and one with tasks left out."""
    metric = (args.metrics or DEFAULTS)[0]
    table = score_table(md, metric, "image")
    rows, _ = table.described()
    table = table.take(rows)
    apart = replace(table, families=np.asarray(table.task_ids, dtype=object))
    for title, one in (("sources", table), ("tasks", apart)):
        args.folds = len(set(one.families))
        candidates = [*on_base(one, args), by_probe(one, args.tasks, args.seed)]
        show(f"image, {metric}, {title} left out", one, iter(candidates), args)


def by_probe(table: Any, listed: Path, seed: int) -> Candidate:
    """The mean of the features that Task2Vec's network has of the images: its control."""
    paths = pd.read_csv(listed).set_index("task_id")["path"]
    features = probe_features(seed)
    start = time.process_time()
    means = []
    for task in table.task_ids:
        with np.load(listed.parent / paths[task]) as held:
            means.append(features(as_pixels(held["images"] / 255)).mean(axis=0))
    frame = pd.DataFrame(np.array(means), index=table.task_ids).add_prefix("probe")
    return Candidate(
        name="mean of the probe's features",
        distances=np.linalg.norm(frame.to_numpy()[:, None] - frame.to_numpy()[None], axis=2),
        frame=frame,
        cpu_s=(time.process_time() - start) / len(frame),
        n_bytes=4 * frame.shape[1],
    )


def show(title: str, table: Any, candidates: Iterator[Candidate], args: Any) -> None:
    """Print one table."""
    print(f"\n{title}: {table.n_tasks} tasks, families left out\n")
    knn = " | ".join(f"kNN at {t}" for t in AT)
    prior = " | ".join(f"prior at {t}" for t in AT)
    print(f"| measure | correlation with truth | {knn} | {prior} | CPU ms | bytes |")
    print("| --- " + "| --: " * (3 + 2 * len(AT)) + "|", flush=True)
    truth = 1 - pd.DataFrame(table.scores).T.rank().corr().to_numpy()
    for one in candidates:
        if args.measures and not any(name in one.name for name in args.measures):
            continue
        found = judge_knn(table, truth, one.distances)
        cells = [f"{m:.3f} ± {e:.3f}" for m, e in found[:1]]
        cells += [f"{100 * m:.2f} ± {100 * e:.2f}" for m, e in found[1:]]
        if args.no_prior:
            cells += [""] * len(AT)
        else:
            told = judge_prior(table, one.frame, one.by, args.folds, args.seed)
            cells += [f"{100 * m:.2f} ± {100 * e:.2f}" for m, e in told]
        ms = "" if np.isnan(one.cpu_s) else f"{1e3 * one.cpu_s:.1f}"
        print(f"| {one.name} | {' | '.join(cells)} | {ms} | {one.n_bytes} |", flush=True)


def on_base(table: Any, args: argparse.Namespace) -> Iterator[Candidate]:
    """Every measure the base has the input of, and the controls."""
    yield from controls(table, args.seed)
    phi = table.metafeatures.loc[table.task_ids]
    seconds = {}
    if args.corpus is not None:
        seconds[METAFEATURES] = describing_s(args.corpus, table.task_ids)
    yield by_metafeatures(phi, seconds.get(METAFEATURES, np.nan))
    yield from by_majority(phi)
    yield from by_sentences(table, open_knowledge(args.knowledge).md.tasks)
    yield by_some_scores(table, args.seed)
    known = open_knowledge(args.knowledge).store.known
    if args.corpus is not None:
        samples = read_samples(args.corpus, table.task_ids, 256, args.seed)
        views = [TaskView(rows=rows) for rows in samples]
        for name in ("gw_otdd", "dataset2vec", "dida"):
            plain = MEASURES[name].make()
            start = time.process_time()
            vectors = plain.fit(views).vectors_
            seconds[name] = (time.process_time() - start) / len(views)
            if name != "gw_otdd":
                frame = pd.DataFrame(
                    vectors,
                    index=table.task_ids,
                    columns=[f"{name}:{k}" for k in range(vectors.shape[1])],
                )
                yield one_measure(name, f"{name}, untrained", frame, vectors[0].nbytes, seconds)
    frames = {}
    for name in known.measures:
        kept = known.known.kept[name]
        frame = known.known.columns((name,), table.task_ids)
        if frame.isna().all(axis=None):
            continue
        frame.index = table.task_ids
        frames[name] = frame
        n_bytes = np.asarray(kept.fitted.vectors_[0]).astype("float16").nbytes
        trained = ", trained" if kept.settings.get("trained") else ""
        yield one_measure(name, f"{name}{trained}", frame, n_bytes, seconds)
    yield mix(phi, {name: frame for name, frame in frames.items() if name != TITLE}, seconds)


def controls(table: Any, seed: int) -> Iterator[Candidate]:
    noise = np.random.default_rng(seed).random((table.n_tasks, table.n_tasks))
    some = pd.DataFrame(
        np.random.default_rng(seed).normal(size=(table.n_tasks, 8)), index=table.task_ids
    )
    yield Candidate(name="random neighbours", distances=noise, frame=some)
    yield Candidate(name="all alike (global mean rank)", distances=None)


def by_metafeatures(phi: pd.DataFrame, cpu_s: float = np.nan) -> Candidate:
    return Candidate(
        name="metafeatures",
        distances=by_frame(phi),
        frame=phi,
        n_bytes=8 * phi.shape[1],
        cpu_s=cpu_s,
    )


def by_majority(phi: pd.DataFrame) -> Iterator[Candidate]:
    """The share of the majority class alone; nothing for regression."""
    majority = share_of_majority(phi)
    if majority is not None:
        yield Candidate(
            name="majority class's share",
            distances=by_frame(majority),
            frame=majority,
            n_bytes=8,
        )


def by_sentences(table: Any, tasks: pd.DataFrame) -> Iterator[Candidate]:
    """What names and descriptions mean, where the package that reads them is installed."""
    if not find_spec("wordllama"):
        return
    MEASURES[SENTENCE].make().fit([TaskView(text="loads the weights")])
    start = time.process_time()
    frame = KnownVectors(KnownTasks(), tasks).comparing((SENTENCE,)).columns((SENTENCE,))
    seconds = (time.process_time() - start) / len(frame)
    frame = frame.reindex([str(task) for task in table.task_ids]).set_axis(table.task_ids)
    yield one_measure(SENTENCE, SENTENCE, frame, 2 * 256, {SENTENCE: seconds})


def by_some_scores(table: Any, seed: int, n: int = 8) -> Candidate:
    """Results of a few configurations, drawn: what is known after so many fits."""
    drawn = np.random.default_rng(seed).permutation(table.n_configs)[:n]
    scores = pd.DataFrame(table.scores[:, drawn], index=table.task_ids)
    views = [TaskView(scores=dict(row.dropna())) for _, row in scores.iterrows()]
    measure = MEASURES["scores"].make().fit(views)
    return Candidate(
        name=f"scores of {n} configurations",
        distances=np.array([measure.distances(view) for view in views]),
        frame=scores.rank(axis=1).fillna(n / 2).rename(columns=str),
        n_bytes=8 * n,
    )


def one_measure(
    name: str, label: str, frame: pd.DataFrame, n_bytes: int, seconds: dict[str, float]
) -> Candidate:
    measure = ByColumns(by=(name,)).fit_frame(frame)
    distances = np.array([measure.distances(frame.iloc[k]) for k in range(len(frame))])
    return Candidate(
        name=label,
        distances=distances,
        frame=frame,
        by=(name,),
        n_bytes=n_bytes,
        cpu_s=seconds.get(name, np.nan),
    )


def mix(
    phi: pd.DataFrame, frames: dict[str, pd.DataFrame], seconds: dict[str, float]
) -> Candidate:
    """The sum of kernels; its distance is the mean of the measures'."""
    frame = pd.concat([phi, *frames.values()], axis=1)
    by = (METAFEATURES, *frames)
    measure = ByColumns(by=by).fit_frame(frame)
    distances = np.array([measure.distances(frame.iloc[k]) for k in range(len(frame))])
    return Candidate(
        name="mix",
        distances=distances,
        frame=frame[columns_by(frame, by)],
        by=by,
        cpu_s=float(np.nansum([seconds.get(name, np.nan) for name in by])),
        n_bytes=8 * phi.shape[1] + 2 * sum(frame.shape[1] for frame in frames.values()),
    )


def lcdb(folder: Path, seed: int) -> tuple[Any, Iterator[Candidate]]:
    """LCDB's table, and what can be compared there."""
    table, tasks, small = lcdb_table(folder)

    def candidates() -> Iterator[Candidate]:
        yield from controls(table, seed)
        phi = table.metafeatures.loc[table.task_ids]
        yield by_metafeatures(phi)
        yield from by_majority(phi)
        yield from by_sentences(table, tasks)
        start = time.process_time()
        named = KnownVectors(KnownTasks(), tasks).with_titles()
        frame = named.known.columns((TITLE,), table.task_ids)
        seconds = {TITLE: (time.process_time() - start) / len(frame)}
        frame.index = table.task_ids
        yield one_measure(TITLE, "text (titles)", frame, 2 * 2048, seconds)
        for size, scores in small.items():
            views = [TaskView(scores=dict(row.dropna())) for _, row in scores.iterrows()]
            measure = MEASURES["scores"].make().fit(views)
            distances = np.array([measure.distances(view) for view in views])
            filled = scores.rank(axis=1).fillna(scores.shape[1] / 2)
            yield Candidate(
                name=f"scores of {size} rows",
                distances=distances,
                frame=filled.rename(columns=str),
                n_bytes=8 * scores.shape[1],
            )
        yield mix(phi, {TITLE: frame}, seconds)

    return table, candidates()


if __name__ == "__main__":
    main()
