"""What one meta-feature of another system is here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

How = Literal["equal", "unit", "differs", "none"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Counterpart:
    """One meta-feature of another system."""

    system: Literal["auto-sklearn", "openml", "pymfe"]
    theirs: str
    ours: str
    """Empty where there is none."""

    how: How
    """"equal" in definition and unit; in another "unit"; or "differs" as the note says."""

    note: str = ""
