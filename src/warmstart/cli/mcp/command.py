"""The command that serves over standard input and output."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from warmstart.cli.options import Knowledge


def serve(
    knowledge: Knowledge = None,
    root: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER", help="Read data below this folder only; anywhere by default."
        ),
    ] = None,
    state: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER", help="Folder that keeps answers and results between runs."
        ),
    ] = None,
) -> None:
    """Serve an assistant over standard input and output (Model Context Protocol).

    Tools: suggest, explain, code, next_configuration, record_result. For a client's settings:
    {"mcpServers": {"warmstart": {"command": "warmstart", "args": ["mcp"]}}}
    """
    from warmstart.cli.mcp.desk import Desk
    from warmstart.cli.mcp.server import make_server

    make_server(Desk(knowledge, root=root, state=state)).run("stdio")
