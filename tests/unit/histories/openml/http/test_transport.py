"""Asking a server that breaks in every way a server breaks.

Also of: histories.openml.http.cache, histories.openml.http.keys,
histories.openml.http.requests, histories.openml.http.waits.
"""

import logging
import threading
import time

import pytest
from tests.replay_openml import Faults, ReplayServer, World, synthetic_world

from warmstart.errors import HistoryError
from warmstart.histories.openml import xml
from warmstart.histories.openml.errors import (
    NoResultError,
    OpenMLError,
    UnavailableError,
)
from warmstart.histories.openml.flows import read_flow
from warmstart.histories.openml.http import transport as transport_module
from warmstart.histories.openml.http.cache import PageCache
from warmstart.histories.openml.http.transport import Stopped, Transport

KEY = "0123456789abcdef0123456789abcdef"
PAGE = "evaluation/list/function/predictive_accuracy/flow/101/limit/20"
WORLD = synthetic_world()


def transport(server, **options):
    return Transport(server.url, **{"backoff_s": 0.001, **options})


@pytest.mark.parametrize("kind", ["reset", "502", "107", "truncated", "damaged"])
def test_a_fault_is_asked_again(kind):
    with ReplayServer(WORLD, Faults({1: kind, 2: kind})) as server:
        asked = transport(server)
        assert len(asked.read(PAGE, xml.evaluations).rows) == 20
    assert (asked.n_requests, asked.n_retries) == (3, 2)
    assert all(request.encoding == "gzip" for request in server.requests)


@pytest.mark.parametrize(
    ("kind", "why"),
    [
        ("reset", "ConnectionError"),
        ("502", "HTTP status 502"),
        ("107", "code 107: Database connection error"),
        ("truncated", "the answer ends early"),
        ("damaged", "the answer is damaged"),
    ],
)
def test_a_server_that_stays_broken(kind, why):
    with ReplayServer(WORLD, Faults(always=kind)) as server:
        asked = transport(server, attempts=3)
        with pytest.raises(UnavailableError, match=f"no whole answer in 3 attempts: {why}"):
            asked.read(PAGE, xml.evaluations)
    assert len(server.requests) == 3


def test_a_hang_ends_in_the_stated_time():
    with ReplayServer(WORLD, Faults(always="stall")) as server:
        asked = transport(server, read_s=0.3, attempts=2)
        begin = time.monotonic()
        with pytest.raises(UnavailableError, match="ReadTimeout"):
            asked.read(PAGE, xml.evaluations)
        # Two attempts of 0.3 s; the rest is what a busy machine may add.
        assert time.monotonic() - begin < 20


def test_a_stop_ends_the_waiting():
    stop = threading.Event()
    with ReplayServer(WORLD, Faults(always="502")) as server:
        asked = transport(server, backoff_s=60.0, stop=stop)
        threading.Timer(0.2, stop.set).start()
        with pytest.raises(Stopped):
            asked.read(PAGE, xml.evaluations)
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("path", "kind", "match"),
    [
        ("evaluation/list/function/nothing/limit/1", NoResultError, "code 542"),
        ("evaluation/list/color/red", OpenMLError, "code 544.*illegal filter.*: color"),
        ("evaluation/list/task/x", OpenMLError, "code 541"),
        ("evaluation/list/limit/20000", OpenMLError, "code 546"),
        ("evaluation/list/task/10/offset/5", OpenMLError, "code 545"),
        ("setup/list/limit/2000", OpenMLError, "code 676"),
        ("setup/list/setup/1", NoResultError, "code 674"),
        ("study/none", OpenMLError, "code 601.*no such suite"),
        ("flow/7", OpenMLError, "code 181.*no such flow"),
        ("data/70", OpenMLError, "code 111"),
        ("nonsense/1", OpenMLError, "code 100"),
    ],
)
def test_codes_are_told_apart(path, kind, match):
    with ReplayServer(WORLD) as server:
        with pytest.raises(kind, match=match) as caught:
            transport(server).read(path, xml.evaluations)
        assert type(caught.value) is kind
    assert len(server.requests) == 1  # a refusal is not asked again


def test_what_is_kept_is_not_asked_for(tmp_path):
    pages = PageCache(tmp_path)
    with ReplayServer(WORLD) as server:
        first = transport(server, pages=pages)
        rows = first.read(PAGE, xml.evaluations).rows
        with pytest.raises(NoResultError):
            first.read("evaluation/list/function/nothing/limit/1", xml.evaluations)
        assert len(server.requests) == 2
        again = transport(server, pages=pages)
        assert again.read(PAGE, xml.evaluations).rows == rows
        with pytest.raises(NoResultError):
            again.read("evaluation/list/function/nothing/limit/1", xml.evaluations)
        assert again.n_requests == 0
        assert again.read(PAGE, xml.evaluations, fresh=True).rows == rows
        assert again.n_requests == 1


def test_a_refusal_is_not_kept(tmp_path):
    with ReplayServer(WORLD) as server:
        asked = transport(server, pages=PageCache(tmp_path))
        for _ in range(2):
            with pytest.raises(OpenMLError, match="code 181"):
                asked.read("flow/7", xml.study)
    assert len(server.requests) == 2


