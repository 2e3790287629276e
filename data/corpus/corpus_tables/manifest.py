"""The curated list of tasks: which table of which package, and what to predict in it."""

from __future__ import annotations

import csv
import hashlib
from dataclasses import astuple, dataclass
from pathlib import Path

TASK_TYPES = ("binary", "multiclass", "regression")
FORMATS = (
    "arff",
    "csv",
    "features-labels",
    "headerless-csv",
    "keel",
    "orange",
    "r-lazyload",
    "r-rda",
    "stata",
    "whitespace",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One table of the corpus and the column to predict."""

    task_id: str
    """Stable identifier, also the name of the file written."""

    family: str
    """Tables derived from one original share a family; the corpus holds one of each."""

    task_type: str
    package: str
    """Name in packages.csv."""

    format: str

    member: str
    """File in the package; several, joined by ``+``, are read as one table."""

    item: str
    """Name of the object in an R file; several, joined by ``+``, are set side by side."""

    target: str

    drop: tuple[str, ...]
    """Columns that give the target away, identify rows, or say nothing of them."""

    where: str
    """``column=value`` that rows must meet, or empty for all rows."""

    name: str
    licence: str
    """Licence of the table, or empty for that of its package."""

    note: str

    def __post_init__(self) -> None:
        if self.task_type not in TASK_TYPES:
            raise ValueError(f"{self.task_id}: task_type is {self.task_type!r}")
        if self.format not in FORMATS:
            raise ValueError(f"{self.task_id}: format is {self.format!r}")

    @property
    def digest(self) -> str:
        """Changes whenever the entry does, so that stale files are written anew."""
        return hashlib.sha256(repr(astuple(self)).encode()).hexdigest()[:16]


def load_manifest(path: Path) -> list[Entry]:
    """Read the manifest in its order.

    Raises
    ------
    ValueError
        If a task id or a family occurs twice.
    """
    with path.open(newline="", encoding="utf-8") as stream:
        entries = [
            Entry(**row | {"drop": tuple(filter(None, row["drop"].split(";")))})
            for row in csv.DictReader(stream)
        ]
    for field in ("task_id", "family"):
        values = [getattr(entry, field) for entry in entries]
        twice = sorted({value for value in values if values.count(value) > 1})
        if twice:
            raise ValueError(f"{field} {twice} occurs more than once in {path}")
    return entries
