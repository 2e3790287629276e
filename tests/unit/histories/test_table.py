"""Tables of runs, read by a mapping of their columns.

Also of: histories.table_columns.
"""

import gzip
import json

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from warmstart.errors import HistoryError
from warmstart.histories.table import read
from warmstart.histories.table_columns import read_mapping
from warmstart.testing.history_source import HistorySourceContract

MAPPING = {
    "metric": {"acc": {"name": "accuracy", "direction": "maximize"}},
    "params": "p.",
    "cost": "seconds",
    "timestamp": "began",
    "status": "state",
}


def frame():
    return pd.DataFrame(
        {
            "data": ["a", "a", "b", "b"],
            "p.depth": [3, 4, 3, None],
            "p.rate": [0.1, 1.0, 0.1, 0.5],
            "p.kernel": ["rbf", "None", None, "linear"],
            "p.seed": [1, 2, 3, 4],
            "acc": [0.9, None, 0.8, 0.7],
            "seconds": [1.5, 2.0, -1.0, None],
            "began": ["2024-05-01T10:00:00+02:00", "2024-05-01", "", None],
            "state": ["FINISHED", "crashed", "finished", "Timed out"],
        }
    )


@pytest.fixture(params=["csv", "csv.gz", "parquet"])
def location(request, tmp_path):
    path = tmp_path / f"runs.{request.param}"
    if request.param == "parquet":
        frame().to_parquet(path)
    else:
        frame().to_csv(path, index=False)
    return path


class TestContract(HistorySourceContract):
    n_ok = 2
    statuses = frozenset({"ok", "failed", "timeout"})

    @pytest.fixture
    def read(self, location):
        def call(*, metric, direction, **options):
            metrics = {"acc": {"name": metric, "direction": direction}}
            return read(location, mapping={**MAPPING, "metric": metrics}, **options)

        return call


def test_cells_are_typed(location):
    history = read(location, mapping={**MAPPING, "task": "data"})
    rows = history.to_frame()
    values = [json.loads(text) for text in rows["values"]]
    assert values[0] == {"depth": 3, "rate": 0.1, "kernel": "rbf"}
    assert isinstance(values[0]["depth"], int)
    assert isinstance(values[1]["rate"], float)
    assert "kernel" not in values[2]
    assert "depth" not in values[3]
    # A word in a file stands for what it says; a string in Parquet is a string.
    assert values[1]["kernel"] == ("None" if location.suffix == ".parquet" else None)
    assert rows["task"].tolist() == ["a", "a", "b", "b"]
    assert rows["timestamp"].tolist()[:2] == [
        "2024-05-01T08:00:00+00:00",
        "2024-05-01T00:00:00+00:00",
    ]
    assert rows["cost_s"].isna().tolist() == [False, False, True, True]
    assert rows["score"].tolist()[0] == 0.9
    remarks = list(history.remarks)
    assert "seed is no part of a configuration and was left out" in remarks
    assert any(line.startswith("depth is read as whole numbers") for line in remarks)
    assert "1 run cost less than nothing, which is taken as unknown" in remarks


def test_several_metrics_and_names(tmp_path):
    path = tmp_path / "runs.csv"
    path.write_text("lr,acc,loss,id,how,what\n1,0.9,0.2,x,tpe,svm\n2,,0.3,y,,\n")
    mapping = {
        "metric": {"acc": "maximize", "loss": "minimize"},
        "params": ["lr"],
        "run_id": "id",
        "sampler": "how",
        "learner": "what",
    }
    rows = read(
        path, mapping=mapping, task="t", rename={"lr": "rate"}, fixed={"depth": 3}
    ).to_frame()
    assert rows["metric"].tolist() == ["acc", "acc", "loss", "loss"]
    assert rows["score"].tolist()[2:] == [-0.2, -0.3]
    assert rows["status"].tolist() == ["ok", "failed", "ok", "ok"]
    assert rows["values"][0] == '{"depth":3,"rate":1}'
    assert rows["source_run_id"].tolist() == ["x", "y", "x", "y"]
    assert rows["sampler"].tolist()[:2] == ["tpe", "unknown"]
    assert rows["space"].tolist()[:2] == ["svm", "history"]


