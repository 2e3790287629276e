"""The commands, as they are typed.

Also of: cli.build.local, cli.build.publish, cli.build.status, cli.describe, cli.export_base,
cli.fetch, cli.options, cli.replay, cli.suggest, cli.terminal.answers, cli.terminal.costs,
cli.terminal.errors, cli.terminal.flags, cli.terminal.output.
"""

import io
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
import yaml
from typer.main import get_command
from typer.testing import CliRunner

import warmstart
from warmstart.cli import app
from warmstart.cli.terminal.flags import as_typed, speak_of
from warmstart.metadataset.build import local as build
from warmstart.metadataset.exchange import published as public
from warmstart.metadataset.metadataset import MetaDataset

ROOT = Path(__file__).parents[3]


def commands(group, path=()):
    """Every command, with the words it is called by."""
    for name, command in getattr(group, "commands", {}).items():
        if hasattr(command, "commands"):
            yield from commands(command, (*path, name))
        else:
            yield " ".join((*path, name)), command


@pytest.mark.parametrize(("words", "command"), list(commands(get_command(app))))
def test_every_command_prints_json(words, command):
    if words == "mcp":  # speaks nothing else
        return
    flags = {flag for parameter in command.params for flag in parameter.opts}
    assert "--json" in flags


@pytest.fixture(scope="module")
def table(tmp_path_factory):
    """A CSV file of 90 rows with a class, a quantity, a gap and a constant."""
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(
        {
            "age": rng.integers(20, 70, 90).astype(float),
            "job": rng.choice(["cook", "nurse", "smith"], 90),
            "height": rng.normal(1.7, 0.1, 90).round(2),
            "planet": "earth",
        }
    )
    frame["income"] = (frame["age"] * 100 + rng.normal(0, 300, 90)).round(1)
    frame["paid"] = np.where(frame["income"] > 4500, "yes", "no")
    frame.loc[3:7, "height"] = np.nan
    path = tmp_path_factory.mktemp("data") / "people.csv"
    frame.to_csv(path, index=False)
    return str(path)


@pytest.fixture
def run(tiny_base, monkeypatch):
    """Runs a command against the small base; the embedded base is left alone."""
    monkeypatch.setattr("warmstart.knowledge.base.embedded_path", lambda: tiny_base)

    def call(*arguments, columns=80):
        monkeypatch.setenv("COLUMNS", str(columns))
        return CliRunner().invoke(app, [str(argument) for argument in arguments])

    return call


def test_known_tasks_are_compared_by_what_is_said(run, table):
    words = ("suggest", table, "--target", "paid", "-n", "2", "--json")
    found = run(*words, "--similarity", "text", "--description", "incomes of people")
    assert found.exit_code == 0, found.output
    wrong = run(*words, "--similarity", "nearest")
    assert wrong.exit_code != 0
    assert "--similarity must be one of" in wrong.output + wrong.stderr


@pytest.mark.parametrize("columns", [80, 120])
def test_the_table_fits_the_terminal_and_has_no_codes_when_piped(run, table, columns):
    result = run("suggest", table, "--target", "paid", columns=columns)
    assert result.exit_code == 0, result.output
    assert "\x1b" not in result.stdout
    lines = result.stdout.splitlines()
    assert max(map(len, lines)) <= columns
    assert lines[0] == "10 configurations for people (binary, 90 rows, 5 columns), in order"
    assert re.split(r"\s{2,}", lines[2].strip()) == [
        "#",
        "learner",
        "expected",
        "90 % interval",
        "regret",
        "P(best)",
        "seconds",
    ]
    rows = [line for line in lines if re.match(r" ?\d+  \w", line)]
    assert [int(row.split()[0]) for row in rows] == list(range(1, 11))
    assert all(re.search(r"\d\.\d{3}  -?\d\.\d{3} to -?\d\.\d{3}", row) for row in rows)
    assert "balanced_accuracy" in result.stdout
    assert re.search(r"Try 1: expected within \S+ of the\s+best known; try 3:", result.stdout)


