"""warmstart metafeatures, from the command line."""

import io
import json

import pandas as pd
import pytest
from sklearn.datasets import load_iris
from typer.testing import CliRunner

from warmstart.cli import app


def run(*words):
    return CliRunner().invoke(app, ["metafeatures", *map(str, words)])


@pytest.fixture
def iris(tmp_path):
    path = tmp_path / "iris.csv"
    load_iris(as_frame=True).frame.to_csv(path, index=False)
    return path


def test_lists_every_meta_feature():
    done = run("--list", "--csv")
    assert done.exit_code == 0, done.output
    found = pd.read_csv(io.StringIO(done.output))
    assert len(found) > 650
    assert {"name", "group", "cost", "unit", "low", "high", "source"} <= set(found.columns)
    assert found["formula"].notna().all()
    shown = run("--list", "--group", "itemset")
    assert "OneItemsetMean" in shown.output
    assert "ClassEntropy" not in shown.output


def test_the_groups_where_nothing_is_named():
    done = run()
    assert done.exit_code == 0, done.output
    assert "what makes random splits deceive" in " ".join(done.output.split())
    found = pd.read_csv(io.StringIO(run("--csv").output)).set_index("group")
    assert found.loc["complexity", ["default", "cost"]].tolist() == [False, "dear"]
    assert found["about"].notna().all()


def test_names_elsewhere():
    found = pd.read_csv(io.StringIO(run("--counterparts", "--csv").output))
    assert found["system"].value_counts().to_dict() == {
        "openml": 119, "pymfe": 112, "auto-sklearn": 46,
    }  # fmt: skip


def test_of_a_dataset_with_status(iris):
    done = run(iris, "--target", "target", "--group", "clustering", "--csv")
    assert done.exit_code == 0, done.output
    found = pd.read_csv(io.StringIO(done.output)).set_index("name")
    assert found.loc["ClassSilhouette", "status"] == "exact"
    cut = run(iris, "--target", "target", "--group", "all", "--budget", 0.1)
    assert "group complexity was left out: it would take about" in " ".join(cut.output.split())


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--group", "itemsets"), "got 'itemsets'"),
        (("--list", "--group", "itemsets"), "got 'itemsets'"),
    ],
)
def test_bad_words(words, said):
    done = run(*words)
    assert done.exit_code == 2
    assert said in " ".join(done.output.split())


def test_json():
    told = CliRunner().invoke(app, ["metafeatures", "--list", "--group", "order", "--json"])
    assert told.exit_code == 0, told.output
    rows = json.loads(told.output)["metafeatures"]
    assert {row["group"] for row in rows} == {"order"}
