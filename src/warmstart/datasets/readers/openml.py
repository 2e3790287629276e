"""OpenML datasets by number."""

from __future__ import annotations

from typing import Any

import pandas as pd

from warmstart._extras import require
from warmstart.errors import DatasetError


def read_openml(address: str, target: Any = None) -> tuple[pd.DataFrame, str | None, str]:
    """Download an OpenML dataset, or take it from openml's own cache.

    Parameters
    ----------
    address : str
        Such as ``"openml:31"``, a dataset number.
    target : str, optional
        Overrides the dataset's own target.

    Returns
    -------
    frame : pandas.DataFrame, shape (n_rows, n_columns)
        The target among the columns; row numbers and columns OpenML says to ignore are not.
    target : str or None
        The dataset's own target.
    name : str

    Raises
    ------
    MissingExtraError
        If openml is not installed.
    DatasetError
        If `address` holds no number, or OpenML does not answer with a dataset.
    """
    number = address.partition(":")[2].strip()
    if not number.isdecimal():
        raise DatasetError(f"an OpenML address looks like 'openml:31', got {address!r}")
    openml = require("openml", extra="openml")
    try:
        dataset = openml.datasets.get_dataset(
            int(number),
            download_data=True,
            download_qualities=False,
            download_features_meta_data=True,
        )
        frame, _, _, _ = dataset.get_data(dataset_format="dataframe")
    except (OSError, ValueError, openml.exceptions.PyOpenMLError) as error:
        raise DatasetError(
            f"OpenML dataset {number} cannot be read: {_reason(error)}"
        ) from error
    own = dataset.default_target_attribute or None
    if target is None and own is not None and "," in own and own not in frame.columns:
        raise DatasetError(
            f"OpenML dataset {number} has several targets ({own}); choose one with target="
        )
    return frame, own, str(dataset.name)


def _reason(error: BaseException) -> str:
    """What is at the bottom of an error that others are wrapped around, in one line.

    Examples
    --------
    >>> _reason(OSError("Max retries exceeded", ConnectionRefusedError(111, "refused")))
    '[Errno 111] refused'
    """
    while True:
        inside = [getattr(error, "reason", None), error.__cause__, *error.args]
        deeper = next((one for one in inside if isinstance(one, BaseException)), None)
        if deeper is None or deeper is error:
            return " ".join((str(error) or type(error).__name__).split())
        error = deeper
