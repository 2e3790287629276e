"""The split of the PMF paper: regret and rank of its model and of the default, 200 steps.

    python benchmarks/pmf_paper.py --splits splits.json --metafeatures metafeatures.parquet
    python benchmarks/pmf_paper.py --splits splits.json --columns 38151 --methods pmf random
    python benchmarks/pmf_paper.py --splits splits.json --time-training 2

``--splits`` is JSON with the OpenML dataset ids ``paper_train_ids`` and ``paper_test_ids``;
without it the split that comes with the published table is taken. Columns are drawn at
random among the 38,151 pipelines: a GP-LVM costs the cube of their number. Random search
with several tries a step is what the paper compares with.

At full width a GP-LVM is trained once and kept in ``--kept`` (``--rank`` factors of its
covariance), and the test tasks are followed in parts, ``--part 0 9``, ``--part 1 9``, … whose
results lie in ``--parts``; the last part that is missing prints all:

    python benchmarks/pmf_paper.py --table performance.parquet --splits splits.json \
        --metafeatures metafeatures.parquet --columns 38151 --methods gplvm --rank 300 \
        --kept gplvm.npz --parts DIR --part 0 9

``--time-training`` instead times training: the likelihood of this library, one inverse a
batch, against a straightforward loop that factorises each task's own block under autograd;
same parameters, same batches, same steps.

How a GP-LVM is trained is chosen with ``--validation 46``: tasks to train on are held out, and
the test tasks are not looked at.
"""

from __future__ import annotations

import argparse
import json
import shlex
import sys
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from warmstart.evaluate.replay import replay
from warmstart.metadataset.core.score_table import ScoreTable
from warmstart.metadataset.metadataset import MetaDataset
from warmstart.models.gplvm.gplvm import GPLVM
from warmstart.models.gplvm.training import (
    PUBLISHED,
    Recipe,
    principal_latents,
    rbf_ard,
    train,
)
from warmstart.models.pmf.pmf import PMF
from warmstart.protocols import PerformanceModel
from warmstart.recommend.methods import METHODS

DEFAULT = ("pmf", "gplvm", "gplvm_published", "random", "random_x2", "random_x4")


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument(
        "--table",
        default="pmf",
        help="published table, a folder, or Parquet with a column a task, a row a pipeline",
    )
    parser.add_argument("--cache", type=Path, metavar="FOLDER", help="of published tables")
    parser.add_argument("--splits", type=Path, metavar="FILE")
    parser.add_argument("--metafeatures", type=Path, metavar="FILE", help="Parquet, by task id")
    parser.add_argument("--columns", type=int, default=1000)
    parser.add_argument("--n-evaluations", type=int, default=200)
    parser.add_argument("--at", type=int, nargs="+", default=[1, 5, 10, 25, 50, 100, 200])
    parser.add_argument("--methods", nargs="+", default=list(DEFAULT), metavar="NAME")
    parser.add_argument(
        "--published-epochs", type=int, default=PUBLISHED.n_epochs, help="fewer say so"
    )
    parser.add_argument("--device", default="cpu", help="where the GP-LVMs are trained")
    parser.add_argument("--seed", type=int, default=0, help="of the columns and of training")
    parser.add_argument("--seeds", type=int, default=5, help="repeats of a random method")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--parts", type=Path, help="folder of finished parts, to resume")
    parser.add_argument("--rank", type=int, default=1000, help="of a GP-LVM's covariance")
    parser.add_argument("--epochs", type=int, help="of gplvm; by its recipe")
    parser.add_argument("--per-step", type=int, default=Recipe().configurations_per_step)
    parser.add_argument("--rate", type=float, default=Recipe().learning_rate)
    parser.add_argument("--latent", type=int, default=Recipe().n_latent)
    parser.add_argument("--initial", type=int, default=GPLVM().n_initial, help="of gplvm")
    parser.add_argument(
        "--validation", type=int, metavar="N", help="test on so many tasks to train on instead"
    )
    parser.add_argument("--kept", type=Path, metavar="FILE", help="gplvm, trained once")
    parser.add_argument("--part", type=int, nargs=2, metavar=("K", "N"), help="of test tasks")
    parser.add_argument("--plot", type=Path, metavar="FILE", help="draw both curves there")
    parser.add_argument("--time-training", type=int, metavar="EPOCHS")
    parser.add_argument("--time-tasks", type=int, default=100, help="to time training on")
    return parser.parse_args()


