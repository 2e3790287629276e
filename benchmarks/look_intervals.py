"""How wide intervals are after a look, and do they hold? Recorded tables, families left out.

    python benchmarks/look_intervals.py --seconds 1 4

As `look_recorded.py` replays looks: folds differ from the recorded score, which stands for that
on new rows, by noise of the size that folds had, by how hard each is and by how hard all rows
are that they are cut from. Of ten configurations, told at once those of an instant answer and
after a look those that would be named: how many recorded scores the 90 % interval holds, its
width and how far off its middle is. A table is one observation.
"""

from __future__ import annotations

import shlex
import sys
from itertools import islice
from typing import Any

import numpy as np
import pandas as pd

import warmstart
from _common import questions
from _looked_tables import Table
from _looks import Variant
from look_recorded import parser_of, tables_of
from warmstart.knowledge.base import open_knowledge
from warmstart.recommend.acquisition.batch import N_SAMPLES, best_of_n

LEVELS = 0.05, 0.5, 0.95
N_NAMED = 10


def at_once(table: Table) -> dict[str, float]:
    """Of ten named without a look."""
    named = np.asarray(best_of_n(table.regrets(), N_NAMED))
    columns = np.asarray(table.columns)[named]
    belief = table.fitted.models.pmf_with_level.predictive(table.phi, columns)
    return held(table, belief.score_quantiles(LEVELS, np.arange(len(named))), named)


def after_look(table: Table, seconds: float) -> dict[str, float]:
    """Of the best of those measured, and what complements it."""
    record, belief = Variant().looked(table, seconds)
    if not record.measured:
        return {}
    kept = min(record.measured, key=lambda i: belief.means[i])
    draws = np.exp(belief.draws(N_SAMPLES, np.random.default_rng(0)))
    beside = np.minimum(draws, draws[:, [kept]])
    named = np.asarray([kept, *best_of_n(beside, N_NAMED)])[:N_NAMED]
    quantiles = belief.score_quantiles(LEVELS, named, record.averages().level_std)
    return held(table, quantiles, named)


def held(table: Table, quantiles: Any, named: Any) -> dict[str, float]:
    """What intervals hold, of those named and of the first alone."""
    low, middle, high = table.fitted.units.as_reported(quantiles, table.phi)
    scale = table.fitted.units.scale(table.phi)
    found = np.array([table.truth(int(k)) for k in named])
    inside = (low <= found) & (found <= high)
    return {
        "covered": 100 * inside.mean(),
        "first": 100.0 * inside[0],
        "first below": 100.0 * (found[0] < low[0]),
        "width": (high - low).mean() / scale,
        "off": np.abs(found - middle).mean() / scale,
    }


def main() -> None:
    args = parser_of(__doc__).parse_args()
    print(f"    {shlex.join(['python', *sys.argv])}\n")
    print(
        f"warmstart {warmstart.__version__}; {args.families} families, {args.folds} folds of "
        f"families, seed {args.seed}; widths and errors in spreads of the target for losses\n"
    )
    heads = "% of ten covered | % of the first | % it is below | width | of instant | off by"
    print(f"| metric | tables | told | {heads} |")
    print("| --- | --: | --- | --: | --: | --: | --: | --: | --: |")
    base = open_knowledge(args.knowledge)
    for kind, metric in questions(base.md, args.kinds, args.metrics):
        rows: dict[str, list[dict[str, float]]] = {}
        for table in islice(tables_of(base, kind, metric, args), args.tasks):
            rows.setdefault("at once", []).append(at_once(table))
            for seconds in args.seconds:
                rows.setdefault(f"after {seconds:g} s", []).append(after_look(table, seconds))
        usual = np.mean([row["width"] for row in rows["at once"]])
        for name, found in rows.items():
            frame = pd.DataFrame([row for row in found if row])
            error = frame["covered"].std(ddof=1) / np.sqrt(len(frame))
            mean = frame.mean()
            cells = [
                *(metric, str(len(frame)), name, f"{mean['covered']:.1f} ± {error:.1f}"),
                *(f"{mean['first']:.0f}", f"{mean['first below']:.0f}"),
                *(f"{mean['width']:.3f}", f"{mean['width'] / usual:.2f}", f"{mean['off']:.3f}"),
            ]
            print("| " + " | ".join(cells) + " |", flush=True)


if __name__ == "__main__":
    main()
