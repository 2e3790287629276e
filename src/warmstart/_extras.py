"""Optional dependencies: imported where used, named clearly where missing."""

from functools import cache
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType

from warmstart.errors import MissingExtraError


def require(package: str, *, extra: str) -> ModuleType:
    """Import an optional dependency or say how to install it.

    Raises
    ------
    MissingExtraError
        If `package` is not installed.

    Examples
    --------
    >>> require("json", extra="none").__name__
    'json'
    """
    try:
        return import_module(package)
    except ModuleNotFoundError as error:
        # A broken install fails on one of *its* imports; let that surface.
        if (error.name or "").partition(".")[0] != package.partition(".")[0]:
            raise
        raise MissingExtraError(package, extra) from error


@cache
def installed(package: str) -> bool:
    """Whether `package` could be imported, without importing it."""
    return find_spec(package) is not None