def opened(args: argparse.Namespace) -> MetaDataset:
    """The table, wherever it is."""
    if Path(args.table).is_dir():
        return MetaDataset.open(args.table)
    if args.table.endswith(".parquet"):
        scores = pd.read_parquet(args.table).T
        scores.index = scores.index.astype(int)  # OpenML's dataset ids
        return MetaDataset.from_matrix(scores, metric="accuracy")
    return MetaDataset.published(args.table, cache=args.cache)


def read_split(md: MetaDataset, file: Path | None) -> tuple[pd.Index, pd.Index]:
    """Train and test tasks that the table has."""
    if file is not None:
        split = json.loads(file.read_text(encoding="utf-8"))
        named = [split["paper_train_ids"], split["paper_test_ids"]]
    else:
        split = md.info["split"]
        named = [split["train"], split["test"]]
    ids = md.tasks.index
    train_ids, test_ids = (ids[ids.astype(str).isin([str(i) for i in part])] for part in named)
    return train_ids, test_ids


def named_methods(args: argparse.Namespace) -> dict[str, str | PerformanceModel]:
    made: dict[str, str | PerformanceModel] = {name: name for name in args.methods}
    progress = Progress()
    recipes = {
        "gplvm": Recipe(
            device=args.device,
            n_epochs=args.epochs,
            configurations_per_step=args.per_step,
            learning_rate=args.rate,
            n_latent=args.latent,
            progress=progress,
        ),
        "gplvm_published": replace(
            PUBLISHED, n_epochs=args.published_epochs, device=args.device, progress=progress
        ),
    }
    for name in set(recipes) & set(made):
        made[name] = GPLVM(recipe=recipes[name], max_rank=args.rank)
    if "gplvm" in made and args.kept is not None:
        made["gplvm"] = Kept(recipe=recipes["gplvm"], max_rank=args.rank, file=args.kept)
    if isinstance(made.get("gplvm"), GPLVM):
        made["gplvm"].n_initial = args.initial
    if "pmf_gplvm" in made:
        made["pmf_gplvm"] = PMF(kernel=GPLVM(recipe=recipes["gplvm"], max_rank=args.rank))
    unknown = set(made) - set(METHODS)
    if unknown:
        raise SystemExit(f"unknown methods: {', '.join(sorted(unknown))}")
    return made


@dataclass(slots=True, kw_only=True)
class Kept(GPLVM):
    """A GP-LVM that is trained once and read from a file after."""

    file: Path

    def fit(self, table: ScoreTable, *, random_state: int = 0) -> Kept:
        if not self.file.exists():
            GPLVM.fit(self, table, random_state=random_state)
            self.save(self.file)
            return self
        found = GPLVM.load(self.file)
        assert found.kernel_ is not None
        self.mean_, self.kernel_, self.design_ = found.mean_, found.kernel_, found.design_
        self.similarity_, self.factor_ = found.similarity_, found.kernel_.factor(self.max_rank)
        return self


def in_parts(
    part: MetaDataset, args: argparse.Namespace, ids: pd.Index, test_ids: pd.Index
) -> None:
    """Follow some of the test tasks; print all when no part is missing."""
    k, n = args.part
    args.parts.mkdir(parents=True, exist_ok=True)
    for name, model in named_methods(args).items():
        label = f"{name}-{args.columns}-{args.seed}-{args.n_evaluations}"
        result = replay(
            part,
            {name: model},
            folds=pd.Series(ids.isin(test_ids).astype(int), index=ids),
            tasks=test_ids[k::n],
            n_evaluations=args.n_evaluations,
            random_state=args.seed,
            n_seeds=args.seeds,
        )
        print(result.timings.to_string(), flush=True)
        result.regret.to_parquet(args.parts / f"{label}-{k}-{n}.parquet")
        files = [args.parts / f"{label}-{j}-{n}.parquet" for j in range(n)]
        found = pd.concat([pd.read_parquet(file) for file in files if file.exists()])
        regret = 100 * found["normalised_regret"]
        by_t = regret.groupby(found["t"]).agg(["mean", "sem"]).loc[args.at].round(2)
        print(f"{name}: {found['task_id'].nunique()} of {len(test_ids)} test tasks\n{by_t.T}")
    compare_parts(args)


