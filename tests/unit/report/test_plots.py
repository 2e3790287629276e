"""Plots of answers: what is drawn is what is said."""

import numpy as np
import pandas as pd
import pytest
from tests.unit.recommend.toy import NEW, toy
from tests.unit.report.answers import make

from warmstart.recommend.recommender import Recommender

matplotlib = pytest.importorskip("matplotlib")
matplotlib.use("agg")
pyplot = pytest.importorskip("matplotlib.pyplot")


@pytest.fixture(autouse=True)
def closed():
    yield
    pyplot.close("all")


MEASURED = pd.DataFrame({"measured": [0.8, 0.7, np.nan]}, index=[2, 1, 3])


def points(ax, label):
    (line,) = [one for one in ax.lines if one.get_label() == label]
    return np.asarray(line.get_xydata(), dtype=float)


def test_expected_scores():
    ax = make().plot()
    assert points(ax, "expected")[:, 0].tolist() == pytest.approx([0.9, 0.89, 0.88])
    assert ax.get_xlabel() == "accuracy"
    assert ax.get_yticklabels()[0].get_text() == "1  tree"


def test_measured_beside_expected():
    ax = make().plot(measured=MEASURED)
    np.testing.assert_allclose(points(ax, "measured")[:, 0], [0.7, 0.8, np.nan])
    ax = make().plot("measured", measured=MEASURED)
    assert {text.get_text() for text in ax.texts} == {"1", "2"}


def test_score_against_cost():
    ax = make().plot("cost")
    assert points(ax, "expected")[0].tolist() == pytest.approx([0.5, 0.9])
    assert ax.get_xscale() == "log"


def test_into_given_axes():
    _, ax = matplotlib.pyplot.subplots()
    assert make().plot(ax=ax) is ax


@pytest.mark.parametrize(
    ("more", "kind", "said"),
    [
        ({}, "scores", "kind must be one of"),
        ({"items": ()}, "expected", "no suggestions to plot"),
        ({}, "measured", "nothing was measured"),
    ],
)
def test_refuses_what_it_cannot_draw(more, kind, said):
    with pytest.raises(ValueError, match=said):
        make(**more).plot(kind)


def test_a_search():
    search = Recommender().fit(toy()).search(metafeatures=NEW)
    with pytest.raises(ValueError, match="no score was told yet"):
        search.plot()
    for score in (0.5, None, 0.4, 0.7):
        status = {"status": "failed"} if score is None else {"score": score}
        search.tell(search.ask(), **status)
    ax = search.plot()
    assert points(ax, "best so far")[:, 1].tolist() == [0.5, 0.5, 0.5, 0.7]
    assert points(ax, "failed").tolist() == [[2, 0.4]]
