"""Is the first pick any good where tasks share no configuration?

    python benchmarks/unaligned_first_pick.py

Four made-up spaces with known optima: a bowl in eight numbers, a ridge of which two of six
numbers matter, kinds with numbers, and a choice that makes other numbers active. Each task's
optimum lies about that of its world, near or far; a world is one base and one observation.
Known are a few tasks with 20 to 60 random evaluations each, anywhere ("all") or in half of
every range, each task in another half; left out is one. Picked is from what the base knows or
from 500 random points ("own"). Regret is a share of what a random point leaves: 1 is chance,
0 the optimum. "nearest" is the configuration with the least mean distance to each source's
best.
"""

from __future__ import annotations

import argparse
import math
import shlex
import sys
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
import pandas as pd

from warmstart.evaluate.result import markdown_table
from warmstart.metadataset.metadataset import MetaDataset
from warmstart.models.gaussian.transfer_gp import active_values
from warmstart.recommend.recommender import Recommender
from warmstart.spaces.encoding import ConfigurationEncoder

Configuration = dict[str, Any]
Task = Callable[[Configuration], float]

N_RANDOM = 500
ARMS = ("pmf", "nearest")


@dataclass(frozen=True)
class Space:
    """Configurations, and tasks of one world: the loss of a configuration, best 0."""

    n: int
    at: Callable[[np.ndarray], Configuration]
    """The configuration at a point of the unit cube in `n` numbers."""

    tasks: Callable[[np.random.Generator, int], list[Task]]


def _apart(rng: np.random.Generator, n_tasks: int, n: int) -> np.ndarray:
    """Optima of tasks about that of their world, in the unit cube, shape (n_tasks, n)."""
    centre, spread = rng.uniform(0.1, 0.9, size=n), rng.choice([0.03, 0.1, 0.2])
    return np.clip(centre + spread * rng.standard_normal((n_tasks, n)), 0, 1)


def _numbers(u: np.ndarray) -> Configuration:
    return {f"x{k}": float(x) for k, x in enumerate(u)}


def _at(one: Configuration, n: int) -> np.ndarray:
    return np.array([one[f"x{k}"] for k in range(n)])


def _bowls(rng: np.random.Generator, n_tasks: int) -> list[Task]:
    weights = rng.lognormal(0.0, 0.7, size=8)
    return [
        lambda one, best=best: float(weights @ (_at(one, 8) - best) ** 2)
        for best in _apart(rng, n_tasks, 8)
    ]


def _ridges(rng: np.random.Generator, n_tasks: int) -> list[Task]:
    width = rng.uniform(0.1, 0.3)
    across = rng.standard_normal(2)
    across /= np.linalg.norm(across)
    along = np.array([-across[1], across[0]])

    def task(best: np.ndarray) -> Task:
        def loss(one: Configuration) -> float:
            gap = _at(one, 2) - best
            return 1 - math.exp(-((across @ gap / width) ** 2) - 0.5 * (along @ gap) ** 2)

        return loss

    return [task(best) for best in _apart(rng, n_tasks, 2)]


_KINDS = ("a", "b", "c", "d")


def _some_mixed(u: np.ndarray) -> Configuration:
    return {
        "kind": _KINDS[int(u[0] * len(_KINDS))],
        "flag": "on" if u[1] < 0.5 else "off",
        "x0": float(10 ** (5 * u[2] - 4)),
        "x1": float(u[3]),
        "x2": 1 + int(32 * u[4]),
    }


def _mixed(rng: np.random.Generator, n_tasks: int) -> list[Task]:
    offsets = dict(zip(_KINDS, rng.permutation([0.0, 0.1, 0.2, 0.4]), strict=True))
    flag, weights = rng.uniform(0, 0.2), rng.lognormal(-0.5, 0.7, size=3)

    def task(best: np.ndarray) -> Task:
        def loss(one: Configuration) -> float:
            x = np.array([(math.log10(one["x0"]) + 4) / 5, one["x1"], (one["x2"] - 1) / 31])
            own = offsets[one["kind"]] + flag * (one["flag"] == "on")
            return float(own + weights @ np.abs(x - best))

        return loss

    return [task(best) for best in _apart(rng, n_tasks, 3)]


def _some_conditional(u: np.ndarray) -> Configuration:
    kernel = ("line", "curve", "steps")[int(3 * u[0])]
    one: Configuration = {"kernel": kernel, "c": float(10 ** (6 * u[1] - 3))}
    if kernel == "curve":
        one["gamma"] = float(10 ** (5 * u[2] - 4))
    if kernel == "steps":
        one["degree"] = 2 + int(6 * u[3])
    return one


def _conditional(rng: np.random.Generator, n_tasks: int) -> list[Task]:
    offsets = rng.permutation([0.0, 0.15, 0.3])
    weights = rng.lognormal(0.0, 0.7, size=3)

    def task(best: np.ndarray) -> Task:
        def loss(one: Configuration) -> float:
            c = weights[0] * ((math.log10(one["c"]) + 3) / 6 - best[0]) ** 2
            if one["kernel"] == "curve":
                gamma = (math.log10(one["gamma"]) + 4) / 5 - best[1]
                return float(offsets[0] + c + weights[1] * gamma**2)
            if one["kernel"] == "steps":
                degree = (one["degree"] - 2) / 5 - best[2]
                return float(offsets[1] + c + weights[2] * degree**2)
            return float(offsets[2] + c)

        return loss

    return [task(best) for best in _apart(rng, n_tasks, 3)]


