"""The embedded knowledge base, and others by path."""

from __future__ import annotations

import os
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from warmstart.errors import ArgumentTypeError, KnowledgeError
from warmstart.recommend.recommender import Recommender

if TYPE_CHECKING:
    from warmstart.metadataset.metadataset import MetaDataset

_IN_WHEEL = Path(__file__).parent / "base"
_IN_CHECKOUT = Path(__file__).parents[3] / "data" / "knowledge"


def embedded_path() -> Path:
    """Folder of the knowledge base that comes with the package.

    Raises
    ------
    KnowledgeError
        If the installation lacks it.
    """
    for path in (_IN_WHEEL, _IN_CHECKOUT):
        if (path / "manifest.json").is_file():
            return path
    raise KnowledgeError(
        f"this installation has no embedded knowledge base (looked in {_IN_WHEEL} and "
        f"{_IN_CHECKOUT}); name one with knowledge="
    )


def default_path() -> Path:
    """The folder that ``WARMSTART_KNOWLEDGE`` names, else the embedded base.

    Raises
    ------
    KnowledgeError
        If that is no folder, or the installation lacks its base.

    Examples
    --------
    >>> default_path().is_dir()
    True
    """
    named = os.environ.get("WARMSTART_KNOWLEDGE")
    if not named:
        return embedded_path()
    path = Path(named).expanduser()
    if not path.is_dir():
        raise KnowledgeError(f"the environment's WARMSTART_KNOWLEDGE is {named}, no folder")
    return path


def surfaces_path() -> Path | None:
    """Folder of the surfaces that come with the package; None where there are none.

    Examples
    --------
    >>> sorted(path.stem for path in surfaces_path().glob("*boost*.parquet"))
    ['catboost', 'hist_gradient_boosting', 'xgboost']
    """
    for path in (_IN_WHEEL.parent / "surfaces", _IN_CHECKOUT.parent / "surfaces"):
        if path.is_dir():
            return path
    return None


@lru_cache(maxsize=4)
def _opened(path: Path, changed: int) -> Recommender:  # noqa: ARG001 - tells versions apart
    base = Recommender.load(path)
    if (
        path in (_IN_WHEEL.resolve(), _IN_CHECKOUT.resolve())
        and (folder := surfaces_path()) is not None
    ):
        from warmstart.models.surfaces.store import SurfaceStore

        return base.with_surfaces(SurfaceStore(folder=folder))
    return base


def _changed(path: Path) -> int:
    """When a folder was last written; a folder saved again is read again."""
    newest = 0
    for name in ("manifest.json", "similarity/vectors.json"):
        with suppress(OSError):
            newest = max(newest, (path / name).stat().st_mtime_ns)
    return newest


def open_knowledge(
    knowledge: str | Path | Recommender | MetaDataset | None = None,
) -> Recommender:
    """A recommender ready to answer.

    Parameters
    ----------
    knowledge : path, Recommender or MetaDataset, optional
        A folder written by :meth:`warmstart.Recommender.save`, or of a meta-dataset, to
        which models are then fitted; or anything fitted or to be fitted. By default the
        folder that the environment variable ``WARMSTART_KNOWLEDGE`` names, else the embedded
        base. A folder is read once in a process, and again after it was saved anew.

    Raises
    ------
    KnowledgeError
        If the folder is missing or not a knowledge base.

    Examples
    --------
    >>> open_knowledge().task_types()
    ('classification', 'regression')
    """
    if isinstance(knowledge, Recommender):
        return knowledge
    if knowledge is None or isinstance(knowledge, str | Path):
        path = Path(default_path() if knowledge is None else knowledge).expanduser().resolve()
        return _opened(path, _changed(path))
    from warmstart.metadataset.metadataset import MetaDataset

    if not isinstance(knowledge, MetaDataset):
        raise ArgumentTypeError(
            "knowledge is a path, a Recommender or a MetaDataset, "
            f"got {type(knowledge).__name__}"
        )
    return Recommender().fit(knowledge)
