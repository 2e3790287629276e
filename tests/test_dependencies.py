"""What the package imports it asks for: by its dependencies, or by the extra that it names."""

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib  # comes with pytest there

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
EXTRAS = PROJECT["optional-dependencies"]

OTHER_NAMES = {
    "ax": "ax-platform",
    "distributed": "dask",
    "mlflow": "mlflow-skinny",
    "neps": "neural-pipeline-search",
    "PIL": "pillow",
    "ot": "pot",
    "skopt": "scikit-optimize",
    "sklearn": "scikit-learn",
    "syne_tune": "syne-tune",
    "yaml": "pyyaml",
}
"""Packages that are imported by another name than they are installed by."""

BEHIND_AN_EXTRA = {"optuna": ("downstream/optuna_sampler", "downstream/schedulers")}
"""Rooms that are imported only where the extra was found."""

BRINGS = {"botorch": {"torch"}}
"""What an extra installs besides, as a dependency of its own."""

FOR_TESTS = {"pytest", "hypothesis"}


def names_of(requirements: list[str]) -> set[str]:
    """Names of packages, as pip compares them."""
    return {re.split(r"[\[<>=!~; ]", one)[0].lower().replace("_", "-") for one in requirements}


CORE = names_of(PROJECT["dependencies"])
BY_EXTRA = {extra: names_of(found) for extra, found in EXTRAS.items()}


def installed_as(module: str) -> str:
    return OTHER_NAMES.get(module, module).lower().replace("_", "-")


def imports(tree: ast.AST, *, inside: bool = False) -> Iterator[tuple[str, bool]]:
    """Packages imported, and whether within a function; those for types are left out."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            continue
        if isinstance(node, ast.Import):
            yield from ((alias.name.partition(".")[0], inside) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module.partition(".")[0], inside
        deeper = inside or isinstance(node, ast.FunctionDef)
        yield from imports(node, inside=deeper)


def sources() -> Iterator[tuple[str, ast.Module]]:
    source = ROOT / "src" / "warmstart"
    for path in source.rglob("*.py"):
        yield path.relative_to(source).as_posix(), ast.parse(path.read_text("utf-8"))


def test_what_is_imported_is_asked_for():
    missing = []
    everything = CORE.union(*BY_EXTRA.values())
    for place, tree in sources():
        shipped_tests = place.startswith("testing/")
        for package, inside in imports(tree):
            if package in sys.stdlib_module_names or package == "warmstart":
                continue
            granted = place.startswith(BEHIND_AN_EXTRA.get(package, ("-",)))
            known = everything if inside or granted else CORE
            if installed_as(package) not in known and not (
                shipped_tests and package in FOR_TESTS
            ):
                missing.append((place, package))
    assert not missing


def test_what_is_asked_for_is_imported():
    used = {installed_as(package) for _, tree in sources() for package, _ in imports(tree)}
    assert not CORE - used


def test_an_extra_that_a_message_names_brings_the_package():
    found = []
    for place, tree in sources():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in (
                "require",
                "_extras.require",
            ):
                package, extra = node.args[0], node.keywords[0].value
                if isinstance(package, ast.Constant) and isinstance(extra, ast.Constant):
                    found.append((place, package.value.partition(".")[0], extra.value))
    assert len(found) > 20
    wrong = [
        one
        for one in found
        if one[2] not in BY_EXTRA
        or installed_as(one[1]) not in BY_EXTRA[one[2]] | BRINGS.get(one[2], set())
    ]
    assert not [one for one in wrong if one[0] != "_extras.py"]


@pytest.mark.parametrize("extra", sorted(set(EXTRAS) - {"all"}))
def test_an_extra_is_used_or_installs_what_is(extra):
    texts = "\n".join(path.read_text("utf-8") for path in (ROOT / "src").rglob("*.py"))
    modules = {name: other for other, name in OTHER_NAMES.items()}
    assert any(re.search(rf"\b{modules.get(one, one)}\b", texts) for one in BY_EXTRA[extra])
