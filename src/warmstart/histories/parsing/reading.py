"""What a damaged or foreign file makes a library raise, told as ours: which file, and where."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from warmstart.errors import HistoryError, WarmstartError

if TYPE_CHECKING:
    from warmstart.histories.runs.remarks import Remarks


@contextlib.contextmanager
def readable(
    location: object, remarks: Remarks | None = None, *, what: str = "cannot be read"
) -> Iterator[None]:
    """Raise every error inside as a HistoryError that names `location`.

    Parameters
    ----------
    location : object
        File or folder, as in messages.
    remarks : Remarks, optional
        Its ``place`` says where in it: a line, a run.
    what : str
        What is said of the location.

    Examples
    --------
    >>> with readable("runs.json"):
    ...     json.loads("{")
    Traceback (most recent call last):
        ...
    warmstart.errors.HistoryError: runs.json cannot be read: JSONDecodeError: Expecting \
property name enclosed in double quotes: line 1 column 2 (char 1)
    """
    try:
        yield
    except HistoryError as error:
        if str(location) in str(error):
            raise
        raise HistoryError(f"{location}: {error}") from error
    except WarmstartError:
        raise
    except Exception as error:
        # Storage libraries raise whatever they like: databases, networks, parsers.
        place = f", {remarks.place}," if remarks is not None and remarks.place else ""
        raise HistoryError(f"{location}{place} {what}: {first_line(error)}") from error


def first_line(error: BaseException) -> str:
    """Kind and first line of an error, which may go on for pages."""
    lines = str(error).strip().split("\n")
    text = lines[0] if len(lines[0]) <= 300 else f"{lines[0][:300]} …"
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def read_json(path: Path, what: str = "cannot be read") -> Any:
    """What a JSON file holds.

    Raises
    ------
    HistoryError
        If it is not there or is not JSON, naming it.
    """
    with readable(path, what=what):
        return json.loads(path.read_text(encoding="utf-8-sig"))


def json_object(path: Path, what: str = "cannot be read") -> dict[str, Any]:
    """The object a JSON file holds; errors as of :func:`read_json`, also for other values."""
    found = read_json(path, what)
    if not isinstance(found, dict):
        raise HistoryError(f"{path} {what}: it holds {_kind(found)}, not an object")
    return found


def _kind(value: Any) -> str:
    return "null" if value is None else f"a {type(value).__name__}"


def lines_of(path: Path) -> list[str]:
    """Lines of a text file as its format has them: only a line feed ends one."""
    with readable(path):
        return path.read_bytes().decode("utf-8-sig").split("\n")
