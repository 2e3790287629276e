"""Suggestions in plain words: which known tasks say so, and how sure they are."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from warmstart.recommend.answer.suggestion import settings_of

if TYPE_CHECKING:
    from warmstart.recommend.answer.answer import Answer
    from warmstart.recommend.answer.suggestion import Suggestion
    from warmstart.recommend.look.result import Look

_HOW = {
    "pmf": "chosen together, so that the best of them is expected to be as good as can be",
    "portfolio": "the ordered set that did best over all known tasks",
    "nearest_datasets": "the best configuration of each of the nearest known tasks",
    "random": "drawn at random",
    "anytime": "ordered by what each is expected to gain for its seconds",
}

_COSTS = {
    "fit_s": "{} s to fit",
    "predict_s": "{} s to predict 1,000 rows",
    "size_mb": "{} MB on disk",
    "memory_mb": "{} MB of memory to fit",
}


def explain(suggestions: Answer) -> str:
    """Text of :meth:`warmstart.Suggestions.explain`."""
    lines = [
        f"{len(suggestions)} configuration{'s' * (len(suggestions) != 1)} "
        f"for {suggestions.dataset or 'a new task'}"
        + (f" ({suggestions.task_type})" if suggestions.task_type else "")
        + f", {_HOW.get(suggestions.strategy, suggestions.strategy)}."
    ]
    if suggestions.knowledge:
        lines.append(f"Known: {suggestions.knowledge}.")
    if suggestions.look is not None:
        lines += [suggestions.look.summary(), *_scatter(suggestions.look)]
    if suggestions.neighbours:
        lines += ["", "Known tasks most like it:"]
        lines += [
            f"  {n.similarity:.2f}  {n.name}"
            + (f", where {n.best_learner} did best" if n.best_learner else "")
            for n in suggestions.neighbours
        ]
    if suggestions.out_of_distribution.reason:
        lines += ["", suggestions.out_of_distribution.reason]
    lines.append("")
    if said := regret_sentence(suggestions):
        lines += [f"{said}.", ""]
    lines += [
        _in_short(rank, suggestion, suggestions.metric)
        for rank, suggestion in enumerate(suggestions, start=1)
    ]
    if len(suggestions):
        lines += ["", "explain(1) says more of the first, and so on."]
    if suggestions.warnings:
        lines += ["", "Note:", *(f"  {warning}" for warning in suggestions.warnings)]
    return "\n".join(lines)


def _scatter(look: Look) -> list[str]:
    """What an interval is of, and what a finite test set adds."""
    if not math.isfinite(look.row_std):
        return []
    return [
        "Intervals are of the score on new rows without end; on a test set of 500 it scatters "
        f"by another {look.scatter(500):.2g} around that."
    ]


def explain_one(suggestions: Answer, rank: int) -> str:
    """One suggestion in full: settings, expectation, and how it did on known tasks.

    Parameters
    ----------
    suggestions : Answer
    rank : int
        1 for the first.
    """
    if not 1 <= rank <= len(suggestions):
        raise IndexError(f"ranks are 1 to {len(suggestions)}, got {rank}")
    suggestion = suggestions[rank - 1]
    lines = [f"{rank}. {_name(suggestion)}"]
    if expected := _expected(suggestion, suggestions.metric):
        lines.append(f"  {expected}")
    lines += ["", "Settings:"]
    prefix = f"{suggestion.learner}:"
    lines += [
        f"  {key.removeprefix(prefix)} = {value}"
        for key, value in suggestion.configuration.items()
        if key != "learner"
    ]
    if told := _costs(suggestion):
        lines += ["", "Expected to take, on this machine:", *told]
    if suggestion.evidence:
        lines += ["", "On the known tasks most like it:"]
        lines += [
            f"  {e.name}: {e.score:.3f}, number {e.rank} of {e.n_ranked}"
            for e in suggestion.evidence
        ]
    return "\n".join(lines)


def regret_sentence(suggestions: Answer) -> str:
    """How far from the best known the best of the first few are expected to be.

    Nothing where nothing can be said; without a full stop.
    """
    sizes = [k for k in (1, 3, 5, 10) if k <= len(suggestions)]
    found = [(k, suggestions.expected_regret(k)) for k in sizes]
    found = [(k, regret) for k, regret in found if regret == regret]
    if not found:
        return ""
    first, least = found[0]
    more = "".join(f"; try {k}: {regret:.2g}" for k, regret in found[1:])
    return f"Try {first}: expected within {least:.2g} of the best known{more}"


def chance(probability: float) -> str:
    """A probability in per cent.

    Examples
    --------
    >>> chance(0.123), chance(0.0004)
    ('12 %', '<1 %')
    """
    return f"{100 * probability:.0f} %" if probability >= 0.01 else "<1 %"


def _name(suggestion: Suggestion) -> str:
    """Its learner; without one its values, or its id where it has none."""
    if suggestion.learner or not suggestion.configuration:
        return suggestion.learner or str(suggestion.configuration_id)
    return settings_of(suggestion.configuration)


def _costs(suggestion: Suggestion) -> list[str]:
    """Each cost with its interval, and how often such predictions were within twice."""
    lines = []
    for name, std in suggestion.cost_stds.items():
        low, high = suggestion.cost_interval(name)
        middle = math.sqrt(low * high)
        if math.isfinite(middle):
            within = math.erf(math.log(2) / max(std, 1e-9) / math.sqrt(2))
            lines.append(
                f"  {_COSTS[name].format(f'{middle:.2g}')} (90 %: {low:.2g} to {high:.2g}; "
                f"{chance(within)} of known ones within a factor of 2)"
            )
    return lines


def _in_short(rank: int, suggestion: Suggestion, metric: str | None) -> str:
    line = f"{rank}. {_name(suggestion)}"
    if expected := _expected(suggestion, metric):
        line += f": {expected}"
    if suggestion.evidence:
        best = min(suggestion.evidence, key=lambda e: e.rank / max(e.n_ranked, 1))
        line += f"; number {best.rank} of {best.n_ranked} on {best.name}"
    return line


def _expected(suggestion: Suggestion, metric: str | None) -> str:
    said = []
    if suggestion.score == suggestion.score:
        said.append(
            f"expected {metric or 'score'} {suggestion.score:.3f} "
            f"(90 %: {suggestion.score_low:.3f} to {suggestion.score_high:.3f})"
        )
    if suggestion.regret == suggestion.regret:
        said.append(f"within {suggestion.regret:.2g} of the best known")
    if suggestion.p_best == suggestion.p_best:
        said.append(f"the best with {chance(suggestion.p_best)}")
    if suggestion.n_measured:
        said.append(
            f"measured {suggestion.measured:.3f} ± {suggestion.measured_std:.3f} "
            f"on {suggestion.n_measured} fold{'s' * (suggestion.n_measured > 1)}"
        )
    if suggestion.cost_s == suggestion.cost_s:
        said.append(f"about {suggestion.cost_s:.2g} s a fit")
    return ", ".join(said)