def test_equal_rows_are_different_runs_and_a_file_may_grow(tmp_path):
    path = tmp_path / "runs.csv"
    path.write_text("p,acc\n1,0.5\n1,0.5\n")
    mapping = {"metric": {"acc": "maximize"}, "params": ["p"]}
    two = read(path, mapping=mapping, task="t").to_frame()["source_run_id"].tolist()
    assert len(set(two)) == 2
    path.write_text("p,acc\n1,0.5\n1,0.5\n2,0.5\n1,0.5\n")
    grown = read(path, mapping=mapping, task="t").to_frame()["source_run_id"].tolist()
    assert grown[:2] == two
    assert len(set(grown)) == 4


def test_times_as_numbers(tmp_path):
    path = tmp_path / "runs.csv"
    path.write_text("p,acc,s,ms\n1,0.5,86400,86400000000000\n")
    for column, year in (("s", "1970-01-02"), ("ms", "4707-11-29")):
        mapping = {"metric": {"acc": "maximize"}, "params": ["p"], "timestamp": column}
        (time,) = read(path, mapping=mapping, task="t").to_frame()["timestamp"]
        assert time.startswith(year)


def test_a_type_is_that_of_the_whole_column(tmp_path):
    """However late the first decimal comes."""
    path = tmp_path / "long.csv"
    path.write_text("p,acc\n" + "1,0.5\n" * 180_000 + "0.5,0.5\n")
    mapping = {"metric": {"acc": "maximize"}, "params": ["p"]}
    rows = read(path, mapping=mapping, task="t").to_frame()
    assert set(rows["values"]) == {'{"p":1.0}', '{"p":0.5}'}


@settings(max_examples=40)
@given(
    st.lists(
        st.one_of(st.floats(allow_nan=False, allow_infinity=False), st.integers(-9, 9)),
        min_size=1,
        max_size=5,
    )
)
def test_numbers_survive(tmp_path_factory, numbers):
    path = tmp_path_factory.mktemp("csv") / "runs.csv"
    path.write_text("p,acc\n" + "".join(f"{n!r},0.5\n" for n in numbers))
    mapping = {"metric": {"acc": "maximize"}, "params": ["p"]}
    rows = read(path, mapping=mapping, task="t").to_frame()
    assert [json.loads(text)["p"] for text in rows["values"]] == numbers


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"metric": {}}, "whether a metric is better high or low is never guessed"),
        ({"metric": {"acc": "up"}}, "direction of acc must be one of"),
        ({"metric": {"acc": {"nmae": "x", "direction": "maximize"}}}, "not {'nmae'}"),
        ({"metric": {"auc": "maximize"}}, "has no column 'auc'; it has data, p.depth"),
        ({"params": []}, "must say"),
        ({"params": "q."}, "no column begins with 'q.'"),
        ({"params": ["depth"]}, "has no column 'depth'"),
        ({"status": {"state": {"finished": "fine"}}}, "status 'fine' is none of"),
        ({"cots": "seconds"}, "a mapping has no 'cots'; it may have metric, params"),
        ({"cost": "state"}, "column 'state' must hold numbers"),
        ({"run_id": "p.kernel"}, "must name every run; some are empty"),
    ],
)
def test_a_wrong_mapping(location, change, message):
    with pytest.raises(HistoryError, match=message.replace("(", r"\(")):
        read(location, mapping={**MAPPING, **change}, task="t").to_frame()


def test_an_unknown_status(location):
    mapping = {**MAPPING, "status": "p.kernel"}
    with pytest.raises(HistoryError, match=r"status 'rbf' in column 'p\.kernel' is unknown"):
        read(location, mapping=mapping, task="t").to_frame()


