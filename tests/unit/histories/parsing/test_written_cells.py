"""Numbers of run tables as people write them.

Also of: histories.parsing.reading, histories.parsing.search_candidates,
histories.parsing.table_cells, histories.parsing.table_files, histories.parsing.table_rows.
"""

import json

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from warmstart.errors import HistoryError
from warmstart.histories import sklearn, wandb
from warmstart.histories.parsing.written_cells import plain_words
from warmstart.histories.runs.remarks import Remarks
from warmstart.histories.table import read

MAPPING = {
    "metric": {"auc": "maximize"},
    "params": ["lr", "rows"],
    "cost": "seconds",
    "seed": "start",
    "budget": "budget",
}
HEAD = "lr;rows;auc;seconds;start;budget"


def runs(tmp_path, *lines, mapping=MAPPING, name="runs.csv"):
    path = tmp_path / name
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    history = read(path, mapping=mapping, task="t")
    return history.to_frame(), list(history.remarks)


def test_a_file_with_decimal_commas_is_the_file_with_points(tmp_path):
    commas, told = runs(
        tmp_path,
        HEAD,
        "0,123;1 250;0,500;1.234,5;1 250;0,5",
        "1,250;500;0,931;2,5;7;1,0",
    )
    points, silent = runs(
        tmp_path,
        HEAD.replace(";", ","),
        "0.123,1250,0.500,1234.5,1250,0.5",
        "1.250,500,0.931,2.5,7,1.0",
    )
    same = ["values", "score", "cost_s", "seed", "budget", "status"]
    pd.testing.assert_frame_equal(commas[same], points[same])
    assert commas["values"].tolist() == ['{"lr":0.123,"rows":1250}', '{"lr":1.25,"rows":500}']
    assert "auc holds numbers as people write them: '0,500' is read as 0.5" in told
    assert not any("people" in line for line in silent)


def test_what_a_column_leaves_open_the_others_say(tmp_path):
    lines = ("lr;rows;auc", '1,250;1.250;"0,9"', '3,125;2.500;"0,8"')
    found, _ = runs(
        tmp_path, *lines, mapping={"metric": {"auc": "maximize"}, "params": ["lr", "rows"]}
    )
    assert found["values"].map(json.loads).tolist() == [
        {"lr": 1.25, "rows": 1250},
        {"lr": 3.125, "rows": 2500},
    ]


def test_thousands_between_points(tmp_path):
    mapping = {"metric": {"auc": "maximize"}, "params": ["rows"], "cost": "seconds"}
    found, told = runs(
        tmp_path, "rows,auc,seconds", '"1,250",0.9,"2,500.5"', "500,0.8,12", mapping=mapping
    )
    assert found["values"].tolist() == ['{"rows":1250}', '{"rows":500}']
    assert found["cost_s"].tolist() == [2500.5, 12]
    assert any("rows holds" in line and "'1,250' is read as 1250" in line for line in told)


@pytest.mark.parametrize(
    "cell",
    ["(64,32)", "(100,)", "64,32", "[64, 32]", "1.2.3", "a,b", "10%", "007", "2024-05-01"],
)
def test_lists_versions_and_words_stay_words(tmp_path, cell):
    mapping = {"metric": {"auc": "maximize"}, "params": ["layers"]}
    found, _ = runs(tmp_path, "layers,auc", f'"{cell}",0.95', '"(8,)",0.9', mapping=mapping)
    assert json.loads(found["values"][0]) == {"layers": cell}
    alone, told = runs(tmp_path, "layers,auc", f'"{cell}",0.95', mapping=mapping)
    assert json.loads(alone["values"][0]) == {"layers": cell}
    assert any("taken for lists" in line for line in told) == (cell == "64,32")


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        ("0,123", 0.123),
        ("0.123", 0.123),
        ("\u22120,5", -0.5),
        ("1\u00a0250,5", 1250.5),
        ("1'250", 1250),
    ],
)
def test_scores(tmp_path, cell, number):
    mapping = {"metric": {"gain": "maximize"}, "params": ["lr"]}
    found, _ = runs(tmp_path, "lr,gain", f'0.1,"{cell}"', mapping=mapping)
    assert found["score"].tolist() == [number]


def test_a_score_that_is_no_number_is_refused(tmp_path):
    with pytest.raises(HistoryError, match="column 'auc' must hold numbers"):
        runs(
            tmp_path,
            "lr,auc",
            '0.1,"0,9 or so"',
            mapping={"metric": {"auc": "maximize"}, "params": ["lr"]},
        )


def test_an_export_of_wandb(tmp_path):
    path = tmp_path / "export.csv"
    path.write_text("ID;State;Runtime;lr;auc\na;finished;1 250;0,1;0,93\n")
    history = wandb.read(path, params=["lr"], metric="auc", direction="maximize", task="t")
    [run] = history.to_frame().to_dict("records")
    assert (run["score"], run["cost_s"], run["values"]) == (0.93, 1250, '{"lr":0.1}')


def test_results_of_a_search_saved_with_commas(tmp_path):
    frame = pd.DataFrame(
        {
            "mean_fit_time": [0.5, 1.5],
            "mean_score_time": [0.25, 0.25],
            "param_alpha": [0.125, 1.0],
            "split0_test_score": [0.9, 0.8],
            "mean_test_score": [0.9, 0.8],
        }
    )
    said = {"metric": "accuracy", "direction": "maximize", "task": "t"}
    frame.to_csv(tmp_path / "commas.csv", sep=";", decimal=",", index=False)
    history = sklearn.read(tmp_path / "commas.csv", **said)
    pd.testing.assert_frame_equal(history.to_frame(), sklearn.read(frame, **said).to_frame())
    assert any("mean_test_score holds numbers as people" in line for line in history.remarks)


@given(st.lists(st.floats(0, 1e6).map(lambda x: round(x, 3)), min_size=1, max_size=6))
def test_a_column_means_the_same_with_commas(values):
    values = [0.5, *values]
    words = [f"{value:,.3f}".translate(str.maketrans(",.", ".,")) for value in values]
    plain = plain_words({"score": words}, ["score"], Remarks())["score"]
    assert [float(plain[word]) for word in words] == values


@given(st.lists(st.one_of(st.floats(allow_nan=False).map(repr), st.integers().map(str))))
def test_plain_numbers_stay_to_the_last_digit(words):
    odd = "1,234.5"  # one is enough to look at all of them
    plain = plain_words({"lr": words, "score": [*words, odd]}, ["score"], Remarks())
    assert plain["score"].pop(odd) == "1234.5"
    assert all(text == word for column in plain.values() for word, text in column.items())


def test_widths_of_layers_are_no_thousands(tmp_path):
    path = tmp_path / "runs.csv"
    path.write_text('task,layers,lr,auc\nt,"64,128",0.1,0.7\nt,"128,256",0.2,0.8\n')
    mapping = {"task": "task", "metric": {"auc": "maximize"}, "params": ["layers", "lr"]}
    history = read(path, mapping=mapping)
    values = [json.loads(text) for text in history.to_frame()["values"]]
    assert [one["layers"] for one in values] == ["64,128", "128,256"]
    assert any("taken for lists" in remark for remark in history.remarks)
