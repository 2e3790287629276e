"""Packed surfaces are read as they were scored, and families can be left out."""

from pathlib import Path

import numpy as np
import pytest
from tests.unit.models.surfaces.toy_store import BOX, make_store, row, score

from warmstart.errors import KnowledgeError
from warmstart.knowledge.base import surfaces_path
from warmstart.models.surfaces.boxes import BOXES
from warmstart.models.surfaces.store import FEWEST, N_CELLS, SurfaceStore, surface


def test_a_table_has_the_scores_of_its_points():
    one = surface(row(3), "roc_auc", BOX)
    assert len(one.scores) == N_CELLS
    np.testing.assert_allclose(one.scores, score(one.points, 0.05 * np.sin(3)), atol=1e-3)
    # Each configuration once before any twice, so that none is missed.
    assert len(np.unique(one.points[:, :-1], axis=0)) == 24


def test_the_kernel_is_the_one_written(tmp_path):
    sources = make_store(tmp_path).sources("lightgbm", "roc_auc")
    assert sources.n_tasks == 14
    assert sources.kernel.noise == 0.01
    assert set(sources.kernel.lengthscales) == {0.3}


def test_a_table_named_leaves_with_its_family(tmp_path):
    store = make_store(tmp_path)
    assert store.sources("lightgbm", "roc_auc", ["table-3"]).n_tasks == 12
    assert store.sources("lightgbm", "roc_auc", ["family-1"]).n_tasks == 12
    assert store.sources("lightgbm", "roc_auc", ["something else"]).n_tasks == 14


def test_too_few_tables_lead_nobody(tmp_path):
    store = make_store(tmp_path)
    gone = [f"family-{k}" for k in range(3)]
    assert FEWEST > 14 - 6
    assert store.sources("lightgbm", "roc_auc", gone) is None
    assert store.sources("lightgbm", "log_loss") is None
    assert store.box("lightgbm") is BOXES["lightgbm"]
    assert store.box("naive_bayes") is None


def test_a_damaged_file_is_named(tmp_path):
    (tmp_path / "lightgbm.parquet").write_bytes(b"PAR1 and no more")
    with pytest.raises(KnowledgeError, match=r"lightgbm\.parquet cannot be read"):
        SurfaceStore(folder=tmp_path).sources("lightgbm", "roc_auc")


SHIPPED = sorted(path.stem for path in surfaces_path().glob("*.parquet"))


@pytest.mark.parametrize("learner", SHIPPED)
def test_what_the_package_ships_leads_both_kinds_of_tasks(learner):
    store = SurfaceStore(folder=surfaces_path())
    for metric in ("balanced_accuracy", "r2"):
        sources = store.sources(learner, metric)
        assert sources.n_tasks >= FEWEST
        mean, loadings = sources.expect(np.full((1, len(BOXES[learner].axes)), 0.5))
        assert np.isfinite(mean).all()
        assert loadings.shape == (1, sources.n_tasks)
        # The reported tables of the benchmarks are in no base.
        assert not {"keel-phoneme", "keel-magic", "keel-satimage"} & set(sources.names)


def test_every_learner_that_is_led_is_in_the_wheel():
    listed = (Path(__file__).parents[4] / "pyproject.toml").read_text(encoding="utf-8")
    assert set(SHIPPED) == set(BOXES)
    for learner in SHIPPED:
        assert f"warmstart/knowledge/surfaces/{learner}.parquet" in listed


def test_all_tables_and_families_have_names(tmp_path):
    names = make_store(tmp_path).names()
    assert {"table-3", "family-1"} <= names
    assert len(names) == 14 + 7
