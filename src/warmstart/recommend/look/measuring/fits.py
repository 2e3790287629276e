"""Fits in this process: threads that wait for jobs, and can be left behind in time.

Starting a child process costs more than most looks, so the fits of a look run here. What
cannot be interrupted, such as a call into a library that never comes back, is left to end
by itself: its thread is told to stop, its result is thrown away, and the answer goes out in
time.
"""

from __future__ import annotations

import contextlib
import ctypes
import queue
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol

import joblib
import numpy as np

from warmstart.domain import Status
from warmstart.errors import HistoryError
from warmstart.execution.prediction import predict
from warmstart.execution.prepared_folds import PreparedFolds
from warmstart.metrics import METRICS
from warmstart.recommend.look.measuring.splits import Divided, Part

_PATIENCE_S = 1.0


@dataclass(frozen=True, slots=True)
class Fit:
    """One fit: a configuration of the pool, by its place, on one fold."""

    index: int
    part: Part


@dataclass(frozen=True, slots=True, kw_only=True)
class FitOutcome:
    """What came of a job."""

    job: Fit
    score: float
    """In the metric of the look, higher better; NaN where it failed."""

    cost_s: float
    status: Status = "ok"
    error: str = ""


class Fits(Protocol):
    """Somewhere that fits run, and its clock; a recording answers for the real thing."""

    def now(self) -> float:
        """Seconds on the clock that the look keeps."""
        ...

    def submit(self, job: Fit) -> None:
        """Begin a fit, or queue it."""
        ...

    def wait(self, until: float) -> FitOutcome | None:
        """The next fit to end; None if none does before the clock says `until`."""
        ...

    def close(self) -> None:
        """Leave behind whatever still runs."""
        ...


class _StopFit(BaseException):
    """Raised in a thread whose result nobody waits for; no library catches it."""


class _Lane(threading.Thread):
    """A thread that fits one job after another, and can be told to stop within one."""

    def __init__(
        self,
        jobs: queue.SimpleQueue[Fit | None],
        run: Callable[[Fit, _Lane], FitOutcome],
        done: queue.SimpleQueue[FitOutcome],
    ) -> None:
        # A daemon: a fit that never ends must not keep the interpreter from ending.
        super().__init__(name="warmstart-look", daemon=True)
        self._jobs, self._run_job, self._done = jobs, run, done
        self._fitting, self._lock = False, threading.Lock()
        self._stopped = False

    def run(self) -> None:
        from threadpoolctl import threadpool_limits

        with contextlib.suppress(_StopFit), threadpool_limits(limits=1, user_api="openmp"):
            while not self._stopped and (job := self._jobs.get()) is not None:
                self._done.put(self._run_job(job, self))

    @contextlib.contextmanager
    def stoppable(self) -> Iterator[None]:
        """Where the thread may be stopped; never while something is imported."""
        with self._lock:
            if self._stopped:
                raise _StopFit
            self._fitting = True
        try:
            yield
        finally:
            self._fitting = False

    def stop(self) -> None:
        """End after this job, or within it where Python code runs."""
        self._jobs.put(None)
        with self._lock:
            self._stopped = True
            if self._fitting and self.ident is not None:
                ctypes.pythonapi.PyThreadState_SetAsyncExc(
                    ctypes.c_ulong(self.ident), ctypes.py_object(_StopFit)
                )


class LiveFits:
    """Fits configurations to a dataset now.

    Parameters
    ----------
    data : Divided
    build : callable
        From the place of a configuration to its unfitted pipeline.
    metric : str
    n_jobs : int
        Fits at a time.
    """

    def __init__(
        self, data: Divided, build: Callable[[int], Any], metric: str, n_jobs: int
    ) -> None:
        self._data, self._build, self._metric = data, build, metric
        self._prepared: dict[int, PreparedFolds] = {}
        self._jobs: queue.SimpleQueue[Fit | None] = queue.SimpleQueue()
        self._done: queue.SimpleQueue[FitOutcome] = queue.SimpleQueue()
        self._cutting = threading.Lock()
        self._lanes = [_Lane(self._jobs, self._fit, self._done) for _ in range(n_jobs)]
        for lane in self._lanes:
            lane.start()

    def now(self) -> float:
        """Wall clock, in seconds."""
        return time.monotonic()

    def submit(self, job: Fit) -> None:
        """Queue a fit for the next thread that is free."""
        self._jobs.put(job)

    def wait(self, until: float) -> FitOutcome | None:
        """The next fit to end, or None when the clock says `until`."""
        while True:
            # Never without end, so that Ctrl-C is heard on every system.
            left = min(max(until - self.now(), 0.0), _PATIENCE_S)
            try:
                return self._done.get(timeout=left)
            except queue.Empty:
                if self.now() >= until:
                    return None

    def close(self) -> None:
        """Stop the threads; one in the middle of a library's call goes on to its end."""
        for lane in self._lanes:
            lane.stop()

    def _fit(self, job: Fit, lane: _Lane) -> FitOutcome:
        import sklearn

        start = time.thread_time()
        try:
            with (
                np.errstate(all="ignore"),
                sklearn.config_context(assume_finite=True, skip_parameter_validation=True),
            ):
                model = self._build(job.index)
                # Reading modules is not what the fit costs the next time.
                start = time.thread_time()
                with lane.stoppable():
                    score, shared_s = self._score(model, job)
        except (Exception, SystemExit) as error:  # noqa: BLE001 - a failure is a result
            status: Status = "memout" if isinstance(error, MemoryError) else "failed"
            text = f"{type(error).__name__}: {error}".split("\n")[0][:300]
            took_s = time.thread_time() - start
            return FitOutcome(job=job, score=np.nan, cost_s=took_s, status=status, error=text)
        return FitOutcome(job=job, score=score, cost_s=time.thread_time() - start + shared_s)

    def _score(self, model: Any, job: Fit) -> tuple[float, float]:
        """Score on one fold, and the seconds of preparing it that others had spent."""
        with self._cutting:
            fold = self._data.fold(job.part)
            prepared = self._prepared.setdefault(job.part.division, PreparedFolds())
        steps, estimator = model[:-1], model[-1]
        before = time.thread_time()
        ready = prepared.get(steps, joblib.hash(steps), fold, job.part.fold)
        spent = time.thread_time() - before
        # An estimator that works in place must not spoil the data of the next one.
        estimator.fit(ready.train.copy(), fold.y_train)
        n_classes = self._data.n_classes
        prediction = predict(estimator, ready.test.copy(), n_classes)
        metric = METRICS[self._metric]
        given = getattr(prediction, metric.needs)
        if given is None:
            raise HistoryError(f"{metric.name} needs {metric.needs}, which it does not give")
        score = metric.score(fold.y_test, given, n_classes)
        if not np.isfinite(score):
            raise HistoryError(f"{metric.name} is not finite")
        return score, max(ready.fit_s + ready.transform_s - spent, 0.0)
