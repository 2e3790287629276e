"""Print the tests of what changed since main: ``python tests/changed.py``.

What changed in a room, ``src/warmstart/<room>/``, is tested by ``tests/unit/<room>``; a module
beside the rooms by ``tests/unit/test_<module>.py`` and by every test that says ``Also of:
<module>`` in its first lines; a test file by itself.
"""

import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[1]
UNIT = Path("tests/unit")


def git(*words):
    done = subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=True)
    return done.stdout.split("\n")


def paths_testing(name):
    """Test folders and files of one changed file, relative to the root."""
    path = Path(name)
    if path.parts[0] == "tests" and path.name.startswith("test_"):
        return {name}
    if path.parts[:2] != ("src", "warmstart"):
        return set()
    room = path.parts[2].removesuffix(".py")
    found = {str(UNIT / room), str(UNIT / f"test_{room.lstrip('_')}.py")}
    if len(path.parts) == 3:
        found |= {
            str(test.relative_to(ROOT))
            for test in (ROOT / "tests").rglob("test_*.py")
            if room in also_of(test.read_text("utf-8"))
        }
    return {one for one in found if (ROOT / one).exists()}


def also_of(text):
    """Modules that the first docstring of a test names besides the one of its own name."""
    named = text.partition('"""')[2].partition('"""')[0].partition("Also of: ")[2]
    return {one.strip(" .\n") for one in named.split(",")}


def main():
    """One path a line, the architecture's tests always among them."""
    changed = {
        *git("diff", "--name-only", "main"),
        *git("ls-files", "-o", "--exclude-standard"),
    }
    found = {"tests/test_architecture.py"}
    for name in filter(None, changed):
        found |= paths_testing(name)
    for test in sorted(one for one in found if (ROOT / one).exists()):
        print(test)  # noqa: T201 - read by make


if __name__ == "__main__":
    main()
