"""The notebooks as committed: run from top to bottom, quiet, small, of no one's machine."""

import json
import re
from pathlib import Path

import pytest

NOTEBOOKS = sorted(Path(__file__).parents[1].glob("notebooks/*.ipynb"))
MACHINE = re.compile(r"(?<![\w.])/(tmp|home|root|Users|usr|opt|var|work)/|site-packages")


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_committed_outputs(path):
    text = path.read_text("utf-8")
    cells = [cell for cell in json.loads(text)["cells"] if cell["cell_type"] == "code"]
    outputs = [output for cell in cells for output in cell["outputs"]]
    assert [cell["execution_count"] for cell in cells] == list(range(1, len(cells) + 1))
    assert outputs
    assert not [o for o in outputs if o["output_type"] == "error" or o.get("name") == "stderr"]
    readable = re.sub(r'"image/png": "[^"]*"', "", text)
    assert not MACHINE.search(readable), MACHINE.search(readable)
    assert len(text) < 1e6


def test_readme_names_every_notebook():
    readme = (Path(__file__).parents[1] / "README.md").read_text("utf-8")
    assert len(NOTEBOOKS) >= 7
    assert not [path.name for path in NOTEBOOKS if path.name not in readme]
