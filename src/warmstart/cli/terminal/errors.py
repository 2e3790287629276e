"""Errors of the command line: one line, exit code 2, no traceback unless asked for."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Sequence
from typing import Any

import typer
from typer.core import TyperGroup

from warmstart.cli.terminal.flags import as_typed, speak_of
from warmstart.cli.terminal.output import VERBOSITY, histories_named
from warmstart.errors import WarmstartError

BAD_INPUT = 2
INTERRUPTED = 130


class OneLineErrors(TyperGroup):
    """The group of all commands; tells what is wrong with the input in one line."""

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        windows_expand_args: bool = True,
        **extra: Any,
    ) -> Any:
        """Run a command and leave with its exit code."""
        if not standalone_mode:
            return super().main(args, prog_name, standalone_mode=False, **extra)
        given = _verbosity_first(list(sys.argv[1:] if args is None else args))
        speak_of(_command(self, given))
        try:
            with histories_named():
                status = super().main(
                    given,
                    prog_name,
                    complete_var,
                    standalone_mode=False,
                    windows_expand_args=windows_expand_args,
                    **extra,
                )
        except (KeyboardInterrupt, typer.Abort):
            sys.exit(INTERRUPTED)
        except Exception as error:
            message = bad_input(error)
            if message is None or _wants_tracebacks(given):
                raise
            typer.echo(f"warmstart: {message}", err=True)
            sys.exit(BAD_INPUT)
        sys.exit(status if isinstance(status, int) else 0)


def _verbosity_first(words: list[str]) -> list[str]:
    """``suggest -q file`` is ``-q suggest file``: they are options of every command."""
    end = words.index("--") if "--" in words else len(words)
    known = {*VERBOSITY, *VERBOSITY.values(), "-vv"}
    first = [word for word in words[:end] if word in known]
    return [*first, *(word for word in words[:end] if word not in known), *words[end:]]


def each_file(
    files: Sequence[str],
    act: Callable[[str], None],
    *,
    as_jsonl: bool = False,
    leave: bool = True,
) -> dict[str, str]:
    """Do something with each of several files; one that cannot be read stops no other.

    Parameters
    ----------
    files : sequence of str
        The error of a single one is raised.
    act : callable
    as_jsonl : bool
        Whether to print what failed as a line of JSON too.
    leave : bool
        Whether to leave with an exit code where any failed.

    Returns
    -------
    dict
        Message by file that failed.
    """
    failed: dict[str, str] = {}
    for file in files:
        try:
            act(file)
        except Exception as error:
            message = bad_input(error)
            if len(files) == 1 or message is None:
                raise
            failed[file] = message
            typer.echo(f"warmstart: {file}: {message}", err=True)
            if as_jsonl:
                typer.echo(json.dumps({"file": file, "error": message}, ensure_ascii=False))
    if failed and leave:
        raise typer.Exit(BAD_INPUT)
    return failed


def bad_input(error: Exception) -> str | None:
    """What is wrong with the input, in one line; None for any other kind of error."""
    if hasattr(error, "format_message"):  # what typer makes of a wrong option
        context = getattr(error, "ctx", None)
        hint = f" (see {context.command_path} --help)" if context is not None else ""
        return " ".join(str(error.format_message()).split()).removesuffix(".") + hint
    ours = isinstance(error, WarmstartError)
    if (
        ours
        or isinstance(error, OSError)
        or (isinstance(error, ValueError) and _raised_here(error))
    ):
        return as_typed(" ".join(str(error).split()))
    return None


def _command(group: Any, words: Sequence[str]) -> Any:
    """The command that is called, in whatever group of a group it is."""
    for word in words:
        group = getattr(group, "commands", {}).get(word, group)
    return group


def _raised_here(error: Exception) -> bool:
    """Whether warmstart itself raised the error, rather than a library it called."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    module = "" if trace is None else str(trace.tb_frame.f_globals.get("__name__", ""))
    return module.partition(".")[0] == "warmstart"


def _wants_tracebacks(args: list[str]) -> bool:
    return "--debug" in args or bool(os.environ.get("WARMSTART_DEBUG"))
