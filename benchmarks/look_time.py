"""Does a look keep to its seconds, on tables of 200 to a million rows?

    python benchmarks/look_time.py

Made-up tables of twelve columns, words and gaps among them; the seconds are by the clock,
from the first row the look reads to its last fit, and so hold on a busy machine or not.
"""

from __future__ import annotations

import argparse
import shlex
import sys
import time

import numpy as np
import pandas as pd

import warmstart


def table(n_rows: int, kind: str) -> pd.DataFrame:
    """Ten numbers and two columns of words; the target depends on some of them."""
    rng = np.random.default_rng(n_rows)
    frame = pd.DataFrame(rng.normal(size=(n_rows, 10)), columns=[f"x{k}" for k in range(10)])
    frame = frame.mask(rng.random(frame.shape) < 0.02)
    frame["city"] = rng.choice([f"city {k}" for k in range(40)], n_rows)
    frame["colour"] = rng.choice(["red", "green", "blue"], n_rows)
    signal = frame["x0"].fillna(0) - frame["x1"].fillna(0) ** 2 + (frame["colour"] == "red")
    noisy = signal + rng.normal(size=n_rows)
    return frame.assign(y=noisy if kind == "regression" else np.where(noisy > 0, "yes", "no"))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rows", type=int, nargs="+", default=[200, 5_000, 100_000, 1_000_000])
    parser.add_argument("--seconds", type=float, nargs="+", default=[1.0, 3.0])
    parser.add_argument("--jobs", type=int, default=1)
    args = parser.parse_args()
    print(f"    {shlex.join(['python', *sys.argv])}\n")
    print("| rows | kind | asked | looked | share | tried | fits | whole answer | ended |")
    print("| --: | --- | --: | --: | --: | --: | --: | --: | --- |")
    worst = 0.0
    for n_rows in args.rows:
        for kind in ("classification", "regression"):
            data = table(n_rows, kind)
            for seconds in args.seconds:
                begun = time.perf_counter()
                found = warmstart.suggest(
                    data, target="y", n=3, look_s=seconds, n_jobs=args.jobs
                )
                whole = time.perf_counter() - begun
                look = found.look
                assert look is not None
                worst = max(worst, look.seconds / seconds)
                print(
                    f"| {n_rows:,} | {kind} | {seconds:g} s | {look.seconds:.2f} s "
                    f"| {look.seconds / seconds:.2f} | {len(look)} | {look.n_fits} "
                    f"| {whole:.1f} s | {look.ended} |",
                    flush=True,
                )
    print(f"\nAt most {worst:.2f} times the seconds asked for (at most 1.3 is wanted).")


if __name__ == "__main__":
    main()
