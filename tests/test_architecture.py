"""Rules that hold across the whole package.

Also of: _version, errors.
"""

import importlib
import json
import pkgutil
import statistics
import subprocess
import sys
from pathlib import Path

import pytest
from benchmarks.house import House
from tests.changed import paths_testing

import warmstart

ROOT = Path(__file__).parents[1]
MODULES = sorted(
    info.name
    for info in pkgutil.walk_packages(warmstart.__path__, "warmstart.")
    if not info.name.endswith("__main__")
)
HEAVY = {"pandas", "sklearn", "scipy", "torch", "pyarrow", "ConfigSpace", "numpy"}

MODULES_A_FOLDER = 12
LINES_A_MODULE = 250
ROOMS_A_MODULE = 5
LINES_OF_THE_MEDIAN_MODULE = 130

# What is above a limit today may only shrink: lower a number with what it counts, and take a
# name out once it is within the limit.
FULL_FOLDERS: dict[str, int] = {}
LONG_MODULES: set[str] = set()
TABLES_OF_DATA = {"metadataset/exchange/published_tables.py"}
"""Modules that may be longer: what they hold is data."""

MODULES_OF_MANY_ROOMS = {
    "warmstart": 8,
    "warmstart.cli.build.local": 6,
    "warmstart.cli.describe": 6,
    "warmstart.cli.replay": 7,
    "warmstart.protocols": 6,
    "warmstart.recommend.question.understand": 6,
}
MODULES_OF_A_COLD_ANSWER = 149
NOT_FOR_AN_ANSWER = tuple(
    f"warmstart.{name}"
    for name in (
        *("cli", "report", "evaluate", "downstream", "testing", "metadataset.build.local"),
        *("models.rankings", "models.surrogates", "models.gplvm", "models.evolution"),
        *("models.curves", "models.pmf.training", "models.completion.complete"),
        *("metafeatures.groups", "metafeatures.pairs", "metafeatures.complexity"),
        *("recommend.search", "recommend.engine", "recommend.look.perform", "histories."),
    )
)
CLASSES_OF_ONE_NAME = {"PreviousCurves"}
"""The method, and Ray's scheduler that stops by it; each is called as its library would."""
MODULES_IN_CIRCLES = 0
"""Counted with imports for types and inside functions."""


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


def test_a_cold_answer_loads_no_rival_method_and_nothing_that_shows_or_trains():
    """Counts modules that hold code; the packages they are in are lines of text."""
    code = (
        "import json, sys, warmstart\n"
        "from sklearn.datasets import load_wine\n"
        "warmstart.suggest(load_wine(as_frame=True).frame, target='target')\n"
        "print(json.dumps([m for m in sys.modules if m.startswith('warmstart.')]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    loaded = set(json.loads(done.stdout.splitlines()[-1]))
    assert not {name for name in loaded if name.startswith(NOT_FOR_AN_ANSWER)}
    files = {path.with_suffix("").as_posix().replace("/", ".") for path in HOUSE.files}
    with_code = {name for name in loaded if name.removeprefix("warmstart.") in files}
    assert len(with_code) <= MODULES_OF_A_COLD_ANSWER


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


HOUSE = House(ROOT)


def beyond(counts, limit, known):
    """What is above the limit, or above what was granted it."""
    return {name: n for name, n in counts.items() if n > known.get(name, limit)}


def test_no_folder_is_too_full():
    assert not beyond(HOUSE.folders, MODULES_A_FOLDER, FULL_FOLDERS)


def test_no_module_is_too_long():
    long = {name for name, n in HOUSE.lines.items() if n > LINES_A_MODULE}
    assert not long - TABLES_OF_DATA - LONG_MODULES


def test_modules_stay_short_on_the_whole():
    assert statistics.median(HOUSE.lines.values()) <= LINES_OF_THE_MEDIAN_MODULE


def test_no_name_stands_for_two_classes():
    assert set(HOUSE.names_of_two) <= CLASSES_OF_ONE_NAME


def test_no_module_knows_too_many_rooms():
    rooms = {name: len(HOUSE.rooms_of(name)) for name in HOUSE.imports}
    assert not beyond(rooms, ROOMS_A_MODULE, MODULES_OF_MANY_ROOMS)


def test_nothing_below_the_command_line_imports_the_root():
    above = ("cli", "testing", "__main__")
    importers = {name for name, imported in HOUSE.imports.items() if "warmstart" in imported}
    assert {name for name in importers if name.split(".")[1] not in above} == set()


def test_modules_go_in_no_new_circles():
    assert sum(map(len, HOUSE.circles)) <= MODULES_IN_CIRCLES


@pytest.mark.parametrize(
    ("changed", "tests"),
    [
        ("src/warmstart/models/pmf/pmf.py", {"tests/unit/models/pmf/test_pmf.py"}),
        ("src/warmstart/models/pmf/__init__.py", {"tests/unit/models/pmf"}),
        ("src/warmstart/metrics/formulas.py", {"tests/unit/test_metrics.py"}),
        ("src/warmstart/_plugins.py", {"tests/unit/test_plugins.py"}),
        ("src/warmstart/domain.py", {"tests/unit/spaces/test_legal.py"}),
        ("src/warmstart/errors.py", {"tests/test_architecture.py"}),
        ("tests/unit/test_metrics.py", {"tests/unit/test_metrics.py"}),
        ("README.md", set()),
    ],
)
def test_the_tests_of_what_changed_are_found(changed, tests):
    assert paths_testing(changed) == tests
