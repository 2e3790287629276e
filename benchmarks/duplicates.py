"""Are different tables told apart, and copies found?

    python benchmarks/duplicates.py --corpus build/corpus

Fingerprints of every table of the corpus of at most 150,000 cells, one per family: how many
pairs look alike; and of a copy of each with 70 % of its rows, one column gone and one added:
how many are found again. Above .5 an answer says that the data looks like a known task.
"""

from __future__ import annotations

import argparse
import csv
import itertools
import warnings
from pathlib import Path

import numpy as np

from warmstart.datasets.fingerprints.fingerprint import fingerprint, similarity
from warmstart.datasets.load import load_dataset

CELLS = 150_000
VARIED = 20


def main() -> None:
    """Print both figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--corpus", type=Path, default=Path("build/corpus"))
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    with (options.corpus / "tasks.csv").open(newline="", encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    rng = np.random.default_rng(0)
    whole, found, varied = {}, {}, {}
    for row in rows:
        if int(row["n_rows"]) * int(row["n_columns"]) > CELLS:
            continue
        path = options.corpus / row["path"]
        data = load_dataset(path, target=row["target"], task_type=row["task_type"])
        name = row["task_id"]
        whole[name] = fingerprint(data.X, data.y)
        X = data.X.sample(frac=0.7, random_state=0)
        y = data.y.loc[X.index]
        if X.shape[1] >= 4:
            gone = X.columns[rng.integers(X.shape[1])]
            X = X.drop(columns=gone).assign(new=rng.normal(size=len(X)))
        found[name] = similarity(whole[name], fingerprint(X, y))
        levels = [data.X[column].nunique() >= VARIED for column in data.X.columns]
        varied[name] = sum(levels) >= 4
    alike = [
        (similarity(whole[a], whole[b]), a, b) for a, b in itertools.combinations(whole, 2)
    ]
    above = [sum(share > limit for share, *_ in alike) for limit in (0.1, 0.3, 0.5)]
    print(
        f"{len(whole)} tables, {len(alike):,} pairs of different ones: {above[0]} above .1, "
        f"{above[1]} above .3, {above[2]} above .5; the most {max(alike)}"
    )
    for what, names in (
        ("all", list(found)),
        ("of four varied columns or more", [name for name in found if varied[name]]),
    ):
        shares = np.array([found[name] for name in names])
        print(f"{len(names)} copies, {what}: {100 * (shares > 0.5).mean():.0f} % found")


if __name__ == "__main__":
    main()
