"""An answer and the look it rests on, if there was one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from warmstart.recommend.answer.choose import ChosenColumns
    from warmstart.recommend.answer.suggestion import Suggestion
    from warmstart.recommend.look.result import Look


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """An instant choice after a look at the data, or why there could be none."""

    choice: ChosenColumns
    look: Look | None = None
    notes: tuple[str, ...] = ()


def with_measurement(suggestion: Suggestion, look: Look | None) -> Suggestion:
    """A suggestion with what the look measured of it, if anything.

    Parameters
    ----------
    suggestion : Suggestion
    look : Look, optional
        What was measured on the same data.
    """
    found = None if look is None else look.of(suggestion.configuration_id)
    if found is None or found.status != "ok":
        return suggestion
    return replace(
        suggestion,
        measured=found.score,
        measured_std=found.score_std,
        n_measured=found.n_folds,
    )
