"""Measures of similarity that installed packages offer, by name."""

from __future__ import annotations

from warmstart._plugins import load_plugin, plugins
from warmstart.errors import PluginError
from warmstart.similarity.protocols import Similarity


def offered_measures() -> tuple[str, ...]:
    """Names of the measures that installed packages offer.

    Examples
    --------
    >>> isinstance(offered_measures(), tuple)
    True
    """
    return tuple(plugins("similarity"))


def measure_named(name: str) -> Similarity:
    """Make the measure, unfitted, that an installed package offers under a name.

    Raises
    ------
    PluginError
        If none offers it, or what it offers is no measure.
    """
    measure = load_plugin("similarity", name)()
    if not isinstance(measure, Similarity):
        raise PluginError(
            f"the measure {name!r} of an installed package needs fit and distances, "
            f"got {type(measure).__name__}"
        )
    return measure
