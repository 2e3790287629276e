"""The answer: configurations best first, and everything that explains them."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, overload

from warmstart._shown import shown
from warmstart.domain import Schema, TaskType, plain_value
from warmstart.errors import ArgumentError, SpaceMismatchError
from warmstart.recommend.look.result import Look

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from warmstart.downstream.report import SeedReport
    from warmstart.evaluate.leaderboard import Leaderboard
    from warmstart.recommend.answer.ranges import Ranges

_FORMAT = 1

PlotKind = Literal["expected", "measured", "cost"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbour:
    """A known task like the new one."""

    task_id: str
    name: str
    family: str

    similarity: float
    """In (0, 1]; 1 for equal meta-features."""

    best_learner: str = ""
    """Learner of the best configuration known on it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """How one configuration did on one known task."""

    task_id: str
    name: str
    score: float

    rank: int
    """1 for the best configuration known on that task."""

    n_ranked: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OutOfDistribution:
    """Whether a dataset is unlike everything known; true when it is, or nobody can tell."""

    flag: bool | None = False
    """None where it cannot be told, for the reason given."""

    reason: str = ""
    """In words, whenever something was measured."""

    distance: float = math.nan
    """Mean distance to the nearest known tasks, in quantiles of each meta-feature."""

    threshold: float = math.nan
    """Distance that only one known task in twenty exceeds when left out."""

    def __bool__(self) -> bool:
        # Whoever asks before trusting an answer must not be told that all is well.
        return self.flag is not False


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Suggestion:
    """One configuration, and what is expected of it."""

    configuration: dict[str, Any]
    """Plain values."""

    configuration_id: Any
    learner: str = ""

    score: float = math.nan
    """Predicted score (the median), higher is better; losses are negative."""

    score_std: float = math.nan
    """Half the width of the central 68 % of the prediction."""

    score_low: float = math.nan
    """With :attr:`score_high` the central 90 % interval of the predicted score."""

    score_high: float = math.nan

    regret: float = math.nan
    """How far its score is expected to be below that of the best configuration known, in
    units of the metric."""

    p_best: float = math.nan
    """Probability that it is the best of all configurations known that are legal here."""

    cost_s: float = math.nan
    """Predicted seconds of one fit to this dataset, on one core."""

    measured: float = math.nan
    """Score a look measured on parts of the data; NaN where it did not."""

    measured_std: float = math.nan
    """Its standard error."""

    n_measured: int = 0
    """Folds it was measured on."""

    evidence: tuple[Evidence, ...] = ()
    """How it did on the nearest known tasks."""

    schema: Schema | None = None
    """Of the dataset it was suggested for."""

    random_state: int = 0

    def estimator(self, random_state: int | None = None) -> Any:
        """Make the unfitted scikit-learn pipeline, legal for the dataset it is for.

        Parameters
        ----------
        random_state : int, optional
            Seed of every random part; that of the suggestions by default.

        Raises
        ------
        SpaceMismatchError
            If the configuration is not of a space warmstart can build, or was
            suggested for meta-features without a dataset.
        MissingExtraError
            If the learner's library is not installed.
        """
        from warmstart.spaces.pipelines.learners import LEARNERS
        from warmstart.spaces.pipelines.pipeline import build_estimator

        if self.configuration.get("learner") not in LEARNERS:
            learner = self.configuration.get("learner") or self.learner
            whose = f"learner {learner!r}, which none of the" if learner else "no learner that"
            raise SpaceMismatchError(
                f"configuration {self.configuration_id} ({settings_of(self.configuration)}) is "
                f"of a history of your own, with {whose} pipelines here are built of, so there "
                "is no pipeline: set its .configuration on your estimator with set_params, or "
                "give the suggestions to a tuner with suggestions.seed(study)"
            )
        if self.schema is None:
            raise SpaceMismatchError(
                f"configuration {self.configuration_id} was suggested without a dataset, so "
                "its columns are unknown; pass a dataset to suggest"
            )
        seed = self.random_state if random_state is None else random_state
        return build_estimator(self.configuration, self.schema, random_state=seed)

    def __repr__(self) -> str:
        return str(shown("suggestion_line")(self))


