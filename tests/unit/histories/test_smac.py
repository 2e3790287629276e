"""Run histories made by SMAC3 itself, and the layouts of older releases."""

import json

import pytest

from warmstart.errors import HistoryError
from warmstart.histories.smac import read
from warmstart.testing.history_source import HistorySourceContract

smac = pytest.importorskip("smac")


def optimise(folder, facade, function, **scenario):
    from ConfigSpace import ConfigurationSpace
    from smac import Scenario

    space = ConfigurationSpace({"rate": (0.0, 1.0), "kernel": ["a", "b"], "depth": (1, 5)})
    facade(
        Scenario(space, deterministic=True, output_directory=folder, name="mine", **scenario),
        function,
        logging_level=False,
        overwrite=True,
    ).optimize()


@pytest.fixture(scope="module")
def location(tmp_path_factory):
    folder = tmp_path_factory.mktemp("smac")

    def loss(config, seed=0):
        if config["depth"] == 3:
            raise ValueError
        return float(config["rate"])

    optimise(folder, smac.RandomFacade, loss, n_trials=12, crash_cost=9.0)
    return folder


class TestContract(HistorySourceContract):
    metric, direction = "error", "minimize"
    statuses = frozenset({"ok", "failed"})

    @pytest.fixture
    def read(self, location):
        return lambda **options: read(location, **options)

    def test_refuses_to_maximize(self, location):
        with pytest.raises(
            HistoryError, match="SMAC records direction minimize, given was max"
        ):
            read(location, metric="mine", direction="maximize", task="t")
        with pytest.raises(HistoryError, match="say direction"):
            read(location, metric="mine", task="t")


def test_rows_say_what_smac_says(location):
    (file,) = location.rglob("runhistory.json")
    history = json.loads(file.read_text())
    rows = read(file, metric="error", direction="minimize", task={"mine": "t"}).to_frame()
    assert len(rows) == len(history["data"])
    for row, told in zip(rows.itertuples(), history["data"], strict=True):
        assert json.loads(row.values) == history["configs"][str(told["config_id"])]
        assert row.status == ("ok" if told["status"] == 1 else "failed")
        if row.status == "ok":
            assert row.score == -told["cost"]
        assert row.seed == told["seed"]
    assert set(rows["sampler"]) <= {"random", "initial-design", "smac", "sobol", "default"}


def test_lower_budgets_do_not_compare(tmp_path):
    def loss(config, seed=0, budget=0.0):
        return float(config["rate"]) + 1 / budget

    optimise(tmp_path, smac.HyperbandFacade, loss, n_trials=14, min_budget=1, max_budget=9)
    rows = read(tmp_path, metric="error", direction="minimize", task="t").to_frame()
    assert set(rows["budget"]) >= {1.0}
    largest = rows["budget"].max()
    assert (rows["status"].eq("ok") == rows["budget"].eq(largest)).all()


@pytest.mark.parametrize(
    "rows",
    [
        # 2.0 to 2.2, and with the CPU time of 2.3
        [[1, None, 3, None, 0.25, 1.5, 1, 1.7e9, 1.7e9, {}]],
        [[1, None, 3, None, 0.25, 1.5, 1.4, 1, 1.7e9, 1.7e9, {}]],
        # before 2.0
        [
            [
                [1, None, 3, 0.0],
                [0.25, 1.5, {"__enum__": "StatusType.SUCCESS"}, 1.7e9, 1.7e9, {}],
            ]
        ],
    ],
)
def test_older_layouts(tmp_path, rows):
    file = tmp_path / "runhistory.json"
    more = [json.loads(json.dumps(rows[0]))]
    if isinstance(more[0][0], list):
        more[0][1][2] = {"__enum__": "StatusType.TIMEOUT"}
        more[0][1][0] = float("inf")
    else:
        more[0][-4], more[0][4] = 4, float("inf")
    more[0][-1 if len(more[0]) == 2 else 2] = more[0][-1] if len(more[0]) == 2 else 4
    file.write_text(json.dumps({"data": rows + more, "configs": {"1": {"x": 0.5}}}))
    told = read(file, metric="error", direction="minimize", task="t").to_frame()
    assert told["score"].tolist()[0] == -0.25
    assert told["cost_s"].tolist()[0] == 1.5
    assert told["status"].tolist()[1] in ("timeout", "memout")
    assert told["budget"].isna().all()


