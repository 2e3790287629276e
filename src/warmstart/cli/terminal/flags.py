"""What the library says of its arguments, in the words of the command line.

A message is written once, for Python: ``pass task_type='binary'``. Who typed a command is
told ``pass --task-type binary``, with the options that this command has.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextvars import ContextVar
from typing import Any

_OTHERWISE = {"seed": "random_state"}
"""Options that are not called like their argument."""

_UNITS = ("", "s", "_s", "_mb")
"""What an argument has at its end that its option has not: a plural or a unit."""

_QUOTED = r"'[^']*'|\"[^\"]*\""
_VALUE = rf"\[[^\]]*\]|\{{[^}}]*\}}|(?:{_QUOTED})(?: or (?:{_QUOTED}))*|[^\s,;:)'\"]*"

_flags: ContextVar[Mapping[str, str]] = ContextVar("flags")


def speak_of(command: Any) -> None:
    """Say from now on how the options of `command` are typed."""
    flags: dict[str, str] = {}
    for parameter in command.params:
        if parameter.param_type_name != "option" or parameter.name is None:
            continue
        flag = max(parameter.opts, key=len)
        name = _OTHERWISE.get(parameter.name, parameter.name)
        flags |= {f"{start}{name}{end}": flag for start in ("", "n_") for end in _UNITS}
    _flags.set(flags)


def as_typed(text: str) -> str:
    """A message of the library, with arguments as this command's options.

    Examples
    --------
    >>> from types import SimpleNamespace as Named
    >>> option = Named(param_type_name="option", name="task_type", opts=["--task-type"])
    >>> speak_of(Named(params=[option]))
    >>> as_typed("pass task_type='multiclass' or 'regression' for 'task_type=x'")
    "pass --task-type multiclass or regression for 'task_type=x'"
    >>> as_typed("task_type must be one of those")
    '--task-type must be one of those'
    """
    flags = _flags.get({})
    if not flags:
        return text
    names = "|".join(sorted(map(re.escape, flags), key=len, reverse=True))
    text = re.sub(
        rf"^({names})(?:\[([^\]]*)\])?(?= (?:must|names|needs|maps|is) )",
        lambda m: flags[m[1]] + (f" of {m[2]}" if m[2] else ""),
        text,
    )
    return re.sub(
        # What is quoted was given, and stays as it is.
        rf"(?<!\w)(?:{_QUOTED})|(?<![\w.-])(?P<name>{names})=(?P<value>{_VALUE})",
        lambda m: f"{flags[m['name']]}{_typed(m['value'])}" if m["name"] else m[0],
        text,
    )


def _typed(value: str) -> str:
    """The value of an argument as it is typed behind an option, after a blank."""
    end = "." if value.endswith(".") and not value.endswith("..") else ""
    inner = value.removesuffix(end).strip("[]{}").replace("...", "")
    inner = re.sub(r"(?<=['\"\w]): ", "=", inner) if value.startswith("{") else inner
    bare = re.sub(_QUOTED, lambda m: m[0] if " " in m[0] else m[0][1:-1], inner)
    return (f" {bare}" if bare else "") + end
