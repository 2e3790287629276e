"""Do the 90 % intervals hold whatever number of tasks is known?

    python benchmarks/few_tasks.py
    python benchmarks/few_tasks.py --real --oboe-metafeatures FILE

Simulated tables: tasks differ in level, in scale and in the order of 10 to 60
configurations, each world with its own spreads drawn at random; scores are rates unless
the row says otherwise. Known are n tasks, judged are ten more. ``--real`` draws n tasks of
as many families from the embedded base and judges ten of other families, each metric by
itself: those of the half of the families on which no prior was chosen; and from folds 2 to
4 of Oboe. A base, or a world, is one observation: standard errors are over them. The priors
were chosen on simulated worlds of another seed, on the other half of the families and on
folds 0 and 1.
"""

from __future__ import annotations

import argparse
import shlex
import sys
import zlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from _common import KINDS, questions
from warmstart.evaluate.folds import assign_folds
from warmstart.evaluate.result import markdown_table
from warmstart.knowledge.base import open_knowledge
from warmstart.metadataset.core.score_table import ScoreTable
from warmstart.metadataset.metadataset import MetaDataset
from warmstart.models.pmf.pmf import PMF
from warmstart.recommend.history.training_scores import score_table

N_JUDGED = 10


def world(rng: np.random.Generator, n_tasks: int) -> np.ndarray:
    """Rates whose log losses agree somewhat between tasks, shape (n_tasks, n_configs)."""
    n_configs, agreement, own = int(rng.integers(10, 60)), rng.uniform(0.2, 0.8), rng.random()
    loadings = rng.standard_normal((n_configs, 3)) / np.sqrt(3)
    apart = np.sqrt(1 - own) * rng.standard_normal((n_tasks, 3)) @ loadings.T
    apart = apart + np.sqrt(own) * rng.standard_normal((n_tasks, n_configs))
    z = np.sqrt(agreement) * rng.standard_normal(n_configs) + np.sqrt(1 - agreement) * apart
    levels = rng.uniform(-2.2, -1.0) + rng.lognormal(-0.7, 0.5) * rng.standard_normal(n_tasks)
    spread = rng.uniform(0.2, 1.0) * rng.standard_normal(n_tasks)
    losses = np.exp(levels[:, None] + np.exp(rng.uniform(-2, -1) + spread)[:, None] * z)
    return 1 - np.clip(losses + 0.005 * rng.standard_normal(losses.shape), 0, 1)


def additive(rng: np.random.Generator, n_tasks: int) -> np.ndarray:
    """Level plus configuration plus noise, without bounds."""
    n_configs, agreement = int(rng.integers(10, 60)), rng.uniform(0.2, 0.9)
    levels = rng.lognormal(0.0, 0.7) * rng.standard_normal((n_tasks, 1))
    own = np.sqrt(1 - agreement) * rng.standard_normal((n_tasks, n_configs))
    return levels + np.sqrt(agreement) * rng.standard_normal(n_configs) + own


WORLDS: dict[str, Callable[[np.random.Generator, int], np.ndarray]] = {
    "rates, log losses agree": world,
    "rates, additive": lambda rng, n: np.clip(0.75 + 0.05 * additive(rng, n), 0, 1),
    "no bounds, additive": lambda rng, n: 1000 + 300 * additive(rng, n),
}


def simulated(make: Callable, n: int, n_worlds: int, seed: int) -> Iterator[float]:
    for index in range(n_worlds):
        scores = make(np.random.default_rng([seed, n, index]), n + N_JUDGED)
        md = MetaDataset.from_matrix(pd.DataFrame(scores[:n]))
        yield held(PMF().fit(md.table()), scores[n:], [None] * N_JUDGED)


def drawn(table: ScoreTable, n: int, n_bases: int, seed: int) -> Iterator[float]:
    families = np.unique(table.families)
    # Where there are not that many families, as many as leave ten to judge.
    n = min(n, len(families) - N_JUDGED)
    for index in range(n_bases):
        rng = np.random.default_rng([seed, n, index])
        names = rng.permutation(families)[: n + N_JUDGED]
        rows = [int(rng.permutation(np.flatnonzero(table.families == f))[0]) for f in names]
        known = table.take(rows[:n])
        tried = np.isfinite(known.scores).any(axis=0)
        known = replace(
            known,
            scores=known.scores[:, tried],
            configuration_ids=known.configuration_ids[tried],
            costs=None,
            configurations=None,
        )
        phi = [
            table.metafeatures.loc[table.task_ids[row]]
            if table.metafeatures is not None
            and table.task_ids[row] in table.metafeatures.index
            else None
            for row in rows[n:]
        ]
        yield held(PMF().fit(known), table.scores[rows[n:]][:, tried], phi)


def held(model: PMF, scores: np.ndarray, described: list) -> float:
    """Share of the known scores within their intervals."""
    shares = []
    for row, phi in zip(scores, described, strict=True):
        low, high = model.start(phi).score_quantiles((0.05, 0.95))
        known = np.isfinite(row)
        if known.any():
            shares.append(((low <= row) & (row <= high))[known].mean())
    return float(np.mean(shares))


def tables(metafeatures: Path | None) -> Iterator[tuple[str, ScoreTable]]:
    md = open_knowledge(None).md
    for kind, metric in questions(md, KINDS, None):
        table = score_table(md, metric, kind)
        unseen = [zlib.crc32(str(f).encode()) % 10 >= 5 for f in table.families]
        yield f"{kind}, {metric}", table.take(np.flatnonzero(unseen))
    oboe = MetaDataset.published("oboe")
    if metafeatures is not None:
        oboe = oboe.describe(pd.read_parquet(metafeatures))
    table = oboe.table()
    folds = assign_folds(table.families, 5)
    yield "Oboe, folds 2 to 4", table.take(np.flatnonzero(folds >= 2))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--known", type=int, nargs="+", default=[1, 2, 3, 5, 10, 20, 121])
    parser.add_argument("--repeats", type=int, default=40, help="worlds or bases each")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--real", action="store_true")
    parser.add_argument("--oboe-metafeatures", type=Path, metavar="FILE")
    args = parser.parse_args()
    print(f"    {shlex.join(['python', *sys.argv])}\n")
    print(
        f"Share of scores inside the 90 % interval x 100, mean ± standard error over "
        f"{args.repeats} worlds or bases, {N_JUDGED} tasks judged in each, seed {args.seed}.\n"
    )
    rows = [["known tasks", *map(str, args.known)]]
    sources = tables(args.oboe_metafeatures) if args.real else WORLDS.items()
    sums = []
    for name, source in sources:
        cells = []
        for n in args.known:
            repeats = max(args.repeats * 3 // max(n // 10, 3), 8)
            shares = (
                drawn(source, n, repeats, args.seed)
                if isinstance(source, ScoreTable)
                else simulated(source, n, repeats, args.seed)
            )
            found = 100 * np.array(list(shares))
            cells.append(f"{found.mean():.0f} ± {found.std(ddof=1) / np.sqrt(len(found)):.0f}")
            sums.append((n, found.mean()))
        print(f"{name}: {', '.join(cells)}", file=sys.stderr, flush=True)
        rows.append([name, *cells])
    means = [np.mean([share for k, share in sums if k == n]) for n in args.known]
    rows.append(["mean", *(f"{mean:.0f}" for mean in means)])
    print(markdown_table(rows))
    if args.real:
        print("\nWhere there are fewer families, all but those judged are known.")


if __name__ == "__main__":
    main()
