"""Run every block of README in a fresh clone: ``python -m tests.readme``.

The environment is the one that README's own first command makes, so packages are installed; it
takes minutes. Only ``make test``, which would run this again, is left out.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.readme.blocks import commands, python, small
from tests.replay_openml import ReplayServer, synthetic_world

ROOT = Path(__file__).parents[2]


def main() -> int:
    """Clone, run, and say which command failed."""
    with tempfile.TemporaryDirectory() as folder, ReplayServer(synthetic_world()) as server:
        clone = Path(folder) / "warmstart"
        subprocess.run(["git", "clone", "--quiet", ROOT, clone], check=True)
        # Kept in the shell's own words: an activated environment stays so to the end.
        lines = ["set -euo pipefail"]
        for command in commands():
            if command.startswith("make test"):
                continue
            lines += [f"printf '%s\\n' {_quoted('$ ' + command)}", small(command, server.url)]
        blocks = Path(folder) / "blocks.py"
        blocks.write_text(python(), "utf-8")
        lines += ["echo '$ python'", "pip install --quiet lightgbm optuna", f"python {blocks}"]
        environment = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON")}
        done = subprocess.run(
            ["bash", "-c", "\n".join(lines)], cwd=clone, env=environment, check=False
        )
        editable = subprocess.run(
            [clone / ".venv/bin/python", "-c", "import warmstart; print(warmstart.__file__)"],
            cwd=folder,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        ).stdout
        if not editable.startswith(str(clone)):
            sys.stderr.write(f"the editable installation was replaced: {editable}\n")
            return 1
    return done.returncode


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"


if __name__ == "__main__":
    sys.exit(main())
