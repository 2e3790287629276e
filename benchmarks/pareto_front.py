"""Is the front that is named without a fit near the true one, and is a limit kept?

    python benchmarks/pareto_front.py
    python benchmarks/pareto_front.py --metrics r2 --cost fit_s
    python benchmarks/pareto_front.py --metrics r2 --cost size_mb --knowledge FOLDER

Families are held out. Of each held-out task ten configurations are named from its
meta-features alone; what counts is what they scored and took there. The hypervolume is of the
score from the worst to the best configuration and of the logarithm of the cost from the
dearest to the cheapest, as a share of that of all configurations. Under a limit (a quantile of
what configurations take on the task) the regret is that of the best of ten which keep it, to
the best that does; 1 where none does. A limit that nothing is expected to keep is answered by
the cheapest ten. Sizes are known of a base whose runs recorded them (``warmstart build
publish``); what counts there is what each run recorded.
"""

from __future__ import annotations

import argparse
from typing import Any

import numpy as np
import pandas as pd

from _common import add_questions, print_heading, questions
from warmstart.evaluate.folds import assign_folds
from warmstart.metadataset.metadataset import MetaDataset
from warmstart.models.rankings.portfolio import Portfolio
from warmstart.recommend.answer.choose import choose
from warmstart.recommend.base.fitted import Fitted
from warmstart.recommend.base.fitting import fit_base
from warmstart.recommend.pareto.costs import Costs
from warmstart.recommend.pareto.front import Front
from warmstart.recommend.pareto.hypervolume import hypervolume
from warmstart.recommend.pareto.predicted_costs import predict_costs, without_overhead
from warmstart.recommend.store.resources import resources_of

LIMITS = (0.1, 0.25, 0.5)
N_RANDOM = 20
TARGET = 0.95


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    add_questions(parser)
    parser.add_argument("--cost", choices=tuple(COSTS), default="predict_s")
    parser.add_argument("--n", type=int, default=10)
    return parser.parse_args()


def held_out(md: MetaDataset, kind: str, metric: str, args: argparse.Namespace) -> Any:
    """One row a held-out task and way to choose."""
    costs, scores = COSTS[args.cost](md, metric, kind), md.matrix(metric, kind)
    costs = costs.reindex(index=scores.index, columns=scores.columns)
    table = md.table(metric, task_type=kind)
    folds = assign_folds(table.families, args.folds, random_state=args.seed)
    rng = np.random.default_rng(args.seed)
    rows = []
    for fold in range(args.folds):
        tasks = table.task_ids[folds == fold]
        rest = md.drop(tasks=tasks)
        resources = resources_of(rest) if args.cost == "size_mb" else {}
        fitted = fit_base(rest, metric=metric, task_type=kind, random_state=args.seed)
        ids = fitted.table.configuration_ids
        listed = Portfolio().fit(fitted.table).start().batch(args.n)
        for task in tasks:
            y, c = scores.loc[task, ids].to_numpy(), costs.loc[task, ids].to_numpy()
            known = np.isfinite(y) & np.isfinite(c)
            if known.sum() < args.n or not np.ptp(y[known]):
                continue
            phi = md.metafeatures.loc[task]
            told = expected_costs(fitted, rest, resources, phi, args)
            answers = ours(fitted, told, phi, args, known)
            answers["portfolio"] = [k for k in listed if known[k]]
            truth = Truth(y, c, known)
            for name, picks in answers.items():
                rows.append({"task": task, "who": name, "share": truth.share(picks)})
            for _ in range(N_RANDOM):
                picks = rng.choice(np.flatnonzero(known), args.n, replace=False).tolist()
                rows.append({"task": task, "who": "random", "share": truth.share(picks)})
            for quantile in LIMITS:
                limit = float(np.quantile(c[known], quantile))
                for name, picks in limited(fitted, told, phi, args, known, limit).items():
                    picks = listed if name == "portfolio" else picks
                    regret = truth.regret(picks, limit)
                    rows.append({"task": task, "who": name, f"at {quantile:g}": regret})
                regrets = [
                    truth.regret(rng.choice(np.flatnonzero(known), args.n, False), limit)
                    for _ in range(N_RANDOM)
                ]
                rows.append(
                    {"task": task, "who": "random", f"at {quantile:g}": np.mean(regrets)}
                )
    return pd.DataFrame(rows).groupby(["who", "task"]).mean()


