"""What a search over a large pool of one's own costs before its first and second answer.

    python benchmarks/own_pool_cost.py --candidates 12000 61000

A made-up base of 100 tasks and 200 configurations of seven hyperparameters; the pool has none
of them. Each size runs in a process of its own, so that peaks of memory are its own.
"""

from __future__ import annotations

import argparse
import resource
import shlex
import subprocess
import sys
import time

import numpy as np
import pandas as pd

import warmstart
from warmstart.metadataset.metadataset import MetaDataset


def drawn(n: int, seed: int) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "lr": np.exp(rng.uniform(-7, 0, n)),
            "depth": rng.integers(2, 12, n),
            "leaves": rng.integers(4, 256, n),
            "rows": rng.uniform(0.3, 1, n),
            "columns": rng.uniform(0.3, 1, n),
            "penalty": np.exp(rng.uniform(-9, 3, n)),
            "kind": rng.choice(list("abc"), n),
        }
    )


def base() -> MetaDataset:
    known = drawn(200, 1)
    known.index = pd.Index([f"c{k}" for k in range(len(known))])
    rng = np.random.default_rng(0)
    off = (np.log(known["lr"]) + 3) ** 2 / 10 + (known["depth"] - 6) ** 2 / 40
    loss = (off + 0.3 * (known["kind"] == "a")).to_numpy()
    scores = 0.9 - 0.3 * loss * rng.uniform(0.3, 1, (100, 1))
    scores = scores + 0.02 * rng.standard_normal(scores.shape)
    return MetaDataset.from_matrix(
        pd.DataFrame(scores, columns=known.index), configurations=known
    )


def peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def measure(n: int) -> None:
    recommender = warmstart.Recommender().fit(base())
    recommender.search().ask()  # what is loaded, is loaded once
    candidates, before = drawn(n, 2), peak_mb()
    marks = [time.process_time()]
    search = recommender.search(candidates=candidates)
    marks.append(time.process_time())
    first = search.ask()
    marks.append(time.process_time())
    search.tell(first, 0.8)
    search.ask()
    marks.append(time.process_time())
    begun, asked, again = np.diff(marks)
    print(
        f"{n:7,} candidates: begun {begun:.2f}, first ask {asked:.2f}, tell and ask "
        f"{again:.2f} CPU s; {peak_mb() - before:.0f} MB above the {before:.0f} before"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--candidates", type=int, nargs="+", default=[12_000, 61_000])
    args = parser.parse_args()
    if len(args.candidates) == 1:
        measure(args.candidates[0])
        return
    print(f"    {shlex.join(['python', *sys.argv])}\n", flush=True)
    for n in args.candidates:
        subprocess.run([sys.executable, __file__, "--candidates", str(n)], check=True)


if __name__ == "__main__":
    main()
