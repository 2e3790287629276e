"""The command line: parses, calls the library, prints. Nothing heavy is imported here."""

from __future__ import annotations

from typing import Annotated

import typer

from warmstart._version import __version__
from warmstart.cli import build as building
from warmstart.cli import describe as describing
from warmstart.cli import fetch as fetching
from warmstart.cli import import_runs as importing
from warmstart.cli import metafeatures as cataloguing
from warmstart.cli import neighbours as relating
from warmstart.cli import plugins as listing
from warmstart.cli import replay as measuring
from warmstart.cli import suggest as answering
from warmstart.cli.mcp import command as serving
from warmstart.cli.terminal.errors import OneLineErrors
from warmstart.cli.terminal.output import speak

__all__ = ["app", "main"]

app = typer.Typer(
    cls=OneLineErrors,
    add_completion=True,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"warmstart {__version__}")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def start(
    context: typer.Context,
    debug: Annotated[  # noqa: ARG001 - OneLineErrors looks for it
        bool,
        typer.Option("--debug", envvar="WARMSTART_DEBUG", help="Show tracebacks of errors."),
    ] = False,
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", help="Results and errors only.")
    ] = False,
    verbose: Annotated[
        int, typer.Option("--verbose", "-v", count=True, help="What is done too; -vv: all.")
    ] = 0,
    version: Annotated[  # noqa: ARG001 - its callback does the work
        bool, typer.Option("--version", callback=_print_version, is_eager=True)
    ] = False,
) -> None:
    """Warm-start AutoML: configurations that worked on datasets like yours."""
    speak(quiet=quiet, verbose=verbose)
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


app.command("suggest")(answering.suggest)
app.command("describe")(describing.describe)
app.command("knowledge")(describing.knowledge)
app.command("neighbours")(relating.neighbours)
app.command("metafeatures")(cataloguing.metafeatures)
app.add_typer(building.app, name="build")
app.command("fetch")(fetching.fetch)
app.command("import")(importing.import_history)
app.command("replay")(measuring.replay)
app.command("plugins")(listing.plugins)
app.command("mcp")(serving.serve)


def main() -> None:
    """Entry point of the command ``warmstart``."""
    import signal
    import sys

    # A scheduler that stops a job means what Ctrl-C means: keep what is done, and leave.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    for stream in (sys.stdout, sys.stderr):
        # A terminal that lacks a character gets a question mark, not a traceback.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    app(prog_name="warmstart")