@dataclass(frozen=True, kw_only=True, repr=False)
class Suggestions(Sequence[Suggestion]):
    """Suggested configurations, best first."""

    items: tuple[Suggestion, ...]
    metric: str | None

    strategy: str
    """What chose them: "pmf", "portfolio", "knn", "random" or "anytime"."""

    task_type: TaskType | None = None
    dataset: str = ""
    """Name of the dataset they are for."""

    neighbours: tuple[Neighbour, ...] = ()
    """Known tasks most like it, nearest first."""

    out_of_distribution: OutOfDistribution = OutOfDistribution()

    warnings: tuple[str, ...] = ()
    """What was repaired, dropped, capped or assumed on the way."""

    knowledge: str = ""
    """What the answer rests on, in words."""

    expected_regrets: tuple[float, ...] = ()
    """See :meth:`expected_regret`: of the best of the first one, two, and so on."""

    look: Look | None = None
    """Everything measured on the data before the answer; None where nothing was."""

    @overload
    def __getitem__(self, index: int) -> Suggestion: ...
    @overload
    def __getitem__(self, index: slice) -> Suggestions: ...
    def __getitem__(self, index: int | slice) -> Suggestion | Suggestions:
        if isinstance(index, slice):
            start, stop, step = index.indices(len(self))
            # Of others than the first nobody asked what they leave together.
            first = self.expected_regrets[:stop] if (start, step) == (0, 1) else ()
            return replace(self, items=self.items[index], expected_regrets=first)
        return self.items[index]

    def __len__(self) -> int:
        return len(self.items)

    def expected_regret(self, k: int) -> float:
        """How far the best of the first `k` is expected to be below the best known.

        What all configurations share, how hard the dataset is, makes the intervals of their
        scores wide and is no part of this. Calibrated on known tasks, each left out.

        Parameters
        ----------
        k : int
            From 1 to the number of suggestions.

        Returns
        -------
        float
            In units of the metric, never negative; NaN where nothing can be said.

        Raises
        ------
        ValueError
            If there are no `k` suggestions.
        """
        if not 1 <= k <= len(self):
            raise ValueError(f"k must be from 1 to {len(self)}, the suggestions, got {k}")
        return self.expected_regrets[k - 1] if self.expected_regrets else math.nan

    def to_frame(self) -> pd.DataFrame:
        """One row a suggestion: predictions first, then one column a hyperparameter.

        What a configuration does not have is missing; whole numbers stay whole.
        """
        import pandas as pd

        rows = [
            {
                "configuration_id": s.configuration_id,
                "learner": s.learner,
                "score": s.score,
                "score_std": s.score_std,
                "score_low": s.score_low,
                "score_high": s.score_high,
                "regret": s.regret,
                "p_best": s.p_best,
                "cost_s": s.cost_s,
                **({} if self.look is None else _measured(s)),
                **{k: v for k, v in s.configuration.items() if k != "learner"},
            }
            for s in self.items
        ]
        frame = pd.DataFrame(rows, index=pd.RangeIndex(1, len(rows) + 1, name="rank"))
        for name in dict.fromkeys(key for s in self.items for key in s.configuration):
            cells = [s.configuration.get(name) for s in self.items]
            # A gap would turn them into floats, and 100 trees into 100.0.
            if (
                name in frame
                and None in cells
                and {type(c) for c in cells} == {int, type(None)}
            ):
                frame[name] = pd.array(cells, dtype="Int64")
        return frame

    def to_json(self, *, indent: int | None = None) -> str:
        """Everything as JSON text; :meth:`from_json` reads it back."""
        schema = self.items[0].schema if self.items else None
        values = {
            "warmstart_suggestions": _FORMAT,
            "dataset": self.dataset,
            "task_type": self.task_type,
            "metric": self.metric,
            "strategy": self.strategy,
            "knowledge": self.knowledge,
            "suggestions": [_suggestion_values(s) for s in self.items],
            "expected_regrets": [
                one if math.isfinite(one) else None for one in self.expected_regrets
            ],
            "neighbours": [asdict(n) for n in self.neighbours],
            "out_of_distribution": _finite(asdict(self.out_of_distribution)),
            "warnings": list(self.warnings),
            "schema": None if schema is None else schema.to_dict(),
            "look": None if self.look is None else self.look.to_dict(),
        }
        return json.dumps(values, indent=indent, allow_nan=False)

    @classmethod
    def from_json(cls, text: str) -> Suggestions:
        """Read what :meth:`to_json` wrote.

        Raises
        ------
        ValueError
            If the text is not JSON, or not of suggestions.
        """
        values = json.loads(text)
        if not isinstance(values, dict) or values.get("warmstart_suggestions") != _FORMAT:
            raise ArgumentError(f"not the JSON of suggestions: {text[:60]!r}")
        try:
            schema = None if values["schema"] is None else Schema.from_dict(values["schema"])
            return cls(
                items=tuple(_suggestion(s, schema) for s in values["suggestions"]),
                # Files written before regrets were told have none.
                expected_regrets=tuple(
                    math.nan if one is None else one
                    for one in values.get("expected_regrets", ())
                ),
                metric=values["metric"],
                strategy=values["strategy"],
                task_type=values["task_type"],
                dataset=values["dataset"],
                neighbours=tuple(Neighbour(**n) for n in values["neighbours"]),
                out_of_distribution=OutOfDistribution(**_nan(values["out_of_distribution"])),
                warnings=tuple(values["warnings"]),
                knowledge=values["knowledge"],
                # Files written before there were looks say nothing of them.
                look=Look.from_dict(look) if (look := values.get("look")) else None,
            )
        except (KeyError, TypeError) as error:
            raise ArgumentError(f"the JSON of suggestions is incomplete: {error}") from error

    def seed(self, target: Any, space: Any = None, **options: Any) -> SeedReport:
        """Give the configurations to a tuner as its first trials, best first.

        Parameters
        ----------
        target : object
            An Optuna study or another tuner's object, see :mod:`warmstart.downstream`; a
            list has the configurations appended.
        space : object, optional
            The tuner's space in its own words, where the target does not know it.
        **options
            ``mapping`` of names, ``policy`` ("repair", "drop" or "strict"), ``defaults``
            of what a configuration lacks, and what the tuner's own module takes besides.

        Returns
        -------
        SeedReport
            What the tuner runs first, and everything that had to change and why.

        Raises
        ------
        SpaceMismatchError
            If no tuner takes such a target, or the space is not known.
        """
        # Through the package's door: the room of tuners lies below this one.
        import warmstart

        report: SeedReport = warmstart.downstream.seed(self, target, space=space, **options)
        return report

    def explain(self, rank: int | None = None) -> str:
        """Why these, in plain text that fits a screen; or one of them in full.

        Parameters
        ----------
        rank : int, optional
            1 for the first.

        Raises
        ------
        IndexError
            If there is none of that rank.
        """
        from warmstart.recommend.answer.explain import explain, explain_one

        return explain(self) if rank is None else explain_one(self, rank)

    def cross_validate(
        self,
        X: Any,
        y: Any,
        *,
        cv: Any = 5,
        groups: Any = None,
        scoring: Any = None,
        refit: bool = True,
        n_jobs: int | None = None,
        progress: Callable[[int, int], None] | None = None,
    ) -> Leaderboard:
        """Fit and score every suggestion on the data: what was expected beside what is.

        Parameters
        ----------
        X, y :
            The data they were suggested for, shape (n_rows, n_columns) and (n_rows,).
        cv : int or splitter
            Folds, dealt at random with the suggestions' seed and, for classes, stratified;
            or any scikit-learn splitter.
        groups : array, shape (n_rows,), optional
            Rows of one group are never split between training and test.
        scoring : str or callable, optional
            As scikit-learn takes it; the suggestions' own metric by default.
        refit : bool
            Whether to fit the best once more to all rows, as ``best_estimator_``.
        n_jobs : int, optional
            Folds at a time.
        progress : callable, optional
            Called with the suggestions done and those in all.

        Returns
        -------
        Leaderboard
            A frame, best first; see :class:`warmstart.evaluate.leaderboard.Leaderboard`.

        Raises
        ------
        DatasetError
            If X, y and groups differ in length, or a target is missing.
        SpaceMismatchError
            If none of the suggestions is of a pipeline that warmstart can build.
        """
        board: Leaderboard = shown("cross_validate")(
            self,
            X,
            y,
            cv=cv,
            groups=groups,
            scoring=scoring,
            refit=refit,
            n_jobs=n_jobs,
            progress=progress,
        )
        return board

    def plot(
        self, kind: PlotKind = "expected", *, measured: Any = None, ax: Axes | None = None
    ) -> Axes:
        """Draw what is expected of each suggestion.

        Parameters
        ----------
        kind : {"expected", "measured", "cost"}
            Expected scores with their intervals; those against what was measured, in a look
            or as :meth:`cross_validate` gives it; or expected score against seconds a fit.
        measured : DataFrame, optional
            What :meth:`cross_validate` returned.
        ax : matplotlib Axes, optional
            Drawn into; a new one without.

        Raises
        ------
        MissingExtraError
            If matplotlib is not installed.
        ValueError
            If there is no such plot, or nothing to draw in it.
        """
        drawn: Axes = shown("plot_suggestions")(self, kind, measured=measured, ax=ax)
        return drawn

    def report(self, path: str | Path, *, measured: Any = None) -> Path:
        """Write a page for a colleague: one HTML file that needs nothing else.

        Parameters
        ----------
        path : path
        measured : DataFrame, optional
            What :meth:`cross_validate` returned, to be shown beside what was expected.

        Returns
        -------
        Path
            Where it was written.
        """
        written: Path = shown("write_page")(self, path, measured=measured)
        return written

    def save(self, path: str | Path) -> Path:
        """Write :meth:`to_json` to a file; :meth:`load` reads it back."""
        from warmstart.metadataset.storage.files import write_atomically

        def write(temporary: Path) -> None:
            temporary.write_text(self.to_json(indent=1), "utf-8")

        write_atomically(Path(path), write)
        return Path(path)

    @classmethod
    def load(cls, path: str | Path) -> Suggestions:
        """Read what :meth:`save` wrote.

        Raises
        ------
        FileNotFoundError
            If there is no such file.
        ValueError
            If it holds no suggestions.
        """
        return cls.from_json(Path(path).read_text("utf-8"))

    def ranges(self, quantile: float = 0.9) -> Ranges:
        """Ranges and choices that hold most of the predicted-good region, to search within.

        The more suggestions, the finer: ask for fifty or more.

        Parameters
        ----------
        quantile : float
            Share of the weight that each range holds at least, in (0, 1]; a suggestion
            weighs by how likely it is to be as good as the best.

        Returns
        -------
        Ranges
            A mapping from hyperparameter to its range, with ``to_optuna()``; see
            :func:`warmstart.recommend.answer.ranges.narrow`.

        Raises
        ------
        ValueError
            If `quantile` is no share, or there are no suggestions.
        """
        from warmstart.recommend.answer.ranges import narrow

        return narrow(self.items, quantile)

    def __repr__(self) -> str:
        return str(shown("suggestions_text")(self))

    def _repr_html_(self) -> str:
        return str(shown("suggestions_html")(self))


