"""A few damaged inputs of each kind; ``python -m tests.fuzz`` tries thousands."""

import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from .samples import SAMPLES
from .trying import try_one

GROUPS = {"readers", "bases"}


@pytest.mark.parametrize(
    "sample", [s for s in SAMPLES if s.group in GROUPS], ids=lambda sample: sample.name
)
def test_only_errors_of_ours_that_name_the_file(sample, tmp_path):
    if sample.name.startswith("optuna"):
        pytest.importorskip("optuna")
    whole = tmp_path / "whole"
    whole.mkdir()
    sample.make(whole)

    @settings(max_examples=8, deadline=None, database=None)
    @given(st.randoms(use_true_random=False))
    def damaged(draw):
        with tempfile.TemporaryDirectory() as folder:
            outcome, told = try_one(sample, whole, Path(folder) / "damaged", draw)
        assert outcome in ("read", "ours"), told

    damaged()