def test_own_words_for_a_status(location):
    mapping = {**MAPPING, "status": {"state": {"crashed": "memout"}}}
    assert read(location, mapping=mapping, task="t").to_frame()["status"][1] == "memout"


def test_files_that_are_none(tmp_path):
    with pytest.raises(HistoryError, match="there is no table"):
        read(tmp_path / "none.csv", mapping=MAPPING, task="t")
    bad = tmp_path / "bad.parquet"
    bad.write_bytes(b"nothing")
    with pytest.raises(HistoryError, match="cannot be read as a table"):
        read(bad, mapping=MAPPING, task="t")
    ragged = tmp_path / "ragged.csv"
    ragged.write_text("p,acc\n1,0.5\n1\n")
    mapping = {"metric": {"acc": "maximize"}, "params": ["p"]}
    with pytest.raises(HistoryError, match="cannot be read"):
        read(ragged, mapping=mapping, task="t").to_frame()
    with pytest.raises(HistoryError, match="there is no mapping file"):
        read_mapping(tmp_path / "none.json")
    (tmp_path / "m.json").write_text("[")
    with pytest.raises(HistoryError, match="is not JSON"):
        read_mapping(tmp_path / "m.json")


def test_a_mapping_in_a_file(tmp_path, location):
    (tmp_path / "m.json").write_text(json.dumps(MAPPING))
    assert len(read(location, mapping=tmp_path / "m.json", task="t").to_frame()) == 4


def test_a_compressed_file_is_the_same(tmp_path):
    (tmp_path / "a.csv.gz").write_bytes(gzip.compress(b"p,acc\n1,0.5\n"))
    mapping = {"metric": {"acc": "maximize"}, "params": ["p"]}
    assert len(read(tmp_path / "a.csv.gz", mapping=mapping, task="t").to_frame()) == 1


RATES = {"metric": {"acc": "maximize"}, "params": ["lr"]}


def test_lines_that_an_open_quote_merged_are_told(tmp_path):
    path = tmp_path / "runs.csv"
    path.write_text('note,lr,acc\n"x,.1,.5\ny,.2,.6\nz",.3,.7\nw,.4,.8\n')
    history = read(path, mapping=RATES, task="t")
    assert len(history.to_frame()) == 2
    assert "Lines 2 to 4 are read as one row" in next(iter(history.remarks))


def test_cells_may_have_line_breaks_wherever_they_are(tmp_path):
    """A block is a megabyte: some cells lie across two."""
    path = tmp_path / "runs.csv"
    n = 40_000
    rows = (f'"a remark, on run {k}\nof some length",{k},.5\n' for k in range(n))
    path.write_text("note,lr,acc\n" + "".join(rows))
    history = read(path, mapping=RATES, task="t")
    assert sum(batch.num_rows for batch in history.batches()) == n
    assert list(history.remarks) == []


def test_a_quote_open_to_the_end_is_refused_with_its_line(tmp_path):
    path = tmp_path / "runs.csv"
    path.write_text('note,lr,acc\nx,.1,.5\n"y,.2,.6\n' + "z,.3,.7\n" * 200_000)
    with pytest.raises(HistoryError, match=r"Lines 3 to .* Is a quote not closed\?"):
        read(path, mapping=RATES, task="t").to_frame()


COLUMNS = {"metric": {"acc": "maximize"}, "params": ["a", "b"]}


def rows_of(tmp_path, text, mapping=COLUMNS, name="runs.csv", **options):
    (tmp_path / name).write_text(text, encoding="utf-8")
    history = read(tmp_path / name, mapping=mapping, task="t", **options)
    return history.to_frame(), list(history.remarks)


def test_a_row_without_any_hyperparameter(tmp_path):
    rows, _ = rows_of(tmp_path, "a,b,acc\n1,x,0.5\n,,0.4\n,y,0.3\n")
    assert rows["values"].tolist() == ['{"a":1,"b":"x"}', "{}", '{"b":"y"}']
    rows, _ = rows_of(tmp_path, "a,acc\n1,0.5\n,0.4\n", {**COLUMNS, "params": ["a"]})
    assert rows["values"].tolist() == ['{"a":1}', "{}"]


