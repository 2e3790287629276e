"""Listing OpenML completely: every row of a unit, or an error that says what is missing.

The server orders nothing it is not asked to order, so the rows of two pages may overlap and
others fall between them. As many rows come as there are, though: fewer distinct ones than
came means that some are missing, and the unit is listed again until none is.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from urllib.parse import quote

from warmstart.errors import HistoryError
from warmstart.histories.openml import xml
from warmstart.histories.openml.errors import (
    NO_SUCH_FUNCTION,
    TOO_MUCH,
    NoResultError,
    OpenMLError,
    UnavailableError,
)
from warmstart.histories.openml.flows import FlowDescription, read_flow
from warmstart.histories.openml.http.transport import Transport
from warmstart.histories.openml.paging import read_all
from warmstart.histories.openml.rows import (
    DatasetRow,
    Definition,
    EvaluationRow,
    Listing,
    Page,
    RunRow,
    SetupRow,
    StudyRow,
    TaskRow,
)
from warmstart.histories.openml.traces import TraceRow, read_trace

_log = logging.getLogger(__name__)

JOINT_PAGE, PLAIN_PAGE, RUN_PAGE = 1_000, 10_000, 10_000
IDS_AT_ONCE = 100
"""More make an address longer than the server takes."""


class Lister:
    """Reads an OpenML server's listings.

    Parameters
    ----------
    transport : Transport
    page_size : int, optional
        Rows a request; by default as many as the server gives.
    """

    def __init__(self, transport: Transport, *, page_size: int | None = None) -> None:
        if page_size is not None and page_size < 1:
            raise HistoryError(f"page_size must be at least 1, got {page_size}")
        self.transport, self._page_size = transport, page_size
        self._joint = True

    def evaluations(
        self,
        measure: str,
        flow_id: int,
        task_id: int,
        *,
        parameters: bool = True,
        fresh: bool = False,
    ) -> Listing:
        """Every evaluation of a flow on a task in a measure.

        Parameters
        ----------
        measure : str
            OpenML's name, such as ``"predictive_accuracy"``.
        flow_id, task_id : int
        parameters : bool
            With the hyperparameters of each run; None where the server does not have them.
        fresh : bool
            Ask the server even where its answers are kept.

        Raises
        ------
        HistoryError
            If rows are missing after all passes, or a row is of another unit.
        OpenMLError, UnavailableError
            If the server refuses, or does not answer.
        """
        filters = f"function/{measure}/flow/{flow_id}/task/{task_id}"
        if parameters and self._joint:
            try:
                listing = self._listing(
                    f"evaluation/setup/list/{filters}", JOINT_PAGE, fresh=fresh
                )
            except OpenMLError as error:
                if error.code not in NO_SUCH_FUNCTION | TOO_MUCH:
                    raise
                self._joint = False
                _log.info("%s; scores and setups are read apart", error)
            except UnavailableError as error:
                _log.warning("%s; scores and setups of this unit are read apart", error)
            else:
                self._checked(listing, measure, flow_id, task_id)
                return self._with_setups(listing, fresh=fresh)
        listing = self._listing(f"evaluation/list/{filters}", PLAIN_PAGE, fresh=fresh)
        self._checked(listing, measure, flow_id, task_id)
        return self._with_setups(listing, fresh=fresh) if parameters else listing

    def _with_setups(self, listing: Listing, *, fresh: bool) -> Listing:
        """Ask for the hyperparameters that the rows do not name."""
        wanted = {row.setup_id for row in listing.rows.values() if row.parameters is None}
        found, known = self.setups(wanted, fresh=fresh)
        listing.definitions.update(known)
        for key, row in listing.rows.items():
            if row.parameters is None and row.setup_id in found:
                listing.rows[key] = row._replace(parameters=found[row.setup_id].parameters)
        return listing

    def setups(
        self, setup_ids: Iterable[int], *, fresh: bool = False
    ) -> tuple[dict[int, SetupRow], dict[int, Definition]]:
        """Hyperparameters of setups, and what they are called.

        Those that the server does not have any more are not in the answer.
        """
        wanted = sorted(set(setup_ids))
        found: dict[int, SetupRow] = {}
        known: dict[int, Definition] = {}
        for some in _chunks(wanted, IDS_AT_ONCE):
            path = f"setup/list/setup/{_joined(some)}/limit/{JOINT_PAGE}/offset/0"
            try:
                rows, definitions = self.transport.read(path, xml.setups, fresh=fresh)
            except NoResultError:
                continue
            found.update({row.setup_id: row for row in rows})
            known.update(definitions)
        return found, known

    def trace(self, run_id: int, *, fresh: bool = False) -> list[TraceRow] | None:
        """What a run of a search tried; None where the server has no trace of it."""
        try:
            return self.transport.read(f"run/trace/{run_id}", read_trace, fresh=fresh)
        except OpenMLError as error:
            _log.info("run %d has no trace: %s", run_id, error)
            return None

    def failed_runs(self, flow_id: int, task_id: int, *, fresh: bool = False) -> list[RunRow]:
        """Runs of a flow on a task that ended in an error; they have no evaluation."""
        path = f"run/list/flow/{flow_id}/task/{task_id}/show_errors/true"
        found, *_ = read_all(
            self.transport,
            path,
            self._size(RUN_PAGE),
            xml.runs,
            lambda row: (row.run_id, 0),
            fresh,
        )
        return [row for row in found.values() if row.error]

    def study(self, name: str | int, *, fresh: bool = False) -> StudyRow:
        """A suite by number or alias."""
        return self.transport.read(f"study/{quote(str(name), safe='')}", xml.study, fresh=fresh)

    def tasks(self, task_ids: Iterable[int], *, fresh: bool = False) -> dict[int, TaskRow]:
        """Tasks by number; those the server does not know are not in the answer."""
        found: dict[int, TaskRow] = {}
        for some in _chunks(sorted(set(task_ids)), IDS_AT_ONCE):
            path = f"task/list/task_id/{_joined(some)}/limit/{len(some)}/offset/0"
            try:
                rows = self.transport.read(path, xml.tasks, fresh=fresh)
            except NoResultError:
                continue
            found.update({row.task_id: row for row in rows})
        return found

    def procedures(self, *, fresh: bool = False) -> dict[int, str]:
        """Names of the ways to resample, such as ``"10-fold Crossvalidation"``."""
        path = "estimationprocedure/list"
        return self.transport.read(path, xml.procedures, fresh=fresh)

    def flow(self, flow_id: int, *, fresh: bool = False) -> FlowDescription:
        """A flow with its parts."""
        return self.transport.read(f"flow/{flow_id}", read_flow, fresh=fresh)

    def dataset(self, data_id: int, *, fresh: bool = False) -> DatasetRow:
        """What is known of a dataset without its rows."""
        return self.transport.read(f"data/{data_id}", xml.dataset, fresh=fresh)

    def qualities(self, data_id: int, *, fresh: bool = False) -> dict[str, float | None]:
        """Meta-features that the server computed; empty where it has computed none."""
        path = f"data/qualities/{data_id}"
        try:
            return self.transport.read(path, xml.qualities, fresh=fresh)
        except OpenMLError as error:
            if error.code not in (361, 362):
                raise
            return {}

    def _size(self, most: int) -> int:
        return min(most, self._page_size or most)

    def _listing(self, path: str, most: int, *, fresh: bool) -> Listing:
        listing = Listing(path=path)

        def rows(page: Page) -> list[EvaluationRow]:
            for number, definition in page.definitions.items():
                listing.definitions.setdefault(number, definition)
            return page.rows

        found, listing.n_raw, listing.n_passes = read_all(
            self.transport,
            path,
            self._size(most),
            lambda root: rows(xml.evaluations(root)),
            lambda row: (row.run_id, row.engine_id),
            fresh,
        )
        listing.rows = dict(sorted(found.items()))
        return listing

    def _checked(self, listing: Listing, measure: str, flow_id: int, task_id: int) -> Listing:
        asked = measure, flow_id, task_id
        for row in listing.rows.values():
            got = row.measure, row.flow_id, row.task_id
            if got != asked:
                raise HistoryError(
                    f"{listing.path}: OpenML answered with run {row.run_id} of measure, flow, "
                    f"task {got}"
                )
        return listing


def _chunks(values: Sequence[int], size: int) -> list[Sequence[int]]:
    return [values[begin : begin + size] for begin in range(0, len(values), size)]


def _joined(numbers: Iterable[int]) -> str:
    return ",".join(map(str, numbers))
