"""Tests mirror the source, and ask it as a user would."""

import ast
from fnmatch import fnmatch
from pathlib import Path

from tests.mirror import ROOT, SHIPPED, SOURCE, also_of, modules, own_test

OF_LIBRARIES = frozenset(
    {
        *("_repr_html_", "_experiment", "_ot_study", "_contains", "_study_id", "_storage"),
        *("_trial_id", "_get_latest_trial", "_root_cache_directory", "_api_calls"),
        *("_hyperparam_mutations", "_custom_explore_fn", "_policy", "_optimizer"),
    }
)
"""Read of IPython, Ax, Ray, Optuna, openml and scikit-learn, which offer no other way."""

MODULES_OF_ALL = frozenset({"_extras", "_plugins", "_version", "__future__"})

GRANTED = frozenset({"_configurations"})
"""Learners of a matrix, which no public call gives names other than its values."""


def private_reads(path: Path) -> list[str]:
    """Names with an underscore that a test reads of what it does not define itself."""
    tree = ast.parse(path.read_text("utf-8"))
    nodes = list(ast.walk(tree))
    own = {n.name for n in nodes if isinstance(n, ast.FunctionDef | ast.ClassDef)}
    own |= {n.attr for n in nodes if isinstance(n, ast.Attribute) and of_self(n)}
    found = []
    for node in nodes:
        if isinstance(node, ast.Attribute) and is_private(node.attr) and not of_self(node):
            found += [node.attr] if node.attr not in own | OF_LIBRARIES | GRANTED else []
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("warmstart"):
            found += [alias.name for alias in node.names if is_private(alias.name)]
    return [name for name in found if name not in MODULES_OF_ALL]


def is_private(name: str) -> bool:
    return name.startswith("_") and not name.startswith("__")


def of_self(node: ast.Attribute) -> bool:
    return isinstance(node.value, ast.Name) and node.value.id in ("self", "cls")


def test_no_test_reads_what_is_private():
    files = [*(ROOT / "tests").rglob("*.py"), *SHIPPED.rglob("*.py")]
    found = {str(path.relative_to(ROOT)): private_reads(path) for path in files}
    assert not {path: names for path, names in found.items() if names}


def test_each_module_has_a_test_of_its_name_or_is_named_in_another():
    known = modules()
    own = {name for name in known if own_test(name).is_file()}
    named = [name for path in (ROOT / "tests").rglob("test_*.py") for name in also_of(path)]
    assert not known - own - set(named), "write 'Also of: …' in the test that is of them"
    assert not set(named) - known, "these are no modules any more"
    assert len(named) == len(set(named)), "one test is of it, say which"


def test_pytest_goes_into_every_folder(pytestconfig):
    left_out = pytestconfig.getini("norecursedirs")
    tests = [*(ROOT / "tests").rglob("test_*.py"), *SOURCE.rglob("*.py")]
    folders = {part for path in tests for part in path.relative_to(ROOT).parts[:-1]}
    assert not {f for f in folders if any(fnmatch(f, pattern) for pattern in left_out)}
