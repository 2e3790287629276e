"""Opening knowledge: the embedded base, folders, recommenders, meta-datasets.

Also of: knowledge.api.
"""

import pytest
from tests.unit.recommend.toy import NEW, toy

import warmstart
from warmstart.errors import KnowledgeError
from warmstart.knowledge import base
from warmstart.knowledge.base import embedded_path, open_knowledge
from warmstart.recommend.recommender import Recommender

pytestmark = pytest.mark.usefixtures("small_forests")


class TestEmbedded:
    @pytest.fixture
    def places(self, tmp_path, monkeypatch):
        monkeypatch.setattr(base, "_IN_WHEEL", tmp_path / "wheel")
        monkeypatch.setattr(base, "_IN_CHECKOUT", tmp_path / "checkout")
        return tmp_path / "wheel", tmp_path / "checkout"

    def test_in_the_wheel_comes_first(self, places):
        for place in reversed(places):
            toy().save(place)
            assert embedded_path() == place

    def test_missing_says_where_it_looked(self, places):
        with pytest.raises(KnowledgeError, match=r"no embedded knowledge base.*knowledge="):
            embedded_path()
        with pytest.raises(KnowledgeError, match="no embedded knowledge base"):
            warmstart.suggest(metafeatures=NEW)

    def test_is_what_suggest_asks(self, places):
        toy().save(places[0])
        assert len(warmstart.suggest(metafeatures=NEW, n=3)) == 3


class TestOpen:
    def test_a_recommender_is_taken_as_it_is(self):
        recommender = Recommender().fit(toy())
        assert open_knowledge(recommender) is recommender

    def test_a_meta_dataset_is_fitted(self):
        assert open_knowledge(toy()).task_types() == (None,)

    @pytest.mark.parametrize("kind", [str, lambda path: path])
    def test_a_folder_is_read_once(self, tmp_path, kind):
        path = Recommender().fit(toy()).save(tmp_path / "kb")
        assert open_knowledge(kind(path)) is open_knowledge(kind(path))

    def test_a_folder_saved_anew_is_read_anew(self, tmp_path):
        path = Recommender().fit(toy()).save(tmp_path / "kb")
        before = warmstart.suggest(metafeatures=NEW, n=99, knowledge=path)
        fewer = toy().select(toy().tasks.index[:20])
        Recommender().fit(fewer).save(path)
        after = warmstart.suggest(metafeatures=NEW, n=99, knowledge=path)
        assert before.knowledge == "24 tasks × 10 configurations"
        assert after.knowledge == "20 tasks × 10 configurations"

    def test_a_folder_of_the_home(self, tmp_path, monkeypatch):
        monkeypatch.setenv("HOME", str(tmp_path))
        Recommender().fit(toy()).save(tmp_path / "kb")
        assert open_knowledge("~/kb").task_types() == (None,)

    def test_a_missing_folder(self, tmp_path):
        with pytest.raises(KnowledgeError, match="there is no knowledge base at"):
            warmstart.suggest(metafeatures=NEW, knowledge=tmp_path / "kb")

    @pytest.mark.parametrize("knowledge", [3, ["kb"], toy().matrix()])
    def test_something_else(self, knowledge):
        with pytest.raises(
            TypeError, match="knowledge is a path, a Recommender or a MetaDataset"
        ):
            warmstart.suggest(metafeatures=NEW, knowledge=knowledge)
