"""Options for what matters beside the score."""

from __future__ import annotations

from typing import Annotated

import typer

Objectives = Annotated[
    str | None,
    typer.Option(
        metavar="NAMES",
        help="What to be good at together, such as score,predict_s; score and two of "
        "predict_s, fit_s, size_mb, memory_mb.",
    ),
]
MaxPredict = Annotated[
    float | None,
    typer.Option(
        "--max-predict-s", metavar="SECONDS", help="Most seconds to predict 1,000 rows."
    ),
]
MaxFit = Annotated[
    float | None,
    typer.Option("--max-fit-s", metavar="SECONDS", help="Most seconds that one fit may take."),
]
MaxSize = Annotated[
    float | None,
    typer.Option("--max-size-mb", metavar="MB", help="Most megabytes of the fitted model."),
]
MaxMemory = Annotated[
    float | None,
    typer.Option(
        "--max-memory-mb", metavar="MB", help="Most megabytes of memory that a fit may take."
    ),
]
