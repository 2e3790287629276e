"""The committed synthetic runs as a world; :mod:`make_synthetic` made them."""

import csv
import io
import json

import pyarrow as pa
import pyarrow.parquet as pq

from .make_synthetic import FOLDER, FOREST_FLOW, J48_FLOW, RPART_FLOW
from .world import Dataset, Flow, Input, Run, Setup, Study, Task, World

SUITE, ALIAS = 900, "Synthetic-Suite"
IMPUTER_FLOW, TREES_FLOW, J48_SECOND = 102, 103, 302

FLOWS = (
    Flow(
        FOREST_FLOW,
        "sklearn.pipeline.Pipeline(imputer=sklearn.impute._base.SimpleImputer,"
        "randomforestclassifier=sklearn.ensemble._forest.RandomForestClassifier)",
        3,
        "openml==0.12.2,sklearn==1.0",
        (Input(1011, "steps", "", "[]"), Input(1012, "memory", "", "null")),
        (("imputer", IMPUTER_FLOW), ("randomforestclassifier", TREES_FLOW)),
    ),
    Flow(
        IMPUTER_FLOW,
        "sklearn.impute._base.SimpleImputer",
        1,
        "openml==0.12.2,sklearn==1.0",
        (Input(1001, "strategy", "", '"mean"'), Input(1002, "missing_values", "", "NaN")),
    ),
    Flow(
        TREES_FLOW,
        "sklearn.ensemble._forest.RandomForestClassifier",
        2,
        "openml==0.12.2,sklearn==1.0",
        (
            Input(1003, "bootstrap", "", "true"),
            Input(1004, "criterion", "", '"gini"'),
            Input(1005, "max_features", "", '"auto"'),
            Input(1006, "min_samples_leaf", "", "1"),
            Input(1007, "n_estimators", "", "100"),
            Input(1008, "max_depth", "", "null"),
            Input(1009, "random_state", "", "null"),
            Input(1010, "n_jobs", "", "null"),
        ),
    ),
    Flow(
        RPART_FLOW,
        "mlr.classif.rpart",
        1,
        "R_3.3.2-v2.b4",
        (
            Input(2001, "cp", "numeric"),
            Input(2002, "maxdepth", "integer"),
            Input(2003, "minbucket", "integer"),
            Input(2004, "minsplit", "integer"),
            Input(2005, "openml.seed", "discrete", "1"),
            Input(2006, "openml.kind", "discrete", "Mersenne-Twister"),
            Input(2007, "openml.normal.kind", "discrete", "Inversion"),
        ),
    ),
    Flow(
        J48_FLOW,
        "weka.J48",
        1,
        "Weka_3.7.10_9117",
        (
            Input(3001, "C", "option", "0.25"),
            Input(3002, "M", "option", "2"),
            Input(3003, "U", "flag", "false"),
            Input(3004, "Q", "option", "1"),
        ),
    ),
    # The same algorithm in another version; nothing was run with it.
    Flow(J48_SECOND, "weka.J48", 2, "Weka_3.9.0", (Input(3101, "C", "option", "0.25"),)),
)


def synthetic_world():
    """All of it: 10 datasets and tasks, 3 flows, 700 runs, one suite."""
    datasets = {}
    for row in json.loads((FOLDER / "datasets.json").read_text()):
        datasets[row["id"]] = _dataset(row)
    tasks = {
        10 * number: Task(10 * number, 2 if number == 10 else 1, number, "class")
        for number in datasets
    }
    setups = {}
    for row in _rows("setups.csv"):
        values = tuple((int(key), text) for key, text in json.loads(row["values"]).items())
        number = int(row["setup_id"])
        setups[number] = Setup(number, int(row["flow_id"]), values, tags=2 * (number % 5 == 0))
    return World(
        flows={flow.id: flow for flow in FLOWS},
        setups=setups,
        datasets=datasets,
        tasks=tasks,
        runs=[_run(row) for row in _rows("runs.csv")],
        studies={SUITE: Study(SUITE, ALIAS, "Synthetic suite", tuple(sorted(tasks)))},
    )


def _rows(name):
    with (FOLDER / name).open(newline="") as lines:
        return list(csv.DictReader(lines))


def _run(row):
    measures = ("predictive_accuracy", "area_under_roc_curve", "usercpu_time_millis")
    return Run(
        int(row["run_id"]),
        int(row["task_id"]),
        int(row["setup_id"]),
        int(row["uploader"]),
        row["time"],
        row["error"],
        {} if row["error"] else {name: ((1, float(row[name])),) for name in measures},
    )


def _dataset(row):
    labels = tuple(f"c{i}" for i in range(row["n_classes"]))
    target = f"{{{','.join(labels)}}}" if labels else "NUMERIC"
    lines = [
        "@RELATION synthetic",
        "@ATTRIBUTE x NUMERIC",
        "@ATTRIBUTE y NUMERIC",
        "@ATTRIBUTE color {red,green,blue}",
        f"@ATTRIBUTE class {target}",
        "@DATA",
        *(",".join(cells) for cells in row["rows"]),
    ]
    n_rows = len(row["rows"])
    counts = [sum(cells[3] == label for cells in row["rows"]) for label in labels]
    qualities = {
        "NumberOfInstances": n_rows,
        "NumberOfFeatures": 4,
        "NumberOfClasses": row["n_classes"],
        "NumberOfMissingValues": 0,
        "NumberOfNumericFeatures": 2 if labels else 3,
        "Dimensionality": 4 / n_rows,
        "MeanOfX": sum(float(cells[0]) for cells in row["rows"]) / n_rows,
        "NeverComputed": "",
    }
    if labels:
        qualities |= {"MajorityClassSize": max(counts), "MinorityClassSize": min(counts)}
    columns = list(zip(*row["rows"], strict=True))
    table = pa.table(
        {
            "x": [float(cell) for cell in columns[0]],
            "y": [float(cell) for cell in columns[1]],
            "color": list(columns[2]),
            "class": list(columns[3]) if labels else [float(cell) for cell in columns[3]],
        }
    )
    parquet = io.BytesIO()
    if row["parquet"]:
        pq.write_table(table, parquet)
    return Dataset(
        row["id"],
        row["name"],
        ("\n".join(lines) + "\n").encode(),
        "class",
        qualities,
        (
            ("x", "numeric", ()),
            ("y", "numeric", ()),
            ("color", "nominal", ("red", "green", "blue")),
            ("class", "nominal" if labels else "numeric", labels),
        ),
        row["version"],
        row["licence"],
        parquet.getvalue(),
    )
