"""Adding evaluations to a folder without reading, let alone writing, what it holds.

Each batch becomes new files, named after their content, so the same batch is only there
once. Runs that an overlapping batch brings again are told apart when the folder is read:
the run that came first counts, unless it was still running. Saving the meta-dataset anew
makes one file of all.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

from warmstart.errors import MetaDatasetError
from warmstart.metadataset.combine.merge_tasks import united_info
from warmstart.metadataset.storage.described import ADDED
from warmstart.metadataset.storage.files import TEMPORARY, digest, write_json, write_parquet
from warmstart.metadataset.storage.folders.locking import locked
from warmstart.metadataset.storage.folders.owners import is_build
from warmstart.metadataset.storage.folders.replacing import finish
from warmstart.metadataset.storage.folders.settling import MANIFEST
from warmstart.metadataset.storage.manifest import OURS, read_manifest
from warmstart.metadataset.storage.runs.deduplicate import source_folder

if TYPE_CHECKING:
    from warmstart.metadataset.core.core import Views

_ORDER = ("task_id", "metric", "configuration_id", "source_run_id")


@dataclass(frozen=True, slots=True, kw_only=True)
class Appended:
    """What came of adding a batch."""

    n_evaluations: int
    """Rows written; 0 where the same batch was there already."""

    files: tuple[str, ...]
    """Files written, relative to the folder."""


def append(metadataset: Views, folder: Path) -> Appended:
    """Add a meta-dataset's tasks, configurations and evaluations to a folder.

    See ``MetaDataset.append_to``.
    """
    from warmstart.metadataset.storage.writing import (
        label_kinds,
        part_tables,
        parts_by_source,
    )

    if is_build(folder):
        raise MetaDatasetError(f"{folder} is the folder of a build; append to another one")
    finish(folder)
    read_manifest(folder)
    written: dict[str, str] = {}
    n_rows = 0
    with locked(folder) as folder:
        manifest = read_manifest(folder)
        kinds = label_kinds(metadataset)
        for name, kind in kinds.items():
            there = manifest.get("labels", {}).get(name, kind)
            if kind["dtype"] != there["dtype"]:
                raise MetaDatasetError(
                    f"the {name} labels of {folder} are {there['dtype']}, those to append "
                    f"{kind['dtype']}"
                )
        known = manifest.get("digests") or {}
        # What evaluations name is there before they are: a crash between leaves all whole.
        for name, table in part_tables(metadataset).items():
            written |= _added(table, folder, Path(name).stem, table.column_names[:1], known)
        task_names = [str(label) for label in metadataset.tasks.index]
        parts: dict[str, list[pa.Table]] = {}
        for source, part in parts_by_source(metadataset._evaluations, task_names):
            parts.setdefault(source, []).append(part)
        for source in sorted(parts):
            table = pa.concat_tables(parts[source])
            place = f"evaluations/{source_folder(source)}"
            new = _added(table, folder, place, _ORDER, known)
            n_rows += len(table) if new else 0
            written |= new
        if written:
            _extend(manifest, metadataset, n_rows, written)
            write_json(manifest, folder / MANIFEST)
    return Appended(n_evaluations=n_rows, files=tuple(written))


def _added(
    table: pa.Table,
    folder: Path,
    place: str,
    order: Sequence[str],
    known: Mapping[str, str],
) -> dict[str, str]:
    """Write a table to a file named after its content; path and digest, if it is new."""
    temporary = folder / place / f"{TEMPORARY}added"
    try:
        write_parquet(table, temporary, sort_by=order)
        found = digest(temporary)
        there = list(temporary.parent.glob(f"{ADDED}*.parquet"))
        for path in there:
            if path.stem.endswith(found[:20]):
                name = path.relative_to(folder).as_posix()
                # Written, but killed before the manifest said so: it is added now.
                return {} if name in known else {name: found}
        # Numbered, so that what came first is read first.
        path = temporary.with_name(f"{ADDED}{len(there):06d}-{found[:20]}.parquet")
        temporary.rename(path)
    finally:
        temporary.unlink(missing_ok=True)
    return {path.relative_to(folder).as_posix(): found}


def _extend(
    manifest: dict[str, object], metadataset: Views, n_rows: int, written: dict[str, str]
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
