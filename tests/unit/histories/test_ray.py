"""Result folders of Ray Tune, in the layout its JSON logger writes."""

import json

import pytest

from warmstart.errors import HistoryError
from warmstart.histories.ray import read
from warmstart.testing.history_source import HistorySourceContract


def write_trial(experiment, number, config, reports, *, error=None, torn=""):
    """As ``JsonLoggerCallback`` does: one line a report, the config in each."""
    trial = experiment / f"train_a1b2c_{number:05d}_{number}_rate={config.get('rate')}"
    trial.mkdir(parents=True)
    (trial / "params.json").write_text(json.dumps(config))
    (trial / "params.pkl").write_bytes(b"never opened")
    lines = [
        json.dumps(
            {
                **report,
                "training_iteration": k + 1,
                "trial_id": f"a1b2c_{number:05d}",
                "timestamp": 1_700_000_000 + k,
                "time_total_s": 2.5 * (k + 1),
                "config": config,
                "done": False,
            }
        )
        for k, report in enumerate(reports)
    ]
    (trial / "result.json").write_text("".join(f"{line}\n" for line in lines) + torn)
    if error:
        (trial / "error.txt").write_text(error)


@pytest.fixture(scope="module")
def location(tmp_path_factory):
    experiment = tmp_path_factory.mktemp("ray") / "tune_credit"
    rates = {"rate": 0.1, "model": {"depth": 3, "kind": "gbm"}, "seed": 7}
    good = [{"val": {"acc": 0.5}}, {"val": {"acc": 0.9}}, {"val": {"acc": 0.8}}]
    write_trial(experiment, 0, rates, good)
    write_trial(experiment, 1, {**rates, "rate": 0.2}, good[:1])
    write_trial(experiment, 2, {**rates, "rate": 0.3}, [], error="Traceback: boom")
    write_trial(experiment, 3, {**rates, "rate": 0.4}, [])
    write_trial(experiment, 4, {**rates, "rate": 0.5}, good, torn='{"val": {"a')
    write_trial(experiment, 5, {**rates, "rate": 0.6}, good[:1], error="Traceback: late")
    write_trial(experiment, 6, {**rates, "rate": 0.7}, [{"val": {"acc": float("nan")}}] * 3)
    return experiment


class TestContract(HistorySourceContract):
    n_ok = 2
    statuses = frozenset({"ok", "pruned", "failed", "running"})

    @pytest.fixture
    def read(self, location):
        return lambda **options: read(location, metric_key="val/acc", **options)


def test_rows_say_what_the_trials_did(location):
    history = read(
        location, metric="accuracy", direction="maximize", task="t", metric_key="val/acc"
    )
    rows = history.to_frame()
    assert rows["status"].tolist() == [
        "ok", "pruned", "failed", "running", "ok", "failed", "failed",
    ]  # fmt: skip
    # The last report counts, not the best one.
    assert rows["score"].tolist()[0] == rows["score"].tolist()[4] == 0.8
    assert json.loads(rows["values"][2]) == {"model/depth": 3, "model/kind": "gbm", "rate": 0.3}
    assert set(rows["seed"]) == {7}
    assert rows["budget"].tolist()[:2] == [3, 1]
    assert rows["cost_s"][0] == 7.5
    assert rows["timestamp"][0] == "2023-11-14T22:13:14.500000+00:00"
    remarks = "\n".join(history.remarks)
    assert "1 run told as pruned: they had fewer iterations than the 3 of others" in remarks
    assert "1 run whose last report was cut off" in remarks


def test_an_experiment_names_its_task(location):
    options = {"metric": "accuracy", "direction": "maximize", "metric_key": "val/acc"}
    rows = read(location.parent, task={"tune_credit": "credit"}, **options).to_frame()
    assert set(rows["task"]) == {"credit"}
    tagged = read(location, task_tag="model/kind", **options).to_frame()
    assert set(tagged["task"]) == {"gbm"}


def test_what_is_missing(location, tmp_path):
    with pytest.raises(HistoryError, match="holds no trial of Ray Tune"):
        read(tmp_path, metric="accuracy", direction="maximize", task="t")
    with pytest.raises(
        HistoryError, match=r"no trial .* reported 'accuracy'; the first has val/acc"
    ):
        read(location, metric="accuracy", direction="maximize", task="t").to_frame()
    with pytest.raises(HistoryError, match="say whether accuracy is better high or low"):
        read(location, metric="accuracy", task="t")


def test_a_trial_without_params_json_has_them_in_its_reports(tmp_path):
    write_trial(tmp_path / "e", 0, {"rate": 0.1}, [{"acc": 0.5}])
    write_trial(tmp_path / "e", 1, {"rate": 0.2}, [{"acc": 0.6}])
    write_trial(tmp_path / "e", 2, {"rate": 0.3}, [], torn='{"acc"')
    for trial in sorted((tmp_path / "e").iterdir())[1:]:
        (trial / "params.json").unlink()
    history = read(
        tmp_path, metric="accuracy", metric_key="acc", direction="maximize", task="t"
    )
    rows = history.to_frame()
    assert rows["values"].tolist() == ['{"rate":0.1}', '{"rate":0.2}']
    assert (
        "1 run left out: neither params.json nor a report has the configuration"
        in history.remarks
    )


def test_experiments_of_one_name_keep_their_trials(tmp_path):
    for place, acc in (("a", 0.5), ("b", 0.6)):
        trial = tmp_path / place / "exp" / "trial_0"
        trial.mkdir(parents=True)
        (trial / "params.json").write_text('{"rate": 0.1}')
        (trial / "result.json").write_text(json.dumps({"acc": acc}) + "\n")
    rows = read(
        tmp_path, metric="accuracy", metric_key="acc", direction="maximize", task="t"
    ).to_frame()
    assert rows["source_run_id"].tolist() == ["a/exp/trial_0", "b/exp/trial_0"]


def test_nested_names_are_renamed_and_left_out(tmp_path):
    write_trial(tmp_path / "e", 0, {"model": {"depth": 3, "x": 1}}, [{"acc": 0.5}])
    told = {"metric": "accuracy", "metric_key": "acc", "direction": "maximize", "task": "t"}
    rows = read(
        tmp_path, rename={"model/depth": "depth"}, ignore=["model/x"], **told
    ).to_frame()
    assert rows["values"].tolist() == ['{"depth":3}']
    with pytest.raises(HistoryError, match="two hyperparameters are called 'model/x'"):
        read(tmp_path, rename={"model/depth": "model/x"}, **told).to_frame()


def test_reports_counted_in_microseconds(tmp_path):
    write_trial(tmp_path / "e", 0, {"rate": 0.1}, [{"acc": 0.5}])
    (result,) = tmp_path.rglob("result.json")
    result.write_text(json.dumps({"acc": 0.5, "timestamp": 1_700_000_000_000_000}) + "\n")
    rows = read(
        tmp_path, metric="accuracy", metric_key="acc", direction="maximize", task="t"
    ).to_frame()
    assert rows["timestamp"].tolist() == ["2023-11-14T22:13:20+00:00"]