def test_warnings_go_to_stderr(run, table):
    result = run("suggest", table, "--target", "paid", "-f", "json")
    suggestions = warmstart.Suggestions.from_json(result.stdout)
    told = [line for line in result.stderr.splitlines() if line]
    assert told == [f"warning: {text}" for text in suggestions.warnings]
    assert any("planet" in line for line in told)


def test_every_format_says_the_same(run, table, tiny_base):
    arguments = ("suggest", table, "--target", "income", "-n", 4, "--seed", 3)
    expected = warmstart.suggest(
        table, target="income", n=4, random_state=3, knowledge=tiny_base
    )
    as_json = run(*arguments, "--format", "json").stdout
    assert as_json == expected.to_json(indent=2) + "\n"
    assert yaml.safe_load(run(*arguments, "--format", "yaml").stdout) == json.loads(as_json)
    frame = pd.read_csv(
        io.StringIO(run(*arguments, "--format", "csv").stdout), index_col="rank"
    )
    pd.testing.assert_frame_equal(frame, expected.to_frame(), check_dtype=False)


def test_options_reach_the_library(run, table):
    result = run(
        *("suggest", table, "--target", "paid", "-n", 2, "--metric", "log_loss"),
        *("--space", "ridge", "--space", "lda", "--space", "naive_bayes", "--kind", "age=text"),
        *("--strategy", "portfolio", "--exclude", "family-01", "--exclude", "task-09"),
        *("--time-budget", 1000, "--format", "json"),
    )
    assert result.exit_code == 2
    assert "ridge" in result.stderr  # which no classification task of the base knows
    result = run(
        *("suggest", table, "--target", "paid", "-n", 2, "--metric", "log_loss"),
        *("--space", "lda", "--space", "naive_bayes", "--kind", "age=text"),
        *("--strategy", "portfolio", "--exclude", "family-01", "--exclude", "task-09"),
        *("--time-budget", 1000, "--format", "json"),
    )
    found = warmstart.Suggestions.from_json(result.stdout)
    assert (len(found), found.metric, found.strategy) == (2, "log_loss", "portfolio")
    assert {s.learner for s in found} == {"lda", "naive_bayes"}
    assert found.knowledge.startswith("15 tasks")  # of 18, three forgotten
    kinds = {column.name: column.kind for column in found[0].schema.columns}
    assert kinds["age"] == "text"


def test_a_look_is_told_in_the_table(run, table):
    asked = ("suggest", table, "--target", "paid", "-n", 2, "--space", "naive_bayes")
    looking = run(*asked, "--look", 0.6, "--jobs", 1)
    assert looking.exit_code == 0, looking.output
    assert "measured" in looking.stdout.splitlines()[2]
    assert "Looked for" in looking.stdout
    assert max(map(len, looking.stdout.splitlines())) <= 80
    assert "Looked for" not in run(*asked, "--instant").stdout
    both = run(*asked, "--instant", "--look", 1)
    assert both.exit_code == 2
    assert "--instant answers without a look" in both.output
    assert "--look must be" in run(*asked, "--look", -1).stderr


def test_explain_tells_neighbours_and_evidence(run, table):
    result = run("suggest", table, "--target", "paid", "--explain")
    assert "Known tasks most like it:" in result.stdout
    assert "number" in result.stdout
    assert max(map(len, result.stdout.splitlines())) <= 80
    assert result.stderr == ""  # the explanation ends with the warnings
    piped = run("suggest", table, "--target", "paid", "--explain", "--format", "csv")
    assert len(pd.read_csv(io.StringIO(piped.stdout))) == 10
    assert "Known tasks most like it:" in piped.stderr


