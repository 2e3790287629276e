"""Every row of every unit, whatever the server does, and the same rows as the real client.

Also of: histories.openml.paging.
"""

import dataclasses
import warnings

import pytest
from tests.replay_openml import Faults, RandomFaults, ReplayServer, synthetic_world

from warmstart.errors import HistoryError
from warmstart.histories.openml import paging
from warmstart.histories.openml.http.transport import Transport
from warmstart.histories.openml.listing import Lister

ACCURACY = "predictive_accuracy"
WORLD = synthetic_world()
FOREST, RPART, J48 = 101, 201, 301


def lister(server, page_size=None, **options):
    return Lister(Transport(server.url, backoff_s=0.001, **options), page_size=page_size)


def known(flow_id, task_id, world=WORLD):
    """Run ids and values that the world holds."""
    runs = world.select({"flow": [flow_id], "task": [task_id]})
    return {(run.id, 1): run.values[ACCURACY][0][1] for run in runs if not run.error}


def stored(run_id, world=WORLD):
    """What the world holds of a run's hyperparameters."""
    run = next(run for run in world.runs if run.id == run_id)
    return dict(world.setups[run.setup_id].values)


def values(listing):
    return {key: row.value for key, row in listing.rows.items()}


@pytest.mark.parametrize("setup_list", [True, False], ids=["joint", "apart"])
@pytest.mark.parametrize("flow_id", [FOREST, RPART, J48])
def test_every_row_with_its_hyperparameters(flow_id, setup_list):
    with ReplayServer(WORLD, setup_list=setup_list) as server:
        found = lister(server).evaluations(ACCURACY, flow_id, 30)
    assert values(found) == known(flow_id, 30)
    for row in found.rows.values():
        assert row.parameters == stored(row.run_id)
    names = {definition.name for definition in found.definitions.values()}
    flow = WORLD.flows[flow_id]
    parts = [flow, *(WORLD.flows[number] for _, number in flow.components)]
    assert names == {given.name for part in parts for given in part.inputs}


@pytest.mark.parametrize("page_size", [1, 5, 8, 24, 25, 100])
def test_pages_of_any_size(page_size):
    """24 rows: pages of 8 and 24 end full, and an empty one follows."""
    with ReplayServer(WORLD) as server:
        found = lister(server, page_size).evaluations(ACCURACY, FOREST, 30)
    assert values(found) == known(FOREST, 30)
    assert len(server.requests) == 24 // page_size + 1


def test_a_unit_without_runs():
    with ReplayServer(WORLD) as server:
        found = lister(server).evaluations(ACCURACY, RPART, 100)
    assert found.rows == {}
    assert found.n_raw == 0


def test_a_second_engine_loses_no_row():
    """The client's paging ends at such a page: it counts runs, not rows."""
    world = synthetic_world()
    place = next(p for p, run in enumerate(world.runs) if run.task_id == 30)
    run = world.runs[place]
    both = {ACCURACY: (*run.values[ACCURACY], (2, 0.125))}
    world.runs[place] = dataclasses.replace(run, values=both)
    flow = world.setups[run.setup_id].flow_id
    with ReplayServer(world) as server:
        found = lister(server, 5).evaluations(ACCURACY, flow, 30)
    assert len(found.rows) == len(known(flow, 30, world)) + 1
    assert found.rows[run.id, 2].value == 0.125


@pytest.mark.parametrize("seed", range(5))
def test_every_kind_of_fault_at_once(seed):
    kinds = ["reset", "502", "107", "truncated", "engine", "shuffle"]
    with ReplayServer(WORLD, RandomFaults(0.3, seed, kinds)) as server:
        asked = lister(server, 5, attempts=20)
        for task_id in (10, 30):
            found = asked.evaluations(ACCURACY, FOREST, task_id)
            first = {key: value for key, value in values(found).items() if key[1] == 1}
            assert first == known(FOREST, task_id)
    assert any(request.fault for request in server.requests)


def test_order_that_changes_with_every_page_is_listed_again_until_complete():
    with ReplayServer(WORLD, Faults(always="shuffle")) as server:
        found = lister(server, 10).evaluations(ACCURACY, FOREST, 10)
    assert values(found) == known(FOREST, 10)
    assert found.n_passes > 1


def test_rows_that_stay_missing_are_an_error(monkeypatch):
    monkeypatch.setattr(paging, "MAX_PASSES", 2)
    with (
        ReplayServer(WORLD, Faults(always="shuffle")) as server,
        pytest.raises(HistoryError, match=r"gave 25 rows, but only \d+ distinct ones in 2"),
    ):
        lister(server, 2).evaluations(ACCURACY, FOREST, 10)


