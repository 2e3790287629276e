"""What a replayed OpenML server knows: its tables, as plain values."""

import hashlib
from collections import defaultdict
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Input:
    """One hyperparameter that a flow declares."""

    id: int
    name: str
    data_type: str = ""
    default: str = ""


@dataclass(frozen=True, slots=True)
class Flow:
    id: int
    name: str
    version: int = 1
    external_version: str = ""
    inputs: tuple[Input, ...] = ()
    components: tuple[tuple[str, int], ...] = ()
    """Identifier and flow id of each part."""

    @property
    def full_name(self):
        return f"{self.name}({self.version})"


@dataclass(frozen=True, slots=True)
class Setup:
    id: int
    flow_id: int
    values: tuple[tuple[int, str], ...] = ()
    """Input id and stored text."""

    tags: int = 0
    """The server repeats every parameter so many times where it is more than one."""


@dataclass(frozen=True, slots=True)
class Dataset:
    id: int
    name: str
    arff: bytes
    target: str
    qualities: dict
    features: tuple = ()
    """Name, "nominal" or "numeric", and the nominal values, of each column."""

    version: int = 1
    licence: str = "Public"
    parquet: bytes = b""

    @property
    def md5(self):
        return hashlib.md5(self.arff).hexdigest()


@dataclass(frozen=True, slots=True)
class Task:
    id: int
    type_id: int
    dataset_id: int
    target: str
    procedure: int = 1
    measure: str = "predictive_accuracy"


@dataclass(frozen=True, slots=True)
class Run:
    id: int
    task_id: int
    setup_id: int
    uploader: int = 1
    time: str = "2020-01-01 00:00:00"
    error: str = ""
    values: dict = field(default_factory=dict)
    """Measure to (engine id, value) pairs."""


@dataclass(frozen=True, slots=True)
class Study:
    id: int
    alias: str
    name: str
    task_ids: tuple[int, ...]


@dataclass(eq=False)
class World:
    """All tables, with the indices that filters need."""

    flows: dict = field(default_factory=dict)
    setups: dict = field(default_factory=dict)
    datasets: dict = field(default_factory=dict)
    tasks: dict = field(default_factory=dict)
    runs: list = field(default_factory=list)
    studies: dict = field(default_factory=dict)
    verbatim: dict = field(default_factory=dict)
    """Path below ``/api/v1/xml/`` to a recorded body, served before anything made here."""

    files: dict = field(default_factory=dict)
    """Path from the root to a recorded file."""

    untold: set = field(default_factory=set)
    """Setups whose parameters no listing of evaluations has."""

    gone: set = field(default_factory=set)
    """Setups that the server does not have any more, though runs of them are listed."""

    traces: dict = field(default_factory=dict)
    """Run id to (repeat, fold, iteration, stored texts by name, evaluation) rows."""

    def __post_init__(self):
        self.index()

    def index(self):
        """Make the indices anew, after runs or flows were added."""
        self.inputs = {i.id: (i, flow) for flow in self.flows.values() for i in flow.inputs}
        self.by = {name: defaultdict(list) for name in ("task", "setup", "flow", "uploader")}
        for place, run in enumerate(self.runs):
            self.by["task"][run.task_id].append(place)
            self.by["setup"][run.setup_id].append(place)
            self.by["flow"][self.setups[run.setup_id].flow_id].append(place)
            self.by["uploader"][run.uploader].append(place)

    def select(self, filters):
        """Runs that meet every filter of task, setup, flow, uploader and run."""
        sets = [
            sorted(p for value in filters[name] for p in self.by[name].get(value, ()))
            for name in self.by
            if name in filters
        ]
        places = min(sets, key=len) if sets else range(len(self.runs))
        found = [self.runs[place] for place in places]
        for name, get in (
            ("task", lambda run: run.task_id),
            ("setup", lambda run: run.setup_id),
            ("flow", lambda run: self.setups[run.setup_id].flow_id),
            ("uploader", lambda run: run.uploader),
            ("run", lambda run: run.id),
        ):
            if name in filters:
                wanted = set(filters[name])
                found = [run for run in found if get(run) in wanted]
        return found

    def study(self, name):
        """A study by number or alias, or None."""
        for study in self.studies.values():
            if str(study.id) == name or study.alias.lower() == name.lower():
                return study
        return None

    def parameters(self, setup_id):
        """Input, its flow and the stored text, of every parameter of a setup."""
        setup = self.setups[setup_id]
        rows = [(*self.inputs[input_id], text) for input_id, text in setup.values]
        return rows * max(1, setup.tags)
