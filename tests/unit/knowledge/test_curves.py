"""The curves that come with the package, and those of a base of one's own.

Also of: histories.curves.table.
"""

import numpy as np
import pandas as pd
import pytest

from warmstart.errors import KnowledgeError
from warmstart.histories.curves import table
from warmstart.knowledge.curves import GRID, known_curves
from warmstart.metadataset.metadataset import MetaDataset


def test_curves_of_boosters_rise_on_the_whole():
    curves = known_curves("xgboost", metric="neg_log_loss")
    assert curves.budgets.tolist() == list(GRID)
    assert len(set(curves.tasks)) > 20
    gains = curves.values[:, 4] - curves.values[:, 0]
    assert np.nanmedian(gains) > 0


def test_lightgbm_has_more_metrics_and_families_can_be_left_out():
    curves = known_curves("lightgbm", metric="roc_auc")
    family = curves.tasks[0]
    less = known_curves("lightgbm", metric="roc_auc", exclude=family)
    assert len(less) == (curves.tasks != family).sum() > 0


def test_of_a_base_of_ones_own():
    frame = pd.DataFrame({"lr": [1.0, 1.0], "epoch": [1, 2], "acc": [0.5, 0.6]})
    history = table.read(
        frame,
        parameters=["lr"],
        budget="epoch",
        score="acc",
        kind="epochs",
        task="a",
        metric="accuracy",
        direction="maximize",
        learner="mlp",
    )
    md = MetaDataset.from_histories([history])
    assert known_curves(
        "mlp", metric="accuracy", knowledge=md, kind="epochs"
    ).values.tolist() == [[0.5, 0.6]]
    with pytest.raises(KnowledgeError, match="no curve of svm in accuracy by epochs"):
        known_curves("svm", metric="accuracy", knowledge=md, kind="epochs")


@pytest.mark.parametrize(
    ("more", "match"),
    [
        ({"metric": "auc_pr"}, "no curve of"),
        ({"metric": "r2", "kind": "rows"}, "count iterations"),
    ],
)
def test_what_is_not_there(more, match):
    with pytest.raises(KnowledgeError, match=match):
        known_curves("xgboost", **more)
