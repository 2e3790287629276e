"""Data frames as terminal tables."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd
    from rich.table import Table


def frame_table(frame: pd.DataFrame, formats: Mapping[str, str] | None = None) -> Table:
    """Every column of a frame under its name; numbers to the right.

    Parameters
    ----------
    frame : DataFrame
        The index is not shown.
    formats : mapping of column to format specification, optional
        For example ``{"share": ".1%"}``; missing values stay empty.

    Returns
    -------
    rich.table.Table
    """
    import pandas as pd
    from rich.table import Table

    formats = formats or {}
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for name in frame.columns:
        number = pd.api.types.is_numeric_dtype(frame[name])
        # Words give way to numbers where a line is too short for both.
        table.add_column(
            str(name).replace("_", " "),
            justify="right" if number else "left",
            no_wrap=number,
            overflow="fold",
        )
    for row in frame.itertuples(index=False):
        cells = zip(frame.columns, row, strict=True)
        table.add_row(*(_cell(value, formats.get(str(name), "")) for name, value in cells))
    return table


def _cell(value: Any, specification: str) -> Any:
    from rich.text import Text

    if value is None or value != value:
        return ""
    if not specification and isinstance(value, float):
        specification = ",.0f" if value.is_integer() and abs(value) < 1e15 else ".4g"
    elif not specification and isinstance(value, int):
        specification = ","
    # Text, not str: a name such as "[bold]" is no markup.
    return Text(format(value, specification))
