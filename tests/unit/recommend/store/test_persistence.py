"""Recommenders in folders: the same answers, no pickles, and clear words about damage."""

import json

import numpy as np
import pandas as pd
import pytest
from tests.tiny_base import tiny_metadataset
from tests.unit.recommend.toy import NEW, score_frame, task_ids, toy

from warmstart.errors import KnowledgeError, NotFittedError
from warmstart.metadataset.metadataset import MetaDataset
from warmstart.models.rankings.average_rank import AverageRank
from warmstart.recommend.recommender import Recommender

pytestmark = pytest.mark.usefixtures("small_forests")


@pytest.fixture(scope="module")
def toy_recommender():
    return Recommender(random_state=3).fit(toy())


@pytest.fixture
def folder(toy_recommender, tmp_path):
    return toy_recommender.save(tmp_path / "kb")


def same_answer(one, other):
    """Equal but for the digits that files leave out."""
    assert [s.configuration_id for s in one] == [s.configuration_id for s in other]
    for name in ("score", "score_std", "score_low", "score_high", "cost_s"):
        np.testing.assert_allclose(
            [getattr(s, name) for s in one], [getattr(s, name) for s in other], atol=1e-4
        )
    for name in ("metric", "strategy", "neighbours", "knowledge", "warnings"):
        assert getattr(one, name) == getattr(other, name)
    assert bool(one.out_of_distribution) == bool(other.out_of_distribution)


class TestRoundTrip:
    @pytest.mark.parametrize("phi", [NEW, NEW * 1e4, None])
    def test_described_tasks(self, toy_recommender, folder, phi):
        loaded = Recommender.load(folder)
        assert loaded.random_state == 3
        same_answer(
            toy_recommender.suggest(metafeatures=phi, n=5),
            loaded.suggest(metafeatures=phi, n=5),
        )

    def test_loading_fits_nothing(self, folder, monkeypatch):
        monkeypatch.setattr("warmstart.models.pmf.pmf.PMF.fit", None)
        assert len(Recommender.load(folder).suggest(metafeatures=NEW, n=2)) == 2

    def test_every_metric_and_kind_of_task(self, tiny_base):
        names = sorted(file.stem for file in (tiny_base / "models").iterdir())
        assert names == [
            "classification-balanced_accuracy",
            "classification-log_loss",
            "regression-r2",
            "regression-rmse",
        ]

    def test_a_metric_of_one_kind_of_task_only(self, tmp_path):
        """A metric of the user's own, which no regression task has."""
        md = tiny_metadataset()
        scores = md.matrix("balanced_accuracy").dropna(how="all").dropna(axis=1, how="all")
        types = md.tasks.loc[scores.index, ["task_type"]]
        other = md.matrix("r2").dropna(how="all").dropna(axis=1, how="all")
        rows = [
            frame.rename_axis("task").melt(
                ignore_index=False, var_name="configuration", value_name="score"
            )
            for frame in (scores, other)
        ]
        frame = pd.concat(rows).reset_index().rename(columns={"index": "task"}).dropna()
        tasks = pd.concat([types, md.tasks.loc[other.index, ["task_type"]]])
        own = MetaDataset.from_evaluations(
            frame, task="task", configuration="configuration", metric="profit", tasks=tasks
        )
        recommender = Recommender().fit(own)
        loaded = Recommender.load(recommender.save(tmp_path / "kb"))
        assert loaded.suggest(task_type="regression", n=1).metric == "profit"

    def test_another_model(self, tmp_path):
        recommender = Recommender("portfolio").fit(toy())
        loaded = Recommender.load(recommender.save(tmp_path / "kb"))
        assert loaded.model == "portfolio"
        same_answer(recommender.suggest(metafeatures=NEW), loaded.suggest(metafeatures=NEW))

    def test_saving_again_replaces(self, folder):
        Recommender().fit(toy(described=False)).save(folder)
        assert Recommender.load(folder).suggest(metafeatures=NEW).neighbours == ()

    def test_a_loaded_one_saves_over_itself(self, folder):
        loaded = Recommender.load(folder)
        before = loaded.suggest(metafeatures=NEW)
        loaded.save(folder)
        same_answer(before, Recommender.load(folder).suggest(metafeatures=NEW))

    def test_a_plain_meta_dataset_is_fitted(self, tmp_path):
        toy().save(tmp_path / "md")
        loaded = Recommender.load(tmp_path / "md")
        expected = Recommender().fit(toy()).suggest(metafeatures=NEW)
        same_answer(loaded.suggest(metafeatures=NEW), expected)


class TestFiles:
    def test_hold_no_pickles(self, folder):
        kinds = {file.suffix for file in folder.rglob("*") if file.is_file()}
        assert kinds == {".json", ".parquet", ".npz"}
        for file in folder.rglob("*.npz"):
            with np.load(file, allow_pickle=False) as arrays:
                assert all(arrays[name].dtype != object for name in arrays)

    def test_an_object_cannot_be_saved(self, tmp_path):
        with pytest.raises(KnowledgeError, match="only models with a name can"):
            Recommender(AverageRank()).fit(toy()).save(tmp_path / "kb")
        assert not (tmp_path / "kb").exists()

    def test_before_fit(self, tmp_path):
        with pytest.raises(NotFittedError):
            Recommender().save(tmp_path / "kb")


