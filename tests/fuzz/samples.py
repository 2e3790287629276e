"""A small whole file or folder for each reader, and how it is read to its end."""

import gzip
import json
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import numpy as np
import pandas as pd

OPTIONS = {"metric": "accuracy", "direction": "maximize", "task": "credit"}
MAPPING = {
    "metric": {"auc": "maximize"},
    "params": ["rate", "depth"],
    "task": "data",
    "status": "ended",
    "cost": "took",
    "timestamp": "began",
    "seed": "seed",
    "run_id": "run",
    "budget": "budget",
}


@dataclass(frozen=True)
class Sample:
    """`make` writes it into an empty folder, `read` reads all that is in it."""

    group: str
    name: str
    make: Any
    read: Any


def told(history):
    """Everything an import does of a history, but writing it."""
    from warmstart.metadataset.metadataset import MetaDataset

    return MetaDataset.from_histories([history], task_type="classification")


def reader(source, **more):
    read = import_module(f"warmstart.histories.{source}").read
    return lambda place: told(read(place, **{**OPTIONS, **more}))


def optuna_trials(storage):
    import optuna

    optuna.logging.set_verbosity(optuna.logging.CRITICAL)

    def objective(trial):
        rate = trial.suggest_float("rate", 1e-3, 1.0, log=True)
        trial.suggest_categorical("weights", [None, "balanced"])
        trial.set_user_attr("note", "x")
        trial.report(0.5, step=1)
        if trial.number == 2:
            raise optuna.TrialPruned
        return rate

    sampler = optuna.samplers.RandomSampler(seed=0)
    study = optuna.create_study(
        storage=storage, study_name="mine", direction="maximize", sampler=sampler
    )
    study.optimize(objective, n_trials=4)


def make_optuna_sqlite(folder):
    optuna_trials(f"sqlite:///{folder}/study.db")


def make_optuna_journal(folder):
    from optuna.storages import JournalStorage
    from optuna.storages.journal import JournalFileBackend

    optuna_trials(JournalStorage(JournalFileBackend(str(folder / "journal.log"))))


def make_mlflow(folder):
    for number, depth in enumerate(["3", "None"]):
        run = folder / "mlruns" / "1" / (str(number) * 32)
        for kind, name, text in (
            ("params", "depth", depth),
            ("metrics", "accuracy", "1000 0.9 0\n1010 0.8 1\n"),
            ("tags", "dataset", "credit"),
        ):
            (run / kind).mkdir(parents=True)
            (run / kind / name).write_text(text)
        (run / "meta.yaml").write_text(
            f"end_time: 5000\nlifecycle_stage: active\nrun_id: {run.name}\n"
            "start_time: 1000\nstatus: 3\ntags: []\n"
        )
    (folder / "mlruns" / "1" / "meta.yaml").write_text(
        "experiment_id: '1'\nlifecycle_stage: active\nname: 'it''s'\n"
    )


def make_ray(folder):
    for number in range(2):
        trial = folder / "tune" / f"train_a_{number:05d}"
        trial.mkdir(parents=True)
        config = {"rate": 0.1 * (number + 1), "model": {"kind": "gbm"}, "seed": 7}
        (trial / "params.json").write_text(json.dumps(config))
        reports = [
            {"accuracy": 0.5 + k / 9, "training_iteration": k + 1, "timestamp": 1.7e9 + k}
            | {"time_total_s": 2.5 * k, "config": config, "trial_id": f"a_{number}"}
            for k in range(2)
        ]
        (trial / "result.json").write_text("".join(json.dumps(r) + "\n" for r in reports))


def make_smac(folder):
    rows = [
        {"config_id": n, "instance": None, "seed": 0, "budget": None, "cost": 0.1 * n}
        | {"time": 0.5, "cpu_time": 0.1, "status": 1, "starttime": 1.7e9, "endtime": 1.7e9}
        | {"additional_info": {}}
        for n in (1, 2)
    ]
    configs = {"1": {"rate": 0.5, "kernel": "a"}, "2": {"rate": 0.1, "kernel": "b"}}
    history = {"stats": {}, "data": rows, "configs": configs, "config_origins": {"1": "Sobol"}}
    (folder / "runhistory.json").write_text(json.dumps(history))
    (folder / "scenario.json").write_text('{"name": "mine"}')


