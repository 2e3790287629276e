"""Which offset of the log loss serves the default best, on the tasks settings are chosen on?

    python benchmarks/oboe_offsets.py --metafeatures metafeatures.parquet

Oboe, folds 0 and 1 of five, on which settings are chosen and nothing is reported: mean
normalised regret x 100 for each offset, and paired differences to the one in use.
"""

from __future__ import annotations

import argparse
import shlex
import sys
from pathlib import Path

import pandas as pd

from warmstart.evaluate.folds import assign_folds
from warmstart.evaluate.replay import replay
from warmstart.metadataset.metadataset import MetaDataset
from warmstart.models.log_loss import OFFSET
from warmstart.models.pmf.pmf import PMF

AT = {"sequential": (1, 5, 10, 25, 50), "batch": (1, 3, 5, 10, 25)}


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--metafeatures", type=Path, required=True)
    parser.add_argument("--offsets", type=float, nargs="+", default=[0.001, 0.003, 0.03, 0.1])
    args = parser.parse_args()
    print(f"    {shlex.join(['python', *sys.argv])}\n")
    md = MetaDataset.published("oboe").describe(pd.read_parquet(args.metafeatures))
    table = md.table()
    fold = pd.Series(assign_folds(table.families, 5), index=table.task_ids)
    tasks = [task for task in md.metafeatures.index if task in fold and fold[task] < 2]
    used = f"{OFFSET:g}"
    models = {f"{offset:g}": PMF(offset=offset) for offset in [OFFSET, *args.offsets]}
    for mode, at in AT.items():
        result = replay(md, models, n_evaluations=max(at), mode=mode, tasks=tasks)
        print(f"{result.to_text(at)}\n\nMore regret than with {used}, x 100:\n")
        paired = result.paired(used, at)
        print((100 * paired[["difference", "standard_error"]]).round(2), "\n", flush=True)


if __name__ == "__main__":
    main()
