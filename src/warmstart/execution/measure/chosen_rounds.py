"""What a fit of the most rounds says of the configuration with the best number of them."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterator

from warmstart.domain import Configuration, Evaluation
from warmstart.execution.unit import UnitResult, run_id
from warmstart.metrics import default_metric

_NAMES = ("n_estimators", "max_iter")


def chosen_rounds(result: UnitResult) -> Iterator[tuple[Configuration, list[Evaluation]]]:
    """Configurations of a unit with their best number of rounds, where that is another.

    Of ensembles whose curve over rounds was measured; best is what the task's default metric
    says, of equal ones the fewest.

    Parameters
    ----------
    result : UnitResult

    Yields
    ------
    configuration : Configuration
    evaluations : list of Evaluation
        In every metric, the spread over folds unknown.
    """
    metric = default_metric(result.unit.task.task_type).name
    for configuration in result.unit.configurations:
        mine = [e for e in result.evaluations if e.configuration_id == _id(configuration)]
        curve = [
            row
            for row in result.measured.get("curves", ())
            if row["configuration_id"] == _id(configuration) and row["kind"] == "iterations"
        ]
        key = next(
            (
                k
                for n in _NAMES
                if (k := f"{configuration.learner}:{n}") in configuration.values
            ),
            None,
        )
        judged = [row for row in curve if row["metric"] == metric]
        if key is None or not judged or not mine:
            continue
        best = max(judged, key=lambda row: (row["score"], -row["budget"]))["budget"]
        if best == max(row["budget"] for row in judged):
            continue
        chosen = Configuration(
            space=configuration.space,
            learner=configuration.learner,
            values={**configuration.values, key: int(best)},
        )
        scores = {row["metric"]: row for row in curve if row["budget"] == best}
        yield (
            chosen,
            [
                dataclasses.replace(
                    one,
                    configuration_id=chosen.configuration_id,
                    score=scores[one.metric]["score"],
                    score_std=math.nan,
                    cost_s=scores[one.metric]["cost_s"],
                    source_run_id=run_id(one.task_id, chosen.configuration_id) + ":read-off",
                )
                for one in mine
                if one.metric in scores
            ],
        )


def _id(configuration: Configuration) -> str:
    return configuration.configuration_id
