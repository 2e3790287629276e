"""A loopback server that answers as OpenML's does, semantically, and breaks when told to."""

import email.utils
import gzip
import hashlib
import random
import socket
import struct
import sys
import threading
import time
from collections import Counter
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit

from . import answers, filters
from .faults import HTML, Faults
from .filters import RefusedError

API = "/api/v1/xml/"
EVALUATION_FILTERS = (
    "task", "setup", "flow", "uploader", "run", "tag", "limit", "offset", "function",
    "per_fold", "sort_order", "study",
)  # fmt: skip
TASK_FILTERS = ("type", "tag", "data_tag", "status", "limit", "offset", "task_id", "data_id")
RUN_FILTERS = (
    "task", "setup", "flow", "uploader", "run", "tag", "limit", "offset", "show_errors",
    "study", "task_type",
)  # fmt: skip


_ONLY_IN = {"engine": "/evaluation/", "shuffle": "/evaluation/", "parquet": ".pq"}
"""Faults that change nothing in answers to other requests."""


@dataclass(frozen=True)
class Request:
    """One entry of the log."""

    number: int
    path: str
    fault: str
    had_key: bool
    encoding: str


class ReplayServer:
    """Serves a world on 127.0.0.1; a context manager.

    Parameters
    ----------
    world : World
    faults : Faults, optional
    port : int
        0 takes a free one.
    stall_s : float
        Longest time that a stalled request is held.
    setup_list : bool
        Whether ``evaluation/setup/list`` exists; without it the server says code 100.
    """

    def __init__(self, world, faults=None, *, port=0, stall_s=60.0, setup_list=True):
        self.world, self.faults = world, faults or Faults()
        self.stall_s, self.setup_list = stall_s, setup_list
        self.requests, self._lock, self.stopping = [], threading.Lock(), threading.Event()
        self._open, self.most_open = 0, 0
        handler = type("Handler", (_Handler,), {"replay": self})
        self.http = _Http(("127.0.0.1", port), handler)
        self.root = f"http://127.0.0.1:{self.http.server_address[1]}"
        self.url = self.root + API
        self._thread = threading.Thread(target=self.http.serve_forever, args=(0.05,))

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self.stopping.set()
        self.http.shutdown()
        self.http.server_close()
        self._thread.join()

    def serve_forever(self):
        """Serve in this thread, until interrupted."""
        self.http.serve_forever(0.05)

    def begin(self, path, had_key, encoding):
        """Log a request before it is answered, and say what breaks."""
        with self._lock:
            number = len(self.requests) + 1
            fault = self.faults.at(number)
            if any(fault == kind and place not in path for kind, place in _ONLY_IN.items()):
                fault = ""
            self.requests.append(Request(number, path, fault, had_key, encoding))
            self._open += 1
            self.most_open = max(self.most_open, self._open)
        return number, fault

    def end(self):
        """A request is answered."""
        with self._lock:
            self._open -= 1

    def counts(self):
        """Requests by the first two parts of their path."""
        kinds = ("/".join(r.path.removeprefix(API).split("/")[:2]) for r in self.requests)
        return Counter(kinds)

    def answer(self, path, fault, number):
        """Body of an API answer.

        Raises
        ------
        RefusedError
            Where the server answers with a code.
        """
        if path in self.world.verbatim:
            return self.world.verbatim[path].replace(b"@ROOT@", self.root.encode())
        parts = path.split("/")
        kind, rest = parts[0], parts[1:]
        if kind == "evaluation" and rest[:1] == ["list"]:
            return self._evaluations(rest[1:], fault, number, with_setups=False)
        if kind == "evaluation" and rest[:2] == ["setup", "list"] and self.setup_list:
            return self._evaluations(rest[2:], fault, number, with_setups=True)
        makers = {
            "setup": self._setup,
            "run": self._run,
            "task": self._task,
            "study": self._study,
            "data": self._data,
            "flow": self._flow,
            "user": lambda rest: answers.users([int(n) for n in rest[2].split(",")]),
            "estimationprocedure": lambda _: answers.procedures(),
            "evaluationmeasure": lambda _: answers.measures(self._measures()),
        }
        if kind not in makers or not rest:
            raise RefusedError(100)
        return makers[kind](rest)

    def _measures(self):
        return sorted({name for run in self.world.runs for name in run.values})

    def _evaluations(self, segments, fault, number, *, with_setups):
        cap = filters.MAX_SETUPS if with_setups else filters.MAX_EVALUATIONS
        found = filters.read(segments, EVALUATION_FILTERS, filters.EVALUATION, cap)
        if not found:
            raise RefusedError(540)
        if found.get("per_fold", "false") not in ("true", "false"):
            raise RefusedError(547)
        order = found.get("sort_order")
        if order not in (None, "asc", "desc"):
            raise RefusedError(549)
        runs = [run for run in self.world.select(found) if not run.error]
        if "limit" not in found and len(runs) > filters.MAX_EVALUATIONS:
            raise RefusedError(543, f"Size of result set: {len(runs)} runs")
        measure = found.get("function")
        rows = [
            (run, name, engine, value)
            for run in runs
            for name in ([measure] if measure else run.values)
            for engine, value in run.values.get(name, ())
        ]
        if order:
            rows.sort(key=lambda row: row[3], reverse=order == "desc")
        if fault == "shuffle":
            random.Random(number).shuffle(rows)
        rows = filters.page(rows, found)
        if not rows or found.get("per_fold") == "true":
            raise RefusedError(542)
        if fault == "engine":
            run, name, engine, value = rows[0]
            rows = [rows[0], (run, name, engine + 1, value / 2), *rows[1:]]
        return answers.evaluations(self.world, rows, with_setups)

    def _setup(self, rest):
        if rest[0] != "list":
            if rest[0].isdecimal() and int(rest[0]) in self.world.setups:
                return answers.setup(self.world, self.world.setups[int(rest[0])])
            raise RefusedError(281)
        legal = ("flow", "setup", "limit", "offset", "tag")
        found = filters.read(rest[1:], legal, filters.SETUP, filters.MAX_SETUPS)
        if not found:
            raise RefusedError(670)
        world = self.world
        if "setup" in found:
            found["setup"] = [n for n in found["setup"] if n not in world.gone]
            setups = [world.setups[n] for n in sorted(found["setup"]) if n in world.setups]
        else:
            setups = [world.setups[n] for n in sorted(world.setups)]
        if "flow" in found:
            setups = [setup for setup in setups if setup.flow_id in found["flow"]]
        setups = filters.page(setups, found)
        if len(setups) > filters.MAX_SETUPS:
            raise RefusedError(673)
        if not setups:
            raise RefusedError(674)
        return answers.setups(world, setups)

    def _run(self, rest):
        if rest[0] == "trace" and rest[1].isdecimal():
            if int(rest[1]) not in self.world.traces:
                raise RefusedError(572)
            return answers.trace(int(rest[1]), self.world.traces[int(rest[1])])
        if rest[0] != "list":
            raise RefusedError(236)
        found = filters.read(rest[1:], RUN_FILTERS, filters.RUN, filters.MAX_RUNS)
        if not found:
            raise RefusedError(510)
        with_errors = found.get("show_errors") == "true"
        runs = [run for run in self.world.select(found) if with_errors or not run.error]
        runs = filters.page(runs, found)
        if not runs:
            raise RefusedError(512)
        return answers.runs(self.world, runs)

    def _task(self, rest):
        world = self.world
        if rest[0] != "list":
            if rest[0].isdecimal() and int(rest[0]) in world.tasks:
                return answers.task(world.tasks[int(rest[0])], self.root)
            raise RefusedError(151)
        found = filters.read(rest[1:], TASK_FILTERS, filters.TASK)
        tasks = [world.tasks[number] for number in sorted(world.tasks)]
        for name, get in (("task_id", lambda t: t.id), ("data_id", lambda t: t.dataset_id)):
            if name in found:
                tasks = [task for task in tasks if get(task) in found[name]]
        if "type" in found:
            tasks = [task for task in tasks if str(task.type_id) == found["type"]]
        tasks = filters.page(tasks, found)
        if not tasks:
            raise RefusedError(482)
        return answers.tasks(world, tasks)

    def _study(self, rest):
        one = self.world.study(unquote(rest[0]))
        if one is None:
            raise RefusedError(601)
        return answers.study(one, self.world)

    def _data(self, rest):
        makers = {
            "features": (lambda one: answers.features(one), 272),
            "qualities": (lambda one: answers.qualities(one), 362),
        }
        if rest[0] in makers and len(rest) == 2:
            make, code = makers[rest[0]]
        else:
            make, code = lambda one: answers.dataset(one, self.root), 111
        number = rest[-1]
        if not number.isdecimal() or int(number) not in self.world.datasets:
            raise RefusedError(code)
        return make(self.world.datasets[int(number)])

    def _flow(self, rest):
        if not rest[0].isdecimal() or int(rest[0]) not in self.world.flows:
            raise RefusedError(181)
        return answers.flow(self.world, int(rest[0]))

    def file(self, path):
        """A file outside of the API, or None."""
        if path in self.world.files:
            return self.world.files[path]
        parts = path.strip("/").split("/")
        world = self.world
        if parts[0] == "data" and len(parts) >= 4 and int(parts[3]) in world.datasets:
            return world.datasets[int(parts[3])].arff
        if parts[0] == "datasets" and int(parts[1]) in world.datasets:
            return world.datasets[int(parts[1])].parquet or None
        if parts[0] == "api_splits" and int(parts[2]) in world.tasks:
            task = world.tasks[int(parts[2])]
            n_rows = world.datasets[task.dataset_id].qualities["NumberOfInstances"]
            return answers.splits(task, int(float(n_rows)))
        return None


