"""Published measures of similarity: the contract, and an independent computation of each.

Also of: similarity.embeddings.dataset2vec, similarity.embeddings.dida,
similarity.embeddings.layers, similarity.embeddings.learned, similarity.embeddings.task2vec,
similarity.embeddings.metafeatures, similarity.embeddings.sentence, similarity.gw_otdd,
similarity.known.scores, similarity.otdd, similarity.task_view, similarity.text.
"""

import logging

import numpy as np
import pandas as pd
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.linalg import sqrtm
from scipy.optimize import linear_sum_assignment
from scipy.stats import kendalltau

from warmstart.errors import SimilarityError
from warmstart.similarity.embeddings.dataset2vec import Dataset2Vec
from warmstart.similarity.embeddings.dida import DIDA
from warmstart.similarity.embeddings.metafeatures import MetafeatureEmbedding
from warmstart.similarity.embeddings.sentence import SentenceEmbedding
from warmstart.similarity.embeddings.task2vec import Task2Vec, filter_information
from warmstart.similarity.gw_otdd import GWOTDD
from warmstart.similarity.known.measures import MEASURES
from warmstart.similarity.known.scores import ScoreDistance
from warmstart.similarity.otdd import OTDD, gaussian_wasserstein, labelled_cost
from warmstart.similarity.protocols import TaskDistance
from warmstart.similarity.task_view import SampledRows, TaskView
from warmstart.similarity.text import TextEmbedding
from warmstart.testing.task_distance import TaskDistanceContract, make_view


class TestText(TaskDistanceContract):
    needs = "text"

    @pytest.fixture
    def measure(self):
        return TextEmbedding()

    def test_words_in_common_bring_texts_together(self):
        texts = ["heart disease, Cleveland", "wine quality, red", "loans of a German bank"]
        measure = TextEmbedding().fit([TaskView(text=t) for t in texts])
        assert measure.distances(TaskView(text="Heart disease in Hungary")).argmin() == 0
        assert measure.distances(TaskView(text="")).tolist() == [1, 1, 1]


class TestSentence(TaskDistanceContract):
    needs = "text"

    @pytest.fixture(autouse=True)
    def encoder(self, wordllama):
        """Reads as WordLlama does, without its weights."""

    @pytest.fixture
    def measure(self):
        return SentenceEmbedding()

    def test_an_empty_text_is_like_nothing(self):
        measure = SentenceEmbedding().fit([TaskView(text=t) for t in ("loans", "wine")])
        assert measure.distances(TaskView(text="")).tolist() == [1, 1]

    def test_logging_stays_as_it_was(self, monkeypatch):
        root = logging.getLogger()
        monkeypatch.setattr(root, "handlers", [])  # what the package's import looks at
        before = list(root.handlers), root.level
        SentenceEmbedding().fit([TaskView(text="loans")])
        assert (list(root.handlers), root.level) == before

    def test_a_package_without_weights_is_told(self, wordllama, monkeypatch):
        def load(**_):
            raise FileNotFoundError("no such file")

        monkeypatch.setattr(wordllama().WordLlama, "load", load)
        with pytest.raises(SimilarityError, match=r"no such file.*install it anew"):
            SentenceEmbedding().fit([TaskView(text="loans")])


def test_sentences_of_the_real_package_mean_something():
    pytest.importorskip("wordllama")
    texts = ["credit card default", "wine quality", "heart disease"]
    measure = SentenceEmbedding().fit([TaskView(text=t) for t in texts])
    assert measure.vectors_.shape == (3, 256)
    for words, nearest in (("loan repayment", 0), ("grapes", 1), ("cardiac patients", 2)):
        assert measure.distances(TaskView(text=words)).argmin() == nearest


