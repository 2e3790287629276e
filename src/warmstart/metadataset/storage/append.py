"""Adding evaluations to a folder without reading, let alone writing, what it holds.

Each batch becomes new files, named after their content, so the same batch is only there
once. Runs that an overlapping batch brings again are told apart when the folder is read:
the run that came first counts, unless it was still running. Saving the meta-dataset anew
makes one file of all.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from warmstart.errors import MetaDatasetError
from warmstart.metadataset.build.units import BuildLock
from warmstart.metadataset.combine.merge_tasks import united_info
from warmstart.metadataset.core.schema import EVALUATIONS
from warmstart.metadataset.storage.files import digest, write_json, write_parquet
from warmstart.metadataset.storage.reading import ADDED, MANIFEST, OURS, read_manifest

if TYPE_CHECKING:
    from warmstart.metadataset.metadataset import MetaDataset

_ORDER = ("task_id", "metric", "configuration_id", "source_run_id")


@dataclass(frozen=True, slots=True, kw_only=True)
class Appended:
    """What came of adding a batch."""

    n_evaluations: int
    """Rows written; 0 where the same batch was there already."""

    files: tuple[str, ...]
    """Files written, relative to the folder."""


def append(metadataset: MetaDataset, folder: Path) -> Appended:
    """Add a meta-dataset's tasks, configurations and evaluations to a folder.

    See ``MetaDataset.append_to``.
    """
    from warmstart.metadataset.storage.writing import label_kinds, part_tables

    if (folder / "units.sqlite").exists():
        raise MetaDatasetError(f"{folder} is the folder of a build; append to another one")
    read_manifest(folder)
    written: dict[str, str] = {}
    n_rows = 0
    with BuildLock(folder / "append.lock"):
        manifest = read_manifest(folder)
        kinds = label_kinds(metadataset)
        for name, kind in kinds.items():
            there = manifest.get("labels", {}).get(name, kind)
            if kind["dtype"] != there["dtype"]:
                raise MetaDatasetError(
                    f"the {name} labels of {folder} are {there['dtype']}, those to append "
                    f"{kind['dtype']}"
                )
        # What evaluations name is there before they are: a crash between leaves all whole.
        for name, table in part_tables(metadataset).items():
            written |= _added(table, folder, Path(name).stem, table.column_names[:1])
        for source, table in _by_source(metadataset):
            new = _added(table, folder, f"evaluations/source={source}", _ORDER)
            n_rows += len(table) if new else 0
            written |= new
        if written:
            _extend(manifest, metadataset, n_rows, written)
            write_json(manifest, folder / MANIFEST)
    return Appended(n_evaluations=n_rows, files=tuple(written))


def _added(table: pa.Table, folder: Path, place: str, order: Sequence[str]) -> dict[str, str]:
    """Write a table to a file named after its content; path and digest, if it is new."""
    temporary = folder / place / f".adding-{os.getpid()}"
    try:
        write_parquet(table, temporary, sort_by=order)
        found = digest(temporary)
        there = list(temporary.parent.glob(f"{ADDED}*.parquet"))
        if any(path.stem.endswith(found[:20]) for path in there):
            return {}
        # Numbered, so that what came first is read first.
        path = temporary.with_name(f"{ADDED}{len(there):06d}-{found[:20]}.parquet")
        temporary.rename(path)
    finally:
        temporary.unlink(missing_ok=True)
    return {path.relative_to(folder).as_posix(): found}


def _by_source(metadataset: MetaDataset) -> Iterator[tuple[str, pa.Table]]:
    """The evaluations of the meta-dataset's tasks, one table a source."""
    ours = pa.array([str(label) for label in metadataset.tasks.index], pa.string())
    parts: dict[str, list[pa.Table]] = {}
    for rows in metadataset._evaluations.rows():
        kept = rows.filter(pc.is_in(rows["task_id"].cast(pa.string()), ours))
        sources = kept["source"].cast(pa.string())
        for source in pc.unique(sources).to_pylist():
            part = kept.filter(pc.equal(sources, source))
            columns = [part[field.name].cast(field.type) for field in EVALUATIONS]
            parts.setdefault(source, []).append(pa.table(columns, schema=EVALUATIONS))
    for source in sorted(parts):
        yield source, pa.concat_tables(parts[source])


def _extend(
    manifest: dict[str, object], metadataset: MetaDataset, n_rows: int, written: dict[str, str]
) -> None:
    info = {key: value for key, value in manifest.items() if key not in OURS}
    manifest.update(united_info([info, metadataset.info], []))
    metrics, counts, digests = (manifest.get(key) for key in ("metrics", "counts", "digests"))
    if isinstance(metrics, list):
        manifest["metrics"] = list(dict.fromkeys([*metrics, *metadataset.metrics]))
    if isinstance(counts, dict):
        # Those written: what a batch brings again is only told when the folder is read.
        manifest["counts"] = {**counts, "evaluations": counts["evaluations"] + n_rows}
    manifest["digests"] = {**(digests if isinstance(digests, dict) else {}), **written}
