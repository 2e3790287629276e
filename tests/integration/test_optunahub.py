"""The OptunaHub package: its front matter, and that OptunaHub's own loader runs it."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

pytest.importorskip("optunahub")

REGISTRY = Path(__file__).parents[2] / "examples" / "optunahub" / "package"
PACKAGE = REGISTRY / "samplers" / "warm_start"

BARE = """
import sys
sys.modules["warmstart"] = None  # as if it were not installed
import importlib.util
spec = importlib.util.spec_from_file_location("sampler", sys.argv[1])
try:
    spec.loader.exec_module(importlib.util.module_from_spec(spec))
except ModuleNotFoundError as error:
    print(error)
"""


def run(*words, **environment):
    found = subprocess.run(
        [sys.executable, "-W", "error::UserWarning:warmstart", *map(str, words)],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert found.returncode == 0, found.stderr
    return found.stdout


def test_front_matter_is_what_the_registry_asks():
    text = (PACKAGE / "README.md").read_text("utf-8")
    front = yaml.safe_load(text.split("---")[1])
    assert set(front) == {
        "author", "title", "description", "tags", "optuna_versions", "license",
    }  # fmt: skip
    assert "sampler" in front["tags"]
    assert front["license"] == "MIT License"
    assert all(isinstance(one, str) for one in [front["title"], *front["optuna_versions"]])
    headings = re.findall(r"^## (.+)$", text, re.M)
    assert headings[:4] == [
        "Abstract",
        "Class or Function Names",
        "Installation",
        "Example",
    ]
    assert (PACKAGE / "LICENSE").read_text("utf-8").startswith("MIT License")


def test_example_runs_by_the_local_loader():
    said = run(PACKAGE / "example.py", OPTUNAHUB_LOCAL=str(REGISTRY), N_TRIALS="2")
    score = float(said.split()[0])
    assert 0.8 < score <= 1


def test_without_warmstart_it_says_what_to_install():
    said = run("-c", BARE, PACKAGE / "__init__.py")
    assert "pip install 'warmstart[optuna]'" in said