class Truth:
    """What configurations scored and took on one task."""

    def __init__(self, scores: Any, costs: Any, known: Any) -> None:
        self.costs, self.known = costs, known
        low, high = scores[known].min(), scores[known].max()
        self.scores = (scores - low) / (high - low)
        logs = np.log(costs)
        dearest = logs[known].max()
        span = max(dearest - logs[known].min(), 1e-9)
        self.points = np.column_stack([self.scores, (dearest - logs) / span])
        self.whole = hypervolume(self.points[known], [-0.01, -0.01])

    def share(self, picks: Any) -> float:
        """Hypervolume of some, as a share of that of all."""
        return hypervolume(self.points[picks], [-0.01, -0.01]) / self.whole

    def regret(self, picks: Any, limit: float) -> float:
        """Of the best of some that keeps a limit, to the best that does."""
        best = self.scores[self.known & (self.costs <= limit)].max()
        kept = [k for k in picks if self.known[k] and self.costs[k] <= limit]
        return float(best - self.scores[kept].max()) if kept else 1.0


def recorded_sizes(md: MetaDataset, _: str, __: str) -> pd.DataFrame:
    """Megabytes of fitted pipelines, tasks by configurations."""
    runs = md.measured("runs").query("status == 'ok'")
    sizes = runs.groupby(["task_id", "configuration_id"])["model_bytes"].mean() / 1e6
    return sizes.where(sizes > 0).unstack()


def predict_seconds(md: MetaDataset, metric: str, kind: str) -> pd.DataFrame:
    """Of each held-out fold, less the overhead of timing it that answers leave out, too."""
    timed = md.predict_costs(metric, kind)
    most = md.tasks["max_rows"].reindex(timed.index).fillna(2000)
    small = timed[(most <= 2000).to_numpy()]
    timed.loc[small.index] = without_overhead(small.to_numpy(dtype=float))
    return timed


COSTS = {
    "predict_s": predict_seconds,
    "fit_s": lambda md, metric, kind: md.costs(metric, kind),
    "size_mb": recorded_sizes,
}
"""What was measured, tasks by configurations."""


def ours(fitted: Fitted, told: Costs, phi: Any, args: Any, known: Any) -> dict[str, Any]:
    """Ten for the front, and ten for the score alone."""
    columns = np.flatnonzero(known)
    costs = told.take(columns)
    front = Front(costs, (args.cost,), {})
    named = {"front": front, "score alone": None}
    return {name: pick(fitted, phi, columns, args, front) for name, front in named.items()}


def limited(
    fitted: Fitted, told: Costs, phi: Any, args: Any, known: Any, limit: float
) -> dict[str, Any]:
    """Ten within a limit, ten for the score alone, and a list that knows none."""
    columns = np.flatnonzero(known)
    costs = told.take(columns)
    everything = Front(costs, (), {args.cost: limit})
    places = np.flatnonzero(everything.feasible() >= 0.1)
    if len(places) < args.n:
        places = np.argsort(costs.medians[args.cost])[: args.n]
    return {
        "front": pick(fitted, phi, columns[places], args, everything.take(places)),
        "score alone": pick(fitted, phi, columns, args, None),
        "portfolio": [],
    }


def expected_costs(
    fitted: Fitted, md: MetaDataset, resources: Any, phi: Any, args: Any
) -> Costs:
    """Of a fit to a fold, or of predicting its rows, as they were measured."""
    used = min(float(phi["NumberOfInstances"]), 2000.0)
    as_used = phi.copy()
    as_used["NumberOfInstances"] = used if args.cost == "predict_s" else used * 2 / 3
    return predict_costs(
        [args.cost], fitted, md, resources, as_used, 1.0, predicted_rows=used / 3
    )


def pick(fitted: Fitted, phi: Any, columns: Any, args: Any, front: Any) -> list[int]:
    """As ``suggest`` does."""
    return choose(
        fitted,
        phi,
        columns,
        args.n,
        method=None,
        strategy="pmf",
        time_budget_s=None,
        speed=1.0,
        random_state=args.seed,
        sizes=phi,
        front=front,
    ).columns


def main() -> None:
    args = arguments()
    md = print_heading(args.knowledge)
    for kind, metric in questions(md, args.kinds, args.metrics):
        found = held_out(md, kind, metric, args)
        n = found.index.get_level_values("task").nunique()
        means, errors = (getattr(found.groupby("who"), how)() for how in ("mean", "sem"))
        print(
            f"{kind}, {metric}, {args.cost}: {n} tasks, {args.folds} folds of families, "
            f"{args.n} configurations"
        )
        for who in ("front", "score alone", "portfolio", "random"):
            line = "   ".join(
                f"{name}: {means.loc[who, name]:.3f} ± {errors.loc[who, name]:.3f}"
                for name in means
            )
            print(f"  {who:12}  {line}")
        print(f"  share at least {TARGET} aimed at\n", flush=True)


if __name__ == "__main__":
    main()
