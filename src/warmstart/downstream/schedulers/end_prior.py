"""What a base's belief says of where a trial will end, before and while it runs."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from warmstart.metrics import METRICS

if TYPE_CHECKING:
    import optuna
    from optuna.trial import FrozenTrial

    from warmstart.recommend.search import Search

_NORMAL = (0.15865525393145707, 0.5, 0.8413447460685429)
"""Levels one standard deviation below, at and above the middle."""


def end_prior(search: Search, configuration: Any) -> tuple[float, float]:
    """Mean and standard deviation of a configuration's score, given all results so far.

    Parameters
    ----------
    search : Search
    configuration : Suggestion, mapping or id
        One of the search's, or of values it can place.

    Returns
    -------
    mean, std : float
        From the quantiles: the middle, and half of what lies within one deviation.

    Examples
    --------
    >>> from sklearn.datasets import load_wine
    >>> import warmstart
    >>> search = warmstart.search(load_wine(as_frame=True))
    >>> mean, std = end_prior(search, search.ask())
    >>> 0.5 < mean < 1, 0 < std < 0.5
    (True, True)
    """
    place = search.engine.add(configuration)
    low, middle, high = search.engine.belief.score_quantiles(_NORMAL, place)
    return float(middle), max(float(high - low) / 2, 1e-12)


class BeliefPrior:
    """Priors for a pruner of Optuna, from a search that learns what the study's trials scored.

    Knows the trials that a :class:`~warmstart.downstream.WarmStartSampler` gave a
    configuration of the same base; of others nothing.

    Parameters
    ----------
    search : Search
        Begun on the same data; it is told the study's finished trials.
    """

    def __init__(self, search: Search) -> None:
        self._search, self._told = search, set[int]()

    def __call__(self, study: optuna.Study, trial: FrozenTrial) -> tuple[float, float] | None:
        """Mean and standard deviation of a trial's end, in the study's values; high is good."""
        from optuna.trial import TrialState

        minimized = study.direction.name == "MINIMIZE"
        metric = METRICS.get(self._search.question.metric or "")
        # A score to be minimised is told as what is missing from perfect.
        offset = (
            self._search.score_range[1]
            if minimized and not (metric and metric.is_loss)
            else 0.0
        )
        for other in study.get_trials(deepcopy=False, states=(TrialState.COMPLETE,)):
            values = _given(other)
            if values is None or other.number in self._told:
                continue
            self._told.add(other.number)
            if other.value is not None and math.isfinite(other.value):
                score = offset - other.value if minimized else other.value
                self._search.tell(dict(values), score)
        values = _given(trial)
        if values is None:
            return None
        mean, std = end_prior(self._search, dict(values))
        return mean - offset, std


def _given(trial: FrozenTrial) -> Mapping[str, Any] | None:
    """The configuration that a sampler gave the trial."""
    from warmstart.downstream.optuna_sampler.claims import claim_of

    claim = claim_of(trial)
    return None if claim is None else claim["values"]