def test_instances_may_be_tasks_and_objectives_metrics(tmp_path):
    file = tmp_path / "runhistory.json"
    row = {
        "config_id": 1, "instance": "wine", "seed": 0, "budget": None, "cost": [0.25, 3.0],
        "time": 1.0, "status": 1, "starttime": 1.7e9, "endtime": 1.7e9, "additional_info": {},
    }  # fmt: skip
    file.write_text(json.dumps({"data": [row], "configs": {"1": {"x": 0.5}}}))
    both = {"metric": ["error", "size"], "direction": ["minimize", "minimize"]}
    rows = read(file, task_tag="instance", **both).to_frame()
    assert rows["task"].tolist() == ["wine", "wine"]
    assert rows["score"].tolist() == [-0.25, -3.0]
    with pytest.raises(HistoryError, match="has 2 costs, metric names 1"):
        read(file, metric="error", direction="minimize", task="t").to_frame()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("[", "is no run history of SMAC"),
        ('{"data": [[1, 2]], "configs": {}}', "run 0 of .* is of no layout known"),
        ('{"data": [[1,null,3,null,0.2,1,9,0,0,{}]], "configs": {"1": {}}}', "has status 9"),
        (
            '{"data": [[1,null,3,null,0.2,1,1,0,0,{}]], "configs": {}}',
            "unknown configuration 1",
        ),
    ],
)
def test_damaged_histories(tmp_path, content, message):
    (tmp_path / "runhistory.json").write_text(content)
    with pytest.raises(HistoryError, match=message):
        read(tmp_path, metric="error", direction="minimize", task="t").to_frame()


def test_no_history(tmp_path):
    with pytest.raises(HistoryError, match=r"there is no runhistory\.json"):
        read(tmp_path, metric="error", direction="minimize", task="t")


def row(config, cost, status=1, **more):
    return {
        "config_id": config, "instance": None, "seed": 0, "budget": None, "cost": cost,
        "time": 1.0, "cpu_time": 1.0, "status": status, "starttime": 0.0, "endtime": 0.0,
        "additional_info": {}, **more,
    }  # fmt: skip


def write(folder, *rows):
    folder.mkdir(parents=True, exist_ok=True)
    configs = {str(r["config_id"]): {"rate": r["config_id"] / 10} for r in rows}
    (folder / "runhistory.json").write_text(json.dumps({"data": rows, "configs": configs}))


def test_several_objectives_and_a_run_still_going_on(tmp_path):
    infinite = float("inf")
    write(
        tmp_path,
        row(1, [0.25, 3.0]),
        row(2, infinite, status=0),
        row(3, [infinite, infinite], status=2),
    )
    rows = read(
        tmp_path, metric=["error", "size"], direction=["minimize"] * 2, task="t"
    ).to_frame()
    assert rows["status"].tolist() == ["ok", "ok", "running", "running", "failed", "failed"]
    assert rows["score"].tolist()[:2] == [-0.25, -3.0]
    assert rows["score"][2:].isna().all()


def test_seeds_of_one_scenario_are_histories_of_their_own(tmp_path):
    for seed, cost in (("0", 0.5), ("1", 0.25)):
        write(tmp_path / "mine" / seed, row(1, cost))
        (tmp_path / "mine" / seed / "scenario.json").write_text('{"name": "mine"}')
    rows = read(tmp_path, metric="error", direction="minimize", task="t").to_frame()
    assert rows["source_run_id"].is_unique
    assert sorted(rows["score"]) == [-0.5, -0.25]
