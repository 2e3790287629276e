"""``warmstart plugins``: what other packages bring, and whether it can be loaded."""

from __future__ import annotations

import typer

from warmstart.cli.options import AsJson


def plugins(
    as_json: AsJson = False,
) -> None:
    """List what installed packages add: models, tuners, sources, meta-features, measures of
    similarity and acquisition functions."""
    import json

    from rich.table import Table

    from warmstart import _plugins
    from warmstart.cli.terminal.output import results
    from warmstart.errors import PluginError

    rows = []
    for group in _plugins.GROUPS:
        for name, point in _plugins.plugins(group).items():
            try:
                _plugins.load_plugin(group, name)
                error = ""
            except PluginError as failed:
                error = str(failed)
            package = "" if point.dist is None else f"{point.dist.name} {point.dist.version}"
            rows.append(
                {
                    "group": group,
                    "name": name,
                    "package": package,
                    "object": point.value,
                    "error": error,
                }
            )
    if as_json:
        typer.echo(json.dumps(rows))
        return
    if not rows:
        results().print("No installed package adds a model, tuner, source or other part.")
        return
    table = Table(box=None, pad_edge=False)
    for title in ("group", "name", "package", "object"):
        table.add_column(title)
    for row in rows:
        table.add_row(row["group"], row["name"], row["package"], row["object"])
        if row["error"]:
            table.add_row("", "", "", row["error"])
    results().print(table)
