"""Which files a command reads, and how, where they do not say so themselves."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from warmstart.datasets.readers.data_file import DataFile


def data_file(
    address: str,
    *,
    separator: str | None = None,
    comment: str | None = None,
    decimal: str | None = None,
    encoding: str | None = None,
    header: bool | None = None,
    max_unpacked_mb: float | None = None,
) -> str | DataFile:
    """What the library is given for an address typed; a file that is not there is told.

    Raises
    ------
    DatasetError
        If there is no such file, or an option is none.
    """
    if address.startswith("openml:"):
        return address
    # Neither loads pandas: a wrong name is told at once.
    from warmstart.datasets.readers.data_file import MAX_UNPACKED_MB, DataFile, check_path

    check_path(address)
    return DataFile(
        path=address,
        separator=separator,
        comment=comment,
        decimal=decimal,  # type: ignore[arg-type]
        encoding=encoding,
        header=header,
        max_unpacked_mb=MAX_UNPACKED_MB if max_unpacked_mb is None else max_unpacked_mb,
    )


def files_in(folder: Path) -> list[Path]:
    """Data files of a folder, by their names.

    Raises
    ------
    DatasetError
        If it holds none.
    """
    from warmstart.datasets.readers.compressed import PACKED_SUFFIXES
    from warmstart.datasets.readers.data_file import DATA_SUFFIXES
    from warmstart.errors import DatasetError

    def is_data(path: Path) -> bool:
        packed = path.suffix.lower() in PACKED_SUFFIXES
        suffix = Path(path.stem).suffix if packed else path.suffix
        return path.is_file() and suffix.lower() in DATA_SUFFIXES

    found = sorted(path for path in folder.iterdir() if is_data(path))
    if not found:
        raise DatasetError(f"{folder} holds no data file")
    return found
