"""Answers, searches and bases as plain text, as ``print`` shows them."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from warmstart.report.numbers import decimals_for, number, seconds
from warmstart.report.suggestion_table import (
    footnotes,
    headline,
    name_of,
    share,
    short_settings,
    suggestion_table,
    wrapped,
)

if TYPE_CHECKING:
    from warmstart.metadataset.metadataset import MetaDataset
    from warmstart.recommend.answer.suggestion import Suggestion
    from warmstart.recommend.answer.suggestions import Suggestions
    from warmstart.recommend.search import Search

WIDTH = 100
"""Characters a line has at most."""


def suggestions_text(suggestions: Suggestions, *, width: int = WIDTH) -> str:
    """The table of the command line, with what its columns mean and what was warned of."""
    parts = [wrapped(headline(suggestions), width)]
    if len(suggestions):
        parts += ["", suggestion_table(suggestions, width=width).plain.rstrip()]
    parts += [wrapped(note, width) for note in footnotes(suggestions)]
    if suggestions.out_of_distribution and suggestions.out_of_distribution.reason:
        parts.append(wrapped(suggestions.out_of_distribution.reason, width))
    parts += [wrapped(f"Note: {warning}", width) for warning in suggestions.warnings]
    return "\n".join(parts)


def suggestion_line(suggestion: Suggestion, *, width: int = WIDTH) -> str:
    """One suggestion in one line: what it is, what is expected, its settings as they fit."""
    said = []
    if suggestion.score == suggestion.score:
        places = decimals_for([suggestion.score])
        said.append(f"expected {number(suggestion.score, places)}")
        if suggestion.score_low == suggestion.score_low:
            low, high = (
                number(bound, places) for bound in (suggestion.score_low, suggestion.score_high)
            )
            said[-1] += f" ({low} to {high})"
    if suggestion.regret == suggestion.regret:
        said.append(f"regret {suggestion.regret:.2g}")
    if suggestion.p_best == suggestion.p_best:
        said.append(f"P(best) {share(suggestion.p_best)}")
    if suggestion.cost_s == suggestion.cost_s:
        said.append(f"{seconds(suggestion.cost_s)} s a fit")
    text = f"Suggestion {name_of(suggestion)}" + (f": {', '.join(said)}" if said else "")
    settings = ", ".join(short_settings(suggestion.configuration, suggestion.learner))
    return shortened(f"{text}; {settings}" if settings else text, width)


def search_text(search: Search) -> str:
    """What a search is about, how far it is, and the best it was told."""
    question, results = search.question, search.history
    failed = sum(result.status != "ok" for result in results)
    about = f"Search for the best {question.metric or 'score'}"
    lines = [f"{about}, {len(question.pool):,} configurations to ask for."]
    if not results:
        lines.append("Nothing told yet: ask(), run it, tell(configuration, score).")
    else:
        lines.append(
            f"{len(results)} told" + (f", {failed} of them without a score." if failed else ".")
        )
    best = search.best
    if best is not None:
        places = decimals_for([best.score])
        learner = str(best.configuration.get("learner", ""))
        settings = ", ".join(short_settings(best.configuration, learner))
        named = learner or str(best.configuration_id)
        lines.append(f"Best {number(best.score, places)}: {named}; {settings}")
    lines += [f"Note: {warning}" for warning in search.warnings]
    return "\n".join(wrapped(line, WIDTH) for line in lines)


def metadataset_text(md: MetaDataset) -> str:
    """What a meta-dataset holds, in a few lines."""
    n_families = md.families.nunique()
    kinds = Counter(str(kind) for kind in md.tasks.get("task_type", ()) if kind is not None)
    of_kinds = ", ".join(f"{n:,} {kind}" for kind, n in kinds.most_common())
    learners = Counter(str(learner) for learner in md.learners if learner)
    of_learners = ", ".join(f"{name} {n:,}" for name, n in learners.most_common(8))
    more = f" and {len(learners) - 8} more learners" if len(learners) > 8 else ""
    shape = md.metafeatures.shape
    return "\n".join(
        wrapped(line, WIDTH)
        for line in (
            f"MetaDataset of {len(md):,} tasks x {len(md.configuration_ids):,} configurations",
            f"  tasks: {n_families:,} families" + (f"; {of_kinds}" if of_kinds else ""),
            f"  configurations: {of_learners}{more}" if learners else "",
            f"  metrics: {', '.join(map(str, md.metrics))}",
            f"  meta-features: {shape[1]} of {shape[0]:,} tasks" if shape[1] else "",
        )
        if line
    )


def shortened(text: str, width: int) -> str:
    """Text cut at the last comma or blank that fits, with an ellipsis.

    Examples
    --------
    >>> shortened("alpha=1, beta=2, gamma=3", 18)
    'alpha=1, beta=2 …'
    """
    text = " ".join(text.split())
    if len(text) <= width:
        return text
    return text[: width - 1].rpartition(" ")[0].rstrip(",;") + " …"
