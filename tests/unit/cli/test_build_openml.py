"""warmstart build openml and build status, from the command line.

Also of: cli.build.openml.
"""

import json
import socket
from types import SimpleNamespace

import pytest
from tests.replay_openml import Faults, ReplayServer, synthetic_world
from typer.testing import CliRunner

from warmstart.cli import app
from warmstart.metadataset.metadataset import MetaDataset

WORLD = synthetic_world()


@pytest.fixture
def server():
    with ReplayServer(WORLD) as server:
        yield server


def run(*words, env=None):
    return CliRunner().invoke(app, [str(word) for word in words], env=env)


def build(server, out, *more, env=None):
    where = ("--out", out, "--server", server.url, "--backoff", "0.001")
    return run("build", "openml", *where, *more, env=env)


def test_build_status_and_again(server, tmp_path):
    out = tmp_path / "meta"
    words = ("--suite", "Synthetic-Suite", "--flow", 201, "--tasks", "10,30")
    dry = build(server, out, *words, "--dry-run")
    assert dry.exit_code == 0, dry.output
    assert "30 units to read, 0 done. About 40 requests" in dry.output
    assert not out.exists()
    as_json = json.loads(build(server, out, *words, "--dry-run", "--json").stdout)
    assert (as_json["n_units"], as_json["n_done"]) == (30, 0)
    done = build(server, out, *words)
    assert done.exit_code == 0, done.output
    assert "units: 30 of 30" in done.output
    assert "30 units read now" in done.output
    assert f"{out}: 9 tasks," in " ".join(done.output.split())
    again = build(server, out, *words)
    assert "0 units read now (0 rows, 0 requests" in again.output
    told = json.loads(build(server, out, *words, "--json").stdout)
    assert (told["n_units"], told["n_before"], told["counts"]["tasks"]) == (0, 30, 9)
    now = json.loads(run("build", "status", out, "--json").stdout)
    assert (now["what"], now["done"], now["total"], now["left_s"]) == ("units", 30, 30, None)
    assert (now["is_published"], now["is_building"]) == (True, False)
    said = run("build", "status", out)
    assert "units: 30 of 30\n" in said.output
    assert said.exit_code == 0, said.output
    assert "openml-runs: 10 units done, 224 rows" in said.output
    assert "no process is building; the folder is a meta-dataset" in said.output
    assert len(MetaDataset.open(out)) == 9  # nothing was run with the flow on the tenth


def test_a_dry_run_without_a_network_says_so_at_once(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # nobody listens there
        nobody = SimpleNamespace(url=f"http://127.0.0.1:{taken.getsockname()[1]}/api/v1/xml/")
        words = ("--tasks", 10, "--flow", 301, "--dry-run", "--backoff", 1000)
        said = build(nobody, tmp_path / "meta", *words)
    assert said.exit_code == 2
    assert said.output.splitlines() == [
        f"warmstart: {nobody.url} cannot be reached; is this computer offline?"
    ]


def test_the_key_is_taken_from_the_environment(server, tmp_path):
    key = "c0ffeec0ffeec0ffeec0ffeec0ffee00"
    done = build(
        server, tmp_path / "meta", "--tasks", 10, "--flow", 301, env={"OPENML_APIKEY": key}
    )
    assert done.exit_code == 0, done.output
    assert all(request.had_key for request in server.requests)
    assert key not in done.output
    for path in (tmp_path / "meta").rglob("*"):
        assert key not in str(path)
        assert not path.is_file() or key.encode() not in path.read_bytes()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--flow", "rf", "--tasks", "1"), "--flow takes OpenML's numbers, got 'rf'"),
        (("--flow", "1"), "name a suite or tasks"),
        (("--flow", "1", "--tasks", "1", "--measure", "acc"), "'acc' is better is not known"),
        (("--flow", "1", "--tasks", "1", "--refresh", "soon"), "an age looks like 30d"),
        (("--flow", "7", "--tasks", "10"), "flow 7 cannot be read"),
        (("--flow", "101", "--suite", "none"), "there is no such suite"),
    ],
)
def test_bad_input_is_told_in_one_line(server, tmp_path, words, said):
    done = build(server, tmp_path / "meta", *words)
    assert done.exit_code == 2, done.output
    assert said in done.output
    assert "Traceback" not in done.output


def test_no_build(tmp_path):
    done = run("build", "status", tmp_path)
    assert done.exit_code == 2
    assert "holds no build: there is no units.sqlite" in " ".join(done.output.split())


def test_a_server_that_does_not_answer(tmp_path):
    with ReplayServer(WORLD, Faults(always="502")) as server:
        words = ("--tasks", 10, "--flow", 301, "--attempts", 2)
        done = build(server, tmp_path / "meta", *words)
    assert done.exit_code == 2
    assert "gave no whole answer in 2 attempts: HTTP status 502" in " ".join(
        done.output.split()
    )


def test_tasks_left_out_and_no_run(server, tmp_path):
    done = build(server, tmp_path / "meta", "--tasks", "100,4711", "--flow", 201)
    said = " ".join(done.output.split())
    assert done.exit_code == 1
    assert "there is no run yet" in said
    assert "task 4711 was left out: OpenML has no such task, or hides it" in said


def test_the_exit_code_tells_of_failed_units(tmp_path):
    out, world = tmp_path / "meta", synthetic_world()
    unit = "function/predictive_accuracy/flow/301/task/30/limit"
    path, plain = f"evaluation/setup/list/{unit}/1000", f"evaluation/list/{unit}/10000"
    refusal = (
        b'<oml:error xmlns:oml="http://openml.org/openml"><oml:code>541</oml:code>'
        b"<oml:message>no</oml:message></oml:error>"
    )
    with ReplayServer(world) as server:
        world.verbatim[f"{path}/offset/0"] = refusal
        words = ("--tasks", "10,30", "--flow", 301, "--attempts", 2)
        failed = build(server, out, *words)
        assert failed.exit_code == 1
        said = " ".join(failed.output.split())
        assert "predictive_accuracy of flow 301 on task 30 failed: OpenML refuses" in said
        assert "read what failed again with --retry-failed" in said
        assert build(server, out, *words).exit_code == 1  # still not all is there
        for address in (path, plain):
            world.verbatim[f"{address}/offset/0"] = b"<html></html>"
        down = build(server, out, *words, "--retry-failed")
        assert down.exit_code == 1
        assert "the same command reads what was not read now" in " ".join(down.output.split())
        world.verbatim.clear()
        assert build(server, out, *words, "--retry-failed").exit_code == 0
