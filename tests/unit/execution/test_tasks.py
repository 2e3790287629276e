from pathlib import Path

import pytest

from warmstart.errors import HistoryError
from warmstart.execution.tasks import LocalTask, read_tasks

HEADER = "task_id,name,family,task_type,path,target,licence,n_rows\n"


def write(folder, text):
    path = folder / "tasks.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_reads_a_list(tmp_path):
    path = write(
        tmp_path,
        HEADER + "iris,Iris,fisher,multiclass,data/iris.csv,kind,CC0,150\n"
        "cars,,,regression,data/cars.parquet,mpg,,\n",
    )
    iris, cars = read_tasks(path)
    assert iris == LocalTask(
        task_id="iris",
        name="Iris",
        family="fisher",
        task_type="multiclass",
        path=tmp_path / "data/iris.csv",
        target="kind",
        licence="CC0",
    )
    assert (cars.name, cars.family, cars.source) == ("cars", "cars", "local")


@pytest.mark.parametrize(
    ("row", "error"),
    [
        (",,,binary,a.csv,y,,\n", "line 2 of .* has no task_id"),
        ("a,,,binary,,y,,\n", "line 2 of .* has no path"),
        ("a,,,ranking,a.csv,y,,\n", "line 2 of .*: task_type must be one of"),
        ("a,,,binary,a.csv,y,,\n" * 2, "line 3 of .* repeats task 'a'"),
    ],
)
def test_a_bad_line_is_named(tmp_path, row, error):
    with pytest.raises(HistoryError, match=error):
        read_tasks(write(tmp_path, HEADER + row))


def test_a_list_that_cannot_be_read(tmp_path):
    with pytest.raises(HistoryError, match="cannot read the task list"):
        read_tasks(tmp_path / "nowhere.csv")
    (tmp_path / "binary.csv").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(HistoryError, match="cannot read the task list"):
        read_tasks(tmp_path / "binary.csv")


def test_a_task_has_an_id():
    with pytest.raises(HistoryError, match=r"task_id of a\.csv must not be empty"):
        LocalTask(
            task_id="", name="", family="", task_type="binary", path=Path("a.csv"), target="y"
        )
