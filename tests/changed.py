"""Print the test folders and files of what changed since main: ``python tests/changed.py``.

What changed in ``src/warmstart/<room>/`` is tested by ``tests/unit/<room>``, a test file by
itself.
"""

import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[1]


def git(*words):
    done = subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=True)
    return done.stdout.split("\n")


def main():
    """One path a line, the architecture's tests always among them."""
    changed = {
        *git("diff", "--name-only", "main"),
        *git("ls-files", "-o", "--exclude-standard"),
    }
    tests = {"tests/test_architecture.py"}
    for name in filter(None, changed):
        path = Path(name)
        if path.parts[:2] == ("src", "warmstart"):
            tests.add(str(Path("tests/unit", *path.parts[2:3])).removesuffix(".py"))
        elif path.parts[0] == "tests" and path.name.startswith("test_"):
            tests.add(name)
    for test in sorted(test for test in tests if (ROOT / test).exists()):
        print(test)  # noqa: T201 - read by make


if __name__ == "__main__":
    main()
