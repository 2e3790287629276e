"""What reaches each tuner of points given to it, read back from the tuner itself.

    python benchmarks/injectors.py [--tuner optuna smac …] [--spaces 200] [--points 20]

Random spaces of floats, logarithmic and stepped numbers, integers, ordinals, choices,
constants and conditions, as far as a tuner has them; of the points half are spoilt in the
ways that real histories are: out of range, off the grid, of an unknown category or another
type, with names missing, unknown or inactive. Then the tuner is driven and every configuration
it runs is compared with what was given and what the report says:

- arrived: ran exactly as given (to nine digits, what a logarithm and back costs);
- rounded: legal points of which the tuner itself keeps fewer digits, as reported;
- repaired: illegal points that ran changed, every difference reported;
- dropped: not run, with the reason reported (unknown categories, points that came before);
- silent: any difference not in the report, any legal point lost, any change of order.
"""

from __future__ import annotations

import argparse
import logging
import shlex
import sys
import time
import warnings
from importlib import import_module
from importlib.metadata import version
from pathlib import Path

import numpy as np

# Tuners are driven by the package beside this file, shared with the tests.
sys.path.insert(0, str(Path(__file__).parents[1]))

import warmstart
from warmstart.testing.arrivals import Tally, compare
from warmstart.testing.random_spaces import random_points, random_space

DISTRIBUTIONS = {
    "ax": "ax-platform",
    "flaml": "flaml",
    "hyperopt": "hyperopt",
    "nevergrad": "nevergrad",
    "optuna": "optuna",
    "points": "warmstart",
    "ray": "ray",
    "skopt": "scikit-optimize",
    "smac": "smac",
    "syne_tune": "syne-tune",
    # Its tensors need no more of it.
    "botorch": "torch",
}
"""Modules that drive a tuner, and the distribution whose version is printed."""


def measure(name: str, n_spaces: int, n_points: int, seed: int) -> Tally:
    """Seed and drive one tuner on random spaces."""
    tuner_class = import_module(f"benchmarks.tuners.{name}").Tuner
    rng = np.random.default_rng(seed)
    total = Tally()
    for _ in range(n_spaces):
        space = random_space(rng, tuner_class.lacks)
        points = random_points(rng, space, n_points)
        tuner = tuner_class(space)
        report = tuner.seed([point for point, _ in points])
        ran = tuner.first(len(report.accepted))
        total += compare(points, ran, report)
    return total


def main() -> None:
    """Print one line a tuner; fail where anything was silent."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tuner", nargs="+", choices=sorted(DISTRIBUTIONS))
    parser.add_argument("--spaces", type=int, default=200)
    parser.add_argument("--points", type=int, default=20)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    logging.disable(logging.WARNING)

    print(f"    {shlex.join(['python', *sys.argv])}\n\nwarmstart {warmstart.__version__}\n")
    columns = ("arrived", "rounded", "repaired", "dropped", "silent", "cpu_s")
    print(f"| {'tuner':<22} |" + "".join(f" {name:>8} |" for name in columns))
    print(f"| {'-' * 22} |" + f" {'-' * 7}: |" * len(columns))
    silent: list[str] = []
    for name in options.tuner or sorted(DISTRIBUTIONS):
        start = time.process_time()
        try:
            tally = measure(name, options.spaces, options.points, options.seed)
        except ModuleNotFoundError as error:
            print(f"| {name:<22} | not run: {error.name} is not installed |")
            continue
        seconds = time.process_time() - start
        counts = (tally.arrived, tally.rounded, tally.repaired, tally.dropped)
        cells = [*counts, len(tally.silent), f"{seconds:.0f}"]
        title = f"{name} {version(DISTRIBUTIONS[name])}"
        if name == "botorch":
            title = f"{name} (torch {version('torch')})"
        print(f"| {title:<22} |" + "".join(f" {cell!s:>8} |" for cell in cells), flush=True)
        silent += [f"{name}: {text}" for text in tally.silent]
    for text in silent[:20]:
        print(f"\n{text}", file=sys.stderr)
    sys.exit(1 if silent else 0)


if __name__ == "__main__":
    main()