def searched():
    """Results of a search, as scikit-learn keeps them."""
    params = [{"C": 0.5, "w": None}, {"C": 1.0, "w": "balanced"}, {"C": 2.0, "w": {"a": 1}}]
    return pd.DataFrame(
        {
            "mean_fit_time": [0.1, 0.2, 0.3],
            "mean_score_time": [0.1, 0.1, 0.1],
            "params": params,
            "param_C": [p["C"] for p in params],
            "param_w": [p["w"] for p in params],
            "split0_test_score": [0.5, 0.6, 0.7],
            "mean_test_score": [0.5, 0.6, float("nan")],
        }
    )


def make_wandb(folder):
    (folder / "export.csv").write_text(
        '"Name","ID","State","Created","Runtime","depth","rate","accuracy"\n'
        '"calm-1","a1","finished","2026-01-01T10:00:00.000Z","12","3","0.1","0.9"\n'
        '"calm-2","a2","crashed","2026-01-01T11:00:00.000Z","3","4","1",""\n'
    )


def make_flaml(folder):
    record = {"record_id": 0, "trial_time": 0.4, "validation_loss": 0.25, "learner": "rf"}
    record |= {"config": {"n": 4, "criterion": "gini"}, "sample_size": 150}
    second = {**record, "record_id": 1, "config": {"n": 5}}
    lines = [record, second, {"curr_best_record_id": 0}]
    (folder / "automl.log").write_text("".join(json.dumps(line) + "\n" for line in lines))


def runs_table():
    return pd.DataFrame(
        {
            "run": ["r1", "r2", "r3"],
            "data": ["a", "b", "b"],
            "rate": [0.1, 0.5, np.nan],
            "depth": [3, 4, 5],
            "auc": [0.7, 0.8, np.nan],
            "ended": ["ok", "ok", "failed"],
            "took": [1.0, 2.5, 0.1],
            "began": ["2024-01-01T00:00:00Z", "2024-01-02T00:00:00Z", "1700000000"],
            "seed": [1, 2, 3],
            "budget": [9.0, 9.0, 9.0],
        }
    )


def table_reader(name):
    def read(folder):
        from warmstart.histories.table import read as read_table

        return told(read_table(folder / name, mapping=folder / "mapping.json"))

    return read


def dataset():
    draw = np.random.default_rng(0)
    n = 24
    return pd.DataFrame(
        {
            "age": draw.integers(18, 90, n),
            "income": draw.normal(1e3, 300, n).round(2),
            "city": draw.choice(["Bern", "Ulm", "Köln"], n),
            "joined": pd.date_range("2020-01-01", periods=n).astype(str),
            "y": draw.choice(["yes", "no"], n),
        }
    )


ARFF = """@relation r
@attribute age numeric
@attribute city {Bern,'New York'}
@attribute y {a,b}
@data
"""


def make_arff(folder):
    rows = [
        f"{20 + i % 7},{'Bern' if i % 2 else chr(39) + 'New York' + chr(39)},{'ab'[i % 2]}"
        for i in range(12)
    ]
    (folder / "data.arff").write_text(ARFF + "\n".join(rows) + "\n")


def make_sparse_arff(folder):
    rows = [f"{{0 {i}, 2 {'ab'[i % 2]}}}" for i in range(12)]
    (folder / "data.arff").write_text(ARFF + "\n".join(rows) + "\n")


def make_dated_arff(folder):
    """With dates in a format, weights of rows and escapes."""
    head = "@relation r\n@attribute on date 'dd.MM.yyyy'\n@attribute s string\n"
    rows = [f"{1 + i}.02.2020,'it\\'s {i % 4}',{'ab'[i % 2]},{{0.{1 + i}}}" for i in range(12)]
    text = head + "@attribute y {a,b}\n@data\n" + "\n".join(rows) + "\n"
    (folder / "data.arff").write_text(text)


def make_commented(folder):
    """Lines before and after the table, codes with leading zeros, commas in quotes."""
    rows = "".join(f'0{1000 + i},"{i},5","1 {i:03}",{"pq"[i % 2]}\n' for i in range(12))
    text = f"# exported\nzip,height,people,y\n{rows}|1x3 end\n"
    (folder / "data.csv").write_text(text)


