"""An answer as JSON text, and back."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from warmstart.domain import Schema, plain_value
from warmstart.errors import ArgumentError
from warmstart.recommend.answer.evidence import Evidence, Neighbour, OutOfDistribution
from warmstart.recommend.answer.suggestion import Suggestion

if TYPE_CHECKING:
    from warmstart.recommend.look.result import Look

_FORMAT = 1

_NUMBERS = ("score", "score_std", "score_low", "score_high", "regret", "p_best", "cost_s")


def written(parts: Mapping[str, Any], *, indent: int | None = None) -> str:
    """JSON text of an answer; :func:`read_fields` reads it back.

    Parameters
    ----------
    parts : mapping
        Fields of :class:`~warmstart.recommend.answer.answer.Answer` by name.
    indent : int, optional
        Spaces a level; one line without.
    """
    items: Sequence[Suggestion] = parts["items"]
    look: Look | None = parts["look"]
    schema = items[0].schema if items else None
    regrets = parts["expected_regrets"]
    values = {
        "warmstart_suggestions": _FORMAT,
        "dataset": parts["dataset"],
        "task_type": parts["task_type"],
        "metric": parts["metric"],
        "strategy": parts["strategy"],
        "knowledge": parts["knowledge"],
        "suggestions": [_suggestion_values(s) for s in items],
        "expected_regrets": [one if math.isfinite(one) else None for one in regrets],
        "neighbours": [asdict(n) for n in parts["neighbours"]],
        "out_of_distribution": _finite(asdict(parts["out_of_distribution"])),
        "warnings": list(parts["warnings"]),
        "schema": None if schema is None else schema.to_dict(),
        "look": None if look is None else look.to_dict(),
        **({"objectives": list(parts["objectives"])} if parts["objectives"] else {}),
    }
    return json.dumps(values, indent=indent, allow_nan=False)


def read_fields(text: str) -> dict[str, Any]:
    """Fields of an answer by name, from what :func:`written` gave.

    Raises
    ------
    ValueError
        If the text is not JSON, or not of suggestions.
    """
    values = json.loads(text)
    if not isinstance(values, dict) or values.get("warmstart_suggestions") != _FORMAT:
        raise ArgumentError(f"not the JSON of suggestions: {text[:60]!r}")
    try:
        schema = None if values["schema"] is None else Schema.from_dict(values["schema"])
        # Files written before regrets were told, or before there were looks, have none.
        regrets, look = values.get("expected_regrets", ()), values.get("look")
        return {
            "items": tuple(_suggestion(s, schema) for s in values["suggestions"]),
            "expected_regrets": tuple(math.nan if one is None else one for one in regrets),
            "metric": values["metric"],
            "strategy": values["strategy"],
            "task_type": values["task_type"],
            "dataset": values["dataset"],
            "neighbours": tuple(Neighbour(**n) for n in values["neighbours"]),
            "out_of_distribution": OutOfDistribution(**_nan(values["out_of_distribution"])),
            "warnings": tuple(values["warnings"]),
            "knowledge": values["knowledge"],
            "look": _look_from(look) if look else None,
            "objectives": tuple(values.get("objectives", ())),
        }
    except (KeyError, TypeError) as error:
        raise ArgumentError(f"the JSON of suggestions is incomplete: {error}") from error


def _suggestion_values(suggestion: Suggestion) -> dict[str, Any]:
    return {
        "configuration_id": plain_value(suggestion.configuration_id),
        "learner": suggestion.learner,
        "configuration": suggestion.configuration,
        **_finite({name: getattr(suggestion, name) for name in _NUMBERS}),
        **suggestion.costs,
        **({"cost_stds": dict(suggestion.cost_stds)} if suggestion.cost_stds else {}),
        **(_finite(suggestion.measurement) if suggestion.n_measured else {}),
        "evidence": [asdict(e) for e in suggestion.evidence],
        "random_state": suggestion.random_state,
    }


def _suggestion(values: Mapping[str, Any], schema: Schema | None) -> Suggestion:
    evidence = tuple(Evidence(**e) for e in values["evidence"])
    return Suggestion(**{**_nan(values, _NUMBERS), "evidence": evidence, "schema": schema})


def _finite(values: Mapping[str, Any]) -> dict[str, Any]:
    """JSON has no NaN; unknown numbers become null."""
    return {
        k: None if isinstance(v, float) and not math.isfinite(v) else v
        for k, v in values.items()
    }


def _nan(
    values: Mapping[str, Any], names: Sequence[str] = ("distance", "threshold")
) -> dict[str, Any]:
    return {k: math.nan if k in names and v is None else v for k, v in values.items()}


def _look_from(values: Mapping[str, Any]) -> Look:
    from warmstart.recommend.look.result import Look

    return Look.from_dict(values)
