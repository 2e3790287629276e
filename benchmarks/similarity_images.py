"""Does Task2Vec find the other half of an image task among fifteen others?

    python benchmarks/similarity_images.py --fashion FOLDER [--tuning] [--probe NAME]

Eight tasks on scikit-learn's digits and on fashion-MNIST (the folder of Debian's package
dataset-fashion-mnist), each cut into two halves of other images; a half is found when the
nearest of the fifteen others is its own other half. Beside it, on the same images: the mean of
the probe's features, and the mean image. ``--tuning`` takes eight other tasks, on which the
probe and the number of draws were chosen.
"""

from __future__ import annotations

import argparse
import shlex
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

from warmstart.datasets.images.labelled import LabelledImages, as_pixels, read_images
from warmstart.similarity.embeddings.task2vec import Task2Vec, default_probe
from warmstart.similarity.task_view import TaskView

Array = np.ndarray[Any, np.dtype[np.float64]]
REPORTED: dict[str, tuple[tuple[str, Any], ...]] = {
    "digits": (
        ("ten classes", None),
        ("3 or 8", (3, 8)),
        ("1 or 7", (1, 7)),
        ("even or odd", "parity"),
    ),
    "fashion": (
        ("ten classes", None),
        ("T-shirt or shirt", (0, 6)),
        ("sneaker or boot", (7, 9)),
        ("even or odd", "parity"),
    ),
}
TUNING: dict[str, tuple[tuple[str, Any], ...]] = {
    "digits": (
        ("remainder of three", "thirds"),
        ("2 or 5", (2, 5)),
        ("4 or 9", (4, 9)),
        ("low or high", "low"),
    ),
    "fashion": (
        ("remainder of three", "thirds"),
        ("pullover or coat", (2, 4)),
        ("sandal or bag", (5, 8)),
        ("low or high", "low"),
    ),
}
N_HALF = 192


def main() -> None:
    """Print how many halves each measure finds."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--fashion", type=Path, required=True)
    parser.add_argument("--tuning", action="store_true")
    parser.add_argument("--seeds", type=int, default=3)
    args = parser.parse_args()
    print(f"    {shlex.join(['python', *sys.argv])}\n")
    print("| measure | halves found of 16, by seed | mean | CPU s a task |")
    print("| --- | --- | --: | --: |", flush=True)
    sources = read_sources(args.fashion)
    found: dict[str, list[tuple[int, float]]] = {}
    for seed in range(args.seeds):
        halves = make_halves(sources, TUNING if args.tuning else REPORTED, seed)
        for name, distance in measures(seed):
            start = time.process_time()
            n = n_found(distance(halves))
            found.setdefault(name, []).append((n, (time.process_time() - start) / len(halves)))
    for name, each in found.items():
        counts = [n for n, _ in each]
        cpu = float(np.mean([s for _, s in each]))
        print(f"| {name} | {', '.join(map(str, counts))} | {np.mean(counts):.1f} | {cpu:.2f} |")


def read_sources(fashion: Path) -> dict[str, LabelledImages]:
    """Digits doubled to 16 pixels, fashion halved to 14."""
    from sklearn.datasets import load_digits

    digits = load_digits()
    images = np.kron(digits.images / 16, np.ones((2, 2)))
    read = read_images(next(fashion.rglob("t10k-images-idx3-ubyte*")))
    n, _, height, width = read.pixels.shape
    small = read.pixels.reshape(n, 1, height // 2, 2, width // 2, 2).mean((3, 5))
    return {
        "digits": LabelledImages(pixels=as_pixels(images), labels=digits.target),
        "fashion": LabelledImages(pixels=as_pixels(small), labels=read.labels),
    }


def make_halves(sources: Any, tasks: Any, seed: int) -> list[LabelledImages]:
    """Two disjoint halves of each task, one after the other."""
    rng = np.random.default_rng(seed)
    halves = []
    for source, those in tasks.items():
        images = sources[source]
        for _, classes in those:
            labels = np.asarray(images.labels).astype(int)
            rows = rng.permutation(len(labels))
            if isinstance(classes, tuple):
                rows = rows[np.isin(labels[rows], classes)]
            grouped = {
                "parity": labels % 2,
                "low": (labels < 5).astype(int),
                "thirds": labels % 3,
            }
            labels = grouped.get(classes if isinstance(classes, str) else "", labels)
            n = min(N_HALF, len(rows) // 2)
            for part in (rows[:n], rows[n : 2 * n]):
                halves.append(LabelledImages(pixels=images.pixels[part], labels=labels[part]))
    return halves


def n_found(distances: Array) -> int:
    """Halves whose nearest other is their own other half."""
    apart = distances + np.diag(np.full(len(distances), np.inf))
    return int((apart.argmin(axis=1) == (np.arange(len(apart)) ^ 1)).sum())


def measures(seed: int) -> Any:
    """Name, and distances of all halves from their images."""

    def by_task2vec(**how: Any) -> Any:
        def distances(halves: list[LabelledImages]) -> Array:
            views = [TaskView(images=h.pixels, labels=h.labels) for h in halves]
            measure = Task2Vec(random_state=seed, **how).fit(views)
            return np.array([measure.distances_to(v) for v in measure.vectors_])

        return distances

    def by_mean(features: Any) -> Any:
        def distances(halves: list[LabelledImages]) -> Array:
            means = np.array([features(h.pixels).mean(axis=0) for h in halves])
            return np.linalg.norm(means[:, None] - means[None], axis=2)

        return distances

    yield "task2vec", by_task2vec()
    yield "mean of the probe's features", by_mean(probe_features(seed))
    yield "mean image", by_mean(lambda pixels: padded(pixels))


def probe_features(seed: int) -> Any:
    import torch

    def features(pixels: Any) -> Array:
        torch.manual_seed(seed)
        with torch.no_grad():
            result: Array = default_probe(pixels.shape[1])(torch.from_numpy(pixels)).numpy()
        return result

    return features


def padded(pixels: Any) -> Array:
    """Flat images, all of 16 x 16."""
    gap = 16 - pixels.shape[2]
    result: Array = np.pad(pixels, ((0, 0), (0, 0), (0, gap), (0, gap))).reshape(
        len(pixels), -1
    )
    return result


if __name__ == "__main__":
    main()
