"""Asking an OpenML server for XML: whole answers or an error, in bounded time.

The API key goes into the query of a request, where the server wants it, and nowhere else:
errors, logs and file names carry the path alone.
"""

from __future__ import annotations

import logging
import threading
import xml.etree.ElementTree as ET
from collections.abc import Callable
from typing import Any, TypeVar
from urllib.parse import urlsplit

from warmstart._extras import require
from warmstart.errors import HistoryError
from warmstart.histories.openml.errors import (
    NoResultError,
    OpenMLError,
    TransientError,
    UnavailableError,
    refusal,
)
from warmstart.histories.openml.http.bodies import parsed_xml, root_of
from warmstart.histories.openml.http.cache import PageCache
from warmstart.histories.openml.http.keys import NO_KEYS, without_key
from warmstart.histories.openml.http.requests import Requests, Stopped
from warmstart.histories.openml.http.waits import LONGEST_S

_log = logging.getLogger(__name__)

SERVER = "https://www.openml.org/api/v1/xml/"
MAX_CONNECTIONS = 2
"""The server is shared by everybody and says so when it is overloaded."""

_MAX_WAIT_S = 60.0
_TRY_AGAIN = frozenset({408, 425, 429})
"""Statuses below 500 after which the same request may be answered."""

T = TypeVar("T")