def test_python_code_builds_the_suggested_pipelines(run, table, tmp_path, tiny_base):
    """Run elsewhere, the code gives pipelines that predict what the suggested ones do."""
    quick = [
        "lda",
        "naive_bayes",
        "decision_tree",
        "linear_svm",
        "xgboost",
        "nearest_neighbors",
    ]
    spaces = [word for name in quick for word in ("--space", name)]
    code = run("suggest", table, "--target", "paid", "-f", "python", *spaces).stdout
    compile(code, "pipelines.py", "exec")
    assert max(map(len, code.splitlines())) <= 88
    (tmp_path / "pipelines.py").write_text(code)
    (tmp_path / "use.py").write_text(
        "import sys, json, pandas as pd\n"
        "from pipelines import pipelines\n"
        "frame = pd.read_csv(sys.argv[1])\n"
        "X, y = frame.drop(columns='paid'), frame['paid']\n"
        "print(json.dumps([p.fit(X, y).predict(X).tolist() for p in pipelines]))\n"
    )
    done = subprocess.run(
        [sys.executable, "use.py", table],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    frame = pd.read_csv(table)
    X, y = frame.drop(columns="paid"), frame["paid"]
    suggestions = warmstart.suggest(table, target="paid", space=quick, knowledge=tiny_base)
    assert len(suggestions) == len(quick)
    expected = [s.estimator().fit(X, y).predict(X).tolist() for s in suggestions]
    assert json.loads(done.stdout) == expected


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["suggest", "nowhere.csv", "--target", "y"], "there is no file nowhere.csv"),
        (["suggest", "TABLE"], "name the column to predict, for example --target paid"),
        (["suggest", "TABLE", "--target", "payed"], "did you mean 'paid'"),
        (["suggest", "TABLE", "--target", "paid", "-n", "0"], "-n must be a whole number"),
        (["suggest", "TABLE", "--target", "paid", "-n", "ten"], "Invalid value for '-n'"),
        (["suggest", "TABLE", "--target", "paid", "--space", "lightgmb"], "'lightgbm'"),
        (["suggest", "TABLE", "--target", "paid", "--metric", "r2"], "r2"),
        (["suggest", "TABLE", "--target", "paid", "--exclude", "famly-01"], "--exclude names"),
        (
            ["suggest", "TABLE", "--target", "paid", "--time-budget", "-1"],
            "--time-budget must be",
        ),
        (
            ["suggest", "TABLE", "--target", "paid", "--time-budget", "1e-9"],
            "--time-budget 1e-09",
        ),
        (["suggest", "TABLE", "--target", "paid", "--seed", "-1"], "--seed must be"),
        (
            ["suggest", "TABLE", "--target", "paid", "--kind", "age=x"],
            "--kind of 'age' must be",
        ),
        (["suggest", "TABLE", "--target", "paid", "--task-type", "two"], "--task-type must be"),
        (
            ["suggest", "TABLE", "--target", "job", "--task-type", "binary"],
            "pass --task-type multiclass or regression",
        ),
        (["suggest", "TABLE", "--target", "paid", "--format", "html"], "html"),
        (["suggest", "TABLE", "--target", "paid", "--kind", "age"], "COLUMN=KIND"),
        (["suggest", "TABLE", "--target", "paid", "--knowledge", "/no/kb"], "/no/kb"),
        (["suggest"], "FILE"),
        (["suggets"], "suggets"),
        (["describe", "nowhere.csv"], "there is no file nowhere.csv"),
        (["knowledge", "--knowledge", "/no/kb"], "/no/kb"),
        (["build", "local", "--tasks", "no.csv", "--out", "x"], "cannot read the task list"),
        (["build", "publish", "/no/build", "/no/base"], "holds no build"),
        (["build", "knowledge", "/no/md", "/no/kb"], "/no/md"),
        (["fetch", "kaggle"], "there is no published table 'kaggle'"),
        (["replay", "/no/md"], "/no/md"),
        (["replay", "embedded", "--methods", "magic"], "magic"),
        (["replay", "embedded", "--metafeatures", "/no/file.csv"], "/no/file.csv"),
        (["replay", "embedded", "--folds", "999"], "--folds must be from 2 to"),
        (["replay", "embedded", "--jobs", "0"], "--jobs must be a number of processes"),
        (["import", "table", "TABLE", "--out", "o", "--mapping", "no.json"], "no.json"),
        (["import", "optuna", "s.db", "--out", "o", "--metric", "r2"], "--task, or --task-tag"),
        (
            ["import", "ray", "x", "--out", "o", "--task", "t", "--metric", "loss"],
            "--direction maximize or minimize",
        ),
    ],
)
def test_bad_input_is_told_in_one_line(run, table, arguments, said):
    result = run(*(table if argument == "TABLE" else argument for argument in arguments))
    assert result.exit_code == 2, result.output
    told = [line for line in result.stderr.splitlines() if line.startswith("warmstart: ")]
    assert len(told) == 1
    assert result.stderr.strip().splitlines()[-1] == told[0]
    assert said in told[0]
    assert "Traceback" not in result.output


