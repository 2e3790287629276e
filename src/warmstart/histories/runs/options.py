"""What a foreign history leaves unsaid and its user says: task, metric, direction, names."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypedDict

from warmstart.errors import HistoryError
from warmstart.histories.runs.directions import check_direction, usual_name
from warmstart.histories.runs.schema import Direction
from warmstart.histories.runs.values import NOISE, SEEDS, plain_values, whole

if TYPE_CHECKING:
    from warmstart.histories.runs.remarks import Remarks


class ReadOptions(TypedDict, total=False):
    """Keyword arguments of every importer's ``read``; see :class:`Meaning`."""

    metric: str | Sequence[str]
    direction: Direction | Sequence[Direction] | None
    task: str | Mapping[str, str] | None
    task_tag: str | None
    metric_key: str | None
    rename: Mapping[str, str]
    fixed: Mapping[str, Any]
    ignore: Collection[str]
    learner: str
    space: str
    sampler: str | None
    run_prefix: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Meaning:
    """How the runs of a foreign history are to be understood; nothing of it is guessed."""

    metric: str | Sequence[str]
    """What was measured; several names for a study of several objectives."""

    direction: Direction | Sequence[Direction] | None = None
    """Of each metric. Mandatory unless the source itself records it."""

    task: str | Mapping[str, str] | None = None
    """Task all runs belong to; or the source's own name (of a study, an experiment) to task."""

    task_tag: str | None = None
    """Tag, attribute or column of the source that names the task of a run."""

    metric_key: str | None = None
    """What the source calls the metric; its name without."""

    rename: Mapping[str, str] = field(default_factory=dict)
    """Hyperparameters: the source's name to the one to use."""

    fixed: Mapping[str, Any] = field(default_factory=dict)
    """Hyperparameters the runs held fixed without recording it, by the name to use."""

    ignore: Collection[str] = ()
    """Recorded names that are no hyperparameters."""

    learner: str = ""
    """What the runs trained; a hyperparameter called ``learner`` says it otherwise."""

    space: str = ""
    """Name of the configuration space: equal values in one space are one configuration. The
    learner without, or "history"."""

    sampler: str | None = None
    """How configurations were chosen, such as "tpe" or "random"; what the source records of
    it otherwise."""

    run_prefix: str = ""
    """Put before the source's own names of runs: for a second history that numbers its runs
    as another one does."""

    def __post_init__(self) -> None:
        if not self.metrics or not all(self.metrics):
            raise HistoryError("name the metric the runs are measured in: metric=")
        if self.task is None and self.task_tag is None:
            raise HistoryError(
                "name the task the runs belong to: task=, or task_tag= where the history "
                "names it itself; it is never guessed"
            )
        if self.task is not None and self.task_tag is not None:
            raise HistoryError(
                f"task={self.task!r} and task_tag={self.task_tag!r} were said; leave one out"
            )
        if self.task == "":
            raise HistoryError("task must not be empty")
        directions = self._directions
        if directions is not None and len(directions) != len(self.metrics):
            raise HistoryError(f"{len(directions)} directions for metrics {self.metrics}")
        for name, direction in zip(self.metrics, directions or (), strict=False):
            check_direction(name, direction)
        usual = [usual_name(name) for name in self.metrics]
        if twice := [name for name in usual if usual.count(name) > 1]:
            raise HistoryError(
                f"two of the metrics {', '.join(self.metrics)} are {twice[0]}; give one of "
                "them a name of its own"
            )
        swapped = {new: old for old, new in self.rename.items()}
        if len(swapped) < len(self.rename):
            raise HistoryError(f"rename gives two hyperparameters one name: {self.rename}")

    @property
    def metrics(self) -> tuple[str, ...]:
        """Names of the metrics, one an objective."""
        return (self.metric,) if isinstance(self.metric, str) else tuple(self.metric)

    @property
    def _directions(self) -> tuple[Direction, ...] | None:
        if self.direction is None:
            return None
        return (self.direction,) if isinstance(self.direction, str) else tuple(self.direction)

    def only_metric(self, source: str) -> tuple[str, str, Direction]:
        """Name, key in the source and direction of the one metric.

        Raises
        ------
        HistoryError
            If there are several, or no direction was given.
        """
        if len(self.metrics) != 1:
            raise HistoryError(f"a history of {source} is read one metric at a time")
        directions = self._directions
        if directions is None:
            raise HistoryError(
                f"say whether {self.metrics[0]} is better high or low: "
                f'direction="maximize" or "minimize"; {source} does not record it'
            )
        name, direction = self.metrics[0], directions[0]
        return usual_name(name), self.metric_key or name, direction

    def directions_of(self, recorded: Sequence[Direction], where: str) -> list[Direction]:
        """Directions a source records, which those given must not contradict."""
        if len(recorded) != len(self.metrics):
            raise HistoryError(
                f"{where} has {len(recorded)} objectives, metric names {len(self.metrics)}: "
                f"{', '.join(self.metrics)}"
            )
        given = self._directions
        if given is not None and tuple(recorded) != given:
            raise HistoryError(
                f"{where} records direction {', '.join(recorded)}, given was {', '.join(given)}"
            )
        for name, direction in zip(self.metrics, recorded, strict=True):
            check_direction(name, direction)
        return list(recorded)

    def task_of(self, name: str | None, tags: Mapping[str, Any], where: str) -> str:
        """Task of a run or a study.

        Parameters
        ----------
        name : str, optional
            What the source calls the study or experiment.
        tags : mapping
            What it says of it.
        where : str
            For the message.

        Raises
        ------
        HistoryError
            If neither the mapping nor the tag names a task.
        """
        if self.task_tag is not None:
            found = tags.get(self.task_tag)
            if found is None or found != found or str(found) == "":
                raise HistoryError(
                    f"{where} has no {self.task_tag!r} to name its task"
                    + (f"; it has {', '.join(map(str, tags))}" if tags else "")
                )
            return str(found)
        if isinstance(self.task, str):
            return self.task
        assert self.task is not None
        if name is None or name not in self.task:
            raise HistoryError(
                f"task= names no task for {where}; it knows {', '.join(self.task)}"
            )
        return str(self.task[name])

    def values(
        self, given: Mapping[str, Any], remarks: Remarks
    ) -> tuple[dict[str, Any], int | None]:
        """Hyperparameters under their new names, fixed ones filled in, and the seed.

        Raises
        ------
        HistoryError
            If two would have one name.
        """
        plain: dict[str, Any] = {}
        kept = {name: value for name, value in given.items() if name not in self.ignore}
        for name, value in plain_values(kept).items():
            if name in self.ignore:
                continue
            called = self._called(name)
            if called in plain:
                raise HistoryError(
                    f"two hyperparameters are called {called!r} once {name!r} is renamed; "
                    f"give it another name, or leave the other out by ignore=[{called!r}]"
                )
            plain[called] = value
        seed = None
        for name in [name for name in plain if _last(name) in NOISE]:
            value = plain.pop(name)
            remarks.say(f"{name} is no part of a configuration and was left out")
            if _last(name) in SEEDS and type(value) is int:
                if whole(value) is None:
                    remarks.add("whose seed has more than 64 bits, which is left out")
                seed = whole(value) if seed is None else seed
        for name, value in self.fixed.items():
            plain.setdefault(name, value)
        return plain, seed

    def _called(self, name: str) -> str:
        """The name to use; a renamed group, as of Ray's nested ones, renames its members."""
        if name in self.rename:
            return self.rename[name]
        group, slash, rest = name.partition("/")
        return f"{self.rename[group]}/{rest}" if slash and group in self.rename else name

    def space_of(self, learner: str) -> str:
        """Configuration space of a configuration of a learner."""
        return self.space or learner or "history"

    def learner_of(self, values: Mapping[str, Any]) -> str:
        """Learner of a configuration."""
        return self.learner or str(values.get("learner", ""))


def _last(name: str) -> str:
    """Innermost part of a nested name: ``model__random_state``, ``model/random_state``."""
    for separator in ("__", "/", ":", "."):
        name = name.rpartition(separator)[2]
    return name


def entered(value: float, direction: Direction) -> float:
    """A recorded number as a score, higher is better; no score is a negative zero."""
    return value if direction == "maximize" else 0.0 - value
