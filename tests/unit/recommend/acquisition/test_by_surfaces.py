"""A search anywhere in a space, led by other tables, however long the study is."""

import numpy as np
import pytest
from tests.unit.models.surfaces.toy_store import BOX, make_store, score

from warmstart.models.surfaces.belief import SurfaceBelief
from warmstart.models.surfaces.region import Region
from warmstart.models.surfaces.sources import MOST_RESULTS
from warmstart.recommend.acquisition.by_surfaces import BySurfaces


def as_it_is(point):
    return point


@pytest.fixture
def search(tmp_path):
    sources = make_store(tmp_path).sources("lightgbm", "roc_auc")
    return BySurfaces(sources, metric="roc_auc")


def worth(values):
    return float(score(BOX.place(values)[None])[0])


def test_where_other_tables_are_best_comes_first(search):
    region = Region.whole(BOX)
    first = search.propose(region, as_it_is, [], {})
    others = [worth(one) for one in region.spread(200, seed=5)]
    assert worth(first) > np.quantile(others, 0.8)


def test_a_long_study_is_led_by_its_most_telling_results(search, monkeypatch):
    region = Region.whole(BOX)
    known = region.spread(MOST_RESULTS + 60, seed=3)
    scores = {k: worth(one) for k, one in enumerate(known)}
    best = max(scores, key=scores.get)
    told = []
    tell = SurfaceBelief.tell
    monkeypatch.setattr(
        SurfaceBelief, "tell", lambda self, k, y: (told.append(y), tell(self, k, y))[1]
    )
    asked = search.propose(region, as_it_is, known, scores, n_asked=len(known))
    assert len(told) == MOST_RESULTS
    assert scores[best] in told
    assert worth(asked) > np.quantile(list(scores.values()), 0.9)


def test_what_is_tried_elsewhere_counts_in_a_long_study(search):
    region = Region.whole(BOX)
    known = region.spread(MOST_RESULTS + 20, seed=4)
    scores = {k: worth(one) for k, one in enumerate(known)}
    asked = search.propose(region, as_it_is, known, scores, n_asked=1)
    again = search.propose(
        region, as_it_is, [*known, asked], scores, pending=[len(known)], n_asked=1
    )
    assert again != asked
