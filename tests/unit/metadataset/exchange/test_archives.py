"""Public tables: read from archives made here, and against recorded copies where present.

Also of: metadataset.exchange.published_tables.
"""

import io
import itertools
import json
import os
import pickle
import tarfile
import zipfile
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from warmstart.errors import HistoryError, WarmstartError
from warmstart.metadataset.exchange import archives as published
from warmstart.metadataset.exchange import published as public
from warmstart.metadataset.exchange import published_tables
from warmstart.metadataset.exchange.archives import Archive
from warmstart.metadataset.metadataset import MetaDataset

REFERENCE = os.environ.get("WARMSTART_REFERENCE_DATA", "")
"""Folder of recorded copies: oboe/, tensoroboe/, pmf/, lcdb/; with it tables are fetched."""


def wheel(path, files):
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def npz(array):
    stream = io.BytesIO()
    np.savez_compressed(stream, a=array)
    return stream.getvalue()


@pytest.fixture
def oboe(tmp_path):
    """Two configurations on two datasets, rows in another order than the sizes."""
    names = [
        "\"{'algorithm': 'KNN', 'hyperparameters': {'n_neighbors': 3}}\"",
        "\"{'algorithm': 'GNB', 'hyperparameters': {}}\"",
    ]
    head = "," + ",".join(names)
    folder = "oboe/defaults/Oboe"
    files = {
        f"{folder}/error_matrix.csv": f"{head}\n00012,0.5,0.25\n00003,0.0,0.125\n",
        f"{folder}/runtime_matrix.csv": f"{head}\n00012,2.0,1.0\n00003,4.0,3.0\n",
        f"{folder}/dataset_sizes.csv": ",0,1\n3,300,9\n12,120,4\n",
    }
    return wheel(tmp_path / "oboe.whl", files)


TENSOR_SETTINGS = {
    "imputer": {
        "algorithms": ["SimpleImputer"],
        "hyperparameters": {"SimpleImputer": {"strategy": ["mean", "constant"]}},
    },
    "encoder": {"algorithms": [None, "OneHot"], "hyperparameters": {"OneHot": {}}},
    "standardizer": {"algorithms": [None], "hyperparameters": {}},
    "dim_reducer": {"algorithms": [None], "hyperparameters": {}},
    "estimator": {
        "algorithms": ["lSVM", "GBT"],
        "hyperparameters": {"lSVM": {"C": [2, 16]}, "GBT": {"max_features": [None, "log2"]}},
    },
}


@pytest.fixture
def tensor_oboe(tmp_path):
    shape = (2, 2, 2, 1, 1, 4)
    losses = np.arange(32, dtype=np.float16).reshape(shape) / 32
    costs = losses + 1
    costs[0, 0, 0, 0, 0, 1] = -1
    losses[0, 0, 0, 0, 0, 1] = -1
    costs[1, 0, 0, 0, 0, 2] = np.nan
    folder = "oboe/defaults/TensorOboe"
    files = {
        f"{folder}/classification.json": json.dumps(TENSOR_SETTINGS),
        f"{folder}/error_tensor_imputed_20-4-2-2-8-20_f16_compressed.npz": npz(losses),
        f"{folder}/runtime_tensor_f16_compressed.npz": npz(costs),
        f"{folder}/training_index.pkl": pickle.dumps([3, 41981], protocol=3),
    }
    return wheel(tmp_path / "tensor.whl", files)


def test_oboe(oboe):
    md = public.as_metadataset("oboe", published_tables.read_oboe(Archive(oboe)))
    expected = pd.DataFrame(
        [[0.0, -0.125], [-0.5, -0.25]],
        pd.Index([3, 12], name="task_id"),
        pd.Index(["c000", "c001"], name="configuration_id"),
    )
    pd.testing.assert_frame_equal(md.matrix(), expected)
    assert md.costs().loc[12].tolist() == [2.0, 1.0]
    assert md.configuration("c000") == {"algorithm": "KNN", "n_neighbors": 3}
    assert md.tasks.loc[12, ["n_rows", "n_columns"]].tolist() == [120, 4]
    assert md.info["licences"] == {"oboe==0.2.0": "BSD-3-Clause"}
    assert md.metafeatures.empty


def test_tensor_oboe_sorts_its_axes_and_masks(tensor_oboe):
    table = published_tables.read_tensor_oboe(Archive(tensor_oboe))
    md = public.as_metadataset("tensor-oboe", table)
    assert md.tasks.index.tolist() == [3, 41981]
    # By text: 'GBT' before 'lSVM', 'log2' before None, 16 before 2; constant before mean.
    assert md.configuration("p00000") == {
        "imputer": "SimpleImputer",
        "imputer__strategy": "constant",
        "encoder": "OneHot",
        "estimator": "GBT",
        "estimator__max_features": "log2",
    }
    assert md.configuration("p00015") == {
        "imputer": "SimpleImputer",
        "imputer__strategy": "mean",
        "estimator": "lSVM",
        "estimator__C": 2,
    }
    assert md.status().loc[3, "p00001"] == "timeout"
    assert md.status().loc[41981, "p00002"] == ""
    matrix = md.matrix()
    assert np.isnan(matrix.loc[3, "p00001"])
    assert np.isnan(matrix.loc[41981, "p00002"])
    assert matrix.notna().sum().sum() == 30
    assert matrix.loc[41981, "p00015"] == -31 / 32


