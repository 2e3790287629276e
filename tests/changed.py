"""Print the tests of what changed since main: ``python tests/changed.py``.

A test file that changed is one; a module that changed is tried by the test of its name or the
one that says it is of it, and by its own examples; a package's own file by the room's folder.
"""

import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.mirror import ROOT, named_in, own_test

ALWAYS = ("architecture", "mirror", "dependencies", "docstrings")


def git(*words):
    done = subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=True)
    return done.stdout.split("\n")


def paths_testing(name):
    """Test folders and files of one changed file, relative to the root."""
    path = Path(name)
    if path.parts[0] == "tests" and path.name.startswith("test_"):
        return {name}
    if path.parts[:2] != ("src", "warmstart") or path.suffix != ".py":
        return set()
    parts = path.parts[2:]
    module = ".".join(parts).removesuffix(".py")
    if parts[-1] == "__init__.py":
        room = ROOT / "tests" / "unit" / Path(*parts[:-1])
        found = {room, room.parent / f"test_{room.name}.py"}
    else:
        found = {own_test(module), named_in().get(module, own_test(module))}
    return {test.relative_to(ROOT).as_posix() for test in found if test.exists()}


def main():
    """One path a line, the architecture's tests always among them."""
    [began, *_] = git("merge-base", "main", "HEAD")
    changed = {
        *git("diff", "--name-only", began),
        *git("ls-files", "-o", "--exclude-standard"),
    }
    tests = {f"tests/test_{name}.py" for name in ALWAYS}
    for name in filter(None, changed):
        tests |= paths_testing(name)
        # Its own examples too.
        tests |= {name} if name.startswith("src/") and name.endswith(".py") else set()
    for test in sorted(test for test in tests if (ROOT / test).exists()):
        print(test)  # noqa: T201 - read by make


if __name__ == "__main__":
    main()