def test_names_and_words_that_begin_with_commas(tmp_path):
    rows, _ = rows_of(tmp_path, 'a,b,acc\n",,x",,0.5\n')
    assert rows["values"].tolist() == ['{"a":",,x"}']


def test_whole_numbers_to_the_last_digit(tmp_path):
    mapping = {**COLUMNS, "seed": "s"}
    text = f"a,b,acc,s\n{2**60 + 1},x,0.5,{2**53 + 1}\n1,x,0.5,{2**63}\n2,x,0.5,1.5\n"
    rows, remarks = rows_of(tmp_path, text, mapping)
    assert json.loads(rows["values"][0])["a"] == 2**60 + 1
    (batch,) = read(tmp_path / "runs.csv", mapping=mapping, task="t").batches()
    assert batch.column("seed").to_pylist() == [2**53 + 1, None, None]
    assert "2 runs whose seed is no whole number of 64 bits, which is left out" in remarks


@pytest.mark.parametrize("digits", [400, 5_000])
def test_cells_of_many_digits_are_words(tmp_path, digits):
    rows, _ = rows_of(tmp_path, f"a,b,acc\n{'9' * digits},x,0.5\n")
    assert json.loads(rows["values"][0])["a"] == "9" * digits


def test_times_of_every_unit(tmp_path):
    mapping = {**COLUMNS, "timestamp": "t"}
    for unit in (1, 10**3, 10**6, 10**9):
        rows, _ = rows_of(tmp_path, f"a,b,acc,t\n1,x,0.5,{1_700_000_000 * unit}\n", mapping)
        assert rows["timestamp"].tolist() == ["2023-11-14T22:13:20+00:00"]
    rows, _ = rows_of(
        tmp_path,
        "a,b,acc,t\n1,x,0.5,0001-01-01\n1,x,0.5,2024-01-01T00:00:00.123456789Z\n",
        mapping,
    )
    assert rows["timestamp"].tolist() == [
        "0001-01-01T00:00:00+00:00",
        "2024-01-01T00:00:00.123456+00:00",
    ]


@pytest.mark.parametrize("name", ["runs.csv", "runs.parquet"])
def test_a_column_that_is_there_twice(tmp_path, name):
    path = tmp_path / name
    if name.endswith("csv"):
        path.write_text("a,a,b,acc\n1,2,x,0.5\n")
    else:
        pq.write_table(pa.table([[1], [2], ["x"], [0.5]], names=["a", "a", "b", "acc"]), path)
    with pytest.raises(HistoryError, match=r"runs.* has 2 columns 'a'; rename them"):
        read(path, mapping=COLUMNS, task="t")


def test_other_kinds_of_files(tmp_path):
    (tmp_path / "runs.xlsx").write_bytes(b"PK")
    with pytest.raises(HistoryError, match=r"runs.xlsx is none of .csv, .tsv, .parquet"):
        read(tmp_path / "runs.xlsx", mapping=COLUMNS, task="t")
    rows, _ = rows_of(tmp_path, "a\tb\tacc\n1\tx\t0.5\n", name="runs.tsv")
    assert rows["values"].tolist() == ['{"a":1,"b":"x"}']


def test_two_measures_of_one_name_are_refused():
    with pytest.raises(HistoryError, match="two columns are measures of roc_auc"):
        read_mapping({"metric": {"auc": "maximize", "roc_auc": "maximize"}, "params": "p"})


def test_a_task_that_is_missing_is_told_by_its_row(tmp_path):
    text = "a,b,acc,d\n" + "1,x,0.5,u\n" * 3 + "1,x,0.5,\n"
    (tmp_path / "runs.csv").write_text(text)
    with pytest.raises(HistoryError, match=r"runs.csv: row 4 names no task"):
        read(tmp_path / "runs.csv", mapping={**COLUMNS, "task": "d"}).to_frame()
