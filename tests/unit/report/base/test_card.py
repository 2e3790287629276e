"""The data card counts families, not tasks, and tells what a base is made of."""

import pandas as pd
from typer.testing import CliRunner

from warmstart.cli import app
from warmstart.knowledge.base import embedded_path
from warmstart.metadataset.metadataset import MetaDataset
from warmstart.report.base.card import data_card


def base(**columns):
    names = ["one", "one again", "two", "three"]
    tasks = pd.DataFrame(
        {
            "task_type": ["binary", "binary", "regression", "multiclass"],
            "n_rows": [150, 40_000, 2_000, None],
            "n_columns": [4, 4, 120, 9],
            "n_classes": [2, 2, 0, 5],
            **columns,
        },
        index=names,
    )
    scores = pd.DataFrame([[0.7, 0.8], [0.7, 0.9], [0.5, None], [0.6, 0.5]], index=names)
    scores.columns = ["a", "b"]
    families = pd.Series(["first", "first", "second", "third"], index=names)
    return MetaDataset.from_matrix(scores, tasks=tasks, families=families)


def rows_of(card, heading):
    """The table under a heading, by its first column."""
    lines = card.split(f"| {heading} |")[1].split("\n\n")[0].splitlines()[2:]
    cells = [[cell.strip() for cell in line.strip("| ").split("|")] for line in lines]
    return {row[0]: row[1:] for row in cells}


def test_families_are_counted_once_a_row():
    card = data_card(base())
    assert "4 tasks of 3 families" in card
    assert rows_of(card, "rows") == {
        "under 200": ["1", "0", "0", "1"],
        "2,000 to 9,999": ["0", "0", "1", "1"],
        "10,000 to 49,999": ["1", "0", "0", "1"],
    }
    assert rows_of(card, "columns")["under 5"] == ["1", "0", "0", "1"]
    assert rows_of(card, "classes") == {
        "2": ["1", "0", "0", "1"],
        "4 to 6": ["0", "1", "0", "1"],
    }


def test_ways_of_holding_out_are_told_apart():
    ways = {
        "resampling": [None, None, "groups", "forward"],
        "max_rows": [None, 10_000, None, None],
    }
    card = data_card(base(**ways))
    assert rows_of(card, "held out") == {
        "at random, of at most 10,000 rows": ["1", "0", "0", "1"],
        "at random, of at most 2,000 rows": ["1", "0", "0", "1"],
        "later rows, of at most 2,000 rows": ["0", "1", "0", "1"],
        "whole groups, of at most 2,000 rows": ["0", "0", "1", "1"],
    }


def test_nothing_timed_is_not_told_as_free():
    assert "CPU time" not in data_card(base())


def test_the_card_of_the_embedded_base_is_the_one_kept():
    run = CliRunner().invoke(app, ["knowledge", "--card"])
    assert run.exit_code == 0, run.output
    kept = (embedded_path() / "CARD.md").read_text(encoding="utf-8")
    # Its size on disk is that of the folder it lies in itself.
    assert run.stdout.rsplit("\nOn disk", 1)[0] == kept.rsplit("\nOn disk", 1)[0]


def test_fits_are_counted_as_they_were_made(tmp_path):
    """Nine fits of a table under 500 rows, three of a larger one; of each its own seconds."""
    frame = pd.DataFrame(
        {
            "task_id": ["small", "small", "large", "large"],
            "x": [1.0, 2.0, 1.0, 2.0],
            "score": [0.7, 0.8, 0.6, 0.5],
            "cost_s": [1.0, 2.0, 10.0, 21.0],
        }
    )
    sizes = pd.DataFrame({"n_rows": [150, 2_000]}, index=["small", "large"])
    md = MetaDataset.from_evaluations(frame, parameters=["x"], cost_s="cost_s", tasks=sizes)
    card = data_card(md, tmp_path)
    assert "takes 2 min 0 s of CPU time in fits, by the 24 fits" in card  # 9 x 3 s and 3 x 31 s
    assert "On disk 0.0 MB" in card
