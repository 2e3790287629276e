"""Answers to draw: one with everything, and one whose every word is an attack."""

import math

from warmstart.domain import Column, Schema
from warmstart.recommend.answer.evidence import Evidence, Neighbour, OutOfDistribution
from warmstart.recommend.answer.suggestion import Suggestion
from warmstart.recommend.answer.suggestions import Suggestions

EVIL = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>{{7*7}}\u2028"


def make(word="", n=3, **more):
    """`n` suggestions; `word` is part of every name and text value."""
    schema = Schema(
        columns=(Column(f"a{word}", "numeric"), Column("b", "categorical")),
        task_type="binary",
        n_rows=200,
        min_class_count=50,
    )
    items = tuple(
        Suggestion(
            configuration={
                "learner": f"tree{word}",
                f"tree{word}:depth": k,
                "mode": f"m{word}",
            },
            configuration_id=f"c{k}{word}",
            learner=f"tree{word}",
            score=0.9 - 0.01 * k,
            score_std=0.02,
            score_low=0.8 - 0.01 * k,
            score_high=0.95,
            cost_s=math.nan if k == 2 else 0.5 / (k + 1),
            evidence=(Evidence(task_id="1", name=f"One{word}", score=0.7, rank=2, n_ranked=9),),
            schema=schema,
        )
        for k in range(n)
    )
    given = {
        "items": items,
        "metric": "accuracy",
        "strategy": "pmf",
        "task_type": "binary",
        "dataset": f"toy{word}",
        "neighbours": (
            Neighbour(
                task_id="1",
                name=f"One{word}",
                family="f",
                similarity=0.9,
                best_learner=f"t{word}",
            ),
        ),
        "out_of_distribution": OutOfDistribution(flag=True, reason=f"Unlike{word}."),
        "warnings": (f"One row dropped{word}.",),
        "knowledge": "24 tasks",
    }
    return Suggestions(**{**given, **more})
