"""The command that lists meta-features, or computes them with the status of each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from warmstart.cli.options import AsJson, Target, reads_files
from warmstart.cli.terminal.data_files import data_file
from warmstart.cli.terminal.output import print_json, results, warn

if TYPE_CHECKING:
    import pandas as pd


@reads_files
def metafeatures(
    file: Annotated[
        str | None,
        typer.Argument(help="Dataset to describe; without it, the groups are listed."),
    ] = None,
    target: Target = None,
    group: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="Only this group, or all; repeatable."),
    ] = None,
    budget: Annotated[
        float | None,
        typer.Option(metavar="SECONDS", min=0.001, help="Leave out the dearest groups."),
    ] = None,
    listed: Annotated[
        bool, typer.Option("--list", help="Every one: formula, unit, range, cost, source.")
    ] = False,
    elsewhere: Annotated[
        bool,
        typer.Option("--counterparts", help="Names in auto-sklearn, OpenML and pymfe."),
    ] = False,
    csv: Annotated[bool, typer.Option("--csv", help="Print CSV.")] = False,
    as_json: AsJson = False,
    *,
    reading: dict[str, Any],
) -> None:
    """List meta-features, or compute those of a dataset with the status of each.

    warmstart metafeatures data.csv --target y --group all --budget 2
    """
    from warmstart.report.frame_table import frame_table

    if elsewhere:
        from warmstart.metafeatures.catalogue import counterparts

        found = counterparts()
    elif listed:
        from warmstart.metafeatures.catalogue import catalogue

        found = catalogue()
        if group and "all" not in group:
            found = _of_groups(found, group)
    elif file is None:
        from warmstart.metafeatures.catalogue import group_table

        found = group_table()
        if group and "all" not in group:
            found = _of_groups(found, group)
    else:
        from warmstart.metafeatures.extract import extract_with_status

        wanted = "all" if group and "all" in group else group
        data = data_file(str(file), **reading)
        extracted = extract_with_status(data, target=target, groups=wanted, budget_s=budget)
        found = extracted.values.to_frame("value").assign(status=extracted.status)
        found = found.rename_axis("name").reset_index()
        warn(
            f"group {name} was left out: it would take about {seconds:.2g} s"
            for name, seconds in extracted.left_out.items()
        )
    if as_json:
        print_json({"metafeatures": found.to_dict("records")})
        return
    if csv:
        typer.echo(found.to_csv(index=False, lineterminator="\n").rstrip("\n"))
        return
    if listed:
        between = [
            f"{low:g} to {high:g}" for low, high in zip(found.low, found.high, strict=True)
        ]
        told = found["description"] + "\n" + found["formula"]
        found = found.assign(range=between, meaning=told)
        found = found[["name", "meaning", "group", "cost", "tasks", "unit", "range", "source"]]
    if elsewhere:
        found = found.drop(columns="in_builds")
    elif "about" in found:
        found = found.assign(default=found["default"].map({True: "yes", False: ""}))
    results().print(frame_table(found))


def _of_groups(found: pd.DataFrame, groups: list[str]) -> pd.DataFrame:
    known = list(dict.fromkeys(found["group"]))
    if unknown := [name for name in groups if name not in known]:
        raise typer.BadParameter(
            f"--group must be among {', '.join(known)}, got {unknown[0]!r}"
        )
    return found[found["group"].isin(groups)]
