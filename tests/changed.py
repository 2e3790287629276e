"""Print the tests of what changed since main: ``python tests/changed.py``.

A test file that changed is one; a module that changed is tried by the test of its name or the
one that says it is of it, and by its own examples; a package's own file by the room's folder.
"""

import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.mirror import ROOT, named_in, own_test

ALWAYS = ("architecture", "mirror", "dependencies")


def git(*words):
    done = subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=True)
    return done.stdout.split("\n")


def tests_of(parts, named):
    """Tests of one source file, by its path in the package."""
    module = ".".join(parts).removesuffix(".py")
    if parts[-1] == "__init__.py":
        room = ROOT / "tests" / "unit" / Path(*parts[:-1])
        return [room, room.parent / f"test_{room.name}.py"]
    return [own_test(module), named.get(module, ROOT / "tests" / "test_docstrings.py")]


def main():
    """One path a line, the architecture's tests always among them."""
    [began, *_] = git("merge-base", "main", "HEAD")
    changed = {
        *git("diff", "--name-only", began),
        *git("ls-files", "-o", "--exclude-standard"),
    }
    named = named_in()
    tests = {ROOT / "tests" / f"test_{name}.py" for name in ALWAYS}
    for name in filter(None, changed):
        path = Path(name)
        if path.parts[:2] == ("src", "warmstart") and path.suffix == ".py":
            tests.update(tests_of(path.parts[2:], named))
            tests.add(ROOT / path)
        elif path.parts[0] == "tests" and path.name.startswith("test_"):
            tests.add(ROOT / path)
    for test in sorted(test for test in tests if test.exists()):
        print(test.relative_to(ROOT))  # noqa: T201 - read by make


if __name__ == "__main__":
    main()