def test_debug_shows_the_traceback(run):
    result = run("--debug", "suggest", "nowhere.csv", "--target", "y")
    assert isinstance(result.exception, FileNotFoundError)


def test_an_error_of_ours_is_not_hidden(run, table, monkeypatch):
    """A bug inside warmstart, or in a library it calls, keeps its traceback."""

    def broken(*_, **__):
        int("a bug")  # raised by Python itself on warmstart's behalf

    monkeypatch.setattr(warmstart, "suggest", broken, raising=False)
    result = run("suggest", table, "--target", "paid")
    assert isinstance(result.exception, ValueError)


def test_help_is_shown_without_a_command(run):
    result = run()
    assert result.exit_code == 0
    for command in ("suggest", "describe", "knowledge", "build", "fetch", "replay"):
        assert command in result.stdout
    assert run("--version").stdout == f"warmstart {warmstart.__version__}\n"


def test_describe_shows_columns_target_and_metafeatures(run, table):
    result = run("describe", table, "--target", "paid")
    assert result.exit_code == 0, result.output
    assert result.stdout.startswith("people: 90 rows, 5 columns, binary target paid (")
    assert re.search(r"height +numeric +5\.6 ", result.stdout)
    assert re.search(r"NumberOfInstances +90 ", result.stdout)
    assert "planet" in result.stderr
    found = json.loads(run("describe", table, "--target", "income", "--json").stdout)
    assert found["task_type"] == "regression"
    assert found["columns"][0] == {
        "column": "age",
        "kind": "numeric",
        "missing_pct": 0.0,
        "n_distinct": pd.read_csv(table)["age"].nunique(),
    }
    assert found["metafeatures"]["NumberOfInstances"] == 90


def test_describe_without_a_target_shows_the_columns(run, table):
    result = run("describe", table)
    assert re.search(r"paid +boolean +0\.0 +2", result.stdout)
    assert re.search(r"height +numeric +5\.6", result.stdout)
    assert "--target" in result.stdout
    found = json.loads(run("describe", table, "--json", "--kind", "job=text").stdout)
    assert {c["column"]: c["kind"] for c in found["columns"]}["job"] == "text"


def test_knowledge_says_what_the_base_holds(run, tiny_base):
    result = run("knowledge")
    assert result.exit_code == 0, result.output
    said = " ".join(result.stdout.split())
    for part in (
        "30 of 15 families",
        "regression: 12 of 6 families",
        "lightgbm (2)",
        "at most 30 s and 2,048 MB",
        "a made-up processor",
        "scikit-learn 1.9.1",
        "made-up==1.0 (30)",
        "CC0 (30)",
    ):
        assert part in said
    # One learner more changes how many there are.
    n_scores, n_ok = re.search(r"(\d+) in balanced_accuracy: (\d+) ok", said).groups()
    assert n_scores == n_ok
    listed = run("knowledge", "--tasks", "--knowledge", tiny_base, columns=120).stdout
    assert len(listed.splitlines()) == 31
    assert "task-29" in listed
    found = json.loads(run("knowledge", "--json", "--tasks").stdout)
    assert len(found["task_list"]) == 30
    assert found["task_list"][0]["n_evaluated"] == int(n_scores) / 18


