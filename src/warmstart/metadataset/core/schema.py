"""The fixed Arrow schemas of a meta-dataset on disk, and their version."""

import pyarrow as pa

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


def metafeatures_schema(names: list[str], extractor_version: str) -> pa.Schema:
    """One float column a meta-feature; the extractor's version in the metadata."""
    schema = _schema(
        _required("task_id", pa.string()), *(pa.field(name, pa.float64()) for name in names)
    )
    return schema.with_metadata(
        {**schema.metadata, b"warmstart.extractor_version": extractor_version.encode()}
    )
