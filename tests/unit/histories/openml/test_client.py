"""The real openml client against the replayed server, alone and behind the adapter."""

import time
import warnings

import pytest
from tests.extra_data import FOLDER, needs
from tests.replay_openml import Faults, ReplayServer, recorded_world, synthetic_world

from warmstart.errors import HistoryError
from warmstart.histories.openml.client import Client
from warmstart.histories.openml.http.transport import Transport
from warmstart.histories.openml.listing import Lister

ACCURACY = "predictive_accuracy"
WORLD = synthetic_world()


@pytest.fixture(autouse=True)
def folders(tmp_path, monkeypatch):
    """Importing the package makes folders; not in anybody's home."""
    monkeypatch.setenv("OPENML_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


@pytest.fixture
def server():
    with ReplayServer(WORLD) as server:
        yield server


@pytest.fixture
def openml(server, tmp_path):
    import openml

    before = openml.config.server, openml.config._root_cache_directory
    openml.config.server = server.url
    openml.config.set_root_cache_directory(tmp_path / "cache")
    yield openml
    openml.config.server = before[0]
    openml.config.set_root_cache_directory(before[1])


@pytest.fixture
def client(server, tmp_path):
    return Client(server.url, cache=tmp_path / "cache")


def test_listings_of_the_client(server, openml):
    """Every listing works, and ours agrees wherever it asks the same."""
    lister = Lister(Transport(server.url))
    frame = openml.evaluations.list_evaluations(
        ACCURACY, flows=[101], tasks=[10], output_format="dataframe"
    )
    ours = lister.evaluations(ACCURACY, 101, 10, parameters=False).rows
    assert frame["value"].tolist() == [row.value for row in ours.values()]
    both = openml.evaluations.list_evaluations_setups(
        ACCURACY, flows=[201], tasks=[10], output_format="dataframe"
    )
    assert len(both) == len(lister.evaluations(ACCURACY, 201, 10).rows)
    setups = openml.setups.list_setups(flow=301, output_format="dataframe")
    found, _ = lister.setups(int(number) for number in setups["setup_id"])
    for setup_id, parameters in zip(setups["setup_id"], setups["parameters"], strict=True):
        theirs = {number: given["value"] for number, given in parameters.items()}
        assert found[setup_id].parameters == theirs
    tasks = openml.tasks.list_tasks(output_format="dataframe")
    mine = lister.tasks(tasks["tid"].tolist())
    assert [task.data_id for task in mine.values()] == tasks["did"].tolist()
    runs = openml.runs.list_runs(task=[30], output_format="dataframe")
    assert len(runs) == len(WORLD.select({"task": [30]})) - 3  # three failed
    failed = openml.runs.list_runs(task=[30], display_errors=True, output_format="dataframe")
    assert len(failed) == len(runs) + 3
    measures = openml.evaluations.list_evaluation_measures()
    assert ACCURACY in measures


def test_single_things_of_the_client(server, openml):
    lister = Lister(Transport(server.url))
    suite = openml.study.get_suite("Synthetic-Suite")
    assert tuple(suite.tasks) == lister.study("Synthetic-Suite").task_ids
    task = openml.tasks.get_task(10, download_splits=True, download_features_meta_data=True)
    assert (task.dataset_id, task.target_name) == (1, "class")
    assert task.get_split_dimensions() == (1, 10, 1)
    dataset = openml.datasets.get_dataset(
        3, download_data=True, download_qualities=True, download_features_meta_data=True
    )
    for name, value in lister.qualities(3).items():
        assert value == pytest.approx(dataset.qualities[name]) or value is None
    flow = openml.flows.get_flow(101)
    assert tuple(flow.components) == ("imputer", "randomforestclassifier")


def test_the_adapter(client, server):
    assert client.suite("Synthetic-Suite") == tuple(range(10, 110, 10))
    task = client.task(10)
    assert (task.data_id, task.target, task.n_repeats, task.n_folds) == (1, "class", 1, 10)
    splits = client.splits(10)
    assert len(splits) == 10
    assert sorted(row for _, test in splits for row in test) == list(range(20))
    dataset = client.dataset(3)
    assert dataset.frame.shape == (20, 4)
    assert (dataset.target, dataset.licence) == ("class", "CC0")
    assert dataset.qualities["NumberOfInstances"] == 20
    n_requests = len(server.requests)
    client.dataset(3)
    assert len(server.requests) == n_requests  # from the package's cache


def test_its_settings_are_put_back(client):
    import openml

    before = openml.config.server, openml.config.apikey, openml._api_calls.requests
    client.suite(900)
    with pytest.raises(HistoryError):
        client.suite(1)
    assert (openml.config.server, openml.config.apikey, openml._api_calls.requests) == before


def test_a_missing_parquet_file(tmp_path):
    frames = []
    for number, faults in enumerate([Faults(), Faults(always="parquet")]):
        with ReplayServer(WORLD, faults) as server:
            cached = Client(server.url, cache=tmp_path / f"cache-{number}")
            frames.append(cached.dataset(1).frame.astype(str))
            asked = [request.path for request in server.requests]
    assert frames[0].equals(frames[1])
    assert any(path.endswith(".pq") for path in asked)
    assert any(path.endswith(".arff") for path in asked)


def test_a_hang_ends(tmp_path):
    """The package itself would wait for ever."""
    import openml

    openml.config.set_retry_policy("human", 1)
    with ReplayServer(WORLD, Faults(always="stall")) as server:
        impatient = Client(server.url, cache=tmp_path, read_s=0.3)
        begin = time.monotonic()
        with pytest.raises(HistoryError, match="cannot read from"):
            impatient.suite(900)
        assert time.monotonic() - begin < 60


def test_no_key_in_an_error(server, tmp_path):
    secret = "feedfacefeedfacefeedfacefeedface"
    keyed = Client(server.url, cache=tmp_path, api_key=secret)
    with pytest.raises(HistoryError) as caught:
        keyed.suite("nothing")
    assert secret not in str(caught.value)
    assert server.requests[-1].had_key


def test_warming_the_cache(client, server):
    problems = client.warm([1, 2, 77])
    assert list(problems) == [77]
    assert "Unknown dataset" in problems[77]
    n_requests = len(server.requests)
    client.dataset(2)
    assert len(server.requests) == n_requests


@needs("openml_replies")
def test_recorded_datasets_and_tasks(tmp_path):
    world = recorded_world(FOLDER / "openml_replies")
    with ReplayServer(world) as server:
        client = Client(server.url, cache=tmp_path / "cache")
        anneal = client.dataset(2)
        assert anneal.name == "anneal"
        assert anneal.frame.shape == (898, 39)
        lister = Lister(Transport(server.url))
        assert lister.dataset(61).name == "iris"
        assert lister.qualities(2)["InstanceCount"] == 898
        assert lister.flow(16).name == "mlr.classif.rpart"