def test_a_damaged_page_is_asked_for_again(tmp_path):
    pages = PageCache(tmp_path)
    with ReplayServer(WORLD) as server:
        asked = transport(server, pages=pages)
        rows = asked.read(PAGE, xml.evaluations).rows
        kept = pages.path(asked.server, PAGE)
        kept.write_bytes(kept.read_bytes()[:-30])
        assert asked.read(PAGE, xml.evaluations).rows == rows
    assert len(server.requests) == 2


def test_the_key_is_sent_and_shown_nowhere(tmp_path, caplog):
    caplog.set_level(logging.DEBUG)
    with ReplayServer(WORLD, Faults({1: "502"})) as server:
        asked = transport(server, api_key=KEY, pages=PageCache(tmp_path))
        asked.read(PAGE, xml.evaluations)
        assert all(request.had_key for request in server.requests)
        url = server.url
    gone = Transport(url, api_key=KEY, attempts=2, backoff_s=0.001, connect_s=1.0)
    with pytest.raises(UnavailableError) as caught:
        gone.read(PAGE, xml.evaluations)
    files = [str(path) for path in tmp_path.rglob("*")]
    bodies = b"".join(path.read_bytes() for path in tmp_path.rglob("*.gz"))
    assert "api_key=***" in caplog.text  # urllib3 would have shown it
    assert caught.value.__context__ is None or caught.value.__suppress_context__
    for shown in (caplog.text, str(caught.value), repr(asked), *files, str(bodies)):
        assert KEY not in shown


def test_no_more_than_two_connections():
    with ReplayServer(WORLD) as server:
        asked = transport(server)
        threads = [
            threading.Thread(target=asked.read, args=(PAGE, xml.evaluations)) for _ in range(8)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(server.requests) == 8
    assert server.most_open <= 2


@pytest.mark.parametrize(
    ("options", "match"),
    [
        ({"connections": 3}, "connections must be from 1 to 2, got 3"),
        ({"read_s": 0.0}, r"read_s must be positive, got 0\.0"),
        ({"attempts": 0}, "attempts must be positive, got 0"),
    ],
)
def test_senseless_numbers(options, match):
    with pytest.raises(HistoryError, match=match):
        Transport(**options)


@pytest.mark.parametrize("server", ["openml.org", "ftp://x/", f"https://x/?api_key={KEY}"])
def test_a_senseless_server(server):
    with pytest.raises(HistoryError, match="server must be an address such as") as caught:
        Transport(server)
    assert KEY not in str(caught.value)


def test_a_page_of_another_kind_is_no_answer():
    world = World(verbatim={"flow/1": b"<html><body>welcome</body></html>"})
    with ReplayServer(world) as server:
        asked = transport(server, attempts=2)
        with pytest.raises(UnavailableError, match="the answer is a 'html' page"):
            asked.read("flow/1", xml.study)


def test_an_answer_that_lacks_what_it_should_have():
    world = World(verbatim={"flow/1": b'<oml:x xmlns:oml="http://openml.org/openml"></oml:x>'})
    with ReplayServer(world) as server:
        with pytest.raises(
            HistoryError, match="is not what OpenML's look like: KeyError: 'id'"
        ):
            transport(server).read("flow/1", xml.dataset)
        assert len(server.requests) == 1


def test_characters_that_xml_does_not_allow_cost_no_second_request(tmp_path):
    with ReplayServer(WORLD) as server:
        expected = transport(server).read(PAGE, xml.evaluations).rows
    with ReplayServer(WORLD, Faults(always="control")) as server:
        asked = transport(server, pages=PageCache(tmp_path))
        assert asked.read(PAGE, xml.evaluations).rows == expected
        assert asked.read(PAGE, xml.evaluations).rows == expected  # also as it was kept
    assert len(server.requests) == 1
    assert asked.n_mended == 2


def test_a_server_that_asks_for_a_day_is_left_alone_for_minutes_and_said_so(monkeypatch):
    monkeypatch.setattr(transport_module, "LONGEST_S", 0.002)
    told = []
    with ReplayServer(WORLD, Faults({1: "busy"})) as server:
        asked = transport(server, tell=told.append)
        assert len(asked.read(PAGE, xml.evaluations).rows) == 20
    [said] = told
    assert "asks to be left alone for 100,000 s; it is asked again after" in said


def test_only_kept_answers(tmp_path):
    pages = PageCache(tmp_path)
    with ReplayServer(WORLD) as server:
        transport(server, pages=pages).read("flow/101", read_flow)
        silent = transport(server, pages=pages, asks=False)
        silent.read("flow/101", read_flow)
        with pytest.raises(UnavailableError, match="flow/201 is not kept"):
            silent.read("flow/201", read_flow)
        assert len(server.requests) == 1


@pytest.mark.parametrize("status", [408, 429, 503])
def test_what_passes_is_no_refusal(status, monkeypatch):
    with ReplayServer(WORLD) as server:
        asked = transport(server, attempts=2)
        monkeypatch.setattr(asked.requests, "get", lambda path, stop: (status, b"", b"", 0.0))
        with pytest.raises(UnavailableError, match=f"HTTP status {status}"):
            asked.read("flow/101", xml.runs)
