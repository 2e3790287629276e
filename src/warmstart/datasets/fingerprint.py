"""placeholder"""

from __future__ import annotations

from typing import Any

import pandas as pd


def fingerprint(X: pd.DataFrame, y: pd.Series[Any]) -> str:
    raise NotImplementedError
