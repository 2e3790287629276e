"""The table of D3M pipelines, read from a small archive of the same form."""

import gzip
import json
import zipfile

import numpy as np
import pytest

from warmstart.errors import HistoryError
from warmstart.metadataset.exchange.pipeline_tables import (
    pipeline_publications,
    read_alphad3m,
)
from warmstart.metadataset.exchange.published import as_metadataset
from warmstart.metadataset.exchange.published_table import Archive

PIPELINES = {
    "pipeline_performances": {
        "38_sick": {
            "P0": {"score": [0.8, 0.6], "metric": ["ACCURACY", "ACCURACY"]},
            "P1": {"score": [0.5, 0.9], "metric": ["F1", "ACCURACY"]},
        },
        "38_sick_MIN_METADATA": {"P10": {"score": [0.4], "metric": ["F1"]}},
        "196_autoMpg": {"P2": {"score": [0.7], "metric": ["MEAN_SQUARED_ERROR"]}},
    },
    "pipeline_structure": {"P0": ["a", "b"], "P1": ["b"], "P2": ["x"], "P10": ["a"], "P3": []},
}
KEYWORDS = {
    "38_sick": {"task_keywords": ["classification", "binary"]},
    "196_autoMpg": {"task_keywords": ["regression", "univariate"]},
}


def archive(folder, database=None):
    path = folder / "table.whl"
    if database is None:
        database = gzip.compress(json.dumps(json.dumps(PIPELINES)).encode())
    steps = [
        {"id": "a", "python_path": "d3m.primitives.data_cleaning.imputer.SKlearn"},
        {"id": "b", "python_path": "d3m.primitives.classification.svc.SKlearn"},
    ]
    features = {"38_sick": {"NumberOfInstances": {"value": 3772}}}
    with zipfile.ZipFile(path, "w") as whole:
        at = "alphad3m/resource"
        whole.writestr(f"{at}/metalearning_db.json.gz", database)
        whole.writestr(f"{at}/primitives_list.json", json.dumps(steps))
        whole.writestr(f"{at}/precalculated_taskkeywords.json", json.dumps(KEYWORDS))
        whole.writestr(f"{at}/precalculated_metafeatures.json", json.dumps(features))
    return Archive(path)


def test_pipelines_on_datasets(tmp_path):
    md = as_metadataset("alphad3m", read_alphad3m(archive(tmp_path)))
    scores = md.matrix("normalised_score")
    assert list(scores.columns) == ["P0", "P1", "P2", "P10"]
    assert scores.loc["38_sick", "P0"] == pytest.approx(0.7)
    assert scores.loc["38_sick", "P1"] == pytest.approx(0.7)
    assert np.isnan(scores.loc["38_sick", "P2"])
    assert md.matrix("f1").loc["38_sick", "P1"] == 0.5
    assert "mean_squared_error" not in md.metrics
    assert dict(md.configuration("P0")) == {
        "step_00": "data_cleaning.imputer.SKlearn",
        "step_01": "classification.svc.SKlearn",
    }
    assert dict(md.configuration("P2")) == {"step_00": "x"}
    assert md.families["38_sick"] == md.families["38_sick_MIN_METADATA"] == "38_sick"
    assert md.tasks["task_type"].to_dict() == {
        "196_autoMpg": "regression",
        "38_sick": "binary",
        "38_sick_MIN_METADATA": "",
    }
    assert md.metafeatures.loc["38_sick", "NumberOfInstances"] == 3772


def test_what_is_damaged_is_named(tmp_path):
    with pytest.raises(HistoryError, match="is damaged"):
        read_alphad3m(archive(tmp_path, b"no gzip"))
    with pytest.raises(HistoryError, match="is damaged"):
        read_alphad3m(archive(tmp_path, gzip.compress(b"no JSON")))
    with pytest.raises(HistoryError, match="holds no pipelines"):
        read_alphad3m(archive(tmp_path, gzip.compress(json.dumps("[1]").encode())))


def test_publication_is_pinned():
    (name, source), *_ = pipeline_publications()
    assert (name, source.requirement, len(source.sha256)) == (
        "alphad3m",
        "alphad3m==0.24.0",
        64,
    )
