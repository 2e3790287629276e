"""Suggestions in plain words: which known tasks say so, and how sure they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from warmstart.recommend.suggestions import Suggestion, Suggestions

_HOW = {
    "pmf": "chosen together, so that the best of them is expected to be as good as can be",
    "portfolio": "the ordered set that did best over all known tasks",
    "knn": "the best configuration of each of the nearest known tasks",
    "random": "drawn at random",
    "anytime": "ordered by what each is expected to gain for its seconds",
}


def explain(suggestions: Suggestions) -> str:
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
        lines.append(suggestions.look.summary())
    if suggestions.neighbours:
        lines += ["", "Known tasks most like it:"]
        lines += [
            f"  {n.similarity:.2f}  {n.name}"
            + (f", where {n.best_learner} did best" if n.best_learner else "")
            for n in suggestions.neighbours
        ]
    if suggestions.out_of_distribution.reason:
        lines += ["", suggestions.out_of_distribution.reason]
    for rank, suggestion in enumerate(suggestions, start=1):
        lines += ["", *_explain_one(rank, suggestion, suggestions.metric)]
    if suggestions.warnings:
        lines += ["", "Note:", *(f"  {warning}" for warning in suggestions.warnings)]
    return "\n".join(lines)


def _explain_one(rank: int, suggestion: Suggestion, metric: str | None) -> list[str]:
    prefix = f"{suggestion.learner}:"
    settings = ", ".join(
        f"{key.removeprefix(prefix)}={value}"
        for key, value in suggestion.configuration.items()
        if key != "learner"
    )
    expected = ""
    if suggestion.score == suggestion.score:
        expected = (
            f"  expected {metric or 'score'} {suggestion.score:.3f} "
            f"(90 %: {suggestion.score_low:.3f} to {suggestion.score_high:.3f})"
        )
    if suggestion.n_measured:
        expected += (
            f", measured {suggestion.measured:.3f} ± {suggestion.measured_std:.3f} "
            f"on {suggestion.n_measured} fold{'s' * (suggestion.n_measured > 1)}"
        )
    if suggestion.cost_s == suggestion.cost_s:
        expected += f", about {suggestion.cost_s:.2g} s a fit"
    lines = [f"{rank}. {suggestion.learner or suggestion.configuration_id}", f"  {settings}"]
    if expected:
        lines.append(expected)
    lines += [
        f"  on {e.name}: {e.score:.3f}, number {e.rank} of {e.n_ranked}"
        for e in suggestion.evidence
    ]
    return lines
