"""Out to other forms and back: pandas, CSV, HPO-B's JSON, ASlib scenarios.

Also of: metadataset.core.schema, metadataset.exchange.aslib, metadataset.exchange.csv,
metadataset.exchange.hpob, metadataset.from_data, metadataset.from_elsewhere.
"""

import json

import numpy as np
import pandas as pd
import pytest
from tests.unit.metadataset.combine.test_merge import history

from warmstart.errors import MetaDatasetError
from warmstart.metadataset.metadataset import MetaDataset


@pytest.fixture
def md():
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(
        {
            "dataset": np.repeat([3, 31, 7], 8),
            "score": rng.uniform(size=24),
            "C": np.tile(2.0 ** np.arange(-4, 4), 3),
            "kernel": np.tile(["rbf", "linear"], 12),
            "seconds": rng.uniform(size=24),
        }
    )
    frame.loc[5, "score"] = np.nan
    return MetaDataset.from_evaluations(
        frame,
        task="dataset",
        parameters=["C", "kernel"],
        cost_s="seconds",
        space="svc",
        families={3: 31},
        metafeatures=pd.DataFrame({"rows": [150.0, 1000.0]}, index=[3, 31]),
    )


class TestFrame:
    def test_and_back(self, md):
        frame = md.to_frame(parameters=True)
        assert len(frame) == 24
        assert (frame.status == "failed").sum() == 1
        assert frame.task_id.dtype.kind == "i"
        back = MetaDataset.from_evaluations(
            frame, parameters=["C", "kernel"], cost_s="cost_s", space="svc"
        )
        pd.testing.assert_frame_equal(back.matrix(), md.matrix(), check_names=False)
        pd.testing.assert_frame_equal(back.costs(), md.costs(), check_names=False)

    def test_only_selected_tasks(self, md):
        assert set(md.select([31]).to_frame().task_id) == {31}


class TestCsv:
    def test_and_back(self, md, tmp_path):
        md.to_csv(tmp_path / "csv")
        names = sorted(path.name for path in (tmp_path / "csv").iterdir())
        assert names == [
            "configurations.csv",
            "evaluations.csv",
            "info.json",
            "metafeatures.csv",
            "tasks.csv",
        ]
        rows = pd.read_csv(tmp_path / "csv" / "evaluations.csv")
        values = pd.read_csv(tmp_path / "csv" / "configurations.csv").set_index(
            "configuration_id"
        )
        known = pd.DataFrame([json.loads(text) for text in values["values"]], values.index)
        tasks = pd.read_csv(tmp_path / "csv" / "tasks.csv").set_index("task_id")
        back = MetaDataset.from_evaluations(
            rows.join(known, on="configuration_id"),
            parameters=["C", "kernel"],
            space="svc",
            cost_s="cost_s",
            families=tasks.family,
        )
        pd.testing.assert_frame_equal(back.matrix(), md.matrix(), check_names=False)
        pd.testing.assert_frame_equal(back.costs(), md.costs(), check_names=False)
        assert back.families.to_dict() == {3: 31, 7: 7, 31: 31}
        features = pd.read_csv(tmp_path / "csv" / "metafeatures.csv").set_index("task_id")
        assert features.rows.to_dict() == {3: 150.0, 31: 1000.0}


class TestHpob:
    def test_and_back(self, md, tmp_path):
        md.to_hpob(tmp_path / "hpob")
        back = MetaDataset.from_hpob(tmp_path / "hpob")
        ours, theirs = md.matrix(), back.matrix()
        assert set(theirs.index) == {str(label) for label in ours.index}
        # Configurations have no ids there; in the order of C they are the same again.
        theirs = theirs[back.configurations.sort_values("C").index]
        ours = ours[md.configurations.sort_values("C").index]
        np.testing.assert_array_equal(theirs.loc[[str(i) for i in ours.index]], ours)
        assert back.configurations.C.between(0, 1).all()
        assert set(back.configurations.columns) >= {"C", "kernel=rbf", "kernel=linear"}
        # Once positions, always the same positions.
        back.to_hpob(tmp_path / "again")
        twice = MetaDataset.from_hpob(tmp_path / "again")
        np.testing.assert_allclose(
            np.sort(twice.matrix().to_numpy(), axis=1),
            np.sort(back.matrix().loc[twice.matrix().index].to_numpy(), axis=1),
        )

    def test_a_file_of_hpob(self, tmp_path):
        """Two spaces, a dataset in both, a configuration on two datasets, a repeat."""
        file = tmp_path / "meta-test-dataset.json"
        data = {
            "4796": {
                "3549": {"X": [[0.0, 1.0], [0.5, 0.0]], "y": [[0.8], [0.6]]},
                "3918": {"X": [[0.0, 1.0], [0.0, 1.0]], "y": [[0.4], [0.5]]},
            },
            "5527": {"3549": {"X": [[0.25]], "y": [[0.9]]}},
        }
        file.write_text(json.dumps(data))
        md = MetaDataset.from_hpob(file)
        assert md.tasks.index.tolist() == ["3549", "3918"]
        assert md.spaces.tolist() == ["hpob-4796", "hpob-4796", "hpob-5527"]
        assert md.matrix().loc["3918"].tolist()[0] == pytest.approx(0.45)
        only = MetaDataset.from_hpob(file, spaces=["5527"], higher_is_better=False)
        assert only.matrix().to_numpy().tolist() == [[-0.9]]
        with pytest.raises(MetaDatasetError, match="no space '1'"):
            MetaDataset.from_hpob(file, spaces=["1"])

    @pytest.mark.parametrize(
        ("value", "match"),
        [
            ({"X": [[1.0]], "y": [[1.0], [2.0]]}, r"X has shape \(1, 1\), y \(2,\)"),
            ({"X": [["a"]], "y": [[1.0]]}, "no X and y of numbers"),
            ({"y": [[1.0]]}, "no X and y of numbers"),
        ],
    )
    def test_damage_names_the_place(self, tmp_path, value, match):
        file = tmp_path / "x.json"
        file.write_text(json.dumps({"s": {"d": value}}))
        with pytest.raises(MetaDatasetError, match=rf"space 's', dataset 'd'.*{match}"):
            MetaDataset.from_hpob(file)

    def test_no_values_to_write(self, tmp_path):
        md = history([("t", "a", 0.5, "1"), ("t", "b", 0.6, "2")])
        with pytest.raises(MetaDatasetError, match="HPO-B has no ids"):
            md.to_hpob(tmp_path / "hpob")
        with pytest.raises(MetaDatasetError, match="there is no file"):
            MetaDataset.from_hpob(tmp_path / "nothing.json")