SPACES = {
    "bowl": Space(8, _numbers, _bowls),
    "ridge": Space(6, _numbers, _ridges),
    "mixed": Space(5, _some_mixed, _mixed),
    "conditional": Space(4, _some_conditional, _conditional),
}


@dataclass(frozen=True)
class World:
    """A base, what was run in it, and a task that it does not know."""

    frame: pd.DataFrame
    parameters: list[str]
    task: Task
    own: list[Configuration]
    """Random points."""

    chance: float
    """Mean loss of a random point on that task."""


def looked_at(
    space: Space, looked: str, rng: np.random.Generator, n: int
) -> list[Configuration]:
    """What a source tried: anything, or half of every range, each source another half."""
    low, side = np.zeros(space.n), 1.0
    if looked == "half":
        low, side = rng.uniform(0, 0.5, size=space.n), 0.5
    return [space.at(low + side * rng.uniform(size=space.n)) for _ in range(n)]


def world(space: Space, n_tasks: int, looked: str, seed: list[int]) -> World:
    """Known tasks with 20 to 60 evaluations each; scores are one minus the loss."""
    rng = np.random.default_rng(seed)
    *known, new = space.tasks(rng, n_tasks + 1)
    rows = []
    for place, task in enumerate(known):
        floor, scale = rng.uniform(0.02, 0.2), rng.uniform(0.1, 0.4)
        for one in looked_at(space, looked, rng, int(rng.integers(20, 61))):
            error = 0.005 * rng.standard_normal()
            rows.append(
                {"task_id": place, "score": 1 - floor - scale * task(one) + error} | one
            )
    frame = pd.DataFrame(rows)
    parameters = [name for name in frame if name not in ("task_id", "score")]
    own = looked_at(space, "all", rng, N_RANDOM)
    return World(frame, parameters, new, own, float(np.mean([new(one) for one in own])))


def nearest(one: World, pool: list[Configuration]) -> Configuration:
    """Of the pool that with the least mean distance to each source's best."""
    best = one.frame.groupby("task_id")["score"].idxmax()
    of_best = active_values(one.frame.loc[best, one.parameters])
    encoder = ConfigurationEncoder.fit(active_values(one.frame[one.parameters]), activity=True)
    a, b = encoder.transform(pool), encoder.transform(of_best)
    gaps = np.linalg.norm(a[:, None] - b[None], axis=2).mean(axis=1)
    return pool[int(gaps.argmin())]


def regrets(one: World) -> Iterator[dict[str, Any]]:
    """Of the first pick of each arm from each pool, in shares of what a random point leaves."""
    md = MetaDataset.from_evaluations(one.frame, parameters=one.parameters)
    recommender = Recommender().fit(md)
    known = [dict(values) for values in active_values(one.frame[one.parameters])]
    for name, pool in (("known", known), ("own", one.own)):
        search = recommender.search(candidates=None if name == "known" else pool)
        (first,) = search.ask(1)
        yield {
            "pool": name,
            "pmf": one.task(first.configuration) / one.chance,
            "nearest": one.task(nearest(one, pool)) / one.chance,
        }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tasks", type=int, nargs="+", default=[3, 10, 25])
    parser.add_argument("--repeats", type=int, default=20, help="worlds of each kind and size")
    parser.add_argument("--spaces", nargs="+", choices=list(SPACES), default=list(SPACES))
    parser.add_argument("--looked", nargs="+", choices=["all", "half"], default=["all", "half"])
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    print("    python " + shlex.join(sys.argv) + "\n")
    rows = []
    cases = product(
        arguments.spaces, arguments.tasks, arguments.looked, range(arguments.repeats)
    )
    for name, n_tasks, looked, repeat in cases:
        seed = [arguments.seed, zlib.crc32(name.encode()), n_tasks, repeat]
        one = world(SPACES[name], n_tasks, looked, seed)
        about = {"space": name, "known": n_tasks, "looked at": looked}
        rows += [about | found for found in regrets(one)]
    frame = pd.DataFrame(rows)
    for by in (
        ["space", "looked at", "pool"],
        ["known", "looked at", "pool"],
        ["looked at", "pool"],
    ):
        print(summary(frame, by) + "\n")


def summary(frame: pd.DataFrame, by: list[str]) -> str:
    """Mean and standard error over worlds; the last column is paired."""
    frame = frame.assign(**{"pmf less nearest": frame["pmf"] - frame["nearest"]})
    shown = [*ARMS, "pmf less nearest"]
    table = [[*by, *shown, "worse than chance"]]
    for name, group in frame.groupby(by, sort=False):
        cells = [f"{group[arm].mean():.2f} ± {group[arm].sem():.2f}" for arm in shown]
        table.append([*map(str, name), *cells, f"{(group['pmf'] > 1).mean():.0%}"])
    return markdown_table(table)


if __name__ == "__main__":
    main()
