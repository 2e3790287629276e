"""Pipelines that take from a shared memory what others of them have fitted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from warmstart.spaces.pipelines.stages.memory import StageMemory

_ALONE, _END = "warmstart-step", "warmstart-end"
"""Names of steps in pipelines that are put around what is no pipeline."""


def share(steps: Any, memory: StageMemory) -> Any:
    """A pipeline of the same unfitted steps that takes from a memory what is there.

    Pipelines inside steps and inside branches of column transformers share too, each of their
    steps a stage of its own.

    Parameters
    ----------
    steps : Pipeline
        Unfitted; left as it is.
    memory : StageMemory
    """
    from sklearn.base import clone
    from sklearn.pipeline import Pipeline

    shared = clone(Pipeline(list(steps.steps)))
    _equip(shared, memory)
    return shared


def share_all(steps: Any, memory: StageMemory) -> Any:
    """The same of a pipeline that only prepares: its last step is a stage too."""
    from sklearn.pipeline import Pipeline

    return share(Pipeline([*steps.steps, (_END, "passthrough")]), memory)


def unshared(pipeline: Any) -> Any:
    """A fitted pipeline as it would be without a memory; changed where it stands."""
    from sklearn.compose import ColumnTransformer

    pipeline.memory = None
    pipeline.steps = [(name, step) for name, step in pipeline.steps if name != _END]
    for position, (name, step) in enumerate(pipeline.steps):
        if isinstance(step, ColumnTransformer):
            for attribute in ("transformers", "transformers_"):
                parts = [(n, _bare(inner), c) for n, inner, c in getattr(step, attribute)]
                setattr(step, attribute, parts)
        else:
            pipeline.steps[position] = name, _bare(step)
    return pipeline


def is_nothing(step: Any) -> bool:
    """Whether a step does nothing."""
    return step is None or (isinstance(step, str) and step in ("passthrough", "drop"))


def _equip(pipeline: Any, memory: StageMemory) -> None:
    from sklearn.compose import ColumnTransformer

    pipeline.memory = memory
    if not memory.inside:
        return
    for position, (name, step) in enumerate(pipeline.steps):
        if isinstance(step, ColumnTransformer):
            step.transformers = [
                (branch, _equipped(inner, memory), columns)
                for branch, inner, columns in step.transformers
            ]
        elif hasattr(step, "steps"):
            pipeline.steps[position] = name, _equipped(step, memory)


def _equipped(step: Any, memory: StageMemory) -> Any:
    """A branch as a pipeline all of whose steps come before its last, which does nothing."""
    from sklearn.pipeline import Pipeline

    if is_nothing(step):
        return step
    inner = step.steps if isinstance(step, Pipeline) else [(_ALONE, step)]
    whole = Pipeline([*inner, (_END, "passthrough")])
    if (told := getattr(step, "_sklearn_output_config", None)) is not None:
        whole.set_output(**told)
    _equip(whole, memory)
    return whole


def _bare(step: Any) -> Any:
    if not hasattr(step, "steps"):
        return step
    whole = unshared(step)
    return whole.steps[0][1] if whole.steps[0][0] == _ALONE else whole
