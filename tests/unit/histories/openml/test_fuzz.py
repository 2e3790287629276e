"""Answers with bytes that were flipped, cut or doubled: a value, or one of our own errors.

Also of: histories.openml.flows, histories.openml.xml.
"""

import contextlib

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.replay_openml import ReplayServer, synthetic_world
from tests.replay_openml.answers import trace

from warmstart.errors import HistoryError
from warmstart.histories.openml import xml
from warmstart.histories.openml.errors import TransientError
from warmstart.histories.openml.flows import read_flow
from warmstart.histories.openml.http.transport import Transport
from warmstart.histories.openml.traces import read_trace

_SERVER = ReplayServer(synthetic_world())  # answers without being asked over a wire
BODIES = {
    "evaluations": (xml.evaluations, "evaluation/setup/list/task/30/limit/3"),
    "setups": (xml.setups, "setup/list/flow/101/limit/2"),
    "runs": (xml.runs, "run/list/task/30/show_errors/true/limit/3"),
    "tasks": (xml.tasks, "task/list/limit/3"),
    "dataset": (xml.dataset, "data/1"),
    "qualities": (xml.qualities, "data/qualities/1"),
    "study": (xml.study, "study/900"),
    "procedures": (xml.procedures, "estimationprocedure/list"),
    "flow": (read_flow, "flow/101"),
}
WHOLE = {name: (parse, _SERVER.answer(path, "", 0)) for name, (parse, path) in BODIES.items()}
WHOLE["trace"] = (read_trace, trace(7, [(0, 0, 0, {"max_depth": "3"}, "0.25")]))
_SERVER.http.server_close()
ASKED = Transport("http://127.0.0.1:9/api/v1/xml/", asks=False)
SPOILT = st.sampled_from(
    [b"", b"<", b">", b"&", b"\x00", b"\xff", b"NaN", b"null", b"1e400", b"-1", b"9" * 5000,
     b"</oml:value>", b"<oml:value>", b"&#0;", b"\xe2\x80\xa8"]
)  # fmt: skip


@pytest.mark.parametrize("name", WHOLE)
@settings(deadline=None, max_examples=120, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0, 0.02), SPOILT), min_size=1, max_size=3))
def test_a_spoilt_answer_is_read_or_refused(name, spoils):
    parse, body = WHOLE[name]
    for place, length, new in spoils:
        begin = int(place * len(body))
        body = body[:begin] + new + body[begin + int(length * len(body)) :]
    with contextlib.suppress(TransientError, HistoryError):
        ASKED.parsed(name, body, parse)
