"""What should a search think of few earlier studies, and should others take turns with it?

    python benchmarks/few_studies.py --studies 3 6 9 12 --draws 2

Replayed on the packed surfaces of a learner: a table's real configurations, each with the
rounds it was fitted with, are its pool; as many other tables as there are studies, of other
families, give what 25 trials of theirs say (ten drawn, 15 of the better half). Regret is in
cross-validated scores, 100 the distance from the best to the median of the pool. None of the
tables that `trials_saved.py` reports on is among them.
"""

from __future__ import annotations

import argparse
import csv
import json
import shlex
import sys
import time
import zlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from warmstart.execution.tasks import read_tasks
from warmstart.models.gaussian.shared_gp import SharedKernel
from warmstart.models.surfaces.belief import BLENDS, Blend, Places, SurfaceBelief
from warmstart.models.surfaces.box import ROUNDS
from warmstart.models.surfaces.boxes import BOXES
from warmstart.models.surfaces.region import Region
from warmstart.models.surfaces.sources import Sources, Surface
from warmstart.models.surfaces.store import SurfaceStore, _mean_scores
from warmstart.recommend.acquisition.next_point import ByAcquisition

FOLDER = Path(__file__).parents[1] / "data" / "surfaces"
METRIC = {"binary": "roc_auc", "multiclass": "log_loss", "regression": "r2"}
N_TOLD = 25
AT = (1, 3, 5, 10, 15, 20)

COLD = (Blend(0.0, 1.0, 0.0, 1.0),)
"""What knows nothing of other tasks."""

MEAN_ONLY = (Blend(0.0, 1.0, 1.0, 0.9), Blend(0.0, 1.0, 0.0, 0.1))
"""Of few tasks, not how they differ."""

CAREFUL = (
    Blend(0.3, 0.7, 1.0, 0.3),
    Blend(0.0, 1.0, 1.0, 0.3),
    Blend(0.0, 1.0, 0.5, 0.2),
    Blend(0.0, 1.0, 0.0, 0.2),
)
DOUBTING = (Blend(0.0, 1.0, 1.0, 0.5), Blend(0.0, 1.0, 0.5, 0.25), Blend(0.0, 1.0, 0.0, 0.25))


def whole_surfaces(learner: str, kind: str) -> list[Surface]:
    """Each table's configurations at the rounds they were fitted with."""
    box, found = BOXES[learner], []
    for row in SurfaceStore(folder=FOLDER).rows(learner):
        metric = METRIC[kind] if row[METRIC[kind]] is not None else "balanced_accuracy"
        if row["task_type"] != kind:
            continue
        last = np.asarray(row["last"], dtype=np.intp)
        points = np.asarray(row["points"], dtype=float).reshape(len(last), -1) / 1000
        if box.rounds is not None:
            points[:, -1] = [box.axes[-1].place(ROUNDS[k]) for k in last]
        cells = np.cumsum(last + 1) - 1
        found.append(
            Surface(
                name=str(row["task_id"]),
                family=str(row["family"]),
                points=points,
                scores=_mean_scores(row, metric)[cells],
            )
        )
    return found


def kept_studies(cache: Path, corpus: Path, kind: str) -> list[Surface]:
    """Cold studies of 25 trials that `trials_saved.py` made on tables that are not held out."""
    box, found = BOXES["lightgbm"], []
    with (FOLDER / "held_out.csv").open(newline="", encoding="utf-8") as lines:
        gone = {row["task_id"] for row in csv.DictReader(lines)}
    for task in read_tasks(corpus / "tasks.csv"):
        file = cache / f"lightgbm-{task.task_id}-0.jsonl"
        if task.task_type != kind or task.task_id in gone or not file.exists():
            continue
        told = [json.loads(line) for line in file.read_text().splitlines()]
        told = [one for one in told if one["key"].startswith("cv ")][:N_TOLD]
        values = [json.loads(one["key"].removeprefix("cv ")) for one in told]
        found.append(
            Surface(
                name=task.task_id,
                family=task.family,
                points=np.stack([box.place(one) for one in values]),
                scores=np.array([one["scores"][0] for one in told]),
            )
        )
    return found


