"""Images as a dataset: pixels as columns, the images beside them."""

import numpy as np
import pytest

from warmstart.datasets.images.flat import load_images, shrunk
from warmstart.datasets.load import load_dataset
from warmstart.datasets.readers.data_file import DataFile
from warmstart.errors import DatasetError
from warmstart.metafeatures.extract import metafeatures_of

rng = np.random.default_rng(0)
IMAGES, LABELS = rng.random((30, 20, 20, 3)), np.array(list("abc") * 10)


def test_pixels_are_columns_channel_by_channel():
    dataset = load_dataset(IMAGES, LABELS, task_type="image")
    assert dataset.task_type == dataset.schema.task_type == "image"
    assert dataset.X.shape == (30, 3 * 10 * 10)
    assert dataset.images.shape == (30, 3, 20, 20)
    first = IMAGES[0, :2, :2, 0].mean()
    assert dataset.X["pixel 0 0 0"].iloc[0] == pytest.approx(first, rel=1e-5)


@pytest.mark.parametrize("size", [8, 16, 17, 28, 33])
def test_shrunk_images_keep_their_mean(size):
    flat = np.full((2, 1, size, size), 0.3, dtype="f4")
    small = shrunk(flat, 16)
    assert max(small.shape[2:]) <= 16
    np.testing.assert_allclose(small, 0.3, rtol=1e-6)


def test_many_images_are_drawn_and_it_is_told():
    dataset = load_images(IMAGES, LABELS, max_rows=12)
    assert len(dataset.X) == len(dataset.y) == len(dataset.images) == 12
    assert any("12 of 30 images" in warning for warning in dataset.warnings)


def test_a_file_as_the_command_line_names_it(tmp_path):
    path = tmp_path / "some.npz"
    np.savez(path, images=IMAGES, labels=LABELS)
    assert load_dataset(DataFile(path=path), task_type="image").images.shape == (30, 3, 20, 20)


def test_one_class_is_nothing_to_learn():
    with pytest.raises(DatasetError, match="one class"):
        load_images(IMAGES, ["a"] * 30)


def test_an_array_of_three_axes_is_images_only_where_it_is_said():
    with pytest.raises(DatasetError, match="pass task_type='image'"):
        load_dataset(IMAGES[..., 0], LABELS)


def test_meta_features_are_those_of_the_pixels():
    found = metafeatures_of(load_images(IMAGES, LABELS), groups=["general"])
    assert found["NumberOfClasses"] == 3
    assert found["NumberOfFeatures"] == 300
