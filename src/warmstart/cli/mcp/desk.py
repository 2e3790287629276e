"""What an assistant may ask for, as plain values; nothing here knows of any protocol."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import warmstart
from warmstart.cli.mcp.kept import KeptAnswer, KeptAnswers
from warmstart.errors import ArgumentError, DatasetError

if TYPE_CHECKING:
    from warmstart.recommend.answer.suggestions import Suggestions
    from warmstart.recommend.search import Search

_SHOWN = (
    "configuration_id", "learner", "configuration", "score", "score_low", "score_high",
    "regret", "p_best", "cost_s", "measured",
)  # fmt: skip
_OF_SEARCH = ("target", "metric", "space", "exclude", "task_type", "time_budget_s")


class Desk:
    """Answers questions one at a time and remembers them.

    Parameters
    ----------
    knowledge : path, optional
        Another base than the embedded one.
    root : path, optional
        The only folder that data may be read from, with what is below it.
    state : path, optional
        Folder in which answers and results told are kept from one run to the next.

    Examples
    --------
    >>> desk = Desk()
    >>> told = desk.suggest(description="loan default", task_type="binary", n=2)
    >>> told["answer"], len(told["suggestions"])
    ('question-1', 2)
    """

    def __init__(
        self,
        knowledge: Path | None = None,
        *,
        root: Path | None = None,
        state: Path | None = None,
    ) -> None:
        self._knowledge, self._kept = knowledge, KeptAnswers(state)
        self._root = None if root is None else root.expanduser().resolve()
        self._answers: dict[str, KeptAnswer] = {}
        # A client may call several tools at once, each in a thread of its own.
        self._lock = threading.RLock()

    def suggest(self, data: str | None = None, **asked: Any) -> dict[str, Any]:
        """Configurations for a dataset or a description of one; see :func:`warmstart.suggest`.

        Returns
        -------
        dict
            ``answer`` names it in later calls; ``suggestions`` are best first, with the
            score to expect, its 90 % interval and the seconds of a fit.
        """
        question = {"data": data, **{k: v for k, v in asked.items() if v is not None}}
        with self._lock:
            found = warmstart.suggest(
                self._readable(data),
                knowledge=self._knowledge,
                **{k: v for k, v in question.items() if k != "data"},
            )
            name = self._kept.new_name(found.dataset if data else "question", self._answers)
            self._answers[name] = KeptAnswer(question, found)
            self._keep(name)
        return {"answer": name, **_summary(found)}

    def explain(self, answer: str, rank: int | None = None) -> str:
        """Why these configurations, or the one of a rank, in words."""
        with self._lock:
            found = self._answer(answer).suggestions
            self._check_rank(found, rank)
            return found.explain(rank)

    def code(self, answer: str) -> str:
        """Python that builds the pipelines suggested."""
        from warmstart.report.code.pipelines import python_code

        with self._lock:
            return python_code(self._answer(answer).suggestions)

    def following(self, answer: str, n: int = 1) -> list[dict[str, Any]]:
        """The next configurations to try, given every result recorded so far."""
        with self._lock:
            asked = self._search(answer).ask(n)
            self._keep(answer)
        return [_shown(one) for one in asked]

    def record(
        self,
        answer: str,
        configuration: str | Mapping[str, Any],
        *,
        score: float | None = None,
        cost_s: float | None = None,
        status: str = "ok",
    ) -> dict[str, Any]:
        """Tell how a configuration did; what is expected of the others follows.

        Parameters
        ----------
        configuration : str or mapping
            A ``configuration_id``, or values of a configuration of one's own.
        score : float, optional
            In the answer's metric, higher is better: losses carry a minus sign.
        """
        with self._lock:
            search = self._search(answer)
            search.tell(configuration, score, cost_s=cost_s, status=status)  # type: ignore[arg-type]
            self._keep(answer)
            best = search.best
            return {
                "n_told": len(search.history),
                "best": None
                if best is None
                else {
                    "configuration_id": best.configuration_id,
                    "configuration": dict(best.configuration),
                    "score": best.score,
                },
            }

    def _readable(self, data: str | None) -> str | None:
        if data is None or self._root is None:
            return data
        path = Path(data).expanduser()
        path = (path if path.is_absolute() else self._root / path).resolve()
        if "://" in data or data.startswith("openml:") or not path.is_relative_to(self._root):
            raise DatasetError(f"{data} is not below {self._root}, the folder data may be of")
        return str(path)

    def _keep(self, name: str) -> None:
        self._kept.write(name, self._answers[name])

    def _answer(self, name: str) -> KeptAnswer:
        if name not in self._answers:
            found = self._kept.read(name, self._knowledge)
            if found is None:
                known = ", ".join(sorted(self._answers)) or "none yet"
                raise ArgumentError(f"there is no answer {name!r}; there are: {known}")
            self._answers[name] = found
        return self._answers[name]

    def _search(self, name: str) -> Search:
        found = self._answer(name)
        if found.search is None:
            if found.question["data"] is None:
                raise ArgumentError(
                    f"answer {name!r} is of a description; results need data to be about"
                )
            asked = {k: v for k, v in found.question.items() if k in _OF_SEARCH}
            data = self._readable(found.question["data"])
            found.search = warmstart.search(
                data,
                **asked,
                random_state=found.question.get("random_state", 0),
                knowledge=self._knowledge,
            )
        return found.search

    @staticmethod
    def _check_rank(found: Suggestions, rank: int | None) -> None:
        if rank is not None and not 1 <= rank <= len(found):
            raise ArgumentError(f"rank must be from 1 to {len(found)}, got {rank}")


def _summary(found: Suggestions) -> dict[str, Any]:
    values = json.loads(found.to_json())
    return {
        "dataset": found.dataset,
        "task_type": found.task_type,
        "metric": found.metric,
        "higher_is_better": True,
        "strategy": found.strategy,
        "suggestions": [
            {"rank": rank, **{name: one[name] for name in _SHOWN if name in one}}
            for rank, one in enumerate(values["suggestions"], start=1)
        ],
        "expected_regrets": values["expected_regrets"],
        "known_tasks_most_like_it": [one.name for one in found.neighbours],
        "unlike_everything_known": bool(found.out_of_distribution),
        "why": found.out_of_distribution.reason,
        "warnings": list(found.warnings),
        "rests_on": found.knowledge,
    }


def _shown(one: Any) -> dict[str, Any]:
    values = {name: getattr(one, name) for name in _SHOWN}
    return {
        name: None if isinstance(value, float) and value != value else value
        for name, value in values.items()
    }


def as_list(text: str | Sequence[str] | None) -> list[str] | None:
    """Names given as one text, separated by commas, or as several."""
    if text is None:
        return None
    parts = text.split(",") if isinstance(text, str) else text
    return [part.strip() for part in parts if part.strip()] or None
