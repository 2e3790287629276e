"""Files as the command line takes them: several, folders, pipes, and what they do not say.

Also of: cli.terminal.data_files.
"""

import json
import logging
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from warmstart.cli import app
from warmstart.errors import KnowledgeError
from warmstart.knowledge.base import default_path, open_knowledge


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Three tables, a note that is none, and a broken file."""
    path = tmp_path_factory.mktemp("tables")
    rng = np.random.default_rng(0)
    for name in ("one", "two", "three"):
        frame = pd.DataFrame({"a": rng.normal(size=40), "b": rng.normal(size=40)})
        frame.assign(y=rng.choice(["p", "q"], 40)).to_csv(path / f"{name}.csv", index=False)
    (path / "readme.md").write_text("# Not data")
    (path / "broken.csv").write_text("a,b,y\n1,2,3\n1,2,3,4\n")
    return path


@pytest.fixture
def run(tiny_base, monkeypatch):
    monkeypatch.setenv("WARMSTART_KNOWLEDGE", str(tiny_base))

    def call(*arguments, stdin=None):
        return CliRunner().invoke(app, [str(argument) for argument in arguments], input=stdin)

    return call


def test_several_files_in_one_process(run, folder):
    files = [folder / f"{name}.csv" for name in ("one", "no", "two")]
    result = run("suggest", *files, "-t", "y", "-n", 2, "--format", "jsonl")
    assert result.exit_code == 2
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    assert [line["file"] for line in lines] == [str(file) for file in files]
    assert [len(line.get("suggestions", ())) for line in lines] == [2, 0, 2]
    assert "there is no file" in lines[1]["error"]
    assert f"warmstart: {files[1]}: there is no file" in result.stderr
    result = run("suggest", files[0], files[2], "-t", "y", "-n", 2)
    assert result.exit_code == 0
    assert result.stdout.count("2 configurations for") == 2


def test_one_answer_of_several_files_is_lines(run, folder):
    files = [folder / "one.csv", folder / "two.csv"]
    result = run("suggest", *files, "-t", "y", "--format", "json")
    assert result.exit_code == 2
    assert "of several files --format is jsonl or table, not json" in result.stderr


def test_a_folder_is_described(run, folder):
    result = run("describe", folder, "-t", "y")
    assert result.exit_code == 2
    rows = [line.split() for line in result.stdout.splitlines()[1:]]
    assert [row[:4] for row in rows] == [
        [f"{name}.csv", "40", "2", "binary"] for name in ("one", "three", "two")
    ]
    assert "broken.csv: " in result.stderr
    found = json.loads(run("describe", folder, "--json").stdout)
    assert [row["rows"] for row in found["files"]] == [40, 40, 40]
    assert len(found["failed"]) == 1


def test_a_folder_without_data(run, tmp_path):
    result = run("describe", tmp_path)
    assert result.exit_code == 2
    assert f"{tmp_path} holds no data file" in result.stderr


def test_standard_input(run, folder):
    text = (folder / "one.csv").read_text()
    result = run("suggest", "-", "-t", "y", "-n", 1, stdin=text)
    assert result.exit_code == 0, result.output
    assert "for standard input (binary, 40 rows" in result.stdout
    result = run("suggest", "-", "-t", "y", stdin="")
    assert result.exit_code == 2
    assert "standard input is empty" in result.stderr


def test_what_a_file_does_not_say(run, tmp_path):
    path = tmp_path / "data.txt"
    path.write_text(
        "1:2,5:p # one\n" + "".join(f"{i}:{i},5:{'pq'[i % 2]}\n" for i in range(20))
    )
    options = ["--separator", ":", "--comment", "#", "--decimal", ",", "--no-header"]
    result = run("describe", path, "--target", "2", *options, "--json")
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout)
    assert found["n_rows"] == 21
    assert [column["kind"] for column in found["columns"]] == ["numeric", "numeric", "target"]
    result = run("describe", path, "--separator", "::")
    assert "--separator must be one character, got '::'" in result.stderr


def test_unpacking_more_is_an_option(run, tmp_path, folder):
    path = tmp_path / "data.csv.gz"
    pd.read_csv(folder / "one.csv").to_csv(path, index=False)
    result = run("describe", path, "--max-unpacked", "0.001")
    assert result.exit_code == 2
    assert (
        "unpacks to more than 0.001 MB; allow more with --max-unpacked 0.004" in result.stderr
    )
    assert run("describe", path, "--max-unpacked", "1").exit_code == 0


def test_the_environment_names_the_knowledge(tiny_base, monkeypatch):
    monkeypatch.setenv("WARMSTART_KNOWLEDGE", str(tiny_base))
    assert default_path() == Path(tiny_base)
    assert open_knowledge() is open_knowledge(tiny_base)
    monkeypatch.setenv("WARMSTART_KNOWLEDGE", "/no/base")
    with pytest.raises(KnowledgeError, match="WARMSTART_KNOWLEDGE is /no/base, no folder"):
        open_knowledge()


def test_a_missing_file_is_told_before_anything_is_loaded():
    """Neither pandas nor a knowledge base is needed to say so."""
    code = (
        "import sys\nfrom warmstart.cli import app\n"
        "try:\n    app(['suggest', 'nowhere.csv'])\n"
        "except SystemExit as end:\n"
        "    print(end.code, sorted({'pandas', 'sklearn', 'scipy'} & set(sys.modules)))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout == "2 []\n", done.stderr
    assert "there is no file nowhere.csv" in done.stderr


def test_sigterm_is_as_good_as_ctrl_c(tmp_path):
    """A pipe that nobody writes to is waited for, until somebody ends it."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    process = subprocess.Popen(
        [sys.executable, "-m", "warmstart", "describe", str(pipe)],
        stderr=subprocess.PIPE,
        text=True,
    )
    # Opened for writing once the command reads; then it waits for what never comes.
    with pipe.open("w"):
        time.sleep(0.2)
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=60) == 130
    assert "Traceback" not in process.stderr.read()
    process.stderr.close()


