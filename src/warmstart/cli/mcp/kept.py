"""Answers and the results told of them, kept in a folder from one run to the next."""

from __future__ import annotations

import json
import re
from collections.abc import Container
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import warmstart
from warmstart.errors import ArgumentError
from warmstart.metadataset.storage.files import write_atomically

if TYPE_CHECKING:
    from warmstart.recommend.answer.suggestions import Suggestions
    from warmstart.recommend.search import Search


@dataclass
class KeptAnswer:
    """One question, its answer, and the search that goes on from there."""

    question: dict[str, Any]
    suggestions: Suggestions
    search: Search | None = None


class KeptAnswers:
    """A file an answer; nothing is kept where there is no folder.

    Parameters
    ----------
    folder : path, optional
    """

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder

    def new_name(self, dataset: str, taken: Container[str]) -> str:
        """A name no answer has, that says what it is of.

        Examples
        --------
        >>> KeptAnswers(None).new_name("German credit", {"german-credit-1"})
        'german-credit-2'
        """
        stem = re.sub(r"[^a-z0-9]+", "-", dataset.lower()).strip("-")[:40].rstrip("-") or "data"
        number = 1
        while f"{stem}-{number}" in taken or self._is_kept(f"{stem}-{number}"):
            number += 1
        return f"{stem}-{number}"

    def write(self, name: str, answer: KeptAnswer) -> None:
        """Keep an answer as it is now."""
        path = self._file(name)
        if path is None:
            return
        search = answer.search
        kept = {
            "question": answer.question,
            "suggestions": json.loads(answer.suggestions.to_json()),
            "search": None if search is None else json.loads(search.to_json()),
        }
        text = json.dumps(kept, ensure_ascii=False, allow_nan=False)

        def write(temporary: Path) -> None:
            temporary.write_text(text, "utf-8")

        write_atomically(path, write)

    def read(self, name: str, knowledge: Path | None) -> KeptAnswer | None:
        """An answer kept before; None where there is none of that name.

        Raises
        ------
        ArgumentError
            If its file is damaged.
        """
        path = self._file(name)
        if path is None or not path.is_file():
            return None
        try:
            kept = json.loads(path.read_text("utf-8"))
            question, search = dict(kept["question"]), kept["search"]
            suggestions = warmstart.Suggestions.from_json(json.dumps(kept["suggestions"]))
        except (KeyError, TypeError, json.JSONDecodeError) as error:
            raise ArgumentError(f"{path} holds no answer: {error!r}") from error
        resumed = None if search is None else warmstart.resume(json.dumps(search), knowledge)
        return KeptAnswer(question, suggestions, resumed)

    def _file(self, name: str) -> Path | None:
        # A name is a word of ours: it cannot lead out of the folder.
        safe = re.fullmatch(r"[a-z0-9]+(?:-[a-z0-9]+)*", name)
        return self._folder / f"{name}.json" if self._folder is not None and safe else None

    def _is_kept(self, name: str) -> bool:
        path = self._file(name)
        return path is not None and path.exists()
