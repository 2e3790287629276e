"""Entry points of packages that are made up here, each a folder with its metadata.

Also of: cli.plugins.
"""

import sys

import pytest

from warmstart._plugins import load_plugin, plugins
from warmstart.errors import ArgumentError, PluginError
from warmstart.recommend.acquisition.by_name import acquisition_named
from warmstart.recommend.question.search_question import check_acquisition_name
from warmstart.similarity.by_name import measure_named, offered_measures


@pytest.fixture
def offer(tmp_path, monkeypatch):
    """Put a package on the path that offers `name` as `value` in a group."""

    def put(package, group, name, value, code=""):
        folder = tmp_path / package
        info = folder / f"{package}-1.0.dist-info"
        info.mkdir(parents=True)
        (info / "METADATA").write_text(
            f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0\n"
        )
        (info / "entry_points.txt").write_text(f"[warmstart.{group}]\n{name} = {value}\n")
        (folder / f"{package}.py").write_text(code)
        monkeypatch.syspath_prepend(folder)

    yield put
    for name in [name for name in sys.modules if name.startswith("madeup_")]:
        del sys.modules[name]


def test_what_a_package_offers_is_found_without_an_import(offer):
    offer("madeup_a", "models", "mine", "madeup_a:Mine", "raise RuntimeError")
    assert plugins("models")["mine"].value == "madeup_a:Mine"
    assert "mine" not in plugins("downstream")


def test_it_is_loaded_by_name(offer):
    offer("madeup_b", "models", "mine", "madeup_b:Mine", "class Mine: pass")
    assert load_plugin("models", "mine").__name__ == "Mine"


def test_a_name_offered_twice_is_refused_with_both_packages(offer):
    offer("madeup_c", "models", "mine", "madeup_c:A")
    offer("madeup_d", "models", "mine", "madeup_d:B")
    with pytest.raises(PluginError, match="madeup_c and madeup_d both offer 'mine'"):
        plugins("models")


def test_one_that_cannot_be_imported_is_named_with_its_package(offer):
    offer("madeup_e", "models", "mine", "madeup_e:Mine", "import no_such_package")
    with pytest.raises(PluginError, match=r"madeup_e offers 'mine' .*no_such_package"):
        load_plugin("models", "mine")


def test_a_name_nobody_offers(offer):
    offer("madeup_f", "models", "mine", "madeup_f:Mine")
    with pytest.raises(PluginError, match=r"offers 'yours'.*there are mine"):
        load_plugin("models", "yours")


def test_a_measure_of_similarity_is_made_by_name(offer):
    code = "class Mine:\n    fit = distances = lambda self, *_: None"
    offer("madeup_g", "similarity", "near", "madeup_g:Mine", code)
    assert "near" in offered_measures()
    assert type(measure_named("near")).__name__ == "Mine"


def test_a_measure_that_is_none_is_refused(offer):
    offer("madeup_h", "similarity", "far", "madeup_h:Mine", "class Mine: pass")
    with pytest.raises(PluginError, match=r"'far' .* needs fit and distances, got Mine"):
        measure_named("far")


def test_an_acquisition_function_is_found_by_name(offer):
    offer("madeup_i", "acquisition", "bold", "madeup_i:bold", "def bold(*_): return 0")
    check_acquisition_name("bold")
    assert acquisition_named("bold")() == 0
    with pytest.raises(ArgumentError, match=r"one of .*'thompson', 'bold'.*, got 'meek'"):
        check_acquisition_name("meek")


def test_what_cannot_be_called_is_no_acquisition_function(offer):
    offer("madeup_j", "acquisition", "three", "madeup_j:three", "three = 3")
    with pytest.raises(PluginError, match=r"'three' .* cannot be called: 3"):
        acquisition_named("three")
