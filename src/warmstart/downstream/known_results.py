"""Known scores for tuners that take them beside the points, of all points or of none."""

from __future__ import annotations

from typing import Literal

from warmstart.errors import ArgumentError
from warmstart.spaces.seed_report import SeedReport

Mode = Literal["min", "max"]


def rewards(report: SeedReport, mode: Mode, *, where: str) -> list[float] | None:
    """Values of the tuner's metric for the accepted points; None where there are no scores.

    Parameters
    ----------
    report : SeedReport
    mode : {"min", "max"}
        What the tuner does with its metric; where it minimises, scores change sign.
    where : str
        What takes them, for the message.

    Raises
    ------
    ValueError
        If only some of the points have scores, or the mode is none.
    """
    if mode not in ("min", "max"):
        raise ArgumentError(f"mode must be 'min' or 'max', got {mode!r}")
    known = [score for score in report.scores if score is not None]
    if not known:
        return None
    if len(known) < len(report.points):
        raise ArgumentError(
            f"{len(report.points) - len(known)} of {len(report.points)} points have no score; "
            f"{where} needs all or none, so evaluate those or seed them apart"
        )
    return known if mode == "max" else [-score for score in known]
