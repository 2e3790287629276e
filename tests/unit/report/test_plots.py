"""Plots of answers: what is drawn is what is said."""

import numpy as np
import pandas as pd
import pytest
from tests.unit.recommend.toy import NEW, toy
from tests.unit.report.answers import make

from warmstart.errors import ArgumentError
from warmstart.recommend.recommender import Recommender
from warmstart.report.plots import plot_choice_effects

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


def effects(**more):
    index = pd.MultiIndex.from_tuples(
        [("act", "relu"), ("act", "tanh"), ("edge", "conv"), ("edge", "skip"), ("edge", "pool")]
    )
    columns = {"effect": [0.1, -0.1, 0.2, -0.3, np.nan], "error": [0.01, 0.02, np.nan, 0.05, 0]}
    return pd.DataFrame({**columns, **more}, index=index)


class TestChoiceEffects:
    def test_places_by_what_hangs_on_them(self):
        ax = plot_choice_effects(effects())
        said = [label.get_text() for label in ax.get_yticklabels()]
        assert said == ["edge = conv", "edge = skip", "act = relu", "act = tanh"]
        drawn = ax.collections[-1].get_offsets()
        assert drawn[:, 0].tolist() == pytest.approx([0.2, -0.3, 0.1, -0.1])
        ends = [segment[:, 0].tolist() for segment in ax.collections[0].get_segments()]
        assert ends[3] == pytest.approx([-0.14, -0.06])
        assert ends[0] == pytest.approx([0.2, 0.2])  # of one task there is no error

    def test_whole_places_only(self):
        ax = plot_choice_effects(effects(), n=3)
        assert len(ax.get_yticklabels()) == 2

    def test_nothing_to_draw(self):
        with pytest.raises(ArgumentError, match="no effects to plot"):
            plot_choice_effects(effects(effect=np.nan))
