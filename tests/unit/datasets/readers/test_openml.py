"""openml:31, against a stand-in for the openml package.

Also of: _extras.
"""

import sys
from types import SimpleNamespace

import pandas as pd
import pytest

from warmstart import _extras
from warmstart.datasets.load import load_dataset
from warmstart.errors import DatasetError, MissingExtraError


class PyOpenMLError(Exception):
    """As openml.exceptions has it."""


@pytest.fixture
def openml(monkeypatch):
    """A fake openml whose dataset 31 has eight rows; `served` is what was asked for."""
    frame = pd.DataFrame(
        {
            "age": [20.5, 31, 45, 22, 60, 33, 47, 28],
            "job": pd.Categorical(list("abababab")),
            "class": pd.Categorical(["good", "bad"] * 4),
        }
    )
    fake = SimpleNamespace(served=[], own="class", error=None)

    def get_dataset(number, **kwargs):
        fake.served.append(number)
        if fake.error is not None:
            raise fake.error
        return SimpleNamespace(
            name="credit-g",
            default_target_attribute=fake.own,
            get_data=lambda dataset_format: (frame, None, [False, True, True], list(frame)),
        )

    fake.datasets = SimpleNamespace(get_dataset=get_dataset)
    fake.exceptions = SimpleNamespace(PyOpenMLError=PyOpenMLError)
    monkeypatch.setitem(sys.modules, "openml", fake)
    return fake


def test_own_target(openml):
    dataset = load_dataset("openml:31")
    assert openml.served == [31]
    assert (dataset.name, dataset.target, dataset.task_type) == ("credit-g", "class", "binary")
    assert dataset.schema.names("numeric", "categorical") == ["age", "job"]


def test_other_target(openml):
    assert load_dataset("openml:31", target="job").target == "job"


def test_dataset_without_a_target_of_its_own(openml):
    openml.own = None
    with pytest.raises(DatasetError, match="target='class'; the columns are"):
        load_dataset("openml:31")


def test_several_targets(openml):
    openml.own = "age,class"
    with pytest.raises(DatasetError, match=r"several targets \(age,class\); choose one"):
        load_dataset("openml:31")
    assert load_dataset("openml:31", target="class").target == "class"


@pytest.mark.parametrize("address", ["openml:", "openml:credit-g", "openml:-1"])
def test_no_number(address):
    with pytest.raises(DatasetError, match="looks like 'openml:31', got"):
        load_dataset(address)


@pytest.mark.parametrize(
    "error", [PyOpenMLError("Unknown dataset"), ConnectionError("no network")]
)
def test_no_answer(openml, error):
    openml.error = error
    with pytest.raises(DatasetError, match=f"OpenML dataset 31 cannot be read: {error}"):
        load_dataset("openml:31")


def test_not_installed(monkeypatch):
    def absent(name):
        raise ModuleNotFoundError(f"No module named {name!r}", name=name)

    monkeypatch.setattr(_extras, "import_module", absent)
    with pytest.raises(MissingExtraError, match=r"pip install 'warmstart\[openml\]'"):
        load_dataset("openml:31")