def compare_parts(args: argparse.Namespace) -> None:
    """Ranks of all methods that have parts, and what each leaves more than random x 4."""
    files = sorted(
        args.parts.glob(f"*-{args.columns}-{args.seed}-{args.n_evaluations}-*.parquet")
    )
    found = pd.concat([pd.read_parquet(file) for file in files])
    names = set(found["method"])
    shared = found.groupby("task_id")["method"].transform("nunique") == len(names)
    found = found[shared & found["t"].isin(args.at)]
    print(f"\nMean rank on {found['task_id'].nunique()} tasks:")
    print(ranks(found, args.at).to_string())
    if "random_x4" not in names:
        return
    wide = found.pivot_table("normalised_regret", ["t", "task_id"], "method", sort=False)
    gaps = 100 * wide.sub(wide["random_x4"], axis=0).groupby("t").agg(["mean", "sem"])
    print(f"\nRegret x 100 less random x 4's, paired by task:\n{gaps.round(2).T.to_string()}")


class Progress:
    """Says how training goes; the same for every run, so finished parts are found again."""

    def __call__(self, done: int, of: int, nll: float) -> None:
        if done % 10 == 0 or done == of:
            print(f"epoch {done}/{of}: {nll:.4f} nats an entry", file=sys.stderr, flush=True)

    def __repr__(self) -> str:
        return "Progress()"


def ranks(regret: pd.DataFrame, at: list[int]) -> pd.DataFrame:
    """Mean rank of every method after some numbers of evaluations, 1 the best."""
    shown = regret[regret["t"].isin(at)]
    wide = shown.pivot_table("normalised_regret", ["t", "task_id"], "method", sort=False)
    return wide.rank(axis=1).groupby("t").mean().T.round(2)


def draw(result: Any, file: Path) -> None:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(11, 4), layout="constrained")
    left, right = figure.subplots(1, 2)
    result.plot(ax=left)
    by_t = ranks(result.regret, sorted(result.regret["t"].unique()))
    for method, curve in by_t.iterrows():
        right.plot(curve.index, curve.to_numpy(), label=method)
    right.set_xlabel("evaluations")
    right.set_ylabel("mean rank")
    right.legend()
    figure.savefig(file)