def as_study(surface: Surface, rng: np.random.Generator) -> Surface:
    """What a search of 25 trials there says: it looks twice as often where it is good."""
    n = len(surface.scores)
    some = rng.permutation(n)[:10]
    better = np.argsort(-surface.scores)[: n // 2]
    rest = rng.permutation(np.setdiff1d(better, some))[: N_TOLD - 10]
    rows = np.sort(np.r_[some, rest])
    return Surface(
        name=surface.name,
        family=surface.family,
        points=surface.points[rows],
        scores=surface.scores[rows],
    )


Method = Callable[[Places, Sources, Sequence[float], np.random.Generator], list[int]]


def led(
    blends: Sequence[Blend],
    *,
    shrunk: float = 0.0,
    usual: float = 0.0,
    turns: str | None = None,
) -> Method:
    """Led by some blends; by `turns` every second from the sixth on is another's.

    Parameters
    ----------
    blends : sequence of Blend
    shrunk : float
        Studies whose processes are at zero everywhere, added to those there are.
    usual : float
        How much of the kernel's lengthscales is as usual, not learnt from the studies.
    turns : {"random", "cold"}, optional
        Whose the other turns are.
    """

    def search(
        places: Places, sources: Sources, scores: Sequence[float], rng: np.random.Generator
    ) -> list[int]:
        part = sources.n_tasks / (sources.n_tasks + shrunk)
        seen = Places(
            features=places.features,
            mean=places.mean * part,
            loadings=places.loadings,
        )
        assert sources.box is not None  # of whole_surfaces
        kernel = Region.whole(sources.box).kernel(sources.kernel)
        if usual:
            plain = SharedKernel.usual(places.features.shape[1]).lengthscales
            scale = kernel.lengthscales ** (1 - usual) * plain**usual
            kernel = SharedKernel(scale, kernel.noise)
        tried: list[int] = []
        for t in range(min(AT[-1], len(scores))):
            cold = turns == "cold" and t >= 5 and t % 2 == 1
            if turns == "random" and t >= 5 and t % 2 == 1:
                left = np.setdiff1d(np.arange(len(scores)), tried)
                tried.append(int(rng.choice(left)))
                continue
            told = [scores[k] for k in tried]
            own = float(np.std(told)) if len(told) > 1 else 0.0
            known = np.quantile(sources.spreads, (0.1, 0.3, 0.5, 0.7, 0.9))
            belief = SurfaceBelief(
                seen,
                kernel,
                np.r_[known, own] if own > 0 else known,
                COLD if cold else blends,
                sources.floor,
            )
            state = ByAcquisition(belief, "ei", random_state=0)
            for k in tried:
                state.tell(k, float(scores[k]))
            tried.append(next(k for k in state.batch(t + 1) if k not in tried))
        return tried

    return search


def random(
    _places: Places, _sources: Sources, scores: Sequence[float], rng: np.random.Generator
) -> list[int]:
    return rng.permutation(len(scores))[: AT[-1]].tolist()


METHODS: dict[str, Method] = {
    "random": random,
    "cold": led(COLD),
    "as it is": led(BLENDS),
    "mean only": led(MEAN_ONLY),
    "careful": led(CAREFUL),
    "doubting": led(DOUBTING),
    "as it is, mean shrunk by 3": led(BLENDS, shrunk=3),
    "as it is, usual kernel by half": led(BLENDS, usual=0.5),
    "as it is, usual kernel": led(BLENDS, usual=1.0),
    "as it is, usual kernel, mean shrunk by 3": led(BLENDS, shrunk=3, usual=1.0),
    "as it is, mean shrunk by 6": led(BLENDS, shrunk=6),
    "mean only, usual kernel": led(MEAN_ONLY, usual=1.0),
    "careful, usual kernel": led(CAREFUL, usual=1.0),
    "as it is, turns random": led(BLENDS, turns="random"),
    "as it is, turns cold": led(BLENDS, turns="cold"),
}


def one_table(
    target: Surface, others: Sequence[Surface], draw: int, options: argparse.Namespace
) -> list[dict[str, Any]]:
    """Regret of every method and number of studies."""
    rows = []
    span = target.scores.max() - np.median(target.scores)
    if not span > 0:
        return []
    for n in options.studies:
        rng = np.random.default_rng([zlib.crc32(target.name.encode()), draw, n])
        near = [others[k] for k in rng.permutation(len(others))[:n].tolist()]
        if n < len(others) and options.cache is None:
            near = [as_study(one, rng) for one in near]
        sources = Sources.fit(near, box=BOXES[options.learner])
        mean, loadings = sources.expect(target.points)
        places = Places(features=target.points, mean=mean, loadings=loadings)
        for name in options.methods:
            tried = METHODS[name](
                places, sources, target.scores.tolist(), np.random.default_rng([draw, n])
            )
            best = np.maximum.accumulate(target.scores[tried])
            regret = 100 * (target.scores.max() - best) / span
            rows += [
                {"table": target.name, "n": n, "method": name, "t": t, "regret": regret[t - 1]}
                for t in AT
                if t <= len(tried)
            ]
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument(
        "--studies", type=int, nargs="+", default=[6, 12], help="99: all tables, whole"
    )
    parser.add_argument("--draws", type=int, default=2, help="of the studies, a table")
    parser.add_argument("--methods", nargs="+", default=list(METHODS), choices=list(METHODS))
    parser.add_argument("--learner", default="lightgbm", choices=sorted(BOXES))
    parser.add_argument("--kinds", nargs="+", default=list(METRIC), choices=list(METRIC))
    parser.add_argument("--cache", type=Path, help="real studies: the cache of trials_saved.py")
    parser.add_argument("--corpus", type=Path, default=Path("build/corpus"))
    parser.add_argument("--tables", type=int, help="of a kind, at most")
    parser.add_argument("--floor", type=float, help="lowest scores that count alike")
    options = parser.parse_args()
    if options.floor is not None:
        BOXES[options.learner] = replace(BOXES[options.learner], floor=options.floor)
    print(f"    {shlex.join(['python', *sys.argv])}\n", flush=True)
    began, rows = time.process_time(), []
    for kind in options.kinds:
        surfaces = whole_surfaces(options.learner, kind)
        studies = options.cache and kept_studies(options.cache, options.corpus, kind)
        for target in surfaces[: options.tables]:
            others = [one for one in studies or surfaces if one.family != target.family]
            for draw in range(options.draws):
                rows += one_table(target, others, draw, options)
    found = pd.DataFrame(rows)
    table = found.groupby(["n", "method", "t", "table"])["regret"].mean()
    mean = table.groupby(["n", "method", "t"]).mean().unstack("t")
    sem = table.groupby(["n", "method", "t"]).sem().unstack("t")
    wide = table.unstack("t")[[3, 5, 10, 15]].mean(axis=1)
    print(f"{found['table'].nunique()} tables, {options.draws} draws of the studies")
    for n in options.studies:
        print(f"\n{n} studies\n| method | " + " | ".join(map(str, AT)) + " | less as it is |")
        print("| --- |" + " --: |" * (len(AT) + 1))
        for name in options.methods:
            cells = [
                f"{m:.1f} ± {s:.1f}"
                for m, s in zip(mean.loc[n, name], sem.loc[n, name], strict=True)
            ]
            if "as it is" in options.methods:
                gap = wide.loc[n, name] - wide.loc[n, "as it is"]
                cells.append(f"{gap.mean():.1f} ± {gap.sem():.1f}")
            print(f"| {name} | " + " | ".join(cells) + " |")
    print(f"\n{time.process_time() - began:.0f} CPU s")


if __name__ == "__main__":
    main()
