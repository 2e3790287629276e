"""Bodies of answers, in the elements of the server's own XML templates."""

import json
from xml.sax.saxutils import escape

XMLNS = 'xmlns:oml="http://openml.org/openml"'
TASK_TYPES = {1: "Supervised Classification", 2: "Supervised Regression", 5: "Clustering"}
PROCEDURES = {1: (1, "10-fold Crossvalidation"), 7: (2, "10-fold Crossvalidation")}
USERS = {1: "Synthetic Sam", 2: "Replay Rita"}
BASIC = (
    "MajorityClassSize",
    "MinorityClassSize",
    "NumberOfClasses",
    "NumberOfFeatures",
    "NumberOfInstances",
    "NumberOfMissingValues",
    "NumberOfNumericFeatures",
)


def element(name, value):
    """One element, its text escaped."""
    return f"<oml:{name}>{escape(str(value))}</oml:{name}>"


def document(name, parts):
    """A root element around parts."""
    return f"<oml:{name} {XMLNS}>\n{''.join(parts)}</oml:{name}>\n".encode()


def error(code, message, more=""):
    """What comes with HTTP status 412."""
    parts = [element("code", code), element("message", message)]
    if more:
        parts.append(element("additional_information", more))
    return document("error", parts)


def parameter(given, flow, text):
    """One stored hyperparameter."""
    return (
        f"<oml:parameter><oml:id>{given.id}</oml:id><oml:flow_id>{flow.id}</oml:flow_id>"
        f"<oml:flow_name>{escape(flow.name)}</oml:flow_name>"
        f"<oml:full_name>{escape(flow.full_name)}_{escape(given.name)}</oml:full_name>"
        f"<oml:parameter_name>{escape(given.name)}</oml:parameter_name>"
        f"<oml:data_type>{escape(given.data_type)}</oml:data_type>"
        f"<oml:default_value>{escape(given.default)}</oml:default_value>"
        f"<oml:value>{escape(text)}</oml:value></oml:parameter>\n"
    )


def evaluations(world, rows, with_setups):
    """Rows are (run, measure, engine, value)."""
    parts = []
    for run, measure, engine, value in rows:
        flow = world.flows[world.setups[run.setup_id].flow_id]
        dataset = world.datasets[world.tasks[run.task_id].dataset_id]
        parts.append(
            f"<oml:evaluation><oml:run_id>{run.id}</oml:run_id>"
            f"<oml:uploader>{run.uploader}</oml:uploader>"
            f"<oml:task_id>{run.task_id}</oml:task_id>"
            f"<oml:setup_id>{run.setup_id}</oml:setup_id><oml:flow_id>{flow.id}</oml:flow_id>"
            f"<oml:flow_name>{escape(flow.full_name)}</oml:flow_name>"
        )
        if with_setups and run.setup_id not in world.untold | world.gone:
            inner = "".join(parameter(*found) for found in world.parameters(run.setup_id))
            parts.append(f"<oml:parameters>\n{inner}</oml:parameters>")
        parts.append(
            f"<oml:data_id>{dataset.id}</oml:data_id>"
            f"<oml:data_name>{escape(dataset.name)}</oml:data_name>"
            f"<oml:evaluation_engine_id>{engine}</oml:evaluation_engine_id>"
            f"<oml:function>{measure}</oml:function>"
            f"<oml:upload_time>{run.time}</oml:upload_time>"
            f"<oml:value>{value}</oml:value></oml:evaluation>\n"
        )
    return document("evaluations", parts)


def setups(world, found):
    """Setups with their parameters."""
    parts = []
    for setup in found:
        inner = "".join(parameter(*row) for row in world.parameters(setup.id))
        head = element("setup_id", setup.id) + element("flow_id", setup.flow_id)
        parts.append(f"<oml:setup>{head}{inner}</oml:setup>\n")
    return document("setups", parts)


def setup(world, one):
    """A single setup."""
    head = element("setup_id", one.id) + element("flow_id", one.flow_id)
    return document(
        "setup_parameters", [head, *(parameter(*r) for r in world.parameters(one.id))]
    )