class _Http(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        # Whoever asks may be killed, or give up waiting; that is no fault of the server's.
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    replay = None

    def log_message(self, *_):
        pass

    def do_HEAD(self):
        self._serve(head=True)

    def do_GET(self):
        self._serve(head=False)

    def _serve(self, head):
        parts = urlsplit(self.path)
        had_key = "api_key" in parse_qs(parts.query)
        encoding = self.headers.get("Accept-Encoding", "")
        number, fault = self.replay.begin(parts.path, had_key, encoding)
        try:
            self._answer(parts.path, number, fault, head)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True
        finally:
            self.replay.end()

    def _answer(self, path, number, fault, head):
        if fault == "reset":
            linger = struct.pack("ii", 1, 0)
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            self.close_connection = True
            return
        if fault == "stall":
            self.replay.stopping.wait(self.replay.stall_s)
            self.close_connection = True
            return
        if fault == "502":
            self._send(502, HTML, "text/html", head)
            return
        if fault == "busy":
            self._send(503, HTML, "text/html", head, {"Retry-After": "100000"})
            return
        if fault == "107":
            self._send(412, answers.error(107, filters.MESSAGES[107]), "text/xml", head)
            return
        if not path.startswith(API):
            self._file(path, fault, head)
            return
        try:
            body, status = self.replay.answer(path[len(API) :], fault, number), 200
        except RefusedError as refused:
            message = filters.MESSAGES.get(refused.code, "Error")
            body, status = answers.error(refused.code, message, refused.more), 412
        if fault == "truncated":
            body = body[: len(body) * 2 // 3]
        if fault == "control":
            # Where it changes no text that anybody reads.
            body = body.replace(b"</", b"\x07</", 1)
        self._send(status, body, "text/xml", head, damaged=fault == "damaged")

    def _file(self, path, fault, head):
        body = self.replay.file(path)
        if body is None or (fault == "parquet" and path.endswith(".pq")):
            missing = b"<Error><Code>NoSuchKey</Code><Message>missing</Message></Error>"
            self._send(404, missing, "application/xml", head)
            return
        self._send(200, body, "application/octet-stream", head)

    def _send(self, status, body, kind, head, more=None, *, damaged=False):
        headers = {
            **(more or {}),
            "Content-Type": kind,
            "ETag": f'"{hashlib.md5(body).hexdigest()}"',
        }
        headers["Last-Modified"] = email.utils.formatdate(time.time(), usegmt=True)
        if "gzip" in self.headers.get("Accept-Encoding", ""):
            body = gzip.compress(body, 6, mtime=0)
            headers["Content-Encoding"] = "gzip"
            if damaged:
                middle = len(body) // 2
                body = body[:middle] + bytes(b ^ 0xFF for b in body[middle:-8]) + body[-8:]
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if not head:
            self.wfile.write(body)
