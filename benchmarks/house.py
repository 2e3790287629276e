"""How the source is laid out, in figures: folders, lines, circles, what a newcomer must touch.

    python benchmarks/house.py
    python benchmarks/house.py --against ../a-checkout-of-before

The source is read, not imported, but for the times of an import and of a first answer, each
measured in processes of their own that take turns where two checkouts are compared. A circle
counts every import, those for types and those inside functions too.
"""

from __future__ import annotations

import argparse
import ast
import re
import statistics
import subprocess
import sys
from collections.abc import Iterable, Mapping
from functools import cached_property
from pathlib import Path

ROOT = Path(__file__).parents[1]
PACKAGE = "warmstart"

EXAMPLES = {
    "model": "rgpe",
    "tuner": "nevergrad",
    "source of runs": "wandb",
    "group of meta-features": "itemset",
    "learner": "adaboost",
}
"""One of each kind of thing that others add, by its name in the source."""

COLD_SUGGEST = """
import resource, sys
import warmstart
if {answer}:
    warmstart.suggest({data!r}, target="class", n=3)
ours = [m for name, m in sys.modules.items() if name.partition(".")[0] == "warmstart"]
with_code = [m for m in ours if not hasattr(m, "__path__")]
used = resource.getrusage(resource.RUSAGE_SELF)
print(len(ours), len(with_code), used.ru_utime + used.ru_stime)
"""
"""Packages are counted apart: of most of them all that is loaded is a line of text."""


class House:
    """The source of one checkout.

    Parameters
    ----------
    root : Path
        Of the checkout; its source is in ``src/warmstart``.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.source = root / "src" / PACKAGE

    @cached_property
    def files(self) -> list[Path]:
        """Every module, relative to the package."""
        return sorted(path.relative_to(self.source) for path in self.source.rglob("*.py"))

    @cached_property
    def lines(self) -> dict[str, int]:
        """Lines of every module, by its path in the package."""
        return {
            path.as_posix(): len((self.source / path).read_text("utf-8").splitlines())
            for path in self.files
        }

    @cached_property
    def folders(self) -> dict[str, int]:
        """Modules in every folder, ``__init__.py`` counted."""
        counts: dict[str, int] = {}
        for path in self.files:
            counts[path.parent.as_posix()] = counts.get(path.parent.as_posix(), 0) + 1
        return counts

    @cached_property
    def imports(self) -> dict[str, set[str]]:
        """Modules of the package that each module imports, anywhere in it and for types too.

        A package itself stands for its ``__init__.py``. What Python loads on the way, the
        packages that a module is in, does not count.
        """
        modules = {_dotted(path): path for path in self.files}
        found: dict[str, set[str]] = {}
        for module, path in modules.items():
            tree = ast.parse((self.source / path).read_text("utf-8"))
            names = set(_imported(tree))
            found[module] = {known for name in names if (known := _known(name, modules))}
            found[module].discard(module)
        return found

    @cached_property
    def circles(self) -> list[list[str]]:
        """Groups of modules each of which is reached from every other of its group."""
        return sorted(sorted(group) for group in _strong(self.imports) if len(group) > 1)

    def naming(self, word: str) -> list[str]:
        """Modules in which a word stands, whatever its case: who adds its like touches them."""
        found = re.compile(rf"(?<![a-z]){re.escape(word)}(?![a-z])", re.IGNORECASE)
        return [
            path.as_posix()
            for path in self.files
            if found.search((self.source / path).read_text("utf-8"))
        ]

    @cached_property
    def names_of_two(self) -> dict[str, list[str]]:
        """Names of classes that several modules have a class of, and those modules."""
        found: dict[str, list[str]] = {}
        for path in self.files:
            tree = ast.parse((self.source / path).read_text("utf-8"))
            for node in tree.body:
                if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                    found.setdefault(node.name, []).append(path.as_posix())
        return {name: paths for name, paths in found.items() if len(paths) > 1}

    def rooms_of(self, module: str) -> set[str]:
        """Rooms that a module imports from, its own not counted."""
        rooms = {name.split(".")[1] for name in self.imports[module] if "." in name}
        return rooms - {module.split(".")[1] if "." in module else ""}


def _dotted(path: Path) -> str:
    parts = [PACKAGE, *path.with_suffix("").parts]
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _imported(tree: ast.Module) -> Iterable[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _known(name: str, modules: Mapping[str, Path]) -> str:
    """The module of ours that a dotted name is, or is in; empty if it is none of ours."""
    if name in modules:
        return name
    parent = name.rpartition(".")[0]
    return parent if parent in modules else ""


def _strong(graph: Mapping[str, set[str]]) -> list[set[str]]:
    """Strongly connected components, by Tarjan's algorithm without recursion."""
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    groups: list[set[str]] = []
    for start in graph:
        if start in index:
            continue
        work = [(start, iter(sorted(graph[start])))]
        index[start] = low[start] = len(index)
        stack.append(start)
        while work:
            node, rest = work[-1]
            for other in rest:
                if other not in index:
                    index[other] = low[other] = len(index)
                    stack.append(other)
                    work.append((other, iter(sorted(graph[other]))))
                    break
                if other in stack:
                    low[node] = min(low[node], index[other])
            else:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[node])
                if low[node] == index[node]:
                    group = set()
                    while not group or node not in group:
                        group.add(stack.pop())
                    groups.append(group)
    return groups