@pytest.fixture
def scenario(tmp_path):
    folder = tmp_path / "SCENE"
    folder.mkdir()
    (folder / "description.txt").write_text(
        "scenario_id: SCENE\nperformance_measures:\n  - error\nmaximize:\n- false\n"
        "performance_type:\n  - solution_quality\nalgorithm_cutoff_time: 100\n"
    )
    (folder / "algorithm_runs.arff").write_text(
        "@RELATION runs\n@ATTRIBUTE instance_id STRING\n@ATTRIBUTE repetition NUMERIC\n"
        "@ATTRIBUTE algorithm STRING\n@ATTRIBUTE error NUMERIC\n"
        "@ATTRIBUTE runstatus {ok, timeout, memout, not_applicable, crash, other}\n@DATA\n"
        "233,1,1,0.25,ok\n233,2,1,0.75,ok\n233,1,2,?,timeout\n75,1,1,0.5,ok\n75,1,2,1.0,crash\n"
    )
    (folder / "feature_values.arff").write_text(
        "@RELATION features\n@ATTRIBUTE instance_id STRING\n@ATTRIBUTE repetition NUMERIC\n"
        "@ATTRIBUTE rows NUMERIC\n@ATTRIBUTE skew NUMERIC\n@DATA\n"
        "233,1,100,1\n233,2,300,?\n75,1,50,?\n"
    )
    (folder / "configurations.csv").write_text("idx,depth,kind\n1,3,gini\n2,,entropy\n")
    return folder


class TestAslib:
    def test_a_scenario(self, scenario, tmp_path):
        md = MetaDataset.from_aslib(scenario)
        assert md.metrics == ("error",)
        assert md.matrix().loc["233", "1"] == -0.5
        assert md.status().loc["233", "2"] == "timeout"
        assert md.status().loc["75", "2"] == "failed"
        assert md.configuration("1") == {"depth": 3.0, "kind": "gini"}
        assert md.configuration("2") == {"kind": "entropy"}
        assert md.metafeatures.loc["233"].tolist() == [200.0, 1.0]
        assert np.isnan(md.metafeatures.loc["75", "skew"])
        md.save(tmp_path / "meta")
        opened = MetaDataset.open(tmp_path / "meta", verify=True)
        pd.testing.assert_frame_equal(opened.matrix(), md.matrix(), check_names=False)
        assert sum(len(rows) for rows in md.merge(opened).runs()) == 5

    def test_runtimes_are_costs(self, scenario):
        said = (scenario / "description.txt").read_text()
        (scenario / "description.txt").write_text(said.replace("solution_quality", "runtime"))
        assert MetaDataset.from_aslib(scenario).costs().loc["75", "1"] == 0.5

    def test_the_direction_is_not_guessed(self, scenario):
        (scenario / "description.txt").unlink()
        with pytest.raises(MetaDatasetError, match="say higher_is_better"):
            MetaDataset.from_aslib(scenario)
        md = MetaDataset.from_aslib(scenario, higher_is_better=True)
        assert md.matrix().loc["75", "1"] == 0.5

    def test_an_infinite_hyperparameter_names_its_file(self, scenario):
        (scenario / "configurations.csv").write_text("idx,rate\n1,inf\n2,0.2\n")
        with pytest.raises(MetaDatasetError, match=r"configurations\.csv: .*finite, got inf"):
            MetaDataset.from_aslib(scenario)

    def test_refusals(self, scenario, tmp_path):
        with pytest.raises(MetaDatasetError, match="no run is measured in 'speed'"):
            MetaDataset.from_aslib(scenario, metric="speed")
        with pytest.raises(MetaDatasetError, match="is it an ASlib scenario"):
            MetaDataset.from_aslib(tmp_path)
