"""LCDB: learning curves of twenty learners over rows, on some 250 datasets of OpenML."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from warmstart.errors import HistoryError
from warmstart.histories.curves import table
from warmstart.histories.parsing.reading import readable

if TYPE_CHECKING:
    from warmstart.histories.runs.schema import RunHistory

_HIGH = {"accuracy": "accuracy", "auc": "roc_auc", "f1": "f1_macro"}


def read(
    source: str | Path | pd.DataFrame, *, metric: str = "accuracy", on: str = "score_test"
) -> RunHistory:
    """Read a table of LCDB; its repetitions are averaged, and its tasks named by OpenML id.

    Parameters
    ----------
    source : path or DataFrame
        CSV or Parquet with the columns openmlid, learner, size_train, traintime and `on`.
    metric : {"accuracy", "roc_auc", "f1_macro", "log_loss"}
        What the table was measured in.
    on : str
        Column of the scores, such as "score_valid".

    Raises
    ------
    HistoryError
        If a column is missing or the file cannot be read.

    References
    ----------
    .. [1] Mohr, Viering, Loog, van Rijn. "LCDB 1.0: An Extensive Learning Curves Database
       for Classification Tasks." ECML PKDD 2022.

    Examples
    --------
    >>> frame = pd.DataFrame({"openmlid": 3, "learner": "SVC_linear", "size_train": [16, 32],
    ...                       "traintime": [0.1, 0.2], "score_test": [0.6, 0.8]})
    >>> history = read(frame)
    >>> history.curves()["budget"].to_pylist()
    [16.0, 32.0]
    """
    if isinstance(source, pd.DataFrame):
        frame: Any = source
    else:
        with readable(source):
            path = Path(source).expanduser()
            if not path.is_file():
                raise HistoryError(f"there is no table of LCDB at {path}")
            reads = pd.read_parquet if path.suffix == ".parquet" else pd.read_csv
            frame = reads(path)
    if missing := {"openmlid", "learner"} - {*frame.columns}:
        raise HistoryError(
            f"a table of LCDB has a column {min(missing)!r}; this has {list(frame.columns)}"
        )
    frame = frame.assign(learner=frame["learner"].astype(str))
    return table.read(
        frame,
        parameters=["learner"],
        budget="size_train",
        score=on,
        cost_s="traintime",
        kind="rows",
        source="lcdb",
        task_tag="openmlid",
        metric=_HIGH.get(metric, metric),
        direction="minimize" if metric == "log_loss" else "maximize",
        space="lcdb",
        sampler="grid",
    )
