"""Do intervals told at once hold on large tables? The base's scores are of few of their rows.

    python data/corpus/fetch.py --out build/corpus
    pip download --no-deps flaml==2.7.0 autogluon.tabular==1.6.3 --dest build/wheels
    python benchmarks/large_intervals.py

The first suggestion, the table's family forgotten, fitted to the training rows (at most 8,000)
and scored on at most 4,000 that nothing else saw; the base's scores are of at most 2,000. Told
as if there were no more rows, and with what they are said to give. Fits are kept in ``--fits``;
``--minutes`` ends it.
"""

from __future__ import annotations

import shlex
import sys
import time

import numpy as np
import pandas as pd

import warmstart
from _looks import STRATEGIES
from _real_tables import RealTable, find_tasks
from look_real import asked, parser_of
from warmstart.knowledge.base import open_knowledge
from warmstart.metrics import METRICS

LEVELS = 0.05, 0.5, 0.95
COLUMNS = ["metric", "told", "inside", "width", "above the middle by"]


def main() -> None:
    parser = parser_of(__doc__)
    parser.set_defaults(rows=(10_000, 50_000), minutes=10.0)
    args = parser.parse_args()
    print(f"    {shlex.join(['python', *sys.argv])}\n")
    print(f"warmstart {warmstart.__version__}\n", flush=True)
    begun, rows = time.monotonic(), list[tuple[str, str, bool, float, float]]()
    base = open_knowledge(None)
    families = base.md.families
    for task in find_tasks(args.corpus, *args.rows)[: args.tasks]:
        if time.monotonic() - begun > 60 * args.minutes:
            break
        real = RealTable(task, args.fits)
        kind = "regression" if task.task_type == "regression" else "classification"
        own = list(families.index[families == task.family])
        for metric in args.metrics:
            if ("regression" in METRICS[metric].task_types) != (kind == "regression"):
                continue
            table = asked(real, metric, base.fitted(kind, metric, own), args.wheels)
            pick = STRATEGIES["our batch, in its order"](table, 0.0)
            found, column = table.truth(pick), np.array([table.columns[pick]])
            belief = table.fitted.models.pmf_with_level.predictive(table.phi, column)
            for told, ratio in (("as of few rows", 1.0), ("as of all", table.rows_ratio)):
                low, middle, high = belief.with_rows(ratio).score_quantiles(LEVELS)[:, 0]
                inside = bool(low <= found <= high)
                rows.append((metric, told, inside, high - low, found - middle))
                print(f"{task.task_id} {metric} {told}: {found:.3f} in {low:.3f} to {high:.3f}")
    frame = pd.DataFrame(rows, columns=COLUMNS)
    print("\n| metric | told | tables | % inside | width | above the middle by |")
    print("| --- | --- | --: | --: | --: | --: |")
    for (metric, told), group in frame.groupby(COLUMNS[:2]):
        cells = [f"{100 * group['inside'].mean():.0f}", f"{group['width'].mean():.3f}"]
        cells.append(f"{group['above the middle by'].mean():+.3f}")
        print(f"| {metric} | {told} | {len(group)} | " + " | ".join(cells) + " |")


if __name__ == "__main__":
    main()
