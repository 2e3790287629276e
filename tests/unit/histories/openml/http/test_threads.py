"""Threads that wait for a server, and stop when told to."""

import contextlib
import threading
import time

from warmstart.histories.openml.http.threads import run_units


def test_every_unit_gives_a_result_or_an_error():
    def work(unit):
        if unit == 3:
            raise ValueError("three")
        return unit * 2

    found = dict(run_units(range(6), work, n_workers=2, stop=threading.Event()))
    assert isinstance(found.pop(3), ValueError)
    assert found == {0: 0, 1: 2, 2: 4, 4: 8, 5: 10}


def test_no_more_threads_than_asked_for():
    names = set()

    def work(unit):
        names.add(threading.current_thread().name)
        time.sleep(0.01)

    assert len(list(run_units(range(10), work, n_workers=2, stop=threading.Event()))) == 10
    assert len(names) == 2


def test_nothing_to_do():
    assert list(run_units([], print, n_workers=2, stop=threading.Event())) == []


def test_closing_early_stops_the_rest():
    stop, done = threading.Event(), []

    def work(unit):
        done.append(unit)
        stop.wait(0.01)

    with contextlib.closing(run_units(range(1000), work, n_workers=2, stop=stop)) as results:
        next(results)
    assert stop.is_set()
    assert len(done) < 100
