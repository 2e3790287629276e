"""Growing a configuration with what may be spent, by a rule learnt from histories."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from warmstart.errors import ArgumentError
from warmstart.knowledge.base import open_knowledge

if TYPE_CHECKING:
    from warmstart.metadataset.metadataset import MetaDataset
    from warmstart.models.costs.compound_scaling import ScaleRule
    from warmstart.recommend.answer.suggestion import Suggestion
    from warmstart.recommend.recommender import Recommender


def scale_rule(
    configuration: Mapping[str, Any] | Suggestion,
    phi: float,
    *,
    histories: str | Path | Recommender | MetaDataset | None = None,
    dimensions: Sequence[str] | None = None,
    metric: str | None = None,
) -> dict[str, Any]:
    r"""The configuration for :math:`2^\phi` times what it costs, sizes growing together.

    How sizes grow is read off histories: along each task's front of scores and seconds, for
    the configurations of the same learner. See
    :class:`~warmstart.models.costs.compound_scaling.ScaleRule`, which learns it from scores
    and costs of your own.

    Parameters
    ----------
    configuration : Suggestion or mapping
        Hyperparameters by name, as the histories name them.
    phi : float
        Doublings of the cost; negative for less.
    histories : MetaDataset, Recommender or path, optional
        With seconds; by default the embedded base.
    dimensions : sequence of str, optional
        Hyperparameters that grow; by default those that are whole numbers in every
        configuration of the learner: rounds, depth, leaves, width.
    metric : str, optional
        Score of the fronts; by default each task's own.

    Returns
    -------
    dict
        All hyperparameters; whole numbers stay whole.

    Raises
    ------
    ValueError
        If the histories have no seconds, no configuration of the learner, or none of its
        hyperparameters grows.

    References
    ----------
    .. [1] Tan, Le. "EfficientNet: Rethinking Model Scaling for Convolutional Neural
       Networks." ICML 2019.

    Examples
    --------
    >>> import warmstart
    >>> forest = {"learner": "random_forest", "random_forest:n_estimators": 100}
    >>> larger = warmstart.scale_rule(forest, phi=2)
    >>> larger["random_forest:n_estimators"] > 200
    True
    """
    if isinstance(configuration, Mapping):
        values, learner = dict(configuration), str(configuration.get("learner", ""))
    else:
        values, learner = dict(configuration.configuration), configuration.learner
    return _learnt(histories, learner, values, dimensions, metric).scale(values, phi)


def _learnt(
    histories: str | Path | Recommender | MetaDataset | None,
    learner: str,
    values: Mapping[str, Any],
    dimensions: Sequence[str] | None,
    metric: str | None,
) -> ScaleRule:
    from warmstart.metadataset.metadataset import MetaDataset
    from warmstart.models.costs.compound_scaling import ScaleRule

    md = histories if isinstance(histories, MetaDataset) else open_knowledge(histories).md
    table = md.table(metric)
    if table.costs is None:
        raise ArgumentError("the histories have no seconds, so nothing says what grows")
    names = {name for name in values if name != "learner"}
    places, known = [], []
    for place, one in enumerate(table.configuration_ids):
        point = md.configuration(one)
        if str(md.learners[one]) == learner if learner else names & set(point):
            places.append(place)
            known.append(point)
    if not known:
        asked = f"of learner {learner!r}" if learner else f"with any of {sorted(names)}"
        raise ArgumentError(
            f"the histories have no configuration {asked}; they have learners "
            f"{sorted(set(map(str, md.learners)))}"
        )
    if dimensions is None:
        dimensions = [name for name in known[0] if all(_is_count(one, name) for one in known)]
        if not dimensions:
            raise ArgumentError(
                f"no hyperparameter of {learner or 'these configurations'} is a whole number "
                "everywhere, so none is taken for a size; name those that grow: dimensions="
            )
    return ScaleRule().fit(
        known, table.scores[:, places], table.costs[:, places], dimensions=dimensions
    )


def _is_count(values: Mapping[str, Any], name: str) -> bool:
    value = values.get(name)
    return isinstance(value, int) and not isinstance(value, bool) and value > 0
