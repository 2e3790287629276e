"""Asking an OpenML server for XML: whole answers or an error, in bounded time.

The API key goes into the query of a request, where the server wants it, and nowhere else:
errors, logs and file names carry the path alone.
"""

from __future__ import annotations

import logging
import re
import threading
import time
import xml.etree.ElementTree as ET
from collections.abc import Callable
from typing import Any, TypeVar
from urllib.parse import urlsplit

from warmstart._extras import require
from warmstart.errors import HistoryError
from warmstart.histories.openml.cache import PageCache
from warmstart.histories.openml.errors import (
    NoResultError,
    OpenMLError,
    TransientError,
    UnavailableError,
    refusal,
)
from warmstart.histories.openml.http.bodies import packed, parsed_xml, unpacked
from warmstart.histories.openml.http.keys import NO_KEYS, without_key
from warmstart.histories.openml.http.waits import LONGEST_S, retry_after_s

_log = logging.getLogger(__name__)

SERVER = "https://www.openml.org/api/v1/xml/"
MAX_CONNECTIONS = 2
"""The server is shared by everybody and says so when it is overloaded."""

_ROOT = re.compile(rb"<(?![?!])([^\s/>]+)")
_MAX_WAIT_S = 60.0
_BLOCK = 2**16
_TRY_AGAIN = frozenset({408, 425, 429})
"""Statuses below 500 after which the same request may be answered."""

T = TypeVar("T")


class Stopped(Exception):  # noqa: N818 - asked for, not an error
    """The build was told to stop."""


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
        if not 1 <= connections <= MAX_CONNECTIONS:
            raise HistoryError(
                f"connections must be from 1 to {MAX_CONNECTIONS}, got {connections}"
            )
        for name, value in (
            ("connect_s", connect_s),
            ("read_s", read_s),
            ("whole_s", whole_s),
            ("attempts", attempts),
        ):
            if not value > 0:
                raise HistoryError(f"{name} must be positive, got {value}")
        self._requests = require("requests", extra="openml")
        self._tenacity = require("tenacity", extra="openml")
        self.server = server.rstrip("/") + "/"
        self._key, self._timeout, self._whole_s = api_key, (connect_s, read_s), whole_s
        self._attempts, self._backoff_s = attempts, backoff_s
        self._pages, self._stop, self._asks = pages, stop or threading.Event(), asks
        self._places = threading.Semaphore(connections)
        self._local, self._lock = threading.local(), threading.Lock()
        self._parsing = threading.Lock()
        self._tell, self._waits = tell or _log.warning, waits
        self.n_requests = self.n_bytes = self.n_retries = self.n_mended = 0
        if api_key:
            logging.getLogger("urllib3.connectionpool").addFilter(NO_KEYS)

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
                    return self._parsed(path, kept, parse)
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
            status, body, kept, wait_s = self._get(path)
        if status in _TRY_AGAIN or status >= 500:
            raise TransientError(f"HTTP status {status}", wait_s)
        if status not in (200, 412):
            raise OpenMLError(path, status, f"HTTP status {status}")
        try:
            result = self._parsed(path, body, parse)
        except NoResultError:
            self._keep(path, kept)
            raise
        self._keep(path, kept)
        return result

    def _keep(self, path: str, body: bytes) -> None:
        if self._pages is not None:
            self._pages.write(self.server, path, body)

    def _parsed(self, path: str, body: bytes, parse: Callable[[ET.Element], T]) -> T:
        """Parse a body that may end too early or say an error."""
        name = _ROOT.search(body)
        if name is None or not body.rstrip().endswith(b"</" + name[1] + b">"):
            raise TransientError(f"the answer ends early, after {len(body):,} bytes")
        # A tree takes five times the memory of its text, and threads parse in turn anyway.
        with self._parsing:
            root, n_mended = parsed_xml(body)
            if n_mended:
                with self._lock:
                    self.n_mended += 1
                _log.info("%s: %d characters were no XML and left out", path, n_mended)
            if name[1] == b"oml:error":
                raise refusal(
                    path, {child.tag.rpartition("}")[2]: child.text or "" for child in root}
                )
            if not name[1].startswith(b"oml:"):
                said = name[1].decode(errors="replace")
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

    def _get(self, path: str) -> tuple[int, bytes, bytes, float]:
        """Status, body, the body compressed, and the seconds the server wants to be left."""
        url = self.server + path.replace("=", "%3d")
        deadline = time.monotonic() + self._whole_s
        with self._lock:
            self.n_requests += 1
        try:
            response = self._session().get(
                url,
                params={"api_key": self._key} if self._key else None,
                timeout=self._timeout,
                stream=True,
                # A redirect would carry the key to where it leads.
                allow_redirects=not self._key,
            )
            with response:
                raw = self._body(response, deadline)
        except self._requests.RequestException as error:
            if not self._waits and self._is_unreachable(error):
                raise UnavailableError(
                    f"{self.server} cannot be reached; is this computer offline?"
                ) from None
            raise TransientError(self._said(error)) from None
        except (OSError, self._requests.packages.urllib3.exceptions.HTTPError) as error:
            raise TransientError(self._said(error)) from None
        with self._lock:
            self.n_bytes += len(raw)
        body = unpacked(raw, response.headers.get("Content-Encoding", ""))
        # What is damaged has been refused, so packed bytes may be kept as they came.
        kept = packed(raw) if body is raw else raw
        wait_s = retry_after_s(response.headers.get("Retry-After", ""))
        return response.status_code, body, kept, wait_s

    def _body(self, response: Any, deadline: float) -> bytes:
        blocks = []
        # read1 comes back with what is there, so that a trickle meets the deadline too.
        read = getattr(response.raw, "read1", response.raw.read)
        while block := read(_BLOCK, decode_content=False):
            blocks.append(block)
            if time.monotonic() > deadline:
                raise TransientError(f"the answer took more than {self._whole_s:g} s")
            if self._stop.is_set():
                raise Stopped
        whole = b"".join(blocks)
        length = response.headers.get("Content-Length", "")
        if length.isdecimal() and int(length) != len(whole):
            raise TransientError(f"{len(whole):,} of {int(length):,} bytes came")
        return whole

    def _session(self) -> Any:
        """One a thread: a requests session is not safe to share."""
        if not hasattr(self._local, "session"):
            session = self._requests.Session()
            session.headers.update({"User-Agent": "warmstart", "Accept-Encoding": "gzip"})
            self._local.session = session
        return self._local.session

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

    def _is_unreachable(self, error: Exception) -> bool:
        """Whether there was no connection at all: no such name, no route, nobody there."""
        problems = self._requests.packages.urllib3.exceptions
        reason = getattr(error.args[0] if error.args else None, "reason", None)
        reason = getattr(reason, "original_error", reason)  # of a proxy
        return isinstance(reason, problems.NewConnectionError | problems.ConnectTimeoutError)

    @staticmethod
    def _said(error: Exception) -> str:
        return without_key(f"{type(error).__name__}: {error}")