def runs(world, found):
    """Runs, those that failed among them."""
    parts = []
    for run in found:
        fields = {
            "run_id": run.id,
            "task_id": run.task_id,
            "task_type_id": world.tasks[run.task_id].type_id,
            "setup_id": run.setup_id,
            "flow_id": world.setups[run.setup_id].flow_id,
            "uploader": run.uploader,
            "upload_time": run.time,
            "error_message": run.error,
        }
        inner = "".join(element(name, value) for name, value in fields.items())
        parts.append(f"<oml:run>{inner}</oml:run>\n")
    return document("runs", parts)


def trace(run_id, rows):
    """What a run of a search tried."""
    parts = [element("run_id", run_id)]
    for repeat, fold, iteration, texts, evaluation in rows:
        setup = json.dumps({f"parameter_{name}": text for name, text in texts.items()})
        fields = {
            "repeat": repeat,
            "fold": fold,
            "iteration": iteration,
            "setup_string": setup,
            "evaluation": evaluation,
            "selected": "false",
        }
        inner = "".join(element(name, value) for name, value in fields.items())
        parts.append(f"<oml:trace_iteration>{inner}</oml:trace_iteration>\n")
    return document("trace", parts)


def tasks(world, found):
    """Tasks with their inputs and the basic qualities of their datasets."""
    parts = []
    for task in found:
        dataset = world.datasets[task.dataset_id]
        fields = {
            "task_id": task.id,
            "task_type_id": task.type_id,
            "task_type": TASK_TYPES[task.type_id],
            "did": task.dataset_id,
            "name": dataset.name,
            "status": "active",
            "format": "ARFF",
        }
        inputs = {
            "source_data": task.dataset_id,
            "target_feature": task.target,
            "estimation_procedure": task.procedure,
            "evaluation_measures": task.measure,
        }
        inner = [element(name, value) for name, value in fields.items()]
        inner += [
            f'<oml:input name="{name}">{escape(str(value))}</oml:input>'
            for name, value in inputs.items()
        ]
        inner += [
            f'<oml:quality name="{name}">{dataset.qualities[name]}</oml:quality>'
            for name in BASIC
            if name in dataset.qualities
        ]
        parts.append(f"<oml:task>{''.join(inner)}</oml:task>\n")
    return document("tasks", parts)


def task(one, base):
    """A single task."""
    url = f"{base}/api_splits/get/{one.id}/Task_{one.id}_splits.arff"
    return document(
        "task",
        [
            element("task_id", one.id),
            element("task_name", f"Task {one.id}"),
            element("task_type_id", one.type_id),
            element("task_type", TASK_TYPES[one.type_id]),
            f'<oml:input name="source_data"><oml:data_set>'
            f"{element('data_set_id', one.dataset_id)}{element('target_feature', one.target)}"
            "</oml:data_set></oml:input>",
            '<oml:input name="estimation_procedure"><oml:estimation_procedure>'
            f"{element('id', one.procedure)}{element('type', 'crossvalidation')}"
            f"{element('data_splits_url', url)}"
            '<oml:parameter name="number_repeats">1</oml:parameter>'
            '<oml:parameter name="number_folds">10</oml:parameter>'
            '<oml:parameter name="percentage"></oml:parameter>'
            '<oml:parameter name="stratified_sampling">true</oml:parameter>'
            "</oml:estimation_procedure></oml:input>",
            '<oml:input name="evaluation_measures"><oml:evaluation_measures>'
            f"{element('evaluation_measure', one.measure)}"
            "</oml:evaluation_measures></oml:input>",
        ],
    )


def procedures():
    """How tasks are resampled."""
    parts = []
    for number, (type_id, name) in PROCEDURES.items():
        fields = {"id": number, "ttid": type_id, "name": name, "type": "crossvalidation"}
        inner = "".join(element(key, value) for key, value in fields.items())
        parts.append(f"<oml:estimationprocedure>{inner}</oml:estimationprocedure>\n")
    return document("estimationprocedures", parts)


