"""Write image tasks of digits and fashion-MNIST, and a task list for ``warmstart build local``.

python data/images/make_tasks.py --fashion FOLDER --out FOLDER
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from warmstart.datasets.images.labelled import LabelledImages, as_pixels, read_images

N_IMAGES = 400
PAIRS = ((0, 6), (1, 7), (3, 8), (4, 9), (2, 5), (0, 1))
FIVES = ((0, 1, 2, 3, 4), (5, 6, 7, 8, 9), (0, 2, 4, 6, 8), (1, 3, 5, 7, 9))


def main() -> None:
    """Write one npz file a task."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--fashion", type=Path, help="where Debian's package was unpacked")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    rows = []
    for source, images in read_sources(args.fashion).items():
        for k, (title, labels) in enumerate(tasks_of(np.asarray(images.labels).astype(int))):
            kept = np.flatnonzero(labels >= 0)
            drawn = np.random.default_rng([args.seed, k]).permutation(kept)[:N_IMAGES]
            name = f"{source}-{k:02d}"
            pixels = (images.pixels[drawn] * 255).round().astype("uint8")
            np.savez_compressed(
                args.out / f"{name}.npz", images=pixels, labels=labels[drawn].astype(str)
            )
            rows.append(
                {
                    "task_id": name,
                    "name": f"{source}, {title}",
                    "family": source,
                    "task_type": "image",
                    "path": f"{name}.npz",
                    "target": "label",
                }
            )
    pd.DataFrame(rows).to_csv(args.out / "tasks.csv", index=False)
    print(f"{len(rows)} tasks in {args.out / 'tasks.csv'}")


def read_sources(fashion: Path | None) -> dict[str, LabelledImages]:
    """Images by what they are of."""
    from sklearn.datasets import load_digits

    digits = load_digits()
    found = {
        "digits": LabelledImages(pixels=as_pixels(digits.images / 16), labels=digits.target)
    }
    if fashion is not None:
        found["fashion"] = read_images(next(fashion.rglob("t10k-images-idx3-ubyte*")))
    return found


def tasks_of(labels: Any) -> list[tuple[str, Any]]:
    """Title and labels of each task; -1 for images that are not of it."""
    made = [
        (f"{' or '.join(map(str, some))}", np.where(np.isin(labels, some), labels, -1))
        for some in (*PAIRS, *FIVES)
    ]
    made.append(("ten classes", labels))
    made.append(("even or odd", labels % 2))
    made.append(("low or high", (labels >= 5).astype(int)))
    made.append(("remainder of three", labels % 3))
    return made


if __name__ == "__main__":
    main()