class Transport:
    """Reads from one OpenML server; safe to use from several threads.

    Parameters
    ----------
    server : str
        Address of the XML API, ending in ``/api/v1/xml/``.
    api_key : str
        Sent with every request; not needed for public data.
    connect_s, read_s, whole_s : float
        Longest wait for a connection, for the next bytes, and for a whole answer, in
        seconds.
    attempts : int
        How often a request is made before giving up.
    backoff_s : float
        Wait before the second attempt; doubles with every further one, up to a minute. A
        server that asks to be left alone for longer is, for at most five minutes.
    connections : int
        Requests at a time, at most 2.
    pages : PageCache, optional
        Where answers are kept and looked for first.
    stop : threading.Event, optional
        Once set, no request is made any more.
    tell : callable, optional
        Told in one sentence, at once, what whoever waits should know.
    waits : bool
        Without it a server that cannot be reached is not asked again.
    asks : bool
        Without it only answers that are kept are given.

    Raises
    ------
    HistoryError
        If a number makes no sense or `server` is no address.
    """

    def __init__(
        self,
        server: str = SERVER,
        *,
        api_key: str = "",
        connect_s: float = 5.0,
        read_s: float = 120.0,
        whole_s: float = 600.0,
        attempts: int = 6,
        backoff_s: float = 1.0,
        connections: int = MAX_CONNECTIONS,
        pages: PageCache | None = None,
        stop: threading.Event | None = None,
        tell: Callable[[str], None] | None = None,
        waits: bool = True,
        asks: bool = True,
    ) -> None:
        parts = urlsplit(server)
        if parts.scheme not in ("http", "https") or not parts.netloc or parts.query:
            shown = without_key(server)
            raise HistoryError(f"server must be an address such as {SERVER}, got {shown!r}")
        if not 1 <= (n := connections) <= MAX_CONNECTIONS:
            raise HistoryError(f"connections must be from 1 to {MAX_CONNECTIONS}, got {n}")
        for name, value in (
            ("connect_s", connect_s),
            ("read_s", read_s),
            ("whole_s", whole_s),
            ("attempts", attempts),
        ):
            if not value > 0:
                raise HistoryError(f"{name} must be positive, got {value}")
        self._tenacity = require("tenacity", extra="openml")
        self.server = server.rstrip("/") + "/"
        self.requests = Requests(
            self.server,
            api_key=api_key,
            timeout_s=(connect_s, read_s),
            whole_s=whole_s,
            waits=waits,
            count=self._count,
        )
        self._attempts, self._backoff_s = attempts, backoff_s
        self._pages, self._stop, self._asks = pages, stop or threading.Event(), asks
        self._places = threading.Semaphore(connections)
        self._lock = threading.Lock()
        self._parsing = threading.Lock()
        self._tell = tell or _log.warning
        self.n_requests = self.n_bytes = self.n_retries = self.n_mended = 0
        if api_key:
            logging.getLogger("urllib3.connectionpool").addFilter(NO_KEYS)

    def _count(self, n_bytes: int) -> None:
        with self._lock:
            self.n_bytes += n_bytes

    def __repr__(self) -> str:
        return f"Transport({self.server!r})"

    def read(self, path: str, parse: Callable[[ET.Element], T], *, fresh: bool = False) -> T:
        """Ask for a path and parse what comes.

        Parameters
        ----------
        path : str
            Below the server's address, such as ``"flow/6969"``.
        parse : callable
            Turns the root element into a value.
        fresh : bool
            Ask even where the answer is kept; it takes the place of the kept one.

        Raises
        ------
        NoResultError
            If nothing meets the filters.
        OpenMLError
            If the server refuses for another reason.
        UnavailableError
            If no whole answer came in the allowed attempts.
        """
        if self._pages is not None and not fresh:
            kept = self._pages.read(self.server, path)
            if kept is not None:
                try:
                    return self.parsed(path, kept, parse)
                except TransientError:
                    _log.warning("the kept answer to %s is damaged and asked for again", path)
        if not self._asks:
            raise UnavailableError(f"{self.server}{path} is not kept, and it is not asked for")
        tenacity = self._tenacity
        attempts = tenacity.Retrying(
            retry=tenacity.retry_if_exception_type(TransientError),
            stop=tenacity.stop_after_attempt(self._attempts),
            wait=self._wait_s,
            sleep=self._stop.wait,
            before_sleep=self._note_retry,
            reraise=True,
        )
        try:
            result: T = attempts(self._attempt, path, parse)
        except TransientError as error:
            raise UnavailableError(
                f"{self.server}{path} gave no whole answer in {self._attempts} attempts: "
                f"{error}; the same command goes on later"
            ) from None
        return result

    def _attempt(self, path: str, parse: Callable[[ET.Element], T]) -> T:
        with self._places:
            if self._stop.is_set():
                raise Stopped
            with self._lock:
                self.n_requests += 1
            status, body, kept, wait_s = self.requests.get(path, self._stop)
        if status in _TRY_AGAIN or status >= 500:
            raise TransientError(f"HTTP status {status}", wait_s)
        if status not in (200, 412):
            raise OpenMLError(path, status, f"HTTP status {status}")
        try:
            result = self.parsed(path, body, parse)
        except NoResultError:
            self._keep(path, kept)
            raise
        self._keep(path, kept)
        return result

    def _keep(self, path: str, body: bytes) -> None:
        if self._pages is not None:
            self._pages.write(self.server, path, body)

    def parsed(self, path: str, body: bytes, parse: Callable[[ET.Element], T]) -> T:
        """Parse a body that may end too early or say an error."""
        name = root_of(body)
        # A tree takes five times the memory of its text, and threads parse in turn anyway.
        with self._parsing:
            root, n_mended = parsed_xml(body)
            if n_mended:
                with self._lock:
                    self.n_mended += 1
                _log.info("%s: %d characters were no XML and left out", path, n_mended)
            if name == b"oml:error":
                raise refusal(
                    path, {child.tag.rpartition("}")[2]: child.text or "" for child in root}
                )
            if not name.startswith(b"oml:"):
                said = name.decode(errors="replace")
                raise TransientError(f"the answer is a {said!r} page")
            try:
                result = parse(root)
            except (KeyError, ValueError, TypeError, ArithmeticError, RecursionError) as error:
                raise HistoryError(
                    f"the answer to {self.server}{path} is not what OpenML's look like: "
                    f"{type(error).__name__}: {error}"
                ) from error
            del root
        return result

    def _wait_s(self, state: Any) -> float:
        error = state.outcome.exception()
        doubled = self._backoff_s * 2.0 ** min(state.attempt_number - 1, 60)
        return float(max(min(doubled, _MAX_WAIT_S), min(error.retry_after_s, LONGEST_S)))

    def _note_retry(self, state: Any) -> None:
        with self._lock:
            self.n_retries += 1
        error = state.outcome.exception()
        _log.info("asking again for %s: %s", state.args[0], error)
        if error.retry_after_s > _MAX_WAIT_S:
            self._tell(
                f"{self.server} asks to be left alone for {error.retry_after_s:,.0f} s; it is "
                f"asked again after {min(error.retry_after_s, LONGEST_S):,.0f} s"
            )
