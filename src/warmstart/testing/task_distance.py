"""What every similarity and every distance of tasks promises; a plugin's tests inherit it.

from warmstart.testing.task_distance import TaskDistanceContract

class TestMine(TaskDistanceContract):
    @pytest.fixture
    def measure(self):
        return Mine()
"""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from warmstart.errors import NotFittedError, SimilarityError
from warmstart.protocols import Similarity, TaskDistance, TaskEmbedding
from warmstart.similarity.task_view import SampledRows, TaskView
from warmstart.testing.performance_model import make_table


def make_view(seed, *, shift=0.0, n_columns=4):
    """A task of which everything is known; `shift` moves its classes apart."""
    rng = np.random.default_rng(seed)
    y = np.arange(40) % 2
    X = rng.normal(size=(40, n_columns)) + shift * y[:, None]
    images = np.clip(rng.normal(0.5, 0.1, (24, 8, 8)), 0, 1)
    images[::2, :4] += 0.1 * shift
    return TaskView(
        metafeatures=pd.Series({"rows": 40.0, "shift": shift}),
        rows=SampledRows(X=X, y=y, is_classification=True),
        images=images,
        labels=np.arange(24) % 2,
        text=f"table {seed} of {'far' if shift else 'near'} classes",
        scores={"a": 0.5, "b": shift},
    )


class TaskDistanceContract:
    """Subclass with a fixture `measure` that returns an unfitted measure."""

    needs = "rows"
    """The part of a view it compares tasks by."""

    keeps = True
    """Whether a base can keep it as numbers."""

    @pytest.fixture
    def known(self):
        return [make_view(k, shift=float(k)) for k in range(4)]

    def test_is_a_task_distance(self, measure):
        assert isinstance(measure, TaskDistance)

    def test_one_finite_distance_a_known_task(self, measure, known):
        found = measure.fit(known).distances(make_view(9, shift=1.0))
        assert found.shape == (4,)
        assert np.isfinite(found).all()
        assert (found >= 0).all()

    def test_a_task_is_nearest_to_itself(self, measure, known):
        measure.fit(known)
        for k, view in enumerate(known):
            found = measure.distances(view)
            assert found[k] == pytest.approx(found.min(), abs=1e-6)

    def test_the_same_again(self, measure, known):
        measure.fit(known)
        view = make_view(9, shift=2.0)
        np.testing.assert_array_equal(measure.distances(view), measure.distances(view))

    def test_not_fitted(self, measure):
        with pytest.raises(NotFittedError, match="fit"):
            measure.distances(make_view(0))

    def test_says_what_it_lacks(self, measure, known):
        with pytest.raises(SimilarityError, match=self.needs):
            measure.fit([TaskView()])
        measure.fit(known)
        with pytest.raises(SimilarityError, match=self.needs):
            measure.distances(TaskView())

    def test_what_a_base_keeps_is_numbers_and_enough(self, measure, known):
        if not self.keeps:
            pytest.skip("compares rows or images, which no base keeps")
        assert isinstance(measure, TaskEmbedding)
        measure.fit(known)
        kept = measure.arrays()
        assert all(np.asarray(value).dtype.kind in "fi" for value in kept.values())
        view = make_view(9, shift=1.0)
        again = type(measure).from_arrays(kept)
        np.testing.assert_allclose(again.distances(view), measure.distances(view), atol=1e-6)


class SimilarityContract:
    """Subclass with a fixture `similarity` that returns an unfitted :class:`Similarity`.

    One that compares by other means than meta-features and scores says what it has to go by
    in a fixture `known_by`: from the row of a table to the arguments of ``distances``; one
    that reads other meta-features than ``NumberOfInstances`` has a fixture `table` of its own.
    """

    @pytest.fixture
    def table(self):
        table = make_table()
        described = table.metafeatures
        sizes = 100.0 * np.arange(1, len(described) + 1)
        return replace(table, metafeatures=described.assign(NumberOfInstances=sizes))

    @pytest.fixture
    def known_by(self, table):
        def arguments(row):
            scores = {j: float(score) for j, score in enumerate(table.scores[row])}
            return {"metafeatures": table.metafeatures.iloc[row], "scores": scores}

        return arguments

    def test_is_a_similarity(self, similarity, table):
        assert isinstance(similarity, Similarity)
        assert similarity.fit(table) is similarity

    def test_not_fitted(self, similarity):
        with pytest.raises(NotFittedError, match="fit"):
            similarity.distances()

    def test_one_distance_a_task_and_none_is_negative(self, similarity, table, known_by):
        found = similarity.fit(table).distances(**known_by(2))
        assert found.shape == (table.n_tasks,)
        assert not np.isnan(found).any()
        assert (found >= 0).all()

    def test_a_task_is_nearest_to_itself(self, similarity, table, known_by):
        similarity.fit(table)
        for row in range(3):
            found = similarity.distances(**known_by(row))
            assert found[row] == pytest.approx(found.min(), abs=1e-9)

    def test_with_nothing_to_compare_all_are_infinitely_far(self, similarity, table):
        assert np.isinf(similarity.fit(table).distances()).all()

    def test_the_same_again(self, similarity, table, known_by):
        similarity.fit(table)
        first, again = (similarity.distances(**known_by(4)) for _ in range(2))
        np.testing.assert_array_equal(first, again)

    def test_a_fit_forgets_the_table_before(self, similarity, table, known_by):
        similarity.fit(make_table(n_tasks=8)).fit(table)
        assert similarity.distances(**known_by(2)).shape == (table.n_tasks,)