def test_quiet_and_verbose_wherever_they_are_typed(run, folder, tmp_path):
    path = tmp_path / "noted.csv"
    frame = pd.read_csv(folder / "one.csv").assign(c=1)
    frame.to_csv(path, index=False)
    command = ("suggest", path, "-t", "y", "-n", 1)
    assert "constant" in run(*command).stderr
    for quiet in (("-q", *command), (*command, "--quiet")):
        result = run(*quiet)
        assert result.exit_code == 0
        assert result.stderr == ""
        assert "1 configuration for noted" in result.stdout
    assert "there is no file" in run("suggest", "no.csv", "-q").stderr
    assert run(*command, "-v").exit_code == 0
    assert logging.getLogger("warmstart").level == logging.INFO
    assert run(*command).exit_code == 0
    assert logging.getLogger("warmstart").level == logging.NOTSET


def test_json_of_every_command(run, folder, tmp_path, tiny_base):
    found = json.loads(run("suggest", folder / "one.csv", "-t", "y", "-n", 2, "--json").stdout)
    assert len(found["suggestions"]) == 2
    runs = tmp_path / "runs.csv"
    runs.write_text("data,lr,auc\na,0.1,0.7\na,0.2,0.8\n")
    mapping = tmp_path / "mapping.json"
    mapping.write_text('{"task": "data", "metric": {"auc": "maximize"}, "params": ["lr"]}')
    options = ("--mapping", mapping, "--out", tmp_path / "meta", "--json")
    found = json.loads(run("import", "table", runs, *options).stdout)
    assert (found["n_added"], found["n_known"], found["tasks"]) == (2, 0, ["a"])
    options = ("--methods", "random", "--folds", 2, "--n-evaluations", 3, "--json")
    found = json.loads(run("replay", tiny_base, *options).stdout)
    assert {row["method"] for row in found["summary"]} == {"random"}


@pytest.mark.parametrize("command", ["describe", "neighbours", "metafeatures"])
def test_every_command_that_reads_a_file_says_how(run, tmp_path, command):
    path = tmp_path / "data.csv"
    rows = "".join(f"{i}~{i % 7}~{'ab'[i % 2]}\n" for i in range(60))
    path.write_text(f"x~z~y\n{rows}", encoding="utf-8")
    words = (command, path, "--target", "y", "--separator", "~")
    assert run(*words).exit_code == 0
    otherwise = run(*words[:-1], "#")
    assert otherwise.exit_code == 2
    assert "'y'" in otherwise.stderr
