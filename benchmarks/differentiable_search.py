"""What is a prior from other datasets worth to searches by gradients, and a meta-learnt start?

    python benchmarks/differentiable_search.py [--images FILE.npz] [--seeds 5]

Each search trains one small network on images (`x` and `y` of the file, or scikit-learn's
digits): cold, and with logits from NAS-Bench-201's three image sets, none of which is this one.
Counted is the validation accuracy of the cell that is read off, and after which share of the
cold search's steps the warm one has reached the cold one's last. MetaNAS learns on tasks of
five images of each of three classes, of the first six classes, and is judged on tasks of the
others: accuracy on 20 more images a class after 1 and 5 steps, against a start of logits alone
and one of nothing.
"""

from __future__ import annotations

import argparse
import shlex
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

from warmstart.architectures.differentiable.cells import edge_logits
from warmstart.architectures.differentiable.darts import DARTS
from warmstart.architectures.differentiable.enas import ENAS
from warmstart.architectures.differentiable.meta_nas import MetaNAS
from warmstart.architectures.differentiable.pdarts import PDARTS
from warmstart.architectures.differentiable.proxyless import ProxylessNAS
from warmstart.architectures.differentiable.run import Schedule
from warmstart.architectures.differentiable.single_path import SinglePath
from warmstart.architectures.prior import ArchitecturePrior
from warmstart.metadataset.metadataset import MetaDataset

N_WAY, N_SHOT, N_JUDGED = 3, 5, 20


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--images", type=Path)
    parser.add_argument("--n", type=int, default=600, help="images that are searched on")
    parser.add_argument("--epochs", type=int, default=8)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument(
        "--methods",
        nargs="*",
        default=["darts", "darts_second", "pdarts", "proxyless", "single_path", "enas"],
    )
    parser.add_argument(
        "--tasks", type=int, default=20, help="new tasks for MetaNAS; 0 for none"
    )
    args = parser.parse_args()
    print(f"    {shlex.join(['python', *sys.argv])}\n")
    X, y = images(args.images)
    prior = ArchitecturePrior().fit(MetaDataset.published("nas-bench-201").table("accuracy"))
    alpha0 = edge_logits(prior)
    print(f"{args.n} images of {X.shape[1:]}, {len(np.unique(y))} classes; {args.seeds} seeds")
    for name in args.methods:
        compared(name, X, y, alpha0, args)
    if args.tasks:
        few_shots(X, y, args)


def images(path: Path | None) -> tuple[Any, Any]:
    """Images (n, height, width) and classes (n,)."""
    if path is None:
        from sklearn.datasets import load_digits

        X, y = load_digits(return_X_y=True)
        return X.reshape(-1, 8, 8), y
    with np.load(path, allow_pickle=False) as held:
        return held["x"], held["y"]


def method(name: str, plan: Schedule) -> Any:
    """A search by its name."""
    return {
        "darts": lambda: DARTS(schedule=plan),
        "darts_second": lambda: DARTS(order=2, schedule=plan),
        "pdarts": lambda: PDARTS(schedule=plan),
        "proxyless": lambda: ProxylessNAS(schedule=plan),
        "single_path": lambda: SinglePath(schedule=plan),
        "enas": lambda: ENAS(schedule=plan),
    }[name]()


def compared(name: str, X: Any, y: Any, alpha0: Any, args: Any) -> None:
    """Warm against cold, paired by seed."""
    last: dict[str, list[float]] = {"cold": [], "warm": []}
    shares, first, begun = [], [], time.process_time()
    for seed in range(args.seeds):
        rows = np.random.default_rng(seed).choice(len(y), min(args.n, len(y)), replace=False)
        plan = Schedule(n_epochs=args.epochs, rate=0.1, random_state=seed)
        frames = {
            start: method(name, plan).search(X[rows], y[rows], alpha0=logits).to_frame()
            for start, logits in (("cold", None), ("warm", alpha0))
        }
        goal = frames["cold"]["cell"].iloc[-1]
        reached = frames["warm"]["cell"].to_numpy() >= goal
        steps = frames["warm"]["step"].to_numpy()
        total = frames["cold"]["step"].iloc[-1]
        shares.append(steps[reached.argmax()] / total if reached.any() else np.inf)
        first.append(frames["warm"]["cell"].iloc[0] - frames["cold"]["cell"].iloc[0])
        for start, frame in frames.items():
            last[start].append(frame["cell"].iloc[-1])
    cells = (f"{start} {mean(values)}" for start, values in last.items())
    print(
        f"{name:13} accuracy of the cell: {', '.join(cells)}; after the first epoch warm is "
        f"ahead by {mean(first)}; cold's last is reached after {np.median(shares):.2f} of its "
        f"steps (median; by seed {np.round(shares, 2).tolist()}); "
        f"{(time.process_time() - begun) / (2 * args.seeds):.0f} CPU s a search",
        flush=True,
    )


def few_shots(X: Any, y: Any, args: Any) -> None:
    """MetaNAS against logits alone and nothing, on classes never seen."""
    classes = np.unique(y)
    known = [few for few, _ in tasks(X, y, classes[:6], 40, 0)]
    new = tasks(X, y, classes[6:], args.tasks, 1)
    meta, logits = MetaNAS(), MetaNAS(learns_weights=False)
    starts = {
        "MetaNAS": meta.fit(known),
        "logits alone": logits.fit(known),
        "nothing": meta.begin(known),
    }
    print(f"\nfew-shot tasks, {N_WAY} classes × {N_SHOT} images, {len(new)} new ones")
    for name, start in starts.items():
        found = [start.adapt(*few, rest) for few, rest in new]
        said = (f"{steps}: {mean([one[steps] for one in found])}" for steps in (1, 5))
        print(f"  {name:13} after steps {', '.join(said)}", flush=True)


def tasks(X: Any, y: Any, classes: Any, n: int, seed: int) -> list[Any]:
    """A few images of some classes, with others to be judged by."""
    rng, found = np.random.default_rng(seed), []
    for _ in range(n):
        chosen = rng.choice(classes, N_WAY, replace=False)
        rows = np.array(
            [
                rng.choice(np.flatnonzero(y == one), N_SHOT + N_JUDGED, replace=False)
                for one in chosen
            ]
        )
        few, rest = rows[:, :N_SHOT].ravel(), rows[:, N_SHOT:].ravel()
        found.append(((X[few], y[few]), (X[rest], y[rest])))
    return found


def mean(values: Any) -> str:
    """Mean and standard error."""
    return f"{np.mean(values):.3f} ± {np.std(values, ddof=1) / np.sqrt(len(values)):.3f}"


if __name__ == "__main__":
    main()
