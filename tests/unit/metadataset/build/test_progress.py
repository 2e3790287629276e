"""How far a build is, as its folder says."""

import pytest

from warmstart.metadataset.build import progress
from warmstart.metadataset.build.progress import KeptProgress, Reached, reached


def test_a_running_build_says_how_long_it_will_take(tmp_path):
    told = []
    kept = KeptProgress(tmp_path, "units", lambda *now: told.append(now))
    kept(10, 70, 0.5)
    found = reached(tmp_path, is_building=True)
    assert found == Reached(what="units", done=10, total=70, rate=0.5)
    assert found.left_s == 120
    kept(11, 70, 0.5)  # too soon to be written again
    assert reached(tmp_path, is_building=True) == found
    stopped = reached(tmp_path, is_building=False)
    assert (stopped.done, stopped.rate, stopped.left_s) == (10, None, None)
    kept(70, 70, 0.5)
    assert reached(tmp_path, is_building=True) == Reached(what="units", done=70, total=70)
    assert told == [(10, 70, 0.5), (11, 70, 0.5), (70, 70, 0.5)]


def test_a_build_that_is_stopped_leaves_how_far_it_came(tmp_path):
    def build():
        with KeptProgress(tmp_path, "units", None) as kept:
            kept(0, 50, 0.0)
            kept(7, 50, 3.0)  # too soon to be written by itself
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        build()
    assert reached(tmp_path, is_building=False) == Reached(what="units", done=7, total=50)


@pytest.mark.parametrize("text", [None, "", "[]", '{"what": "units"}', '{"done": "x"}'])
def test_a_folder_that_does_not_say(tmp_path, text):
    if text is not None:
        (tmp_path / progress.FILE).write_text(text)
    assert reached(tmp_path, is_building=True) is None


def test_progress_that_cannot_be_written_stops_no_build(tmp_path):
    file = tmp_path / "file"
    file.write_text("nothing can be written below it")
    KeptProgress(file, "units", None)(1, 2, 0.0)
    assert reached(file, is_building=True) is None
