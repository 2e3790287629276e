"""Better defaults and ranges as plain JSON, for R, Julia, .NET and whatever reads JSON."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from warmstart._version import __version__
from warmstart.metadataset.storage.files import write_atomically
from warmstart.recommend.answer.ranges import NumberRange

if TYPE_CHECKING:
    from warmstart.evaluate.guide.good_ranges import GoodRange
    from warmstart.evaluate.guide.importance import Importances
    from warmstart.evaluate.guide.learner_guide import LearnerGuide
    from warmstart.evaluate.guide.learner_scores import Estimate
    from warmstart.metadataset.metadataset import MetaDataset

FORMAT = "warmstart-portfolio/1"
"""Grows where a reader of the former would be wrong."""

_SCHEMA = Path(__file__).parents[1] / "assets" / "portfolio.schema.json"


def portfolio(md: MetaDataset, guides: Iterable[LearnerGuide]) -> dict[str, Any]:
    """What a base says of its learners, in plain values.

    Parameters
    ----------
    md : MetaDataset
        The base.
    guides : iterable of LearnerGuide
        Of :func:`warmstart.evaluate.guide.learner_guide.learner_guides`.

    Returns
    -------
    dict
        As :func:`portfolio_schema` describes it. Numbers that are not known are null.
    """
    entries: list[dict[str, Any]] = []
    configurations: dict[str, dict[str, Any]] = {}
    for guide in guides:
        entries.append(_entry(guide))
        configurations |= {
            str(one): {"learner": guide.learner, "values": _plain(values)}
            for one, values in guide.configurations.items()
        }
    return {
        "format": FORMAT,
        "warmstart": __version__,
        "base": {
            "n_tasks": len(md),
            "n_families": int(md.families.nunique()),
            "n_configurations": len(md.configuration_ids),
            "sources": _sources(md),
        },
        "configurations": dict(sorted(configurations.items())),
        "entries": entries,
    }


def portfolio_schema() -> dict[str, Any]:
    """The JSON schema (draft 2020-12) that every portfolio obeys."""
    schema: dict[str, Any] = json.loads(_SCHEMA.read_text("utf-8"))
    return schema


def write_portfolio(path: str | Path, md: MetaDataset, guides: Iterable[LearnerGuide]) -> Path:
    """Write a portfolio, and beside it its schema; both are renamed into place.

    Returns
    -------
    Path
        Where the schema is: ``portfolio.schema.json`` for ``portfolio.json``.
    """
    path = Path(path)
    schema = path.with_suffix(".schema.json")
    text = json.dumps(portfolio(md, guides), indent=1, ensure_ascii=False, allow_nan=False)
    write_text(schema, json.dumps(portfolio_schema(), indent=1, ensure_ascii=False) + "\n")
    write_text(path, text + "\n")
    return schema


def write_text(path: Path, text: str) -> None:
    """Write a file at once: a reader sees the former one or this one."""

    def write(temporary: Path) -> None:
        temporary.write_text(text, "utf-8", newline="\n")

    write_atomically(path, write)


def _sources(md: MetaDataset) -> list[str]:
    if "source" not in md.tasks:
        return []
    return sorted({str(source) for source in md.tasks["source"].dropna()} - {""})


def _entry(guide: LearnerGuide) -> dict[str, Any]:
    return {
        "learner": guide.learner,
        "task_type": guide.task_type,
        "metric": guide.metric,
        "loss_unit": "standard deviations of the target" if guide.in_target_stds else "metric",
        "n_tasks": guide.n_tasks,
        "n_families": guide.n_families,
        "n_configurations": guide.n_configurations,
        "defaults": [
            {
                "configuration_ids": [str(one) for one in found.configuration_ids],
                "regret": _estimate(found.regret),
                "loss": _estimate(found.loss),
                "stability": found.stability,
            }
            for found in guide.defaults
        ],
        "ranges": [_range(one) for one in guide.ranges],
        "importance": None if guide.importance is None else _importance(guide.importance),
    }


def _range(one: GoodRange) -> dict[str, Any]:
    found = one.range
    entry: dict[str, Any] = {"hyperparameter": one.hyperparameter}
    if isinstance(found, NumberRange):
        entry |= {"kind": "number", "low": found.low, "high": found.high}
        entry |= {"low_interval": list(one.low or ()), "high_interval": list(one.high or ())}
        entry |= {"log": found.log, "integer": found.integer}
    else:
        entry |= {"kind": "choice", "choices": [_plain(one) for one in found.choices]}
    return {**entry, "held_out": _estimate(one.held_out), "share_tried": one.share_tried}


def _importance(found: Importances) -> dict[str, Any]:
    return {
        "explained": _estimate(found.explained),
        "shares": [
            {"hyperparameter": one.hyperparameter, "share": _estimate(one.share)}
            for one in found.shares
        ],
    }


def _estimate(found: Estimate) -> dict[str, float | None]:
    return {"mean": _plain(found.mean), "std_error": _plain(found.std_error)}


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value if value is None or isinstance(value, bool | int | float) else str(value)
