"""Pack the learning curves of the recorded runs into the one file that the wheel carries.

    python data/curves/pack.py

From ../runs, families from ../corpus/manifest.csv. Rerun when runs were added.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from warmstart.metadataset.core.schema import CURVES
from warmstart.metadataset.storage.files import write_parquet
from warmstart.metadataset.storage.measured import read_measured

HERE = Path(__file__).parent
RUNS = HERE.parent / "runs" / "rows-2000"
_LOCAL_ONLY = ("source", "source_run_id")


def main() -> None:
    """Write curves.parquet beside this file."""
    curves = read_measured(sorted(RUNS.glob("*/curves.parquet")), "curves").to_pandas()
    known = [
        pq.read_table(file).to_pandas()
        for file in sorted(RUNS.glob("*/configurations.parquet"))
    ]
    learners = pd.concat(known).drop_duplicates("configuration_id")
    learners = learners.set_index("configuration_id")["learner"]
    tables = pd.read_csv(HERE.parent / "corpus" / "manifest.csv").set_index("task_id")
    names = curves["task_id"].str.partition("@")[0]
    frame = curves.drop(columns=list(_LOCAL_ONLY)).assign(
        learner=learners.reindex(curves["configuration_id"]).to_numpy(),
        family=tables["family"].reindex(names).fillna(names.set_axis(names)).to_numpy(),
    )
    schema = pa.schema(
        [
            *(field for field in CURVES if field.name not in _LOCAL_ONLY),
            pa.field("learner", pa.string()),
            pa.field("family", pa.string()),
        ]
    )
    table = pa.Table.from_pandas(frame, schema=schema, preserve_index=False)
    order = ["learner", "task_id", "metric", "configuration_id", "rows", "budget"]
    write_parquet(table, HERE / "curves.parquet", sort_by=order)
    size = (HERE / "curves.parquet").stat().st_size / 2**20
    print(
        f"{len(table):,} points of {frame.groupby(order[:-1]).ngroups:,} curves, "
        f"{frame['family'].nunique()} families: {size:.2f} MiB"
    )


if __name__ == "__main__":
    main()
