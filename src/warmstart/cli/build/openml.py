"""Commands that build a meta-dataset from OpenML, and say how far a build is."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from warmstart.cli.options import AsJson
from warmstart.cli.terminal.errors import INTERRUPTED
from warmstart.cli.terminal.output import print_json, remarks, results, warn

if TYPE_CHECKING:
    from warmstart.metadataset.build.openml.build import Patience
    from warmstart.metadataset.build.openml.plan import OpenMLPlan
    from warmstart.metadataset.build.openml.settings import OpenMLReport

KEY_VARIABLE = "OPENML_APIKEY"
_SHOWN = 10


def build_openml(
    out: Annotated[
        Path,
        typer.Option(metavar="FOLDER", help="Folder of the build and of the meta-dataset."),
    ],
    flow: Annotated[
        list[str], typer.Option(metavar="NUMBER", help="Flow to read runs of; repeatable.")
    ],
    suite: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="Suite of tasks: number or alias; repeatable."),
    ] = None,
    tasks: Annotated[
        list[str] | None,
        typer.Option(metavar="NUMBERS", help="Tasks, separated by commas; repeatable."),
    ] = None,
    measure: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            help="Measure to read, predictive_accuracy by default; the first becomes the "
            "default metric.",
        ),
    ] = None,
    server: Annotated[
        str | None,
        typer.Option(metavar="URL", help="Address of a mirror to read instead of OpenML."),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say what it would cost.")
    ] = False,
    retry_failed: Annotated[
        bool, typer.Option("--retry-failed", help="Read again what failed before.")
    ] = False,
    refresh: Annotated[
        str | None,
        typer.Option(
            metavar="OLDER_THAN", help="Read again what is older than this, such as 30d."
        ),
    ] = None,
    failures: Annotated[bool, typer.Option(help="List the runs that failed too.")] = True,
    traces: Annotated[
        bool,
        typer.Option(
            help="Read what each run of a search such as RandomizedSearchCV tried: a request "
            "a run, many evaluations each."
        ),
    ] = True,
    describe: Annotated[
        bool,
        typer.Option(
            "--describe", help="Download the datasets too: meta-features as of new datasets."
        ),
    ] = False,
    workers: Annotated[
        int, typer.Option(min=1, max=2, help="Requests at a time; the server is everybody's.")
    ] = 2,
    timeout: Annotated[
        float,
        typer.Option(
            metavar="SECONDS", min=0.001, help="Longest wait for an answer of the server."
        ),
    ] = 120.0,
    attempts: Annotated[
        int, typer.Option(metavar="N", min=1, help="Tries of one request before giving up.")
    ] = 6,
    backoff: Annotated[
        float,
        typer.Option(
            metavar="SECONDS",
            min=0.0,
            help="Wait before the second try; twice as long each time.",
        ),
    ] = 1.0,
    as_json: AsJson = False,
) -> None:
    """Read other people's runs from OpenML and make a meta-dataset of them.

    Ctrl-C stops it; the same command goes on where it stopped, and adds what other flows,
    tasks or measures it names. An API key is taken from OPENML_APIKEY. The exit code is 1
    where something could not be read.
    """
    from warmstart.histories.openml.http.transport import SERVER
    from warmstart.metadataset.build.openml.build import Patience
    from warmstart.metadataset.build.openml.plan import OpenMLPlan, parse_age

    plan = OpenMLPlan(
        flows=_numbers("--flow", flow),
        suites=tuple(suite or ()),
        task_ids=_numbers("--tasks", tasks or []),
        measures=tuple(measure or ("predictive_accuracy",)),
        failures=failures,
        traces=traces,
        describe=describe,
        server=server or SERVER,
    )
    patience = Patience(read_s=timeout, attempts=attempts, backoff_s=backoff)
    if dry_run:
        _estimate(plan, out, workers, patience, as_json=as_json)
        return
    refresh_s = {} if refresh is None else {"refresh_s": parse_age(refresh)}
    report = _built(
        plan,
        out,
        api_key=os.environ.get(KEY_VARIABLE, ""),
        n_workers=workers,
        retry_failed=retry_failed,
        patience=patience,
        **refresh_s,
    )
    if as_json:
        summary = {**dataclasses.asdict(report), "path": out}
        print_json({**summary, "manifest": None, "counts": report.manifest.get("counts")})
    else:
        _say(report, out)
    _warn(report, out)
    if not report.manifest or report.failed or report.unread:
        raise typer.Exit(1)


def _numbers(option: str, texts: list[str]) -> tuple[int, ...]:
    found = [part for text in texts for part in text.replace(",", " ").split()]
    if wrong := [part for part in found if not part.isdecimal()]:
        raise typer.BadParameter(f"{option} takes OpenML's numbers, got {wrong[0]!r}")
    return tuple(dict.fromkeys(int(part) for part in found))


def _estimate(
    plan: OpenMLPlan, out: Path, workers: int, patience: Patience, *, as_json: bool
) -> None:
    from warmstart.metadataset.build.openml.estimate import estimate_openml

    found = estimate_openml(
        plan,
        out,
        api_key=os.environ.get(KEY_VARIABLE, ""),
        n_workers=workers,
        patience=patience,
    )
    if as_json:
        print_json(dataclasses.asdict(found))
        return
    results().print(
        f"{found.n_units:,} units to read, {found.n_done:,} done. About {found.n_requests:,} "
        f"requests, {found.n_rows:,} rows, {found.n_bytes / 1e6:,.1f} MB, "
        f"{found.minutes:,.1f} minutes; extrapolated from {found.n_sampled} units.",
        soft_wrap=True,
    )


def _built(plan: OpenMLPlan, out: Path, **options: Any) -> OpenMLReport:
    from warmstart.metadataset.build.openml.build import build_openml
    from warmstart.report.progress import ProgressMeter

    with ProgressMeter(remarks(), "units") as meter:
        try:
            return build_openml(
                plan, out, progress=meter, tell=lambda text: warn([text]), **options
            )
        except KeyboardInterrupt:
            stopped = f"Stopped at {meter.done:,} of {meter.total:,} units"
    remarks().print(f"{stopped}; the same command goes on from there.")
    raise typer.Exit(INTERRUPTED)


def _say(report: OpenMLReport, out: Path) -> None:
    results().print(
        f"{report.n_units:,} units read now ({report.n_rows:,} rows, {report.n_requests:,} "
        f"requests, {report.n_retries:,} of them again, {report.n_bytes / 1e6:,.1f} MB), "
        f"{report.n_before:,} before",
        soft_wrap=True,
    )
    if report.manifest:
        counts = report.manifest["counts"]
        results().print(
            f"{out}: {counts['tasks']:,} tasks, {counts['configurations']:,} configurations, "
            f"{counts['evaluations']:,} scores, {counts['metafeatures']:,} meta-features",
            soft_wrap=True,
        )


def _warn(report: OpenMLReport, out: Path) -> None:
    if report.manifest:
        if unparsed := report.manifest["openml"]["unparsed"]:
            listed = ", ".join(f"{name} ({n:,})" for name, n in list(unparsed.items())[:_SHOWN])
            warn([f"kept as text, being of another type than declared: {listed}"])
    else:
        warn(["there is no run yet to make a meta-dataset of"])
    warn(report.remarks)
    warn(f"task {number} was left out: {why}" for number, why in report.left_out.items())
    _warn_of(report.failed, "failed", out)
    if report.failed:
        warn(["read what failed again with --retry-failed"])
    _warn_of(report.unread, "was not read", out)
    if report.unread:
        warn(["the same command reads what was not read now"])


def _warn_of(units: Mapping[str, str], what: str, out: Path) -> None:
    warn(f"{name} {what}: {why}" for name, why in list(units.items())[:_SHOWN])
    if len(units) > _SHOWN:
        warn([f"{len(units) - _SHOWN:,} more {what}; warmstart build status {out}"])
