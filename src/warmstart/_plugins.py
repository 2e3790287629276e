"""What other packages add (models, tuners, sources, …), found by entry points."""

from __future__ import annotations

from importlib.metadata import EntryPoint, entry_points
from typing import Any, Literal, get_args

from warmstart.errors import PluginError

Group = Literal[
    "models", "downstream", "histories", "metafeatures", "similarity", "acquisition"
]
GROUPS: tuple[Group, ...] = get_args(Group)


def plugins(group: Group) -> dict[str, EntryPoint]:
    """What installed packages offer as ``warmstart.<group>``, by name; nothing is imported.

    Parameters
    ----------
    group : {"models", "downstream", "histories", "metafeatures", "similarity", "acquisition"}
        A model is a class or a function without arguments that makes a
        :class:`~warmstart.protocols.PerformanceModel`; a tuner a module or object with
        ``seed``, named as the package its targets come from; a source one with ``read``; a
        meta-feature a :class:`~warmstart.protocols.MetaFeature`; a measure of similarity a
        class or a function without arguments that makes a
        :class:`~warmstart.protocols.Similarity`; an acquisition function an
        :class:`~warmstart.protocols.AcquisitionFunction`.

    Raises
    ------
    PluginError
        If two packages offer one name.

    Examples
    --------
    >>> isinstance(plugins("models"), dict)
    True
    """
    found: dict[str, EntryPoint] = {}
    for point in sorted(entry_points(group=f"warmstart.{group}")):
        other = found.setdefault(point.name, point)
        # A package that is on the path twice, such as an editable install, says the same.
        if other.value != point.value:
            raise PluginError(
                f"{_owner(other)} and {_owner(point)} both offer {point.name!r} as "
                f"warmstart.{group}; uninstall one of them"
            )
    return found


def load_plugin(group: Group, name: str) -> Any:
    """Import what an installed package offers under a name.

    Parameters
    ----------
    group : str
        Kind of thing, as :func:`plugins` takes it.
    name : str
        Of the entry point.

    Raises
    ------
    PluginError
        If none offers it, or it cannot be imported; the message names the package.
    """
    found = plugins(group)
    if name not in found:
        raise PluginError(
            f"no installed package offers {name!r} as warmstart.{group}; "
            f"there are {', '.join(found) or 'none'}"
        )
    try:
        return found[name].load()
    except Exception as error:  # a stranger's module may fail in any way
        raise PluginError(
            f"{_owner(found[name])} offers {name!r} as warmstart.{group}, but "
            f"{found[name].value} cannot be loaded: {error}"
        ) from error


def _owner(point: EntryPoint) -> str:
    return "an installed package" if point.dist is None else point.dist.name
