"""Recorded runs that do not come with the project: more is tested where they are.

The variable ``WARMSTART_EXTRA_DATA`` names their folder; without it ``shared/data`` beside
the checkout is looked for.
"""

import os
from pathlib import Path

import pytest

_BESIDE = Path(__file__).parents[2] / "shared" / "data"

FOLDER = Path(os.environ.get("WARMSTART_EXTRA_DATA", _BESIDE))


def needs(name):
    """Mark a test that reads the file or folder `name` of the extra data."""
    there = (FOLDER / name).exists()
    return pytest.mark.skipif(not there, reason=f"{name} does not come with the project")
