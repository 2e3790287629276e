"""Tests of report.suggestion_table.

Also of: report.asked_columns, report.numbers.
"""

import math
from dataclasses import replace

import pytest

from warmstart.recommend.answer.suggestion import Suggestion
from warmstart.recommend.answer.suggestions import Suggestions
from warmstart.report.numbers import decimals_for, seconds
from warmstart.report.suggestion_table import (
    footnotes,
    headline,
    short_settings,
    suggestion_table,
    wrapped,
)


def made(n=12, metric="rmse", score=-41234.5, **more):
    values = {"learner": "hist_gradient_boosting", "encoding": "target"}
    values |= {f"hist_gradient_boosting:parameter_{i}": i / 7 for i in range(6)}
    items = tuple(
        Suggestion(
            configuration=values,
            configuration_id=str(i),
            learner="hist_gradient_boosting",
            score=score,
            score_low=2 * score,
            score_high=score / 2,
            cost_s=1500.0,
            **more,
        )
        for i in range(n)
    )
    return Suggestions(items=items, metric=metric, strategy="pmf", knowledge="9 tasks")


@pytest.mark.parametrize("width", [60, 80, 120])
def test_lines_fit_and_columns_align(width):
    lines = suggestion_table(made(), width=width).plain.splitlines()
    assert max(map(len, lines)) <= width or width < 70  # the row itself takes 70
    rows = [line for line in lines if "1,500" in line]
    assert len(rows) == 12
    assert len({row.index("-41,23") for row in rows}) == 1
    assert all(line.startswith("    ") for line in lines if "parameter_" in line)
    assert not any(line.startswith("     ") for line in lines if "parameter_" in line)


def test_a_loss_is_told_to_have_changed_its_sign():
    assert "sign changed" in footnotes(made())[0]
    assert "sign changed" not in footnotes(made(metric="r2", score=0.5))[0]
    assert "18,000 for all" in footnotes(made())[1]


def test_where_nothing_can_be_said_there_is_a_dash():
    table = suggestion_table(made(1, score=math.nan)).plain
    assert table.splitlines()[1].split()[2:] == ["–", "–", "1,500"]
    assert not any("best known" in note for note in footnotes(made(1, score=math.nan)))


def test_regrets_are_told_where_there_is_room():
    told = made(12, metric="r2", score=0.7, regret=0.012, p_best=0.07)
    told = replace(told, expected_regrets=tuple(0.03 / k for k in range(1, 13)))
    heads = suggestion_table(told, width=120).plain.splitlines()[0]
    assert heads.split()[-3:] == ["regret", "P(best)", "seconds"]
    assert "P(best)" not in suggestion_table(told, width=76).plain
    [note] = [note for note in footnotes(told) if "best known" in note]
    assert note.startswith("Try 1: expected within 0.03 of the best known; try 3: 0.01; ")
    assert "; try 10: 0.003." in note
    assert headline(made(1)) == "1 configuration for a new task"


def test_settings_of_other_spaces_are_shown_whole():
    assert short_settings({"depth": 3, "rate": 0.1, "x": "y"}, "") == [
        "depth=3",
        "rate=0.1",
        "x=y",
    ]


def test_words_longer_than_the_line_are_kept_whole():
    word = "w" * 50
    assert wrapped(f"  one {word}\n\nend", 30) == f"  one\n  {word}\n\nend"


@pytest.mark.parametrize(
    ("values", "decimals"),
    [
        ([0.5], 3),
        ([0.05], 4),
        ([1.5], 3),
        ([-312.0], 1),
        ([1e6], 0),
        ([0.0], 3),
        ([math.nan], 3),
    ],
)
def test_decimals(values, decimals):
    assert decimals_for(values) == decimals


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.00101, "0.0010"), (0.5, "0.50"), (9.96, "10.0"), (10.2, "10"), (math.nan, "?")],
)
def test_seconds(value, text):
    assert seconds(value) == text
