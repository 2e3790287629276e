"""One law for every executor: each unit once, and a dead worker loses one.

Also of: execution.executors.choose, execution.executors.dask, execution.executors.local.
"""

import logging
import os
import signal
import time
from pathlib import Path

import pytest

from warmstart.errors import HistoryError
from warmstart.execution.executors.base import Done, run_units
from warmstart.execution.executors.choose import make_executor
from warmstart.execution.executors.local import Loky, Serial


def unit(argument):
    """Double a number; or do what its text says, in whatever process this is."""
    if argument == "raise":
        raise ValueError("as asked")
    if argument == "die":
        os.kill(os.getpid(), signal.SIGKILL)
    if isinstance(argument, str) and argument.startswith("die once"):
        flag = Path(argument.partition(":")[2])
        if not flag.exists():
            flag.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return "lived"
    if argument == "sleep":
        time.sleep(30)
    return argument * 2


def outcomes(executor, arguments):
    return {outcome.argument: outcome for outcome in run_units(executor, unit, arguments)}


MAKERS = {
    "serial": lambda: make_executor(),
    "loky": lambda: make_executor(n_jobs=2),
    "dask": lambda: make_executor(workers=2),
}


@pytest.fixture
def executor(request):
    return MAKERS[request.param]()


# What a killed worker's sockets and Dask's own threads warn of is not ours.
@pytest.mark.filterwarnings("ignore")
class TestEveryExecutor:
    @pytest.mark.parametrize("executor", list(MAKERS), indirect=True)
    def test_every_unit_once_and_errors_are_told(self, executor):
        found = outcomes(executor, [*range(7), "raise"])
        assert {a: o.value for a, o in found.items() if a != "raise"} == {
            i: 2 * i for i in range(7)
        }
        assert found["raise"].problem == "ValueError: as asked"

    @pytest.mark.parametrize("executor", ["serial", "loky"], indirect=True)
    def test_arguments_are_taken_when_there_is_room(self, executor):
        taken = []

        def arguments():
            for i in range(20):
                taken.append(i)
                yield i

        results = run_units(executor, unit, arguments())
        next(results)
        assert len(taken) <= executor.window + 1
        results.close()
        assert len(taken) < 20


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", ["loky", "dask"])
def test_a_killed_worker_loses_one_unit(name, tmp_path, caplog):
    once = f"die once:{tmp_path / 'flag'}"
    with caplog.at_level(logging.WARNING, "warmstart"):
        found = outcomes(MAKERS[name](), [1, once, 2, "die", *range(10, 16)])
    assert [found[i].value for i in (1, 2, *range(10, 16))] == [
        2,
        4,
        *(2 * i for i in range(10, 16)),
    ]
    assert (found[once].value, found[once].n_deaths) == ("lived", 1)
    assert found["die"].problem == "its worker died 2 times"
    assert "a worker died; its unit is done again: 'die'" in caplog.text


def test_closing_ends_the_processes():
    pool = Loky(2)
    results = run_units(pool, unit, [1, "sleep", "sleep"])
    assert next(results).value == 2
    start = time.monotonic()
    results.close()
    assert time.monotonic() - start < 20


class Breaking(Serial):
    """An executor whose workers die together, as those of a pool do."""

    window = 3

    def as_completed(self):
        broken = [handle for handle, _, _ in self._waiting]
        if len(broken) > 1:
            self._waiting.clear()
            yield from (Done(handle=handle, died=True) for handle in broken)
        else:
            yield from super().as_completed()


def test_those_beside_a_dead_unit_are_done_alone():
    found = outcomes(Breaking(), range(5))
    assert {a: o.value for a, o in found.items()} == {i: 2 * i for i in range(5)}
    assert max(o.n_deaths for o in found.values()) == 1


class TestChoice:
    def test_nothing_contradictory(self):
        with pytest.raises(HistoryError, match="not both"):
            make_executor(workers=2, scheduler="tcp://127.0.0.1:1")
        with pytest.raises(HistoryError, match="drop n_jobs=2"):
            make_executor(workers=2, n_jobs=2)
        with pytest.raises(HistoryError, match="workers must be at least 1, got 0"):
            make_executor(workers=0)

    @pytest.mark.filterwarnings("ignore")
    def test_no_scheduler_there(self, monkeypatch):
        from warmstart.execution.executors import dask as cluster

        monkeypatch.setattr(cluster, "_CONNECT_S", 1)
        with pytest.raises(HistoryError, match="cannot reach a Dask scheduler"):
            make_executor(scheduler="tcp://127.0.0.1:9")
