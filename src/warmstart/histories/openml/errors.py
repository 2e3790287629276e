"""What OpenML's server can answer instead of a result, told apart by its codes.

Every error of the API comes with HTTP status 412 and a body with a code; the codes are those
of the server's error table.
"""

from __future__ import annotations

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


class UnavailableError(HistoryError):
    """The server did not give a whole answer, however often it was asked."""


class TransientError(Exception):
    """One attempt failed in a way that another may not; never leaves the transport."""

    def __init__(self, message: str, retry_after_s: float = 0.0) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s