def test_rows_of_another_unit_are_an_error():
    answer = f"evaluation/setup/list/function/{ACCURACY}/flow/101/task/20/limit/1000/offset/0"
    world = synthetic_world()
    with ReplayServer(world) as server:
        other = answer.replace("task/20", "task/10")
        world.verbatim[answer] = server.answer(other, "", 0)
        with pytest.raises(HistoryError, match="answered with run 1 of measure, flow, task"):
            lister(server).evaluations(ACCURACY, FOREST, 20)


@pytest.mark.parametrize("setup_list", [True, False], ids=["joint", "apart"])
def test_parameters_that_are_not_told_are_asked_for(setup_list):
    """An absent element is not an empty one, and a setup that is gone costs its row."""
    world = synthetic_world()
    runs = [run for run in world.select({"flow": [FOREST], "task": [30]}) if not run.error]
    # One run a setup.
    told, asked, gone = list({run.setup_id: run for run in runs}.values())[:3]
    world.untold, world.gone = {asked.setup_id}, {gone.setup_id}
    with ReplayServer(world, setup_list=setup_list) as server:
        found = lister(server).evaluations(ACCURACY, FOREST, 30)
    assert values(found) == known(FOREST, 30)
    for run in (told, asked):
        assert found.rows[run.id, 1].parameters == stored(run.id)
    lost = {row.setup_id for row in found.rows.values() if row.parameters is None}
    assert lost == {gone.setup_id}


def test_setups_that_are_gone_are_not_in_the_answer():
    world = synthetic_world()
    world.gone = {1010003}
    with ReplayServer(world) as server:
        found, _ = lister(server).setups([1010002, 1010003])
        assert list(found) == [1010002]
        assert lister(server).setups([1010003]) == ({}, {})


def test_failed_runs_are_listed():
    with ReplayServer(WORLD) as server:
        asked = lister(server, 10)
        [failed] = asked.failed_runs(FOREST, 30)
        assert asked.failed_runs(FOREST, 10) == []
    assert (failed.error, failed.task_id, failed.flow_id) == ("out of memory", 30, FOREST)


def test_suites_tasks_datasets_flows():
    with ReplayServer(WORLD) as server:
        asked = lister(server)
        assert asked.study("Synthetic-Suite") == asked.study(900)
        assert asked.study(900).task_ids == tuple(range(10, 110, 10))
        tasks = asked.tasks([10, 100, 12345])
        assert {number: task.type_id for number, task in tasks.items()} == {10: 1, 100: 2}
        assert asked.tasks([12345]) == {}
        assert asked.dataset(7).md5 == asked.dataset(8).md5 == WORLD.datasets[7].md5
        assert asked.dataset(1).licence == "CC0"
        found = asked.qualities(3)
        assert found["NumberOfInstances"] == 20
        assert found["NeverComputed"] is None
        flow = asked.flow(FOREST)
    assert (flow.version, flow.learner) == (3, "RandomForestClassifier")
    assert flow.paths == {101: ("",), 102: ("imputer",), 103: ("randomforestclassifier",)}


@pytest.fixture
def openml(tmp_path, monkeypatch):
    monkeypatch.setenv("OPENML_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import openml

        yield openml


@pytest.mark.parametrize("flow_id", [FOREST, RPART, J48])
def test_the_same_rows_as_the_client(flow_id, openml):
    with ReplayServer(WORLD) as server:
        openml.config.server = server.url
        theirs = openml.evaluations.list_evaluations_setups(
            ACCURACY, flows=[flow_id], output_format="dataframe"
        )
        asked = lister(server, 10)
        ours = [
            row
            for task_id in sorted(WORLD.tasks)
            for row in asked.evaluations(ACCURACY, flow_id, task_id).rows.values()
        ]
        names = {d.input_id: d.full_name for d in _definitions(asked, flow_id).values()}
    assert len(ours) == len(theirs) == len(WORLD.select({"flow": [flow_id]})) - 1
    by_run = theirs.set_index("run_id")
    for row in ours:
        other = by_run.loc[row.run_id]
        for name in ("task_id", "setup_id", "flow_id", "flow_name", "data_id", "data_name",
                     "upload_time", "uploader", "value"):  # fmt: skip
            assert getattr(row, name) == other[name]
        # The client's names of parameters may collide; here they do not.
        assert {names[k]: text for k, text in row.parameters.items()} == other["parameters"]


def _definitions(asked, flow_id):
    return asked.evaluations(ACCURACY, flow_id, 10).definitions
