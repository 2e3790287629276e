"""Images with a label each, from arrays, IDX files, npz files and folders."""

import gzip
import struct

import numpy as np
import pytest

from warmstart.datasets.images.labelled import are_image_files, as_pixels, read_idx, read_images
from warmstart.errors import DatasetError, DatasetNotFoundError

BYTES = np.random.default_rng(0).integers(0, 256, size=(6, 5, 4), dtype=np.uint8)


def write_idx(path, array, packed=False):
    content = struct.pack(f">BBBB{array.ndim}I", 0, 0, 8, array.ndim, *array.shape)
    content += array.tobytes()
    path.write_bytes(gzip.compress(content) if packed else content)
    return path


def test_arrays_of_any_order_of_channels():
    labels = list("ababab")
    grey = read_images(BYTES, labels)
    assert grey.pixels.shape == (6, 1, 5, 4)
    np.testing.assert_allclose(grey.pixels[:, 0], BYTES / 255, rtol=1e-6)
    colour = np.random.default_rng(1).random((6, 5, 4, 3))
    assert read_images(colour, labels).pixels.shape == (6, 3, 5, 4)
    assert read_images(np.moveaxis(colour, 3, 1), labels).pixels.shape == (6, 3, 5, 4)
    assert as_pixels(16 * colour).max() == pytest.approx(1)


@pytest.mark.parametrize("packed", [False, True])
def test_idx_files_as_mnist_has_them(tmp_path, packed):
    end = ".gz" if packed else ""
    images = write_idx(tmp_path / f"t10k-images-idx3-ubyte{end}", BYTES, packed)
    write_idx(tmp_path / f"t10k-labels-idx1-ubyte{end}", np.arange(6, dtype=np.uint8), packed)
    read = read_images(images)
    assert read.labels.tolist() == list(range(6))
    np.testing.assert_array_equal(read_idx(images), BYTES)
    assert are_image_files(images)


def test_damaged_idx_files_are_named(tmp_path):
    path = write_idx(tmp_path / "x-images-idx3-ubyte", BYTES)
    with pytest.raises(DatasetError, match=r"labels of .* are not beside it"):
        read_images(path)
    path.write_bytes(path.read_bytes()[:-3])
    with pytest.raises(DatasetError, match=r"says it holds \(6, 5, 4\), but has 117 bytes"):
        read_idx(path)
    path.write_bytes(b"plain text")
    with pytest.raises(DatasetError, match="no IDX file"):
        read_idx(path)
    path.write_bytes(b"\x1f\x8bnot gzip")
    with pytest.raises(DatasetError, match="cannot be read"):
        read_idx(path)


def test_npz(tmp_path):
    path = tmp_path / "some.npz"
    np.savez(path, images=BYTES, labels=np.arange(6) % 2)
    assert read_images(path).pixels.shape == (6, 1, 5, 4)
    np.savez(path, pictures=BYTES)
    with pytest.raises(DatasetError, match="needs arrays named images and labels"):
        read_images(path)


def test_folders_of_classes(tmp_path):
    image = pytest.importorskip("PIL.Image")
    for label in ("cat", "dog"):
        (tmp_path / label).mkdir()
        for k in range(2):
            image.fromarray(BYTES[k]).save(tmp_path / label / f"{k}.png")
    read = read_images(tmp_path, size=8)
    assert read.pixels.shape == (4, 1, 8, 8)
    assert read.labels.tolist() == ["cat", "cat", "dog", "dog"]
    assert are_image_files(tmp_path)
    (tmp_path / "cat" / "0.png").write_bytes(b"no image")
    with pytest.raises(DatasetError, match=r"0\.png is no image Pillow reads"):
        read_images(tmp_path)


def test_what_is_none(tmp_path):
    with pytest.raises(DatasetError, match="need their labels"):
        read_images(BYTES)
    with pytest.raises(DatasetError, match="6 images need a label each, got 2"):
        read_images(BYTES, [0, 1])
    with pytest.raises(DatasetError, match="three or four axes"):
        read_images(BYTES[0], [0, 1, 2, 3, 4])
    with pytest.raises(DatasetError, match="a folder of images for each class"):
        read_images(tmp_path)
    with pytest.raises(DatasetNotFoundError, match="no images at"):
        read_images(tmp_path / "gone")
    with pytest.raises(DatasetError, match="missing or infinite"):
        read_images(np.full((2, 3, 3), np.nan), [0, 1])
    assert not are_image_files(tmp_path)