def study(one, world):
    """A suite of tasks."""
    data = dict.fromkeys(world.tasks[number].dataset_id for number in one.task_ids)
    return document(
        "study",
        [
            element("id", one.id),
            element("alias", one.alias),
            element("main_entity_type", "task"),
            element("name", one.name),
            element("description", "made up for tests"),
            element("status", "active"),
            element("creation_date", "2020-01-01 00:00:00"),
            element("creator", 1),
            f"<oml:data>{''.join(element('data_id', d) for d in data)}</oml:data>\n",
            f"<oml:tasks>{''.join(element('task_id', t) for t in one.task_ids)}</oml:tasks>\n",
        ],
    )


def dataset(one, base):
    """Description of a dataset."""
    fields = {
        "id": one.id,
        "name": one.name,
        "version": one.version,
        "description": "made up for tests",
        "format": "ARFF",
        "upload_date": "2020-01-01T00:00:00",
        "licence": one.licence,
        "url": f"{base}/data/v1/download/{one.id}/{one.name}.arff",
    }
    if one.parquet:
        fields["parquet_url"] = f"{base}/datasets/{one.id:04d}/dataset_{one.id}.pq"
    fields |= {
        "file_id": one.id,
        "default_target_attribute": one.target,
        "visibility": "public",
        "status": "active",
        "md5_checksum": one.md5,
    }
    return document(
        "data_set_description", [element(name, value) for name, value in fields.items()]
    )


def features(one):
    """Columns of a dataset."""
    parts = []
    for place, (name, kind, values) in enumerate(one.features):
        fields = [element("index", place), element("name", name), element("data_type", kind)]
        fields += [element("nominal_value", value) for value in values]
        fields += [
            element("is_target", str(name == one.target).lower()),
            element("is_ignore", "false"),
            element("is_row_identifier", "false"),
            element("number_of_missing_values", 0),
        ]
        parts.append(f"<oml:feature>{''.join(fields)}</oml:feature>\n")
    return document("data_features", parts)


def qualities(one):
    """Meta-features of a dataset, an empty element where one is undefined."""
    parts = [
        f"<oml:quality>{element('name', name)}{element('value', value)}</oml:quality>\n"
        for name, value in one.qualities.items()
    ]
    return document("data_qualities", parts)


def flow(world, flow_id, root=True):
    """A flow and its parts, nested."""
    one = world.flows[flow_id]
    fields = {
        "id": one.id,
        "uploader": 1,
        "name": one.name,
        "version": one.version,
        "external_version": one.external_version,
        "description": "made up for tests",
        "upload_date": "2020-01-01T00:00:00",
        "language": "English",
        "dependencies": "",
    }
    inner = "".join(element(name, value) for name, value in fields.items())
    for given in one.inputs:
        inner += (
            f"<oml:parameter>{element('name', given.name)}"
            f"{element('data_type', given.data_type)}{element('default_value', given.default)}"
            "<oml:description></oml:description></oml:parameter>\n"
        )
    for identifier, part in one.components:
        body = flow(world, part, root=False)
        inner += f"<oml:component>{element('identifier', identifier)}{body}</oml:component>\n"
    if root:
        return document("flow", [inner])
    return f"<oml:flow {XMLNS}>{inner}</oml:flow>"


def users(numbers):
    """Names of uploaders."""
    named = {number: USERS.get(number, f"user {number}") for number in numbers}
    parts = [
        f"<oml:user>{element('id', number)}{element('username', name)}</oml:user>"
        for number, name in named.items()
    ]
    return document("users", parts)


def measures(names):
    """Names of measures."""
    inner = "".join(element("measure", name) for name in names)
    return document("evaluation_measures", [f"<oml:measures>{inner}</oml:measures>"])


def splits(one, n_rows):
    """Ten folds in one repeat, as ARFF."""
    lines = [
        f"@RELATION splits_{one.id}",
        "@ATTRIBUTE type {TRAIN,TEST}",
        "@ATTRIBUTE rowid INTEGER",
        "@ATTRIBUTE repeat INTEGER",
        "@ATTRIBUTE fold INTEGER",
        "@DATA",
    ]
    for fold in range(10):
        lines += [
            f"{'TEST' if row % 10 == fold else 'TRAIN'},{row},0,{fold}" for row in range(n_rows)
        ]
    return ("\n".join(lines) + "\n").encode()