def settings_of(configuration: Mapping[str, Any]) -> str:
    """Values as ``name=value``; words where there are none.

    Examples
    --------
    >>> settings_of({"lr": 0.25, "depth": 3})
    'lr=0.25, depth=3'
    """
    said = (f"{name}={value}" for name, value in configuration.items())
    return ", ".join(said) or "nothing is known of its values"


_NUMBERS = ("score", "score_std", "score_low", "score_high", "regret", "p_best", "cost_s")
_MEASURED = ("measured", "measured_std", "n_measured")


def _measured(suggestion: Suggestion) -> dict[str, Any]:
    return {name: getattr(suggestion, name) for name in _MEASURED}


def _suggestion_values(suggestion: Suggestion) -> dict[str, Any]:
    return {
        "configuration_id": plain_value(suggestion.configuration_id),
        "learner": suggestion.learner,
        "configuration": suggestion.configuration,
        **_finite({name: getattr(suggestion, name) for name in _NUMBERS}),
        **(_finite(_measured(suggestion)) if suggestion.n_measured else {}),
        "evidence": [asdict(e) for e in suggestion.evidence],
        "random_state": suggestion.random_state,
    }


def _suggestion(values: Mapping[str, Any], schema: Schema | None) -> Suggestion:
    evidence = tuple(Evidence(**e) for e in values["evidence"])
    return Suggestion(**{**_nan(values, _NUMBERS), "evidence": evidence, "schema": schema})


def _finite(values: Mapping[str, Any]) -> dict[str, Any]:
    """JSON has no NaN; unknown numbers become null."""
    return {
        k: None if isinstance(v, float) and not math.isfinite(v) else v
        for k, v in values.items()
    }


def _nan(
    values: Mapping[str, Any], names: Sequence[str] = ("distance", "threshold")
) -> dict[str, Any]:
    return {k: math.nan if k in names and v is None else v for k, v in values.items()}