def make_feather(folder):
    dataset().to_feather(folder / "data.feather")


def make_json_lines(folder):
    dataset().to_json(folder / "data.jsonl", orient="records", lines=True)


def make_zip(folder):
    dataset().to_csv(folder / "data.csv.zip", index=False)


def loaded(name):
    def read(folder):
        from warmstart.datasets.load import load_dataset
        from warmstart.metafeatures.extract import metafeatures_of

        return metafeatures_of(load_dataset(folder / name, target="y"))

    return read


def base():
    from tests.tiny_base import tiny_metadataset

    return tiny_metadataset()


def make_base(folder):
    small = base()
    small.save(folder / "meta")


def read_base(folder):
    """Every file of a base: its tables, its matrices and its rows."""
    from warmstart.metadataset.metadataset import MetaDataset

    md = MetaDataset.open(folder / "meta")
    for metric in md.metrics:
        md.matrix(metric)
    md.configurations.head()
    md.metafeatures.head()
    md.to_frame()
    md.merge(md)
    repr(md)


def make_grown(folder):
    from warmstart.metadataset.metadataset import MetaDataset

    scores = pd.DataFrame({"a": [0.9, 0.8], "b": [0.5, np.nan]}, index=["s", "t"])
    kinds = pd.DataFrame({"task_type": "classification"}, index=["s", "t", "u"])
    md = MetaDataset.from_matrix(scores, metric="accuracy", tasks=kinds.loc[["s", "t"]])
    md.save(folder / "meta")
    more = pd.DataFrame({"a": [0.7], "c": [0.6]}, index=["u"])
    MetaDataset.from_matrix(more, metric="accuracy", tasks=kinds.loc[["u"]]).append_to(
        folder / "meta"
    )


def read_grown(folder):
    from warmstart.histories.runs.schema import Run, RunHistory
    from warmstart.metadataset.import_runs import import_histories
    from warmstart.metadataset.metadataset import MetaDataset

    read_base(folder)
    run = Run(
        task="n", values={"x": 1}, metric="accuracy", direction="maximize", score=0.5,
        source="made", source_run_id="1",
    )  # fmt: skip
    import_histories(
        [RunHistory("made", str(folder), lambda _: iter([run]))],
        folder / "meta",
        task_type="classification",
    )
    scores = pd.DataFrame({"a": [0.1]}, index=["v"])
    MetaDataset.from_matrix(scores, metric="accuracy").append_to(folder / "meta")


def make_knowledge(folder):
    from warmstart.recommend.recommender import Recommender

    draw = np.random.default_rng(0)
    scores = pd.DataFrame(draw.random((8, 5)), index=[f"t{i}" for i in range(8)])
    scores.columns = [f"c{i}" for i in range(5)]
    from warmstart.metadataset.metadataset import MetaDataset

    md = MetaDataset.from_matrix(
        scores, metafeatures=pd.DataFrame({"n": range(8)}, scores.index)
    )
    Recommender(random_state=0).fit(md).save(folder / "kb")


def read_knowledge(folder):
    from warmstart.recommend.recommender import Recommender

    loaded = Recommender.load(folder / "kb")
    loaded.suggest(metafeatures=None, n=2)


def make_hpob(folder):
    from warmstart.metadataset.metadataset import MetaDataset

    scores = pd.DataFrame({"a": [0.9, 0.8], "b": [0.5, 0.1]}, index=["s", "t"])
    MetaDataset.from_matrix(
        scores, configurations={"a": {"x": 1, "k": "u"}, "b": {"x": 2, "k": "v"}}
    ).to_hpob(folder)


def read_hpob(folder):
    from warmstart.metadataset.metadataset import MetaDataset

    MetaDataset.from_hpob(folder).matrix()


def make_aslib(folder):
    (folder / "description.txt").write_text(
        "scenario_id: TOY\nperformance_measures: runtime\nmaximize: false\n"
        "performance_type: runtime\n"
    )
    rows = "".join(f"i{i},1,a{a},{i + a}.5,ok\n" for i in range(3) for a in range(2))
    (folder / "algorithm_runs.arff").write_text(
        "@relation r\n@attribute instance_id string\n@attribute repetition numeric\n"
        "@attribute algorithm string\n@attribute runtime numeric\n"
        f"@attribute runstatus {{ok,timeout}}\n@data\n{rows}"
    )
    features = "".join(f"i{i},1,{i}\n" for i in range(3))
    (folder / "feature_values.arff").write_text(
        "@relation f\n@attribute instance_id string\n@attribute repetition numeric\n"
        f"@attribute size numeric\n@data\n{features}"
    )
    (folder / "configurations.csv").write_text("idx,rate,kind\na0,0.1,x\na1,0.2,y\n")


