"""The speed of this machine is measured once and kept; damage to what is kept is harmless."""

import json

import pytest

from warmstart.metadataset import hardware
from warmstart.metadataset.hardware import machine_reference_s


class TestThisMachine:
    @pytest.fixture(autouse=True)
    def cache(self, tmp_path, monkeypatch):
        monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
        monkeypatch.setattr("platformdirs.user_cache_path", lambda name: tmp_path / name)
        measured = []
        monkeypatch.setattr(hardware, "reference_s", lambda **_: measured.append(1) or 0.25)
        machine_reference_s.cache_clear()
        yield tmp_path / "warmstart" / "machine.json", measured
        machine_reference_s.cache_clear()

    def test_is_measured_once_and_kept(self, cache):
        file, measured = cache
        assert machine_reference_s() == machine_reference_s() == 0.25
        machine_reference_s.cache_clear()
        assert machine_reference_s() == 0.25
        assert len(measured) == 1
        assert json.loads(file.read_text())["reference_s"] == 0.25

    @pytest.mark.parametrize(
        "text", ["", "{}", '{"machine": "another", "reference_s": 9}', "[]"]
    )
    def test_a_file_that_is_damaged_or_of_another_machine(self, cache, text):
        file, measured = cache
        file.parent.mkdir()
        file.write_text(text)
        assert machine_reference_s() == 0.25
        assert len(measured) == 1

    def test_a_cache_that_cannot_be_written(self, cache):
        file, _ = cache
        file.parent.write_text("a file where the folder should be")
        assert machine_reference_s() == 0.25
