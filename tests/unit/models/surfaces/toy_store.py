"""Made-up tables of LightGBM, packed as real ones are."""

import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from warmstart.models.surfaces.box import ROUNDS
from warmstart.models.surfaces.boxes import BOXES
from warmstart.models.surfaces.store import KERNELS, SurfaceStore

BOX = BOXES["lightgbm"]
BEST = {"learning_rate": 0.05, "num_leaves": 16}
N_POINTS = 24


def score(points, shift=0.0):
    """Best near a rate of .05 and 16 leaves; the table moves the rate a little."""
    best = BOX.place(BEST)
    return (
        0.9 - 0.4 * (points[:, 0] - best[0] - shift) ** 2 - 0.1 * (points[:, 1] - best[1]) ** 2
    )


def row(k: int, metric: str = "roc_auc") -> dict:
    """Everything of one table."""
    rng = np.random.default_rng(k)
    cube = rng.integers(0, 1001, size=(N_POINTS, len(BOX.axes)))
    last = rng.integers(0, len(ROUNDS), size=N_POINTS)
    cells = np.repeat(cube / 1000, last + 1, axis=0)
    values = np.tile(score(cells, 0.05 * np.sin(k)), (3, 1))
    low, high = float(values.min()), float(values.max())
    step = (high - low) / 2000
    return {
        "task_id": f"table-{k}",
        "family": f"family-{k // 2}",
        "task_type": "binary",
        "n_rows": 1000,
        "n_folds": 3,
        "points": cube.ravel().tolist(),
        "last": last.tolist(),
        metric: {
            "low": low,
            "step": step,
            "levels": np.round((values - low) / step).astype(int).ravel().tolist(),
        },
    }


def make_store(folder: Path, n: int = 14) -> SurfaceStore:
    """A folder of `n` tables, two of each family."""
    lengths = [0.3] * len(BOX.axes)
    table = pa.Table.from_pylist([row(k) for k in range(n)])
    table = table.replace_schema_metadata(
        {KERNELS: json.dumps({"roc_auc": [*lengths, 0.01]}).encode()}
    )
    pq.write_table(table, folder / "lightgbm.parquet")
    return SurfaceStore(folder=folder)
