"""What every reader of foreign histories promises; a plugin's tests inherit it.

from warmstart.testing.history_source import HistorySourceContract

class TestMine(HistorySourceContract):
    @pytest.fixture
    def location(self, tmp_path):
        ...  # make a history with the real tool, return its file or folder

    @pytest.fixture
    def read(self, location):
        return lambda **options: mine.read(location, **options)
"""

import hashlib
import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import get_args

import pytest

from warmstart.domain import Status
from warmstart.errors import HistoryError
from warmstart.histories.runs.schema import RUNS
from warmstart.metadataset.import_runs import import_histories
from warmstart.protocols import HistorySource


def contents(location):
    """Digest of every file at a place, and of nothing else."""
    path = Path(location)
    files = sorted(f for f in (path.rglob("*") if path.is_dir() else path.parent.iterdir()))
    return {str(f): hashlib.sha256(f.read_bytes()).hexdigest() for f in files if f.is_file()}


class HistorySourceContract:
    """Subclass with fixtures `location` and `read`.

    `metric` and `direction` are what the history was measured in, `n_ok` how many of its
    runs have a score, `statuses` the ways its runs ended.
    """

    metric = "accuracy"
    direction = "maximize"
    task = "credit"
    n_ok = None
    statuses = frozenset({"ok"})

    @pytest.fixture
    def history(self, read):
        return read(metric=self.metric, direction=self.direction, task=self.task)

    def test_is_a_source(self, history):
        assert isinstance(history, HistorySource)
        assert history.source
        assert history.location

    def test_rows_are_typed(self, history):
        rows = history.to_frame()
        for batch in history.batches():
            assert batch.schema.equals(RUNS)
        assert set(rows["status"]) == set(self.statuses) <= set(get_args(Status))
        assert (rows["status"].eq("ok") == rows["score"].notna()).all()
        if self.n_ok is not None:
            assert rows["status"].eq("ok").sum() == self.n_ok
        assert set(rows["source"]) == {history.source}
        assert set(rows["task"]) == {self.task}
        assert not (rows["cost_s"] < 0).any()
        for text in rows["values"]:
            values = json.loads(text)
            assert text == json.dumps(values, sort_keys=True, separators=(",", ":"))
            for value in values.values():
                assert value is None or isinstance(value, bool | int | float | str)
        for time in rows["timestamp"]:
            assert not time or datetime.fromisoformat(time).utcoffset() == timedelta(0)

    def test_reads_the_same_again(self, history):
        first, again = history.to_frame(), history.to_frame()
        assert first.equals(again)
        assert not first.duplicated(["source_run_id", "metric"]).any()

    def test_leaves_the_source_as_it_is(self, location, history):
        before = contents(location)
        history.to_frame()
        assert contents(location) == before

    def test_a_second_import_adds_nothing(self, read, history, tmp_path_factory):
        out = tmp_path_factory.mktemp("import") / "meta"
        n_rows = len(history.to_frame())
        first = import_histories([history], out, task_type="binary")
        written = contents(out)
        again = import_histories([history], out)
        assert (first.n_added, first.n_known) == (n_rows, 0)
        assert (again.n_added, again.n_known) == (0, n_rows)
        assert contents(out) == written

    def test_never_guesses_the_task(self, read):
        with pytest.raises(HistoryError, match="task"):
            read(metric=self.metric, direction=self.direction).to_frame()

    def test_refuses_a_direction_that_is_none(self, read):
        with pytest.raises(HistoryError, match="direction"):
            read(metric="my score", direction="up", task=self.task).to_frame()