class TestOTDD(TaskDistanceContract):
    keeps = False

    @pytest.fixture
    def measure(self):
        return OTDD()

    def test_equals_the_best_assignment(self):
        """With as many rows in both, the exact transport is an assignment."""
        a, b = make_view(0, shift=1.0).rows, make_view(1, shift=2.0).rows
        cost = labelled_cost(a, b)
        expected = np.sqrt(cost[linear_sum_assignment(cost)].mean())
        assert OTDD().distance(a, b) == pytest.approx(expected, abs=1e-6)

    def test_halves_of_a_table_are_nearer_than_another_table(self):
        a, b = make_view(0, shift=3.0).rows, make_view(1, shift=-2.0).rows
        first, second = (
            SampledRows(X=a.X[part], y=a.y[part], is_classification=True)
            for part in (slice(20), slice(20, None))
        )
        for solver in ("exact", "sinkhorn"):
            measure = OTDD(solver=solver)
            assert measure.distance(first, second) < measure.distance(first, b)

    def test_other_columns_are_refused(self):
        measure = OTDD().fit([make_view(0)])
        with pytest.raises(SimilarityError, match="same columns in both tasks, got 3 and 4"):
            measure.distances(make_view(0, n_columns=3))


@given(seed=st.integers(0, 99))
@settings(max_examples=20, deadline=None)
def test_gaussian_wasserstein_against_the_matrix_root(seed):
    rng = np.random.default_rng(seed)
    m, m2 = rng.normal(size=(2, 3))
    s, s2 = (a @ a.T for a in rng.normal(size=(2, 3, 3)))
    root = sqrtm(s)
    middle = sqrtm(root @ s2 @ root).real
    expected = ((m - m2) ** 2).sum() + np.trace(s + s2 - 2 * middle)
    assert gaussian_wasserstein(m, s, m2, s2) == pytest.approx(expected, rel=1e-5, abs=1e-6)


class TestGWOTDD(TaskDistanceContract):
    @pytest.fixture
    def measure(self):
        return GWOTDD()

    def test_tables_of_other_columns_are_compared(self):
        measure = GWOTDD().fit([make_view(0, n_columns=3), make_view(1, shift=4.0)])
        assert np.isfinite(measure.distances(make_view(2, n_columns=7))).all()


class TestExactGWOTDD(TaskDistanceContract):
    keeps = False

    @pytest.fixture
    def measure(self):
        return GWOTDD(exact=True, n_rows=20)


class LearnedContract(TaskDistanceContract):
    """Both learned embeddings: order does not matter, training lowers the loss."""

    @pytest.mark.parametrize("seed", range(3))
    def test_order_of_rows_columns_and_classes_does_not_matter(self, seed):
        rng = np.random.default_rng(seed)
        rows = make_view(seed, shift=1.0).rows
        drawn, columns = rng.permutation(len(rows.X)), rng.permutation(rows.X.shape[1])
        other = SampledRows(
            X=rows.X[np.ix_(drawn, columns)],
            y=np.where(rows.y[drawn] == 1, "a", "b"),
            is_classification=True,
        )
        measure = self.make()
        np.testing.assert_allclose(measure.embed(other), measure.embed(rows), atol=1e-5)

    def test_numpy_and_torch_agree(self):
        measure, rng = self.make(), np.random.default_rng(0)
        x, y = rng.normal(size=(9, 3)).astype("f4"), np.eye(3, dtype="f4")[np.arange(9) % 3]
        weights = {name: torch.from_numpy(w) for name, w in measure.weights.items()}
        found = measure.forward(weights, torch.from_numpy(x), torch.from_numpy(y))
        expected = measure.forward(measure.weights, x, y)
        np.testing.assert_allclose(found.numpy(), expected, atol=1e-5)

    def test_training_lowers_the_loss_and_repeats(self):
        tables = [make_view(k, shift=3.0 * k).rows for k in range(4)]
        losses = []
        made = [
            self.make().train(
                tables,
                n_steps=30,
                batch_size=3,
                n_patch_rows=16,
                learning_rate=0.01,
                progress=lambda done, of, loss: losses.append(loss),
            )
            for _ in range(2)
        ]
        assert np.mean(losses[20:30]) < np.mean(losses[:10])
        np.testing.assert_array_equal(made[0].embed(tables[0]), made[1].embed(tables[0]))

    def test_one_table_is_nothing_to_tell_apart(self):
        with pytest.raises(SimilarityError, match="at least two tables, got 1"):
            self.make().train([make_view(0).rows])


