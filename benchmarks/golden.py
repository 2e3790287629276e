"""Digests of what the package answers and writes: equal before and after a change of form.

    python benchmarks/golden.py --out before.json
    python benchmarks/golden.py --against before.json

Only public calls are made, so that the script runs on any layout of the source: suggestions,
searches and their JSON on six made-up bases with three seeds each and on the embedded one; the
bytes of every file of a meta-dataset saved, appended to and merged; replayed regret on two
tables; reports of points seeded into 200 random spaces; eight histories imported. Seconds
are left out of what is compared.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import logging
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).parents[1]))

import warmstart
from warmstart.testing.random_spaces import random_points, random_space

SEEDS = (0, 1, 2)


def digest(*parts: object) -> str:
    """SHA-256 over the parts as text or bytes."""
    total = hashlib.sha256()
    for part in parts:
        total.update(part if isinstance(part, bytes) else str(part).encode())
        total.update(b"\0")
    return total.hexdigest()[:24]


def of_folder(folder: Path) -> str:
    """Digest of every file's name and bytes; of a manifest without what tells the time."""
    parts: list[object] = []
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        content = path.read_bytes()
        if path.name == "manifest.json":
            kept = {k: v for k, v in json.loads(content).items() if k != "created"}
            content = json.dumps(kept, sort_keys=True).encode()
        parts += [path.relative_to(folder).as_posix(), content]
    return digest(*parts)


def without_seconds(text: str) -> str:
    """JSON without seconds, which depend on the machine's speed."""

    def clean(value: Any) -> Any:
        if isinstance(value, dict):
            return {k: clean(v) for k, v in value.items() if not k.endswith("_s")}
        return [clean(v) for v in value] if isinstance(value, list) else value

    return json.dumps(clean(json.loads(text)), sort_keys=True)


def bases(seed: int) -> dict[str, warmstart.MetaDataset]:
    """Six shapes of history: ids only, numbers, categories, two learners, sparse, unaligned."""
    rng = np.random.default_rng(seed)
    scores = pd.DataFrame(
        rng.normal(size=(24, 3)) @ rng.normal(size=(3, 30)) / 10 + rng.uniform(size=(24, 1)),
        index=[f"t{k}" for k in range(24)],
        columns=[f"c{k}" for k in range(30)],
    )
    numbers = pd.DataFrame(
        {"rate": np.exp(rng.uniform(-7, 0, 30)), "depth": rng.integers(1, 20, 30)},
        index=scores.columns,
    )
    kinds = numbers.assign(kind=rng.choice(["a", "b", "c"], 30))
    learners = numbers.assign(learner=["random_forest", "extra_trees"] * 15)
    of = warmstart.MetaDataset.from_matrix
    runs = pd.DataFrame(
        {
            "task": np.repeat([f"t{k}" for k in range(12)], 20),
            "rate": np.exp(rng.uniform(-7, 0, 240)),
            "depth": rng.integers(1, 20, 240),
        }
    )
    runs["score"] = -np.abs(np.log(runs.rate) + 4) - runs.depth / 20 + rng.normal(0, 0.1, 240)
    return {
        "ids": of(scores),
        "numbers": of(scores, configurations=numbers),
        "categories": of(scores, configurations=kinds),
        "learners": of(scores, configurations=learners),
        "sparse": of(
            scores.where(rng.random(scores.shape) < 0.4).fillna({"c0": 0.5}),
            configurations=numbers,
        ),
        "unaligned": warmstart.MetaDataset.from_evaluations(
            runs, task="task", score="score", parameters=["rate", "depth"]
        ),
    }


def suggestions_and_searches() -> Iterator[tuple[str, str]]:
    """Suggestions and ten steps of a search on every base."""
    for seed in SEEDS:
        for name, md in bases(seed).items():
            recommender = warmstart.Recommender(random_state=seed).fit(md)
            yield (
                f"suggest {name} {seed}",
                digest(without_seconds(recommender.suggest(n=8).to_json())),
            )
            search = recommender.search()
            for step in range(10):
                search.tell(search.ask(), score=float(np.sin(step)))
            yield f"search {name} {seed}", digest(without_seconds(search.to_json()))


def embedded() -> Iterator[tuple[str, str]]:
    """The two examples, every metric, from the base that comes with the package."""
    examples = Path(__file__).parents[1] / "data" / "examples"
    for file, target, metrics in (
        ("german_credit", "class", ("balanced_accuracy", "roc_auc", "log_loss")),
        ("concrete_strength", "compressive_strength", ("r2", "rmse")),
    ):
        for metric in metrics:
            answer = warmstart.suggest(examples / f"{file}.csv", target=target, metric=metric)
            yield f"embedded {file} {metric}", digest(without_seconds(answer.to_json()))


