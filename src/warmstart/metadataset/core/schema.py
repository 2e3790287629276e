"""The fixed Arrow schemas of a meta-dataset on disk, and their version."""

import pyarrow as pa

from warmstart.metrics import METRICS

SCHEMA_VERSION = 1


def _schema(*fields: pa.Field) -> pa.Schema:
    return pa.schema(fields, metadata={b"warmstart.schema_version": b"%d" % SCHEMA_VERSION})


def _required(name: str, kind: pa.DataType) -> pa.Field:
    return pa.field(name, kind, nullable=False)


TASKS = _schema(
    _required("task_id", pa.string()),
    _required("name", pa.string()),
    _required("family", pa.string()),
    _required("task_type", pa.string()),
    _required("metric_default", pa.string()),
    pa.field("n_rows", pa.int64()),
    pa.field("n_columns", pa.int64()),
    pa.field("n_classes", pa.int64()),
    pa.field("source", pa.string()),
    pa.field("source_id", pa.string()),
    pa.field("fingerprint", pa.string()),
    pa.field("description", pa.string()),
)

TASKS_RESAMPLED = TASKS.append(pa.field("resampling", pa.string())).append(
    pa.field("max_rows", pa.int64())
)
"""Where rows of some tasks are held out by groups or by time (null is at random), or more of
them are used than 2,000 (null)."""

CONFIGURATIONS = _schema(
    _required("configuration_id", pa.string()),
    _required("space", pa.string()),
    _required("learner", pa.string()),
    # JSON with sorted keys: typed, canonical, only active hyperparameters.
    _required("values", pa.string()),
)

EVALUATIONS = _schema(
    _required("task_id", pa.string()),
    _required("configuration_id", pa.string()),
    _required("metric", pa.string()),
    pa.field("score", pa.float64()),
    pa.field("score_std", pa.float64()),
    pa.field("n_folds", pa.int32()),
    pa.field("cost_s", pa.float64()),
    pa.field("predict_cost_s", pa.float64()),
    _required("status", pa.string()),
    pa.field("budget", pa.float64()),
    pa.field("seed", pa.int64()),
    pa.field("sampler", pa.string()),
    pa.field("timestamp", pa.string()),
    _required("source_run_id", pa.string()),
)

_RUN = (
    _required("task_id", pa.string()),
    _required("configuration_id", pa.string()),
    # Rows of the table that were used, at most those that the protocol allows; 0 where a
    # run of another tool does not say.
    _required("rows", pa.int64()),
)

RUNS = _schema(
    *_RUN,
    _required("status", pa.string()),
    pa.field("peak_memory_mb", pa.float32()),
    pa.field("model_bytes", pa.int64()),
    pa.field("timestamp", pa.string()),
    pa.field("error", pa.string()),
)

CURVES = _schema(
    *_RUN,
    _required("metric", pa.string()),
    # What the budget counts: "iterations", "rows", "folds" or "epochs".
    _required("kind", pa.string()),
    _required("budget", pa.float64()),
    pa.field("score", pa.float64()),
    # Seconds of a fit with this budget, or from the beginning of a run of another tool.
    pa.field("cost_s", pa.float64()),
    # Which run of another tool it is of; null for those made here, one a configuration.
    pa.field("source", pa.string()),
    pa.field("source_run_id", pa.string()),
)


def folds_schema(metrics: list[str]) -> pa.Schema:
    """One row a fold of a run, one column a metric: score, higher is better."""
    return _schema(
        *_RUN,
        _required("fold", pa.int16()),
        pa.field("n_train", pa.int32()),
        pa.field("n_test", pa.int32()),
        pa.field("fit_s", pa.float32()),
        pa.field("predict_s", pa.float32()),
        *(pa.field(name, pa.float32()) for name in metrics),
    )


MEASURED = {"runs": RUNS, "folds": folds_schema(sorted(METRICS)), "curves": CURVES}
"""Optional tables of a history that was made here, see
:mod:`warmstart.metadataset.storage.measured`."""


def metafeatures_schema(names: list[str], extractor_version: str) -> pa.Schema:
    """One float column a meta-feature; the extractor's version in the metadata."""
    schema = _schema(
        _required("task_id", pa.string()), *(pa.field(name, pa.float64()) for name in names)
    )
    return schema.with_metadata(
        {**schema.metadata, b"warmstart.extractor_version": extractor_version.encode()}
    )
