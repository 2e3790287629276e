"""The small convolutional network."""

import numpy as np
import pytest
from sklearn.base import clone

from warmstart.datasets.images.flat import load_images
from warmstart.errors import SpaceMismatchError
from warmstart.spaces.pipelines.design import space_filling
from warmstart.spaces.pipelines.images.conv_net import ConvNetClassifier
from warmstart.spaces.pipelines.legality import why_illegal
from warmstart.spaces.pipelines.pipeline import build_estimator


def bars(n=40, seed=0):
    """Images of a bright row or a bright column, somewhere."""
    rng = np.random.default_rng(seed)
    images, labels = rng.random((n, 8, 8)) * 0.2, np.arange(n) % 2
    for image, label, place in zip(images, labels, rng.integers(8, size=n), strict=True):
        image[(slice(None), place) if label else place] = 1
    return images, np.where(labels, "column", "row")


def test_tells_rows_from_columns_wherever_they_are():
    images, labels = bars(120)
    new, truth = bars(60, seed=1)
    model = ConvNetClassifier(n_epochs=15, learning_rate=0.01)
    model.fit(images.reshape(len(images), -1), labels)
    found = model.predict(new.reshape(len(new), -1))
    assert (found == truth).mean() > 0.9
    chances = model.predict_proba(new.reshape(len(new), -1))
    np.testing.assert_allclose(chances.sum(axis=1), 1)


def test_the_same_seed_gives_the_same_network():
    images, labels = bars()
    flat = images.reshape(len(images), -1)
    model = ConvNetClassifier(n_epochs=1, random_state=3)
    first, again = (clone(model).fit(flat, labels).predict_proba(flat) for _ in range(2))
    np.testing.assert_array_equal(first, again)


def test_pixels_that_are_no_square_are_one_row():
    model = ConvNetClassifier(n_epochs=1).fit(
        np.random.default_rng(0).random((9, 30)), [0, 1, 2] * 3
    )
    assert model.predict(np.zeros((2, 30))).shape == (2,)


def test_every_configuration_of_images_fits_them():
    dataset = load_images(*bars())
    names = set()
    for one in space_filling("image", scale=0.01):
        assert why_illegal(one.values, dataset.schema) is None
        if one.learner == "conv_net" or one.values.get("reduction") == "pca":
            build_estimator(one.values, dataset.schema).fit(dataset.X, dataset.y)
        names.add(one.learner)
    assert "conv_net" in names
    assert "catboost" not in names


def test_a_table_is_no_image():
    assert not any(c.learner == "conv_net" for c in space_filling("binary", scale=0.01))
    values = {"learner": "conv_net"}
    schema = load_images(*bars()).schema
    from dataclasses import replace

    assert "does not learn binary" in why_illegal(values, replace(schema, task_type="binary"))
    with pytest.raises(SpaceMismatchError, match="conv_net does not learn binary"):
        build_estimator(values, replace(schema, task_type="binary"))
