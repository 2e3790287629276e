"""Images as a dataset: their pixels as columns, and the images beside them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from warmstart.datasets.dataset import Dataset
from warmstart.datasets.images.labelled import LabelledImages, Pixels, read_images
from warmstart.datasets.notes import Notes
from warmstart.datasets.readers.data_file import DataFile
from warmstart.datasets.target import read_target
from warmstart.domain import Column, Schema

SIDE = 16
"""Pixels of a side that learners see."""


def load_images(
    data: Any,
    y: Any = None,
    *,
    max_rows: int = 100_000,
    random_state: int = 0,
    name: str | None = None,
) -> Dataset:
    """Read images as a dataset of the task type ``"image"``.

    Each becomes a square of at most 16 pixels a side, whose pixels are the columns of ``X``
    channel by channel; ``images`` are as they came.

    Parameters
    ----------
    data, y :
        As :func:`warmstart.datasets.images.labelled.read_images` takes them.
    max_rows : int
        Of more images so many are drawn.
    random_state : int
        Seed of that draw.
    name : str, optional
        What to call it.

    Raises
    ------
    DatasetError
        If these are no images, or nothing can be learned from their labels.

    Examples
    --------
    >>> read = load_images(np.random.default_rng(0).random((8, 32, 32)), list("abab" * 2))
    >>> read.task_type, read.X.shape
    ('image', (8, 256))
    """
    notes = Notes()
    if isinstance(data, DataFile):
        data = data.path
    found = data if isinstance(data, LabelledImages) else read_images(data, y)
    read = read_target(pd.Series(found.labels), "classification", notes)
    kept = np.asarray(read.rows)
    if len(kept) > max_rows:
        rng = np.random.default_rng(random_state)
        drawn = np.sort(rng.choice(len(kept), max_rows, replace=False))
        notes.say(f"{max_rows:,} of {len(kept):,} images were drawn.")
        kept, target = kept[drawn], read.y.iloc[drawn]
    else:
        target = read.y
    images = found.pixels[kept]
    small = shrunk(images, SIDE)
    n, channels, height, width = small.shape
    if height != width:
        notes.say(f"Images of {height} x {width} pixels are no squares; nothing was cut off.")
    names = [
        f"pixel {c} {row} {column}"
        for c in range(channels)
        for row in range(height)
        for column in range(width)
    ]
    X = pd.DataFrame(small.reshape(n, -1).astype("float64"), columns=names)
    counts = read.class_counts or {}
    return Dataset(
        X=X,
        y=target.reset_index(drop=True).rename("label"),
        schema=Schema(
            columns=tuple(Column(one, "numeric") for one in names),
            task_type="image",
            n_rows=len(read.y),
            min_class_count=min(counts.values()) if counts else None,
            target_form=read.form,
        ),
        task_type="image",
        name=name or found.name or "images",
        target="label",
        n_rows=len(read.y),
        warnings=notes.sentences(),
        images=images,
    )


def shrunk(images: Pixels, side: int) -> Pixels:
    """Images whose longer side is at most so many pixels, by means over blocks.

    Parameters
    ----------
    images : ndarray, shape (n_images, n_channels, height, width)
    side : int

    Returns
    -------
    ndarray, shape (n_images, n_channels, at most side, at most side)

    Examples
    --------
    >>> shrunk(np.ones((2, 1, 28, 28), dtype="f4"), 16).shape
    (2, 1, 14, 14)
    """
    n, channels, height, width = images.shape
    block = -(-max(height, width) // side)
    if block == 1:
        return images
    # What does not fill a block is repeated from the edge.
    tall, wide = -height % block, -width % block
    full = np.pad(images, ((0, 0), (0, 0), (0, tall), (0, wide)), mode="edge")
    parts = full.reshape(
        n, channels, (height + tall) // block, block, (width + wide) // block, block
    )
    return np.asarray(parts.mean((3, 5)), dtype="float32")