def layout(house: House) -> dict[str, str]:
    """What the source shows without being run."""
    lines, folders = house.lines, house.folders
    large = {name: n for name, n in folders.items() if n > 12}
    longest = max(lines, key=lambda name: lines[name])
    most = max(folders, key=lambda name: folders[name])
    return {
        "modules": f"{len(lines)}",
        "lines": f"{sum(lines.values()):,}",
        "folders": f"{len(folders)}",
        "modules in the largest folder": f"{folders[most]} ({most})",
        "folders of more than 12": f"{len(large)}",
        "longest module": f"{lines[longest]} lines ({longest})",
        "modules of more than 250 lines": f"{sum(n > 250 for n in lines.values())}",
        "median module": f"{statistics.median(lines.values()):.0f} lines",
        "modules in circles": f"{sum(map(len, house.circles))}",
        "class names of several classes": f"{len(house.names_of_two)}",
        **{
            f"modules that name a {kind} ({word})": f"{len(house.naming(word)) or '-'}"
            for kind, word in EXAMPLES.items()
        },
    }


def timed(houses: list[House], repeats: int) -> list[dict[str, str]]:
    """Modules loaded and CPU seconds of an import and of a first answer, taking turns."""
    data = str(ROOT / "data" / "examples" / "german_credit.csv")
    found: list[dict[str, str]] = [{} for _ in houses]
    for what, answer in {"import": False, "first suggest": True}.items():
        seconds: list[list[float]] = [[] for _ in houses]
        n_modules = ["" for _ in houses]
        for _ in range(repeats + 1):
            for k, house in enumerate(houses):
                done = subprocess.run(
                    [sys.executable, "-c", COLD_SUGGEST.format(answer=answer, data=data)],
                    env={"PYTHONPATH": str(house.root / "src"), "OMP_NUM_THREADS": "1"},
                    capture_output=True,
                    text=True,
                    check=True,
                )
                loaded, with_code, used = done.stdout.split()
                n_modules[k] = f"{loaded} ({with_code} with code)"
                seconds[k].append(float(used))
        for k, _ in enumerate(houses):
            # The first run compiles and fills caches of the disk.
            found[k][f"modules of ours loaded, {what}"] = n_modules[k]
            found[k][f"CPU seconds, {what}"] = f"{statistics.median(seconds[k][1:]):.2f}"
    return found


def main() -> None:
    """Print one column a checkout."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--against", type=Path, help="a checkout of before")
    parser.add_argument("--repeats", type=int, default=5, help="processes timed a figure")
    options = parser.parse_args()
    roots = [root.resolve() for root in (options.against, ROOT) if root is not None]
    houses = [House(root) for root in roots]
    shown = [layout(house) for house in houses]
    if options.repeats:
        for one, times in zip(shown, timed(houses, options.repeats), strict=True):
            one.update(times)
    names = ["before", "now"] if options.against else ["now"]
    print(f"| figure | {' | '.join(names)} |\n|{' --- |' * (len(names) + 1)}")
    for figure in shown[0]:
        print(f"| {figure} | {' | '.join(one[figure] for one in shown)} |")


if __name__ == "__main__":
    main()
