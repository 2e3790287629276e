"""One request to a server: a whole body or an error, before its time is up."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

from warmstart._extras import require
from warmstart.histories.openml.errors import TransientError, UnavailableError
from warmstart.histories.openml.http.bodies import packed, unpacked
from warmstart.histories.openml.http.keys import without_key
from warmstart.histories.openml.http.waits import retry_after_s

_BLOCK = 2**16


class Stopped(Exception):  # noqa: N818 - asked for, not an error
    """The build was told to stop."""


class Requests:
    """Asks one server, once for each call; safe to use from several threads.

    Parameters
    ----------
    server : str
        Address that every path is below.
    api_key : str
        Sent with every request; may be empty.
    timeout_s : pair of float
        Longest wait for a connection, and for the next bytes.
    whole_s : float
        Longest wait for a whole answer.
    waits : bool
        Without it a server that cannot be reached counts as not there.
    count : callable
        Told how many bytes came.
    """

    def __init__(
        self,
        server: str,
        *,
        api_key: str,
        timeout_s: tuple[float, float],
        whole_s: float,
        waits: bool,
        count: Callable[[int], None],
    ) -> None:
        self._requests = require("requests", extra="openml")
        self.server, self._key = server, api_key
        self._timeout_s, self._whole_s = timeout_s, whole_s
        self._waits, self._count = waits, count
        self._local = threading.local()

    def get(self, path: str, stop: threading.Event) -> tuple[int, bytes, bytes, float]:
        """Status, body, the body compressed, and the seconds the server wants to be left."""
        url = self.server + path.replace("=", "%3d")
        deadline = time.monotonic() + self._whole_s
        try:
            response = self._session().get(
                url,
                params={"api_key": self._key} if self._key else None,
                timeout=self._timeout_s,
                stream=True,
                # A redirect would carry the key to where it leads.
                allow_redirects=not self._key,
            )
            with response:
                raw = self._body(response, deadline, stop)
        except self._requests.RequestException as error:
            if not self._waits and self._is_unreachable(error):
                raise UnavailableError(
                    f"{self.server} cannot be reached; is this computer offline?"
                ) from None
            raise TransientError(self._said(error)) from None
        except (OSError, self._requests.packages.urllib3.exceptions.HTTPError) as error:
            raise TransientError(self._said(error)) from None
        self._count(len(raw))
        body = unpacked(raw, response.headers.get("Content-Encoding", ""))
        # What is damaged has been refused, so packed bytes may be kept as they came.
        kept = packed(raw) if body is raw else raw
        wait_s = retry_after_s(response.headers.get("Retry-After", ""))
        return response.status_code, body, kept, wait_s

    def _body(self, response: Any, deadline: float, stop: threading.Event) -> bytes:
        blocks = []
        # read1 comes back with what is there, so that a trickle meets the deadline too.
        read = getattr(response.raw, "read1", response.raw.read)
        while block := read(_BLOCK, decode_content=False):
            blocks.append(block)
            if time.monotonic() > deadline:
                raise TransientError(f"the answer took more than {self._whole_s:g} s")
            if stop.is_set():
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

    def _is_unreachable(self, error: Exception) -> bool:
        """Whether there was no connection at all: no such name, no route, nobody there."""
        problems = self._requests.packages.urllib3.exceptions
        reason = getattr(error.args[0] if error.args else None, "reason", None)
        reason = getattr(reason, "original_error", reason)  # of a proxy
        return isinstance(reason, problems.NewConnectionError | problems.ConnectTimeoutError)

    @staticmethod
    def _said(error: Exception) -> str:
        return without_key(f"{type(error).__name__}: {error}")
