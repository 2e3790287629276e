"""Rules that hold across the whole package."""

import importlib
import json
import pkgutil
import subprocess
import sys
from pathlib import Path

import pytest

import warmstart

ROOT = Path(__file__).parents[1]
MODULES = sorted(
    info.name
    for info in pkgutil.walk_packages(warmstart.__path__, "warmstart.")
    if not info.name.endswith("__main__")
)
HEAVY = {"pandas", "sklearn", "scipy", "torch", "pyarrow", "ConfigSpace", "numpy"}


@pytest.mark.parametrize("name", MODULES)
def test_every_module_imports(name):
    importlib.import_module(name)


@pytest.mark.parametrize(
    "code",
    [
        "import warmstart",
        "from typer.testing import CliRunner\n"
        "from warmstart.cli import app\n"
        "for command in ([], ['suggest'], ['build'], ['replay']):\n"
        "    assert CliRunner().invoke(app, [*command, '--help']).exit_code == 0",
    ],
    ids=["import", "help"],
)
def test_nothing_heavy_is_loaded_before_it_is_needed(code):
    tell = f"{code}\nimport json, sys\nprint(json.dumps(sorted(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", tell], capture_output=True, text=True, check=True
    )
    assert not HEAVY & set(json.loads(done.stdout))


def test_rooms_import_only_rooms_above_them():
    done = subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command as c; c()"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_no_module_hides_a_public_name():
    """`import warmstart.suggest` would put the module where the function is."""
    modules = {name.split(".")[1] for name in MODULES}
    assert not modules & set(warmstart.__all__)


def test_public_names_are_listed_documented_and_there():
    assert set(warmstart.__all__) <= set(dir(warmstart))
    for name in warmstart.__all__:
        assert getattr(warmstart, name).__doc__
    with pytest.raises(AttributeError, match="no attribute 'suggestt'"):
        warmstart.suggestt  # noqa: B018
