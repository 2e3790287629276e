"""Images with a label each, whatever they come in."""

from __future__ import annotations

import gzip
import math
import struct
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from warmstart._extras import require
from warmstart.errors import DatasetError, DatasetNotFoundError

Pixels = np.ndarray[Any, np.dtype[np.float32]]

_SUFFIXES = frozenset({".png", ".jpg", ".jpeg", ".bmp", ".gif", ".tif", ".tiff", ".webp"})
_IDX_UBYTE = 8
"""Code of unsigned bytes in an IDX file."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LabelledImages:
    """Images of one size, and what each shows."""

    pixels: Pixels
    """Shape (n_images, n_channels, height, width), in [0, 1]."""

    labels: npt.NDArray[Any]
    """Shape (n_images,)."""

    name: str = ""

    def __post_init__(self) -> None:
        if self.pixels.ndim != 4 or 0 in self.pixels.shape:
            raise DatasetError(
                "images are an array of shape (n_images, n_channels, height, width), got "
                f"{self.pixels.shape}"
            )
        if len(self.pixels) != len(self.labels):
            raise DatasetError(
                f"{len(self.pixels)} images need a label each, got {len(self.labels)}"
            )
        if not np.isfinite(self.pixels).all():
            raise DatasetError("pixels are numbers, some here are missing or infinite")

    def take(self, rows: Any) -> LabelledImages:
        """Some of the images, in the order of `rows`."""
        return LabelledImages(
            pixels=self.pixels[rows], labels=self.labels[rows], name=self.name
        )


def read_images(data: Any, y: Any = None, *, size: int = 32) -> LabelledImages:
    """Read images and their labels.

    Parameters
    ----------
    data : path or array
        A folder with a folder of images for each class; an IDX file of images, whose labels
        lie beside it as MNIST's do; an npz file with ``images`` and ``labels``; or an array
        of shape (n_images, height, width), with one or three channels last or first.
    y : array-like, shape (n_images,), optional
        Labels, where `data` is an array.
    size : int
        Images of a folder, which may be of any size, become squares of so many pixels.

    Raises
    ------
    DatasetError
        If these are no images with a label each.
    MissingExtraError
        If a folder is read without Pillow, of the extra ``images``.

    Examples
    --------
    >>> read = read_images(np.zeros((4, 8, 8)), ["a", "b", "a", "b"])
    >>> read.pixels.shape
    (4, 1, 8, 8)
    """
    if not isinstance(data, str | Path):
        if y is None:
            raise DatasetError("images in an array need their labels, passed as y")
        return LabelledImages(pixels=as_pixels(data), labels=np.asarray(y))
    path = Path(data).expanduser()
    try:
        exists = path.exists()
    except (OSError, ValueError):  # longer than a name may be
        exists = False
    if not exists:
        raise DatasetNotFoundError(f"there are no images at {str(path)[:200]}")
    if path.is_dir():
        return _from_folder(path, size)
    if path.suffix == ".npz":
        return _from_npz(path)
    images, labels = read_idx(path), read_idx(_labels_beside(path))
    return LabelledImages(pixels=as_pixels(images), labels=labels, name=path.name)


def are_image_files(path: Path) -> bool:
    """Whether a path is images: a folder of class folders, or an IDX file.

    Examples
    --------
    >>> are_image_files(Path("t10k-images-idx3-ubyte.gz")), are_image_files(Path("a.csv"))
    (True, False)
    """
    if "-ubyte" in path.name:
        return True
    return path.is_dir() and any(_images_in(one) for one in path.iterdir() if one.is_dir())


def as_pixels(values: Any) -> Pixels:
    """Channels first and values in [0, 1], shape (n_images, n_channels, height, width).

    Bytes are divided by 255; other numbers that leave [0, 1] by the range they span.

    Raises
    ------
    DatasetError
        If the shape is none of images, or a cell is no number.
    """
    try:
        given = np.asarray(values)
        array = given.astype("float32")
    except (TypeError, ValueError) as error:
        raise DatasetError(f"images are arrays of numbers: {error}") from error
    if array.ndim == 3:
        array = array[:, None]
    elif array.ndim == 4 and array.shape[3] in (1, 3, 4) and array.shape[1] not in (1, 3):
        array = np.moveaxis(array, 3, 1)
    if array.ndim != 4:
        raise DatasetError(f"images have three or four axes, got an array of {given.shape}")
    if given.dtype == np.uint8:
        return np.asarray(array / 255, dtype="float32")
    if array.size and np.isfinite(array).all():
        low, high = min(float(array.min()), 0.0), float(array.max())
        if low < 0 or high > 1:
            array = (array - low) / max(high - low, 1e-12)
    return np.asarray(array, dtype="float32")


def read_idx(path: Path) -> npt.NDArray[np.uint8]:
    """Read an IDX file of bytes, gzipped or not: big-endian sizes, then the cells.

    Raises
    ------
    DatasetError
        If it is none, or ends early.
    """
    try:
        content = path.read_bytes()
        if content[:2] == b"\x1f\x8b":
            content = gzip.decompress(content)
    except (OSError, EOFError, zlib.error) as error:
        raise DatasetError(f"{path} cannot be read: {error}") from error
    if len(content) < 4 or content[:2] != b"\0\0" or content[2] != _IDX_UBYTE:
        raise DatasetError(f"{path} is no IDX file of bytes, such as those of MNIST")
    n_axes = content[3]
    head = 4 + 4 * n_axes
    if len(content) < head:
        raise DatasetError(f"{path} ends early")
    shape = struct.unpack(f">{n_axes}I", content[4:head])
    if math.prod(shape) != len(content) - head:
        raise DatasetError(f"{path} says it holds {shape}, but has {len(content) - head} bytes")
    return np.frombuffer(content, dtype=np.uint8, offset=head).reshape(shape)


def _labels_beside(path: Path) -> Path:
    name = path.name.replace("images", "labels").replace("idx3", "idx1")
    beside = path.with_name(name)
    if beside == path or not beside.exists():
        raise DatasetError(f"the labels of {path} are not beside it, as {name}")
    return beside


def _from_npz(path: Path) -> LabelledImages:
    try:
        with path.open("rb") as opened, np.load(opened, allow_pickle=False) as arrays:
            images, labels = arrays["images"], arrays["labels"]
    except (OSError, ValueError, KeyError, EOFError) as error:
        raise DatasetError(
            f"{path} needs arrays named images and labels, without pickles: {error}"
        ) from error
    return LabelledImages(pixels=as_pixels(images), labels=labels, name=path.stem)


def _images_in(folder: Path) -> list[Path]:
    return sorted(one for one in folder.iterdir() if one.suffix.lower() in _SUFFIXES)


def _from_folder(path: Path, size: int) -> LabelledImages:
    classes = {one.name: _images_in(one) for one in sorted(path.iterdir()) if one.is_dir()}
    classes = {name: files for name, files in classes.items() if files}
    if len(classes) < 2:
        raise DatasetError(
            f"{path} needs a folder of images for each class, found {sorted(classes) or 'none'}"
        )
    image = require("PIL.Image", extra="images")
    arrays, labels = [], []
    for label, files in classes.items():
        for file in files:
            try:
                with image.open(file) as opened:
                    arrays.append(np.asarray(opened.convert("RGB").resize((size, size))))
            except (OSError, ValueError) as error:
                raise DatasetError(f"{file} is no image Pillow reads: {error}") from error
            labels.append(label)
    pixels = as_pixels(np.stack(arrays))
    grey = np.array_equal(pixels[:, 0], pixels[:, 1]) and np.array_equal(
        pixels[:, 0], pixels[:, 2]
    )
    return LabelledImages(
        pixels=pixels[:, :1] if grey else pixels, labels=np.asarray(labels), name=path.name
    )
