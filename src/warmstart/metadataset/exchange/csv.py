"""A meta-dataset in plain forms: pandas frames and CSV files, every run in them."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from warmstart.metadataset.core.schema import EVALUATIONS
from warmstart.metadataset.storage.files import write_atomically, write_json

if TYPE_CHECKING:
    from warmstart.metadataset.core.core import Views


def plain_rows(view: Views) -> Iterator[pa.Table]:
    """The evaluations of the view's tasks in tables of bounded size, text as text."""
    ours = pa.array([str(label) for label in view.tasks.index], pa.string())
    for rows in view._evaluations.rows():
        kept = rows.filter(pc.is_in(rows["task_id"].cast(pa.string()), ours))
        columns = {field.name: kept[field.name].cast(field.type) for field in EVALUATIONS}
        yield pa.table({**columns, "source": kept["source"].cast(pa.string())})


def to_frame(view: Views, *, parameters: bool) -> pd.DataFrame:
    """See ``MetaDataset.to_frame``."""
    frame: pd.DataFrame = pa.concat_tables(plain_rows(view)).to_pandas()
    for name, labels in (
        ("task_id", view.tasks.index),
        ("configuration_id", view.configuration_ids),
    ):
        places = pd.Index([str(label) for label in labels]).get_indexer(pd.Index(frame[name]))
        frame[name] = labels[places]
    if not parameters:
        return frame
    known = view.configurations
    known = known.rename(columns={name: f"{name} (configuration)" for name in frame})
    return frame.join(known, on="configuration_id")


def to_csv(metadataset: Views, folder: Path) -> Path:
    """See ``MetaDataset.to_csv``."""
    from pyarrow import csv

    from warmstart.metadataset.storage.writing import part_tables

    def write_rows(path: Path) -> None:
        names = [*EVALUATIONS.names, "source"]
        kind = pa.schema(
            [EVALUATIONS.field(name) for name in names[:-1]] + [("source", pa.string())]
        )
        with csv.CSVWriter(path, kind) as writer:
            for rows in plain_rows(metadataset):
                writer.write_table(rows.cast(kind))

    write_atomically(folder / "evaluations.csv", write_rows)
    for name, table in part_tables(metadataset).items():
        known = [
            column for column in table.column_names if table[column].null_count < len(table)
        ]
        write_atomically(
            folder / f"{Path(name).stem}.csv",
            partial(csv.write_csv, table.select(known or table.column_names)),
        )
    write_json({**metadataset.info, "metrics": list(metadataset.metrics)}, folder / "info.json")
    return folder