class TestDataset2Vec(LearnedContract):
    @staticmethod
    def make():
        return Dataset2Vec(n_hidden=8, n_out=6)

    @pytest.fixture
    def measure(self):
        return self.make()


class TestDIDA(LearnedContract):
    @staticmethod
    def make():
        return DIDA(n_hidden=6, n_out=5)

    @pytest.fixture
    def measure(self):
        return self.make()


class TestTask2Vec(TaskDistanceContract):
    needs = "images"

    @pytest.fixture
    def measure(self):
        return Task2Vec(n_images=16, n_epochs=2)

    def test_a_probe_of_ones_own_is_not_numbers(self):
        measure = Task2Vec(probe=torch.nn.Flatten(), vectors_=np.ones((1, 2)))
        with pytest.raises(SimilarityError, match="probe of your own"):
            measure.arrays()


class TestMetafeatureEmbedding(TaskDistanceContract):
    needs = "metafeatures"

    @pytest.fixture
    def measure(self):
        return MetafeatureEmbedding()

    def test_is_the_mean_difference_of_ranks(self):
        values = np.array([[3.0, 30.0], [1.0, 10.0], [2.0, 50.0]])
        views = [TaskView(metafeatures=pd.Series(v, index=["a", "b"])) for v in values]
        ranks = (np.argsort(np.argsort(values, axis=0), axis=0) + 0.5) / 3
        found = MetafeatureEmbedding().fit(views).distances(views[0])
        np.testing.assert_allclose(found, np.abs(ranks - ranks[0]).mean(axis=1))


class TestScoreDistance(TaskDistanceContract):
    needs, keeps = "scores", False

    @pytest.fixture
    def measure(self):
        return ScoreDistance()

    def test_is_kendalls_distance_of_what_is_shared(self):
        rng = np.random.default_rng(0)
        mine, other = rng.normal(size=(2, 8))
        known = TaskView(scores=dict(enumerate(other)))
        view = TaskView(scores={**dict(enumerate(mine)), "only here": 9.0})
        expected = (1 - kendalltau(mine, other).statistic) / 2
        assert ScoreDistance().fit([known]).distances(view)[0] == pytest.approx(expected)

    def test_nothing_shared_is_neither_near_nor_far(self):
        measure = ScoreDistance().fit([TaskView(scores={"a": 1.0, "b": 2.0})])
        assert measure.distances(TaskView(scores={"c": 1.0})).tolist() == [0.5]


def test_every_measure_is_made_by_its_name():
    for name, measure in MEASURES.items():
        made = measure.make()
        assert isinstance(made, TaskDistance), name
        assert hasattr(made, "arrays") == measure.kept, name
        with pytest.raises(SimilarityError, match=measure.part):
            made.fit([TaskView()])


def test_fisher_information_against_gradients_one_by_one():
    torch.manual_seed(0)
    probe = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(4, 3), torch.nn.Tanh())
    head, images = torch.nn.Linear(3, 2), torch.rand(5, 1, 2, 2)
    torch.manual_seed(1)
    found = filter_information(probe, head, images)
    torch.manual_seed(1)
    with torch.no_grad():
        labels = torch.multinomial(torch.softmax(head(probe(images)), 1), 1)[:, 0]
    total = torch.zeros(3, 4)
    for image, label in zip(images, labels, strict=True):
        probe.zero_grad()
        torch.log_softmax(head(probe(image[None])), 1)[0, label].backward()
        total += probe[1].weight.grad ** 2
    np.testing.assert_allclose(found, (total / 5).mean(1).numpy(), rtol=1e-5)