class TestDamage:
    def test_a_missing_folder(self, tmp_path):
        with pytest.raises(KnowledgeError, match=r"there is no knowledge base at .*kb"):
            Recommender.load(tmp_path / "kb")

    def test_a_file(self, tmp_path):
        (tmp_path / "kb").write_text("")
        with pytest.raises(KnowledgeError, match="there is no knowledge base at"):
            Recommender.load(tmp_path / "kb")

    def test_another_folder(self, tmp_path):
        with pytest.raises(KnowledgeError, match=r"no knowledge base can be read: .*manifest"):
            Recommender.load(tmp_path)

    @pytest.mark.parametrize(
        "file", ["manifest.json", "tasks.parquet", "configurations.parquet"]
    )
    def test_of_the_meta_dataset(self, folder, file):
        (folder / file).write_bytes(b"PAR1 and nothing else")
        with pytest.raises(KnowledgeError, match="no knowledge base can be read"):
            Recommender.load(folder)

    @pytest.mark.parametrize(
        ("text", "message"),
        [
            ("", "is damaged"),
            ("{", "is damaged"),
            ("[]", "has format None, this version reads 4: it is damaged, or nothing"),
            ('{"format": "4"}', "has format '4', this version reads 4: it is damaged"),
            ('{"format": 3}', "has format 3, this version reads 4: its models are those of an"),
            ('{"format": 5}', "has format 5, this version reads 4: a newer warmstart saved it"),
            ('{"format": 4}', "is damaged: KeyError"),
            ('{"format": 4, "model": "svd", "random_state": 0}', "is damaged"),
            ('{"format": 4, "model": "pmf", "random_state": null}', "is damaged"),
        ],
    )
    def test_of_the_settings(self, folder, text, message):
        (folder / "recommender.json").write_text(text)
        with pytest.raises(KnowledgeError, match=message):
            Recommender.load(folder)

    @pytest.mark.parametrize("cut", [0, 10, 0.5, 0.99])
    def test_a_model_cut_short(self, folder, cut):
        file = folder / "models" / "any-score.npz"
        whole = file.read_bytes()
        file.write_bytes(whole[: int(cut * len(whole)) if cut < 1 else cut])
        with pytest.raises(
            KnowledgeError, match=r"any-score\.npz is not a model warmstart wrote"
        ):
            Recommender.load(folder).suggest(metafeatures=NEW)

    @pytest.mark.parametrize("other", [b"\x80\x04N.", b"words", b"\x00" * 900])
    def test_a_model_that_is_another_file(self, folder, other):
        (folder / "models" / "any-score.npz").write_bytes(other)
        with pytest.raises(KnowledgeError, match="is not a model warmstart wrote"):
            Recommender.load(folder).suggest(metafeatures=NEW)

    def test_a_bit_anywhere(self, folder):
        """Either found, or in a place that means nothing: never another error."""
        file = folder / "models" / "any-score.npz"
        whole = file.read_bytes()
        n_found = 0
        for place in range(5, len(whole), len(whole) // 25):
            flipped = bytearray(whole)
            flipped[place] ^= 0xFF
            file.write_bytes(bytes(flipped))
            try:
                Recommender.load(folder).suggest(metafeatures=NEW, n=1)
            except KnowledgeError:
                n_found += 1
        assert n_found > 10

    def test_a_model_with_an_array_missing(self, folder):
        file = folder / "models" / "any-score.npz"
        with np.load(file) as arrays:
            kept = {name: arrays[name] for name in arrays if name != "loadings"}
        np.savez(file, **kept)
        with pytest.raises(KnowledgeError, match="is not a model warmstart wrote"):
            Recommender.load(folder).suggest(metafeatures=NEW)

    def test_a_model_of_other_configurations(self, folder, tmp_path):
        scores = score_frame(task_ids()).drop(columns="c3")
        other = Recommender().fit(MetaDataset.from_matrix(scores)).save(tmp_path / "other")
        name = "models/any-score.npz"
        (folder / name).write_bytes((other / name).read_bytes())
        with pytest.raises(KnowledgeError, match="knows 9 configurations, the meta-dataset 10"):
            Recommender.load(folder).suggest(metafeatures=NEW)

    def test_a_model_that_is_gone_is_fitted_anew(self, folder, toy_recommender):
        (folder / "models" / "any-score.npz").unlink()
        found = Recommender.load(folder).suggest(metafeatures=NEW)
        same_answer(toy_recommender.suggest(metafeatures=NEW), found)


def test_settings_are_readable(folder):
    settings = json.loads((folder / "recommender.json").read_text())
    assert settings == {"format": 4, "model": "pmf", "random_state": 3}


def test_a_folder_of_an_older_version_is_fitted_and_saved_again(folder, tmp_path):
    settings = json.loads((folder / "recommender.json").read_text())
    (folder / "recommender.json").write_text(json.dumps(settings | {"format": 3}))
    with pytest.raises(KnowledgeError, match=r"fit it and save it again, by Recommender\(\)"):
        Recommender.load(folder)
    again = Recommender().fit(MetaDataset.open(folder)).save(tmp_path / "again")
    assert len(Recommender.load(again).suggest(metafeatures=NEW, n=2)) == 2
