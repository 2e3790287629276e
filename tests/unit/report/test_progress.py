"""Tests of report.progress.

Also of: report.frame_table.
"""

import io

import pandas as pd
from rich.console import Console

from warmstart.report.frame_table import frame_table
from warmstart.report.progress import ProgressMeter


def test_a_log_gets_a_line_now_and_then():
    out = io.StringIO()
    with ProgressMeter(Console(file=out, width=80), "evaluations") as meter:
        for done in range(101):
            meter(done, 100, 0.0 if done == 0 else 20.0)
    lines = out.getvalue().splitlines()
    assert lines == ["evaluations: 0 of 100", "evaluations: 100 of 100, 20 a second"]


def test_a_terminal_gets_a_bar_with_rate_and_time_left():
    out = io.StringIO()
    console = Console(file=out, width=100, force_terminal=True)
    with ProgressMeter(console, "evaluations") as meter:
        meter(50, 1000, 2.5)
    assert "50/1000" in out.getvalue()
    assert "2.5 a second, 6 min 20 s left" in out.getvalue()


def test_names_are_no_markup_and_gaps_stay_empty():
    frame = pd.DataFrame(
        {"name": ["[bold]x", None], "n_rows": [1234.0, None], "share": [0.5, 1]}
    )
    out = io.StringIO()
    Console(file=out, width=80).print(frame_table(frame, {"share": ".1%"}))
    lines = [line.split() for line in out.getvalue().splitlines()]
    assert lines == [["name", "n", "rows", "share"], ["[bold]x", "1,234", "50.0%"], ["100.0%"]]
