"""At most twenty rows of the real OpenML: ``make test-live``, and only then.

What the replayed server cannot prove: that the real one answers at all, in these elements,
and that it has the endpoint that lists scores with hyperparameters.
"""

import pytest

from warmstart.histories.openml import xml
from warmstart.histories.openml.errors import OpenMLError
from warmstart.histories.openml.flows import read_flow
from warmstart.histories.openml.http.transport import Transport
from warmstart.histories.openml.parameters import Canonical

pytestmark = pytest.mark.live

FILTERS = "function/predictive_accuracy/flow/6969/task/3/limit/{}/offset/0"


@pytest.fixture(scope="module")
def transport():
    return Transport(read_s=60.0, attempts=3)


def test_scores_and_hyperparameters_apart(transport):
    rows = transport.read(f"evaluation/list/{FILTERS.format(5)}", xml.evaluations).rows
    assert len(rows) == 5
    assert all(0 < row.value <= 1 and row.task_id == 3 for row in rows)
    ids = ",".join(str(row.setup_id) for row in rows)
    setups, definitions = transport.read(f"setup/list/setup/{ids}/limit/5/offset/0", xml.setups)
    assert {row.setup_id for row in setups} == {row.setup_id for row in rows}
    canonical = Canonical(transport.read("flow/6969", read_flow))
    for row in setups:
        point = canonical.configuration(row.parameters, definitions)
        assert point.unparsed == ()


def test_scores_with_hyperparameters(transport):
    path = f"evaluation/setup/list/{FILTERS.format(5)}"
    try:
        page = transport.read(path, xml.evaluations)
    except OpenMLError as error:
        pytest.fail(f"the listing that saves nine requests in ten is not there: {error}")
    assert len(page.rows) == 5
    assert all(row.parameters for row in page.rows)
