"""WarmStartSampler: begin a study where other people's tuning of similar data ended."""

from __future__ import annotations

try:
    from warmstart import WarmStartSampler
except ModuleNotFoundError as error:
    if error.name != "warmstart":
        raise
    raise ModuleNotFoundError(
        "this sampler needs the package warmstart: pip install 'warmstart[optuna]'",
        name="warmstart",
    ) from error

__all__ = ["WarmStartSampler"]
