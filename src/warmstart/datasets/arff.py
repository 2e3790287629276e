"""ARFF files, the format of Weka and OpenML."""

from __future__ import annotations

from pathlib import Path

import pandas as pd


def read_arff(path: Path) -> pd.DataFrame:
    raise NotImplementedError