def read_aslib(folder):
    from warmstart.metadataset.metadataset import MetaDataset

    MetaDataset.from_aslib(folder).matrix()


def make_task_list(folder):
    (folder / "tasks.csv").write_text(
        "task_id,task_type,path,target,family\na,binary,a.csv,y,f\nb,regression,b.csv,y,\n"
    )


def read_task_list(folder):
    from warmstart.execution.tasks import read_tasks

    read_tasks(folder / "tasks.csv")


def file(name, read):
    return lambda folder: read(folder / name)


def make_csv(folder):
    dataset().to_csv(folder / "data.csv", index=False)


def make_semicolons(folder):
    dataset().to_csv(folder / "data.csv", index=False, sep=";", decimal=",")


def make_packed(folder):
    text = dataset().to_csv(index=False).encode()
    (folder / "data.csv.gz").write_bytes(gzip.compress(text, mtime=0))


def make_parquet(folder):
    dataset().to_parquet(folder / "data.parquet")


def make_cv_csv(folder):
    searched().to_csv(folder / "cv.csv", index=False)


def make_cv_parquet(folder):
    searched().drop(columns=["params", "param_w"]).to_parquet(folder / "cv.parquet")


def make_table_csv(folder):
    (folder / "mapping.json").write_text(json.dumps(MAPPING))
    runs_table().to_csv(folder / "runs.csv", index=False)


def make_table_parquet(folder):
    (folder / "mapping.json").write_text(json.dumps(MAPPING))
    runs_table().to_parquet(folder / "runs.parquet")


_READERS = {
    "optuna-sqlite": (make_optuna_sqlite, file("study.db", reader("optuna"))),
    "optuna-journal": (make_optuna_journal, file("journal.log", reader("optuna"))),
    "mlflow": (make_mlflow, file("mlruns", reader("mlflow"))),
    "ray": (make_ray, file("tune", reader("ray"))),
    "smac": (make_smac, file("", reader("smac", metric="error", direction="minimize"))),
    "sklearn-csv": (make_cv_csv, file("cv.csv", reader("sklearn"))),
    "sklearn-parquet": (make_cv_parquet, file("cv.parquet", reader("sklearn"))),
    "wandb": (make_wandb, file("export.csv", reader("wandb", params=["depth", "rate"]))),
    "flaml": (make_flaml, file("automl.log", reader("flaml"))),
    "table-csv": (make_table_csv, table_reader("runs.csv")),
    "table-parquet": (make_table_parquet, table_reader("runs.parquet")),
    "task-list": (make_task_list, read_task_list),
}
_DATASETS = {
    "csv": (make_csv, loaded("data.csv")),
    "csv-semicolon": (make_semicolons, loaded("data.csv")),
    "csv-gz": (make_packed, loaded("data.csv.gz")),
    "parquet": (make_parquet, loaded("data.parquet")),
    "arff": (make_arff, loaded("data.arff")),
    "arff-sparse": (make_sparse_arff, loaded("data.arff")),
    "arff-dates": (make_dated_arff, loaded("data.arff")),
    "csv-comments": (make_commented, loaded("data.csv")),
    "csv-zip": (make_zip, loaded("data.csv.zip")),
    "feather": (make_feather, loaded("data.feather")),
    "json-lines": (make_json_lines, loaded("data.jsonl")),
}
_BASES = {
    "metadataset": (make_base, read_base),
    "grown": (make_grown, read_grown),
    "knowledge": (make_knowledge, read_knowledge),
    "hpob": (make_hpob, read_hpob),
    "aslib": (make_aslib, read_aslib),
}
SAMPLES = [
    Sample(group, name, *both)
    for group, kinds in (("readers", _READERS), ("datasets", _DATASETS), ("bases", _BASES))
    for name, both in kinds.items()
]