def test_a_base_is_built_published_fitted_and_asked(run, table, tmp_path):
    """The whole way from a list of datasets to an answer, all by commands."""
    frame = pd.read_csv(table)
    rows = ["task_id,task_type,path,target,family,licence"]
    for i in range(3):
        frame.sample(frac=0.9, random_state=i).to_csv(tmp_path / f"{i}.csv", index=False)
        rows.append(f"people-{i},binary,{i}.csv,paid,family-{i},CC0")
    (tmp_path / "tasks.csv").write_text("\n".join(rows) + "\n")
    building = (
        *("build", "local", "--tasks", tmp_path / "tasks.csv", "--out", tmp_path / "run"),
        *("--space", "naive_bayes", "--space", "lda", "--scale", 0.4),
    )
    result = run(*building, "--limit-tasks", 2)
    assert result.exit_code == 0, result.output
    # Two of three tasks, each with as many configurations as the learners have.
    n = int(re.search(r"^(\d+) evaluations done now", result.stdout)[1])
    assert f"{n} evaluations done now ({n} ok), 0 before" in result.stdout
    assert f"evaluations: {n} of {n}" in result.stderr
    packed = run("build", "pack", tmp_path / "run", tmp_path / "pack").stdout
    assert f"{n} runs added" in packed
    assert "0 runs added" in run("build", "pack", tmp_path / "run", tmp_path / "pack").stdout
    elsewhere = [*building, "--out", tmp_path / "elsewhere", "--from", tmp_path / "pack"]
    result = run(*elsewhere, "--limit-tasks", 2)
    assert f"{n} evaluations taken from" in result.stderr
    assert f"0 evaluations done now, {n} before" in result.stdout
    told = json.loads(run(*building, "--json").stdout)
    assert (told["n_evaluations"], told["n_before"]) == (n // 2, n)
    assert told["statuses"] == {"ok": n // 2}
    said = run("build", "status", tmp_path / "run").stdout
    assert f"evaluations: {n + n // 2} of {n + n // 2}\n" in said
    now = json.loads(run("build", "status", tmp_path / "run", "--json").stdout)
    assert (now["done"], now["total"], now["rate"], now["left_s"]) == (
        n + n // 2, n + n // 2, None, None,
    )  # fmt: skip
    assert now["kinds"][0]["kind"] == "evaluations"
    assert now["failed"] == {}
    md, kb = tmp_path / "md", tmp_path / "kb"
    counted = json.loads(run("build", "publish", tmp_path / "run", md, "--json").stdout)
    assert counted["counts"]["tasks"] == 3
    result = run("build", "publish", tmp_path / "run", md, "--notes", "a test")
    told = f"3 tasks, {n // 2} configurations, {15 * (n // 2)} scores"
    assert told in result.stdout, result.output
    kb.mkdir()
    (kb / "README.md").write_text("the data card")
    for _ in range(2):
        result = run("build", "knowledge", md, kb)
        assert result.exit_code == 0, result.output
        assert (kb / "README.md").read_text() == "the data card"
    result = run("suggest", table, "--target", "paid", "--knowledge", kb, "-f", "json")
    found = warmstart.Suggestions.from_json(result.stdout)
    assert {s.learner for s in found} == {"naive_bayes", "lda"}
    result = run("build", "knowledge", md, tmp_path)
    assert "holds something other than a knowledge base" in result.stderr


def test_a_stopped_build_says_how_to_go_on(run, tmp_path, monkeypatch):
    (tmp_path / "a.csv").write_text("x,y\n1,2\n")
    (tmp_path / "tasks.csv").write_text("task_id,task_type,path,target\na,binary,a.csv,y\n")

    def stop(*_, progress, **__):
        progress(3, 8, 2.0)
        raise KeyboardInterrupt

    monkeypatch.setattr(build, "build_local", stop)
    result = run("build", "local", "--tasks", tmp_path / "tasks.csv", "--out", tmp_path / "run")
    assert result.exit_code == 130
    assert (
        "Stopped at 3 of 8 evaluations; the same command goes on from there." in result.stderr
    )


def test_tasks_that_cannot_be_read_are_told(run, tmp_path, monkeypatch):
    (tmp_path / "tasks.csv").write_text("task_id,task_type,path,target\na,binary,a.csv,y\n")
    report = SimpleNamespace(n_evaluations=0, n_before=0, statuses={}, problems={"a": "gone"})
    monkeypatch.setattr(build, "build_local", lambda *_, **__: report)
    result = run("build", "local", "--tasks", tmp_path / "tasks.csv", "--out", tmp_path / "run")
    assert result.exit_code == 1
    assert "warning: task a was left out: gone" in result.stderr


def test_fetch_says_where_the_table_is(run, tiny_base, monkeypatch, tmp_path):
    asked = []
    monkeypatch.setattr(public, "fetch", lambda *given: asked.append(given) or tiny_base)
    result = run("fetch", "oboe", "--cache", tmp_path)
    assert asked == [("oboe", tmp_path)]
    n_configurations = len(MetaDataset.open(tiny_base).configuration_ids)
    assert f"30 tasks, {n_configurations} configurations" in result.stdout
    assert str(tiny_base) in result.stdout.replace("\n", "")


def test_replay_prints_and_writes_the_comparison(run, tmp_path):
    out = tmp_path / "replayed"
    result = run(
        *("replay", "embedded", "--methods", "portfolio,random", "--mode", "batch"),
        *("--folds", 3, "--n-evaluations", 5, "--metric", "balanced_accuracy", "--out", out),
    )
    assert result.exit_code == 0, result.output
    assert "portfolio" in result.stdout
    assert "18 tasks" in result.stdout
    regret = pd.read_parquet(out / "regret.parquet")
    assert set(regret["method"]) == {"portfolio", "random"}
    summary = pd.read_parquet(out / "summary.parquet")
    assert summary["t"].tolist() == [1, 2, 3, 4, 5] * 2
    shown = summary.query("method == 'random' and t == 3")["mean"].item()
    assert f"{100 * shown:.2f} ±" in result.stdout
    for plot in ("regret", "critical_difference"):
        assert (out / f"{plot}.png").read_bytes().startswith(b"\x89PNG")
    assert json.loads((out / "settings.json").read_text())["mode"] == "batch"


def test_replay_goes_on_where_it_was_stopped(run, tiny_base, tmp_path, monkeypatch):
    """Ctrl-C after some folds; the second run measures only what was missing."""
    from warmstart.evaluate import job

    measured = []
    measure = job.measure_job

    def stop_at_third(task):
        if len(measured) == 2:
            raise KeyboardInterrupt
        measured.append((task.name, task.fold))
        return measure(task)

    command = ("replay", tiny_base, "--methods", "portfolio,average_rank", "--folds", 2)
    command += ("--n-evaluations", 2, "--metric", "r2", "--out", tmp_path)
    monkeypatch.setattr(job, "measure_job", stop_at_third)
    stopped = run(*command)
    assert stopped.exit_code == 130
    assert "run it again to go on" in stopped.stderr
    monkeypatch.setattr(
        job,
        "measure_job",
        lambda task: measured.append((task.name, task.fold)) or measure(task),
    )
    result = run(*command)
    assert result.exit_code == 0, result.output
    assert measured == [(m, fold) for m in ("portfolio", "average_rank") for fold in (0, 1)]
    assert "average_rank" in result.stdout


def test_replay_compares_every_usual_method_ours_first(run, tiny_base):
    result = run(
        *("replay", tiny_base, "--folds", 2, "--n-evaluations", 2, "--metric", "r2"),
        *("--mode", "batch", "--seeds", 1),
    )
    assert result.exit_code == 0, result.output
    rows = [line.split("|")[1].strip() for line in result.stdout.splitlines() if "|" in line]
    assert rows[2] == "pmf"
    assert set(rows[3:]) >= {
        "portfolio",
        "nearest_datasets",
        "tst",
        "rgpe",
        "cold_gp",
        "oboe",
        "random",
    }
    assert "fit s" in result.stdout
    assert "peak MB" in result.stdout
    assert "Left out unless named with --methods" in result.stdout


def test_replay_takes_other_metafeatures(run, tiny_base, tmp_path):
    md = MetaDataset.open(tiny_base)
    md.metafeatures.iloc[:4, :3].fillna(0).to_csv(tmp_path / "few.csv")
    command = ["replay", tiny_base, "--methods", "random", "--n-evaluations", 1]
    command += ["--metric", "r2", "--metafeatures", tmp_path / "few.csv"]
    result = run(*command)
    assert result.exit_code == 2
    assert "no task has meta-features" in " ".join(result.stderr.split())
    few = [*command, "--tasks", "all"]
    assert "12 tasks (without meta-features)" in " ".join(run(*few).stdout.split())


def test_the_command_works_as_a_process(table, tiny_base):
    """Through `python -m warmstart`, as a shell would run it; also into a closed pipe."""
    command = [sys.executable, "-m", "warmstart", "suggest", table, "--target", "paid"]
    command += ["--knowledge", str(tiny_base)]
    environment = {**os.environ, "COLUMNS": "80", "PYTHONIOENCODING": "ascii"}
    done = subprocess.run(
        [*command, "-n", "3"], capture_output=True, text=True, env=environment, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "3 configurations" in done.stdout
    assert "Traceback" not in done.stderr
    done = subprocess.run(
        [*command, "-n", "none"], capture_output=True, text=True, env=environment, check=False
    )
    assert done.returncode == 2
    assert len(done.stderr.strip().splitlines()) == 1


def test_the_commands_of_the_readme_work(monkeypatch):
    """Those on the example data and the embedded base."""
    monkeypatch.chdir(ROOT)
    lines = (ROOT / "README.md").read_text(encoding="utf-8").splitlines()
    commands = [
        line.partition(" #")[0].split()[2:] for line in lines if line.startswith("$ warmstart ")
    ]
    commands = [c for c in commands if c == ["knowledge"] or "examples" in " ".join(c)]
    assert len(commands) >= 5
    for command in commands:
        result = CliRunner().invoke(app, command)
        assert result.exit_code == 0, (command, result.output)


@pytest.mark.parametrize(
    ("said", "typed"),
    [
        ("leave it out with exclude=['adult'].", "leave it out with --exclude adult."),
        ("keep it with kinds={'zip code': 'text'}", "keep it with --kind 'zip code'=text"),
        ("time_budget_s=0.5: too little", "--time-budget 0.5: too little"),
        ("task_type='a' or 'b', see n_bits=2", "--task-type a or b, see n_bits=2"),
        (
            "no column 'target=x' in the target's table",
            "no column 'target=x' in the target's table",
        ),
        (
            "the target is given; the task_type must fit",
            "the target is given; the task_type must fit",
        ),
    ],
)
def test_messages_of_the_library_are_told_in_options(said, typed):
    group = get_command(app)
    speak_of(group.commands["suggest"])
    assert as_typed(said) == typed


def test_warnings_name_options(run, table):
    result = run("suggest", table, "--target", "paid", "--exclude", "nothing-like-it")
    assert "warning: --exclude names 'nothing-like-it', which is no task" in result.stderr


class TestBeforeThereIsData:
    WORDS = ("suggest", "--description", "incomes of people", "--task-type", "binary")

    def test_an_answer_from_words(self, run, tiny_base):
        found = run(*self.WORDS, "--n-rows", 90, "-n", 2, "--json")
        assert found.exit_code == 0, found.output
        expected = warmstart.suggest(
            description="incomes of people",
            task_type="binary",
            n_rows=90,
            n=2,
            knowledge=tiny_base,
        )
        assert found.stdout == expected.to_json(indent=2) + "\n"
        assert "There is no data yet" in found.stderr

    def test_more_rows_take_longer(self, run):
        few, many = (
            json.loads(run(*self.WORDS, "--n-rows", n, "-n", 1, "-f", "jsonl").stdout)
            for n in (100, 1_000_000)
        )
        assert few["suggestions"][0]["cost_s"] < many["suggestions"][0]["cost_s"]

    def test_what_is_missing_is_said(self, run, table):
        for words, told in (
            (("suggest",), "name a FILE; or say what the data will be"),
            ((*self.WORDS, "--separator", ";"), "need a FILE"),
            (("suggest", table, "--target", "paid", "--n-rows", "9"), "the data has its rows"),
        ):
            found = run(*words)
            assert found.exit_code != 0
            assert told in " ".join((found.output + found.stderr).replace("│", " ").split())
