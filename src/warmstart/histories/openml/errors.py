"""What OpenML's server can answer instead of a result, told apart by its codes.

Every error of the API comes with HTTP status 412 and a body with a code; the codes are those
of the server's error table.
"""

from __future__ import annotations

from collections.abc import Mapping

from warmstart.errors import HistoryError

NO_RESULT = frozenset({372, 482, 500, 512, 542, 674})
"""Nothing meets the filters: of datasets, tasks, flows, runs, evaluations, setups."""

OVERLOADED = frozenset({107})
"""The database did not answer; the same request is answered later."""

NO_SUCH_FUNCTION = frozenset({100})

TOO_MUCH = frozenset({513, 516, 543, 546, 548, 673, 676})
"""More rows asked for than the server gives at once."""

REMEDIES = {
    103: "check the API key",
    105: "the server has no such dataset file",
    111: "there is no such dataset",
    112: "the dataset is private: give an API key that may read it",
    151: "there is no such task",
    181: "there is no such flow",
    236: "there is no such run",
    281: "there is no such setup",
    362: "the server has not computed its qualities",
    601: "there is no such suite; its number or its alias is needed",
}


class OpenMLError(HistoryError):
    """OpenML refused a request; `code` is its own, or the HTTP status where it has none."""

    def __init__(self, path: str, code: int, message: str) -> None:
        remedy = f"; {REMEDIES[code]}" if code in REMEDIES else ""
        super().__init__(f"OpenML refuses {path} (code {code}): {message}{remedy}")
        self.path, self.code = path, code


class NoResultError(OpenMLError):
    """Nothing meets the filters."""


class UnusableError(HistoryError):
    """What OpenML gave is of no use here, and asking again would bring the same."""


class UnavailableError(HistoryError):
    """The server did not give a whole answer, however often it was asked."""


class TransientError(Exception):
    """One attempt failed in a way that another may not; never leaves the transport."""

    def __init__(self, message: str, retry_after_s: float = 0.0) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


def refusal(path: str, texts: Mapping[str, str]) -> Exception:
    """What the server's error says, by the name of each element of its body."""
    said = {name: text.strip() for name, text in texts.items()}
    try:
        code = int(said["code"])
    except (KeyError, ValueError):
        return TransientError("an error without a code")
    message = " - ".join(filter(None, map(said.get, ("message", "additional_information"))))
    if code in OVERLOADED:
        return TransientError(f"code {code}: {message}")
    if code in NO_RESULT:
        return NoResultError(path, code, message)
    return OpenMLError(path, code, message)