def writers() -> Iterator[tuple[str, str]]:
    """Bytes of folders saved, merged and saved as a knowledge base."""
    with tempfile.TemporaryDirectory() as made:
        for name, md in bases(0).items():
            folder = Path(made) / name
            md.save(folder)
            yield f"bytes {name}", of_folder(folder)
            yield f"read {name}", digest(warmstart.MetaDataset.open(folder).matrix().to_csv())
        both = bases(0)["numbers"].merge(bases(1)["unaligned"])
        both.save(Path(made) / "both")
        yield "bytes merged", of_folder(Path(made) / "both")
        warmstart.Recommender().fit(bases(0)["numbers"]).save(Path(made) / "kb")
        yield "bytes knowledge", of_folder(Path(made) / "kb")


def replays() -> Iterator[tuple[str, str]]:
    """Replayed regret of several methods on two tables."""
    for name in ("numbers", "sparse"):
        for mode in ("sequential", "batch"):
            result = warmstart.replay(
                bases(0)[name],
                methods=["pmf", "portfolio", "knn", "random"],
                folds=3,
                n_evaluations=8,
                mode=mode,
            )
            frame = result.regret[["method", "task_id", "t", "normalised_regret"]]
            yield f"replay {name} {mode}", digest(frame.round(9).to_csv(index=False))


def seeds() -> Iterator[tuple[str, str]]:
    """Reports of spoilt points fitted to 200 random spaces, as plain lists and in Optuna."""
    from warmstart.downstream import seed

    rng = np.random.default_rng(0)
    reports = []
    for _ in range(200):
        space = random_space(rng, frozenset())
        points = [point for point, _ in random_points(rng, space, 20)]
        reports.append(repr(seed(points, [], space=space)))
    yield "seed reports", digest(*reports)


def imports() -> Iterator[tuple[str, str]]:
    """Eight histories, as run tables in CSV and Parquet and as searches of scikit-learn."""
    from sklearn.datasets import load_iris
    from sklearn.model_selection import GridSearchCV
    from sklearn.tree import DecisionTreeClassifier

    from warmstart.histories import sklearn as sklearn_history
    from warmstart.histories import table

    rng = np.random.default_rng(0)
    with tempfile.TemporaryDirectory() as made:
        for k in range(3):
            runs = pd.DataFrame(
                {
                    "dataset": rng.choice(["x", "y"], 40),
                    "lr": rng.uniform(size=40).round(3 + k),
                    "depth": rng.integers(1, 9, 40),
                    "auc": rng.uniform(size=40).round(4),
                    "seconds": rng.uniform(size=40).round(2),
                }
            )
            mapping = {
                "task": "dataset",
                "metric": {"auc": "maximize"},
                "params": ["lr", "depth"],
                "cost": "seconds",
            }
            for form, save in (("csv", runs.to_csv), ("parquet", runs.to_parquet)):
                path = Path(made) / f"{k}.{form}"
                save(path, index=False)
                history = table.read(path, mapping=mapping)
                md = warmstart.MetaDataset.from_histories([history])
                yield f"import {form} {k}", digest(md.matrix().to_csv())
    X, y = load_iris(return_X_y=True)
    for depths in ([1, 2], [3, None]):
        tree = DecisionTreeClassifier(random_state=0)
        search = GridSearchCV(tree, {"max_depth": depths}, cv=3).fit(X, y)
        history = sklearn_history.read(
            search, task="iris", metric="accuracy", direction="maximize"
        )
        md = warmstart.MetaDataset.from_histories([history])
        yield f"import sklearn {depths}", digest(md.matrix().to_csv())


PARTS: dict[str, Callable[[], Iterator[tuple[str, str]]]] = {
    "answers": suggestions_and_searches,
    "embedded": embedded,
    "writers": writers,
    "replays": replays,
    "seeds": seeds,
    "imports": imports,
}


def main() -> None:
    """Print the digests; with ``--against`` fail where one differs."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--out", type=Path, metavar="FILE", help="keep the digests")
    parser.add_argument("--against", type=Path, metavar="FILE", help="digests to be equal to")
    parser.add_argument("--parts", nargs="+", choices=sorted(PARTS), default=list(PARTS))
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    logging.disable(logging.WARNING)
    found: dict[str, str] = {}
    for part in options.parts:
        for name, value in PARTS[part]():
            found[name] = value
            print(f"{value}  {name}", flush=True)
    if options.out:
        options.out.write_text(json.dumps(found, indent=1) + "\n")
    if options.against:
        known = json.loads(options.against.read_text())
        wrong = sorted(name for name, value in found.items() if known.get(name) != value)
        print(f"{len(found) - len(wrong)} of {len(found)} as before")
        sys.exit("\n".join(["differs:", *wrong]) if wrong else 0)


if __name__ == "__main__":
    main()
