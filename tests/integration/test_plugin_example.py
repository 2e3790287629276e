"""The example plugin as an installed package: its own tests pass, and every door finds it."""

import json
import os
import subprocess
import sys
from configparser import ConfigParser
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "plugin"

DOORS = """
import pandas as pd, warmstart
from warmstart.downstream import seed
from warmstart.spaces.space import Number, Space
from warmstart_example.tuner import Deck
rows = [[.1, .9, .5], [.2, .8, .5], [.3, .7, .4], [.1, .6, .5]]
scores = pd.DataFrame(rows, columns=list("abc"))
md = warmstart.MetaDataset.from_matrix(scores)
print(warmstart.Recommender(model="median_rank").search is not None)
result = warmstart.replay(md, ["median_rank", "random"], folds=2, n_evaluations=2)
print(sorted(result.methods))
deck = Deck(Space(parameters=(Number(name="k", low=0.0, high=1.0),)))
print(len(seed([{"k": 0.5}], deck).accepted))
frame = pd.DataFrame({"a": [0.0, 1.0, 0.0, 2.0] * 5, "y": list("ab") * 10})
phi = warmstart.extract_metafeatures(frame, target="y", groups=["example"])
print(phi.to_dict())
print("ShareOfZeros" in warmstart.extract_metafeatures(frame, target="y"))
search = warmstart.Recommender().fit(md).search(acquisition="cautious")
for score in (0.5, 0.6):
    search.tell(search.ask(), score)
print(len(search.history))
from warmstart.knowledge.nearest import nearest_tasks
near = nearest_tasks(frame, target="y", by="size", n=2)
print(bool(near["distance"].is_monotonic_increasing), len(near))
"""


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """The environment of a process that sees the plugin as pip would install it."""
    site = tmp_path_factory.mktemp("site")
    info = site / "warmstart_example-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: warmstart-example\nVersion: 1.0\n"
    )
    points, section = ConfigParser(delimiters="=", interpolation=None), ""
    points.optionxform = str
    for line in (EXAMPLE / "pyproject.toml").read_text().splitlines():
        if line.startswith("["):
            section = line.removeprefix('[project.entry-points."').removesuffix('"]')
            if line.startswith("[project.entry-points"):
                points.add_section(section)
        elif section in points.sections() and "=" in line:
            name, _, value = line.partition(" = ")
            points.set(section, name, value.strip('"'))
    with (info / "entry_points.txt").open("w") as stream:
        points.write(stream)
    path = os.pathsep.join([str(site), str(EXAMPLE / "src"), str(ROOT / "src")])
    return {**os.environ, "PYTHONPATH": path, "OMP_NUM_THREADS": "1"}


def run(installed, *words, cwd=ROOT):
    done = subprocess.run(
        [sys.executable, *words],
        env=installed,
        cwd=cwd,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return done.stdout


def test_its_own_tests_pass(installed, tmp_path):
    run(
        installed,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        f"--rootdir={tmp_path}",
        "-c",
        os.devnull,
        str(EXAMPLE / "tests"),
        cwd=tmp_path,
    )


def test_each_part_is_found_by_name_or_by_target(installed):
    assert run(installed, "-c", DOORS).split("\n")[:7] == [
        "True",
        "['median_rank', 'random']",
        "1",
        "{'ShareOfZeros': 0.5}",
        "False",
        "2",
        "True 2",
    ]


def test_it_is_listed(installed):
    rows = json.loads(run(installed, "-m", "warmstart", "plugins", "--json"))
    assert {(row["group"], row["name"]) for row in rows} == {
        ("models", "median_rank"),
        ("downstream", "warmstart_example"),
        ("histories", "tsv"),
        ("metafeatures", "ShareOfZeros"),
        ("similarity", "size"),
        ("acquisition", "cautious"),
    }
    assert not any(row["error"] for row in rows)


def test_a_source_is_imported_by_its_name(installed, tmp_path):
    runs = tmp_path / "runs.tsv"
    runs.write_text("score\tseconds\tlr\n0.8\t1.5\t0.1\n0.9\t2\t0.2\n")
    said = run(
        installed,
        "-m",
        "warmstart",
        "import",
        "tsv",
        str(runs),
        "--out",
        str(tmp_path / "md"),
        "--task",
        "t",
        "--metric",
        "accuracy",
        "--direction",
        "maximize",
    )
    assert "2 evaluations added" in said
