"""What README types for ``warmstart`` works as typed, in order, from the clone's root."""

import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from tests.readme.blocks import SMALL, commands, python, small
from tests.replay_openml import ReplayServer, synthetic_world
from typer.testing import CliRunner

from warmstart.cli import app

ROOT = Path(__file__).parents[2]
NOT_HERE = ("make ", "pip ", "source ")
"""Only the test in an empty environment runs these."""


@pytest.fixture
def clone(tmp_path, monkeypatch):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "examples").symlink_to(ROOT / "data" / "examples")
    monkeypatch.chdir(tmp_path)
    # What a child such as an evaluation imports is this source too.
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(sys.path))
    return tmp_path


@pytest.mark.timeout(900)
def test_every_command_works_as_typed(clone):
    n_run = 0
    with ReplayServer(synthetic_world()) as server:
        for typed in dict.fromkeys(commands()):
            if typed.startswith(NOT_HERE):
                continue
            command = small(typed, server.url)
            if command.startswith("warmstart "):
                told = CliRunner().invoke(app, shlex.split(command)[1:])
                assert told.exit_code == 0, f"{typed}: {told.output} {told.exception!r}"
                n_run += 1
            elif " | warmstart " in command:
                before, _, after = command.partition(" | warmstart ")
                text = Path(shlex.split(before)[1]).read_text("utf-8")
                told = CliRunner().invoke(app, shlex.split(after), input=text)
                assert told.exit_code == 0, f"{typed}: {told.output}"
                n_run += 1
            else:
                words = shlex.split(command)
                words[0] = {"python": sys.executable}.get(words[0], words[0])
                done = subprocess.run(words, capture_output=True, text=True, check=False)
                assert done.returncode == 0, f"{typed}: {done.stderr}"
    assert n_run >= 20


def test_what_is_made_small_is_typed():
    typed = "\n".join(commands())
    assert not [text for text, _ in SMALL if text not in typed]


def test_commands_are_read_whole():
    assert "--metric roc_auc --out mine --dataset" in "\n".join(commands())
    assert not [command for command in commands() if "#" in command]
    compile(python(), "README.md", "exec")
