"""Recorded runs of a random forest and of AdaBoost on OpenML, where their files are there."""

import json

import pyarrow.parquet as pq

from .world import Dataset, Flow, Input, Run, Setup, Study, Task, World

SUITE, ALIAS = 14, "OpenML100"
MEASURE = "predictive_accuracy"
_META = ("config_id", "openml_flow_id", "openml_task_id", MEASURE)
_INTEGERS_AS_TEXT = ("max_depth", "max_leaf_nodes")


def pimp_world(folder, tables=("random_forest", "adaboost"), n_tasks=None):
    """A world of the recorded runs; run and setup ids, which were not recorded, are counted.

    Parameters
    ----------
    folder : path
        Holds ``random_forest.parquet``, ``adaboost.parquet`` and ``task_qualities.parquet``.
    n_tasks : int, optional
        Only the first tasks.
    """
    qualities = pq.read_table(folder / "task_qualities.parquet").to_pandas()
    qualities.index = qualities.index.astype(int)
    task_ids = [int(number) for number in sorted(qualities.index)][:n_tasks]
    datasets = {n: _dataset(n, qualities.loc[n].dropna().to_dict()) for n in task_ids}
    flows, setups, runs = {}, {}, []
    for name in tables:
        frame = pq.read_table(folder / f"{name}.parquet").to_pandas()
        columns = [c for c in frame.columns if c not in _META]
        flow_id = int(frame["openml_flow_id"].iloc[0])
        made, numbers = _flows(flow_id, columns)
        flows |= made
        wanted = set(task_ids)
        rows = zip(
            frame["openml_task_id"],
            frame[MEASURE],
            *(frame[column].tolist() for column in columns),
            strict=True,
        )
        for task_id, score, *cells in rows:
            if task_id not in wanted:
                continue
            number = len(runs) + 1
            values = tuple(
                (numbers[column], _text(column, cell))
                for column, cell in zip(columns, cells, strict=True)
            )
            setups[number] = Setup(number, flow_id, values)
            runs.append(
                Run(number, int(task_id), number, values={MEASURE: ((1, float(score)),)})
            )
    return World(
        flows=flows,
        setups=setups,
        datasets=datasets,
        tasks={n: Task(n, 1, n, "class") for n in task_ids},
        runs=runs,
        studies={SUITE: Study(SUITE, ALIAS, "recorded tasks", tuple(task_ids))},
    )


def _text(column, cell):
    if column.endswith(_INTEGERS_AS_TEXT) and cell == "None":
        return "null"
    return json.dumps(cell)


def _flows(flow_id, columns):
    """The pipeline's flows, a part for each prefix of a column, and each column's input id."""
    numbers = {column: flow_id * 1000 + place for place, column in enumerate(columns)}
    inputs, children = {}, {}
    for column in columns:
        *path, name = column.split("__")
        for depth in range(len(path)):
            children.setdefault(tuple(path[:depth]), {})[path[depth]] = None
        inputs.setdefault(tuple(path), []).append(Input(numbers[column], name))
    paths = sorted({(), *children, *inputs, *((*p, k) for p in children for k in children[p])})
    ids = {path: flow_id if not path else flow_id * 100 + i for i, path in enumerate(paths)}
    flows = {
        ids[path]: Flow(
            ids[path],
            f"sklearn.{path[-1]}" if path else f"sklearn.pipeline.Pipeline(flow={flow_id})",
            1,
            "openml==0.8.0,sklearn==0.20",
            tuple(inputs.get(path, ())),
            # The learner is the last step of a pipeline.
            tuple(
                (key, ids[(*path, key)])
                for key in sorted(
                    children.get(path, ()), key=lambda k: k != "columntransformer"
                )
            ),
        )
        for path in paths
    }
    return flows, numbers


def _dataset(number, qualities):
    arff = f"@RELATION recorded_{number}\n@ATTRIBUTE class {{a,b}}\n@DATA\na\nb\n".encode()
    columns = (("class", "nominal", ("a", "b")),)
    return Dataset(number, f"task-{number}", arff, "class", qualities, columns)
