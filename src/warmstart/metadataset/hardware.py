"""How fast a machine is, so that costs measured on one can be expected on another."""

from __future__ import annotations

import json
import logging
import platform
import time
from functools import lru_cache
from importlib import metadata
from pathlib import Path

import numpy as np

from warmstart.metadataset.storage.files import write_json

_log = logging.getLogger(__name__)

_LIBRARIES = ("numpy", "scipy", "pandas", "scikit-learn", "ConfigSpace", "pyarrow")
_LEARNERS = ("lightgbm", "xgboost", "xgboost-cpu", "catboost")


def reference_s(*, n_repeats: int = 5) -> float:
    """CPU seconds one core takes for a fixed piece of learning, the best of several.

    A random forest, a boosted tree ensemble and a matrix product on synthetic data:
    half a second or so in all. Costs scale between machines as this number does.
    """
    from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
    from threadpoolctl import threadpool_limits

    rng = np.random.default_rng(0)
    X = rng.normal(size=(1000, 20))
    y = (X[:, 0] * X[:, 1] + rng.normal(size=1000) > 0).astype(int)
    A = rng.normal(size=(400, 400))
    best = np.inf
    with threadpool_limits(limits=1):
        for _ in range(n_repeats):
            start = time.process_time()
            RandomForestClassifier(30, random_state=0, n_jobs=1).fit(X, y).predict(X)
            HistGradientBoostingClassifier(max_iter=20, random_state=0).fit(X, y)
            for _ in range(10):
                A @ A
            best = min(best, time.process_time() - start)
    return round(float(best), 4)


def cpu_model() -> str:
    """What the processor calls itself."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def library_versions() -> dict[str, str]:
    """Versions of the libraries that results depend on, those installed."""
    found = {"python": platform.python_version()}
    for name in (*_LIBRARIES, *_LEARNERS):
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found


@lru_cache(maxsize=1)
def machine_reference_s() -> float:
    """This machine's :func:`reference_s`, measured once.

    Kept in the user's cache folder, so that only the first answer on a machine waits
    for it; without a writable cache it is measured in every process.
    """
    from platformdirs import user_cache_path

    path = user_cache_path("warmstart") / "machine.json"
    name = f"{cpu_model()} / {platform.python_version()}"
    try:
        known = json.loads(Path(path).read_text())
        if known.get("machine") == name:
            return float(known["reference_s"])
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        pass  # missing, damaged, or not ours: measured anew below
    seconds = reference_s(n_repeats=2)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_json({"machine": name, "reference_s": seconds}, path)
    except OSError as error:
        _log.info("cannot keep this machine's speed in %s: %s", path, error)
    return seconds
