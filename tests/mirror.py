"""Which test is of which module: by its name, or because it says so."""

import ast
from pathlib import Path

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src" / "warmstart"
SHIPPED = SOURCE / "testing"
"""Tests to inherit; they are tried by those who inherit them."""


def modules() -> set[str]:
    """Dotted names of all modules within the package; a package's own file is none."""
    return {
        ".".join(path.relative_to(SOURCE).with_suffix("").parts)
        for path in SOURCE.rglob("*.py")
        if path.name not in ("__init__.py", "__main__.py") and SHIPPED not in path.parents
    }


def own_test(module: str) -> Path:
    """Where the test of a module's name would be."""
    *rooms, name = module.split(".")
    return ROOT / "tests" / "unit" / Path(*rooms) / f"test_{name.lstrip('_')}.py"


def also_of(path: Path) -> list[str]:
    """Modules that a test's docstring says it is of, besides the one of its own name."""
    text = ast.get_docstring(ast.parse(path.read_text("utf-8"))) or ""
    _, _, names = text.partition("Also of: ")
    return [name.strip(" .\n") for name in names.split(",") if name.strip()]


def named_in() -> dict[str, Path]:
    """Modules by the test that says it is of them."""
    tests = sorted((ROOT / "tests").rglob("test_*.py"))
    return {name: path for path in tests for name in also_of(path)}