def time_training(scores: np.ndarray, args: argparse.Namespace) -> None:
    """One inverse a batch against a factorisation a task, in processor seconds an epoch."""
    import torch

    some = scores[: args.time_tasks]
    some = some[:, np.isfinite(some).any(axis=0)]
    responses = np.nanmean(some, axis=0) - some
    recipe = Recipe(
        n_epochs=args.time_training, configurations_per_step=None, device=args.device
    )
    clock = time.process_time if args.device == "cpu" else time.perf_counter
    train(responses, replace(recipe, n_epochs=0))  # what torch loads, it loads once
    began = clock()
    kernel = train(responses, recipe)
    ours = clock() - began

    known = np.isfinite(responses)
    unit = float(np.sqrt((responses[known] ** 2).mean()))
    filled = torch.tensor(np.where(known, responses / unit, 0.0), device=args.device)
    seen = torch.tensor(known, device=args.device)
    latents = torch.tensor(principal_latents(filled.cpu().numpy(), recipe.n_latent))
    latents = latents.to(args.device).requires_grad_()
    zeros = [
        torch.zeros(size, dtype=torch.float64, device=args.device, requires_grad=True)
        for size in (latents.shape[1], 1, 1)
    ]
    parameters = [latents, *zeros]
    steps = torch.optim.Adam(parameters, lr=recipe.learning_rate)
    rng = np.random.default_rng(0)
    began = clock()
    for _ in range(recipe.n_epochs):
        order = rng.permutation(np.flatnonzero(known.any(axis=1)))
        for start in range(0, len(order), recipe.tasks_per_step):
            steps.zero_grad()
            loss = torch.zeros((), dtype=torch.float64, device=args.device)
            for task in order[start : start + recipe.tasks_per_step]:
                at = torch.nonzero(seen[task])[:, 0]
                root = torch.linalg.cholesky(rbf_ard(parameters, at))
                y = filled[task, at][:, None]
                white = torch.linalg.solve_triangular(root, y, upper=False)
                loss = loss + 0.5 * (white**2).sum() + torch.log(root.diagonal()).sum()
            loss.backward()
            steps.step()
    loop = clock() - began
    apart = np.abs(latents.detach().cpu().numpy() - kernel.latents).max()
    n_tasks, n_configs = responses.shape
    print(
        f"{n_tasks} tasks x {n_configs} configurations, {known.mean():.0%} known, "
        f"{recipe.n_epochs} epochs on {args.device}\n\n"
        f"this library       {ours / recipe.n_epochs:8.2f} s an epoch\n"
        f"loop over tasks    {loop / recipe.n_epochs:8.2f} s an epoch\n"
        f"ratio              {loop / ours:8.1f}\n"
        f"latents of the two differ by at most {apart:.1e}"
    )


def main() -> None:
    args = arguments()
    args.at = [t for t in args.at if t <= args.n_evaluations]
    md = opened(args)
    if args.metafeatures is not None:
        md = md.describe(pd.read_parquet(args.metafeatures))
    train_ids, test_ids = read_split(md, args.splits)
    if args.validation is not None:
        order = np.random.default_rng(1).permutation(len(train_ids))
        test_ids = train_ids[np.sort(order[: args.validation])]
        train_ids = train_ids[np.sort(order[args.validation :])]
    table = md.table()
    columns = np.random.default_rng(args.seed).permutation(table.n_configs)
    columns = np.sort(columns[: args.columns])
    print(f"    {shlex.join(['python', *sys.argv])}\n", flush=True)
    if args.time_training:
        rows = table.task_ids.get_indexer(train_ids)
        time_training(table.scores[np.ix_(rows, columns)], args)
        return
    ids = train_ids.append(test_ids)
    part = MetaDataset.from_matrix(
        pd.DataFrame(
            table.scores[np.ix_(table.task_ids.get_indexer(ids), columns)],
            index=ids,
            columns=table.configuration_ids[columns],
        ),
        metafeatures=None
        if table.metafeatures is None
        else table.metafeatures[table.metafeatures.index.isin(ids)],
        metric=table.metric,
    )
    del md, table
    print(
        f"{len(train_ids)} tasks to train on, {len(test_ids)} to test on; {len(columns)} "
        f"columns, seed {args.seed}; gplvm_published trained {args.published_epochs} epochs\n",
        flush=True,
    )
    if args.part is not None:
        in_parts(part, args, ids, test_ids)
        return
    result = replay(
        part,
        named_methods(args),
        folds=pd.Series(ids.isin(test_ids).astype(int), index=ids),
        tasks=test_ids,
        n_evaluations=args.n_evaluations,
        random_state=args.seed,
        n_seeds=args.seeds,
        n_jobs=args.jobs,
        cache_dir=args.parts,
        progress=lambda done, total, name: print(f"{done}/{total} {name}", file=sys.stderr),
    )
    at = args.at
    print(result.to_text(at))
    print("\nMean rank after t evaluations:\n")
    print(ranks(result.regret, at).to_string())
    if "gplvm_published" in result.methods and "pmf" in result.methods:
        print("\nRegret x 100 more than pmf, task by task:\n")
        paired = result.paired("pmf", at)
        print(paired.assign(**100 * paired[["difference", "standard_error"]]).round(2))
    if args.plot is not None:
        draw(result, args.plot)


if __name__ == "__main__":
    main()
