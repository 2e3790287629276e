"""The command that says how far a build is."""

from __future__ import annotations

import dataclasses

from warmstart.cli.options import AsJson, Build
from warmstart.cli.terminal.output import print_json, results, warn


def status(
    build: Build,
    as_json: AsJson = False,
) -> None:
    """Say how far a build is, how long it will take, and what failed in it."""
    from warmstart.metadataset.build.status import build_status
    from warmstart.report.progress import progress_text

    found = build_status(build)
    now = found.reached
    if as_json:
        summary = dataclasses.asdict(found)
        del summary["reached"]
        counts = {
            "what": now.what if now else None,
            "done": now.done if now else None,
            "total": now.total if now else None,
            "rate": now.rate if now else None,
            "left_s": now.left_s if now else None,
        }
        print_json({**counts, **summary})
        return
    console = results()
    if now:
        console.print(progress_text(now.what, now.done, now.total, now.rate or 0.0))
    for kind in found.kinds:
        failed = f", {kind.n_failed:,} failed" if kind.n_failed else ""
        console.print(f"{kind.kind}: {kind.n_done:,} units done{failed}, {kind.n_rows:,} rows")
    if found.newest:
        console.print(f"read from {found.oldest} to {found.newest}")
    if found.raw_bytes:
        console.print(f"raw answers: {found.raw_bytes / 1e6:,.1f} MB")
    building = "a process is building now" if found.is_building else "no process is building"
    ready = "a meta-dataset" if found.is_published else "no meta-dataset yet"
    console.print(f"{building}; the folder is {ready}")
    warn(f"{name} failed: {why}" for name, why in found.failed.items())