def test_pickle_of_anything_else_is_refused():
    with pytest.raises(HistoryError, match="a pickle with"):
        published_tables.pickled_integers(pickle.dumps(Path("x")))


def test_pmf(tmp_path):
    content = {
        "pipelines": [[0.5, 0.25, 9.0, 0.75, 8.0], [7.0, 7.0, 1.0, 7.0, 0.125]],
        "error": [[0.25, None], [0.5, 0.75], [1.0, 0.0]],
        "list_for_concatenator": [[0, 1], [2, 3]],
        "list_for_selector": [[0, 0], [1, 1]],
        "algorithm_domain": [0, 2, 3, 4, 5],
        "tasks_index": [[0], [1], [2]],
        "original_dataset_id": ["40", "9", "11"],
    }
    text = json.dumps(content).replace("null", "NaN")
    path = wheel(
        tmp_path / "d.whl", {"deeppipe_api/experiments/data/pmf_meta_dataset.json": text}
    )
    md = public.as_metadataset("pmf", published_tables.read_pmf(Archive(path)))
    assert md.tasks.index.tolist() == [9, 11, 40]
    np.testing.assert_array_equal(md.matrix(), [[-0.5, -0.75], [-1.0, 0.0], [-0.25, np.nan]])
    assert md.configuration("p00000") == {
        "preprocessor": "preprocessor_0",
        "preprocessor_0__f0": 0.5,
        "preprocessor_0__f1": 0.25,
        "estimator": "estimator_0",
        "estimator_0__f0": 0.75,
    }
    assert md.info["split"] == {"train": [11, 40], "test": [9]}


def test_lcdb(tmp_path):
    rows = ["openmlid,learner,size_train,traintime,score_test"]
    sizes = {"tree": (16, 32), "svm": (16,)}
    for learner, largest in sizes.items():
        rows += [f"6,{learner},{n},{n / 10},{n / 100 + d}" for n in largest for d in (0, 0.2)]
    files = {f"database-{name}.csv": "\n".join(rows) for name in published_tables.LCDB_METRICS}
    files["datasets.csv"] = "openmlid,Name,NumberOfClasses,Empty\n6,letter,26,\n7,other,2,\n"
    path = tmp_path / "lcdb.tar.gz"
    with tarfile.open(path, "w:gz") as bundle:
        for name, text in files.items():
            member = tarfile.TarInfo(f"lcdb-0.1.0/lcdb/{name}")
            member.size = len(text)
            bundle.addfile(member, io.BytesIO(text.encode()))
    md = public.as_metadataset("lcdb", published_tables.read_lcdb(Archive(path)))
    assert md.metrics == ("accuracy", "roc_auc", "f1_macro", "log_loss")
    assert md.matrix().loc[6].round(6).to_dict() == {"svm": 0.26, "tree": 0.42}
    assert md.matrix("log_loss").loc[6].round(6).to_dict() == {"svm": -0.26, "tree": -0.42}
    assert md.costs().loc[6, "tree"] == pytest.approx(3.2)
    assert md.metafeatures.to_dict() == {"NumberOfClasses": {6: 26.0}}
    assert md.tasks.loc[6, "name"] == "letter"


class TestFetch:
    @pytest.fixture
    def known(self, oboe, monkeypatch):
        source = replace(
            published_tables.PUBLICATIONS["oboe"],
            archive=oboe.name,
            sha256=sha256(oboe.read_bytes()).hexdigest(),
        )
        monkeypatch.setitem(published_tables.PUBLICATIONS, "oboe", source)
        return source

    def test_from_an_archive_at_hand_and_only_once(self, known, oboe, tmp_path, monkeypatch):
        (tmp_path / "cache/archives").mkdir(parents=True)
        archive = oboe.rename(tmp_path / "cache/archives" / oboe.name)
        md = MetaDataset.published("oboe", cache=tmp_path / "cache")
        archive.unlink()
        again = MetaDataset.published("oboe", cache=tmp_path / "cache")
        pd.testing.assert_frame_equal(again.matrix(), md.matrix())
        assert again.info["cite"].startswith("Yang")

    def test_pip_is_asked_for_the_pinned_version_and_hash(self, known, oboe, monkeypatch):
        asked = []

        def run(command, **_):
            folder = Path(command[command.index("--dest") + 1])
            asked.append((command, (folder / "requirements.txt").read_text()))
            (folder / oboe.name).write_bytes(oboe.read_bytes())
            return published.subprocess.CompletedProcess(command, 0, "", "")

        monkeypatch.setattr(published.subprocess, "run", run)
        assert published.read_published("oboe").task_ids == [3, 12]
        ((command, requirements),) = asked
        assert {"download", "--no-deps", "--require-hashes"} <= set(command)
        assert requirements == f"oboe==0.2.0 --hash=sha256:{known.sha256}\n"

    def test_pip_fails(self, monkeypatch):
        def run(command, **_):
            return published.subprocess.CompletedProcess(command, 1, "", "no such host\n")

        monkeypatch.setattr(published.subprocess, "run", run)
        with pytest.raises(HistoryError, match=r"oboe==0\.2\.0 failed: no such host"):
            published.read_published("oboe")

    def test_another_file(self, known, oboe, tmp_path):
        (tmp_path / "archives").mkdir()
        (tmp_path / "archives" / oboe.name).write_bytes(b"something else")
        with pytest.raises(HistoryError, match="not the file expected"):
            published.read_published("oboe", archives=tmp_path / "archives")

    def test_unknown_name(self):
        with pytest.raises(WarmstartError, match="no published table 'obo'; there are oboe"):
            MetaDataset.published("obo")

    def test_file_missing_in_the_archive(self, tmp_path):
        path = wheel(tmp_path / "empty.whl", {"a": "b"})
        with pytest.raises(HistoryError, match="does not hold"):
            published_tables.read_oboe(Archive(path))


@pytest.fixture(scope="module")
def fetched(tmp_path_factory):
    given = os.environ.get("WARMSTART_TEST_CACHE")
    return Path(given) if given else tmp_path_factory.mktemp("cache")


@pytest.mark.skipif(not REFERENCE, reason="WARMSTART_REFERENCE_DATA is not set")
class TestAgainstRecordedCopies:
    """Download the real packages and compare every cell."""

    def recorded(self, name):
        frame = pd.read_parquet(Path(REFERENCE) / name).T
        return frame.set_axis(frame.index.astype(int)).astype(np.float64)

    def check(self, found, expected):
        assert set(found.index) == set(expected.index)
        expected = expected.loc[found.index, found.columns]
        np.testing.assert_allclose(found.to_numpy(), expected.to_numpy(), atol=1e-6, rtol=1e-6)

    def test_oboe(self, fetched):
        md = MetaDataset.published("oboe", cache=fetched)
        self.check(-md.matrix(), self.recorded("oboe/performance.parquet"))
        self.check(md.costs(), self.recorded("oboe/runtime.parquet"))
        settings = json.loads((Path(REFERENCE) / "oboe/configs.json").read_text())
        for name, setting in settings.items():
            values = {"algorithm": setting["algorithm"], **setting["hyperparameters"]}
            known = {key: value for key, value in values.items() if value is not None}
            found = md.configuration(name)
            assert {k: v for k, v in found.items() if v is not None} == known

    @pytest.mark.timeout(1200)
    def test_tensor_oboe(self, fetched):
        md = MetaDataset.published("tensor-oboe", cache=fetched)
        self.check(-md.matrix(), self.recorded("tensoroboe/performance.parquet"))
        self.check(md.costs(), self.recorded("tensoroboe/runtime.parquet"))
        status = self.recorded("tensoroboe/status.parquet").loc[md.tasks.index]
        codes = md.status().replace({"ok": 0, "timeout": 1, "": 2}).to_numpy(np.float64)
        np.testing.assert_array_equal(codes, status)
        configs = pd.read_parquet(Path(REFERENCE) / "tensoroboe/configs.parquet")
        for _, row in itertools.islice(configs.iterrows(), 0, None, 97):
            found = md.configuration(row["config_id"])
            assert found["estimator"] == row["estimator__algorithm"]
            for name, value in json.loads(row["estimator__params"]).items():
                assert found.get(f"estimator__{name}") == value
            assert found["imputer__strategy"] == json.loads(row["imputer__params"])["strategy"]
            assert ("encoder" in found) == isinstance(row["encoder__algorithm"], str)

    @pytest.mark.timeout(1200)
    def test_pmf(self, fetched):
        md = MetaDataset.published("pmf", cache=fetched)
        self.check(1 + md.matrix(), self.recorded("pmf/performance.parquet"))
        split = json.loads((Path(REFERENCE) / "pmf/splits.json").read_text())
        assert sorted(md.info["split"]["test"]) == sorted(split["paper_test_ids"])
        assert sorted(md.info["split"]["train"]) == sorted(split["paper_train_ids"])

    @pytest.mark.timeout(1200)
    @pytest.mark.parametrize(
        ("metric", "name", "sign"),
        [
            ("accuracy", "accuracy", 1),
            ("roc_auc", "auc", 1),
            ("f1_macro", "f1", 1),
            ("log_loss", "logloss", -1),
        ],
    )
    def test_lcdb(self, fetched, metric, name, sign):
        md = MetaDataset.published("lcdb", cache=fetched)
        found = md.matrix(metric).dropna(how="all")
        expected = self.recorded(f"lcdb/performance_{name}.parquet").dropna(how="all")
        self.check(sign * found, expected)
