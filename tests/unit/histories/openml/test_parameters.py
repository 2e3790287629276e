"""Stored hyperparameters of scikit-learn, mlr and Weka as typed, canonical values.

Also of: histories.openml.dialects, histories.openml.measures, histories.openml.rows.
"""

import csv
import dataclasses
import json
import threading
import xml.etree.ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.extra_data import FOLDER, needs

from warmstart.histories.openml import xml
from warmstart.histories.openml.dialects import dialect_of, typed
from warmstart.histories.openml.flows import read_flow
from warmstart.histories.openml.measures import HIGHER_IS_BETTER, sign
from warmstart.histories.openml.parameters import Canonical
from warmstart.histories.openml.rows import Definition

LETTERS = "ab10.-+e\"'{}[],:é"
NS = 'xmlns:oml="http://openml.org/openml"'


def flow_xml(number, name, parameters=(), components="", version=1):
    inner = "".join(
        f"<oml:parameter><oml:name>{n}</oml:name><oml:data_type>{t}</oml:data_type>"
        f"<oml:default_value>{d}</oml:default_value></oml:parameter>"
        for n, t, d in parameters
    )
    return (
        f"<oml:flow {NS}><oml:id>{number}</oml:id><oml:name>{name}</oml:name>"
        f"<oml:version>{version}</oml:version><oml:external_version>x</oml:external_version>"
        f"{inner}{components}</oml:flow>"
    )


def component(identifier, flow):
    return f"<oml:component><oml:identifier>{identifier}</oml:identifier>{flow}</oml:component>"


def canonical(text):
    return Canonical(read_flow(ET.fromstring(text)))


def point(canonical, stored):
    """Values and id of stored (flow id, name, text) triples."""
    definitions = {
        number: Definition(number, flow_id, f"full_{name}", name, "", "")
        for number, (flow_id, name, _) in enumerate(stored)
    }
    texts = {number: text for number, (_, _, text) in enumerate(stored)}
    found = canonical.configuration(texts, definitions)
    return json.loads(found.text), found


IMPUTER = "sklearn.impute.SimpleImputer"
PIPELINE = flow_xml(
    1,
    "sklearn.pipeline.Pipeline(a=x,b=y,c=z)",
    [("steps", "", ""), ("memory", "", "null")],
    component("a", flow_xml(2, IMPUTER, [("strategy", "", '"mean"')]))
    + component("b", flow_xml(3, IMPUTER, [("strategy", "", '"mean"')], version=2))
    + component(
        "svc",
        flow_xml(
            4,
            "sklearn.svm.classes.SVC",
            [("C", "", "1.0"), ("gamma", "", '"auto"'), ("random_state", "", "null")],
        ),
    ),
)


def test_scikit_learn():
    values, found = point(
        canonical(PIPELINE),
        [
            (
                1,
                "steps",
                '[{"oml-python:serialized_object": "component_reference", "value": 1}]',
            ),
            (2, "strategy", '"median"'),
            (3, "strategy", '"most_frequent"'),
            (4, "gamma", "0.125"),
            (4, "random_state", "42"),
        ],
    )
    assert values == {
        "a__strategy": "median",  # two parts of one class stay apart
        "b__strategy": "most_frequent",
        "svc__C": 1.0,  # not stored: the flow's default
        "svc__gamma": 0.125,
    }
    assert found.unparsed == ()


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("null", None),
        ("true", True),
        ("1", 1),
        ("1.0", 1.0),
        ('"rbf"', "rbf"),
        ("[0, 1]", "[0,1]"),
        ('{"oml-python:serialized_object": "type", "value": "np.float64"}', "np.float64"),
        ("NaN", "nan"),
        ("1e400", "inf"),
    ],
)
def test_values_of_scikit_learn(text, value):
    values, _ = point(canonical(PIPELINE), [(4, "C", text)])
    assert values["svc__C"] == value
    assert type(values["svc__C"]) is type(value)


def test_what_is_no_json_stays_text_and_is_told():
    values, found = point(canonical(PIPELINE), [(4, "C", "RBF(length_scale=1)")])
    assert values["svc__C"] == "RBF(length_scale=1)"
    assert found.unparsed == ("svc__C",)


def test_seeds_and_threads_change_no_configuration():
    reader = canonical(PIPELINE)
    same = {
        point(reader, [(4, "C", "2.0"), (4, "random_state", seed)])[1].configuration_id
        for seed in ("1", "2", "null")
    }
    other = point(reader, [(4, "C", "2.5")])[1].configuration_id
    assert len(same) == 1
    assert other not in same


def test_the_version_of_a_flow_does_not_change_an_id():
    texts = [flow_xml(n, "weka.J48", [("C", "option", "0.25")], version=n) for n in (1, 2)]
    ids = {
        point(canonical(text), [(n, "C", "0.5")])[1].configuration_id
        for n, text in zip((1, 2), texts, strict=True)
    }
    assert len(ids) == 1


def test_a_part_used_twice_is_named_twice():
    part = flow_xml(5, IMPUTER, [("strategy", "", "")])
    text = flow_xml(1, "sklearn.x", (), component("left", part) + component("right", part))
    values, _ = point(canonical(text), [(5, "strategy", '"mean"')])
    assert values == {"left|right__strategy": "mean"}


RPART = flow_xml(
    7,
    "mlr.classif.rpart",
    [
        ("cp", "numeric", ""),
        ("maxdepth", "integer", ""),
        ("minbucket", "integer", ""),
        ("parms", "untyped", ""),
        ("openml.seed", "discrete", "1"),
        ("usesurrogate", "logical", ""),
    ],
)


def test_mlr():
    values, found = point(
        canonical(RPART),
        [
            (7, "cp", "1"),
            (7, "minbucket", "12"),
            (7, "openml.seed", "99"),
            (7, "usesurrogate", "FALSE"),
            (7, "parms", "list(split = 1)"),
        ],
    )
    assert values == {
        "cp": 1.0,
        "maxdepth": 30,  # only what differs from R's default is stored
        "minbucket": 12,
        "usesurrogate": False,
        "parms": "list(split = 1)",
    }
    assert type(values["cp"]) is float
    assert found.unparsed == ()
    _, odd = point(canonical(RPART), [(7, "cp", "c(0.1, 0.2)"), (7, "usesurrogate", "yes")])
    assert odd.unparsed == ("cp", "usesurrogate")


def test_weka():
    text = flow_xml(
        8,
        "weka.J48",
        [
            ("C", "option", "0.25"),
            ("M", "option", "2"),
            ("S", "flag", "false"),
            ("Q", "option", "1"),
            ("output-debug-info", "flag", "false"),
        ],
    )
    values, _ = point(canonical(text), [(8, "C", "0.9"), (8, "S", "true"), (8, "Q", "5")])
    # As a flag S is subtree raising, not a seed; Q is the seed.
    assert values == {"C": 0.9, "M": 2, "S": True}


@pytest.mark.parametrize(
    ("name", "dialect"),
    [
        ("sklearn.svm.classes.SVC", "sklearn"),
        ("mlr.classif.ranger", "mlr"),
        ("weka.SMO_PolyKernel", "weka"),
        ("moa.HoeffdingTree", "other"),
    ],
)
def test_dialects(name, dialect):
    assert dialect_of(name) == dialect


@given(
    st.dictionaries(
        st.sampled_from(["C", "gamma", "kernel", "degree"]),
        st.one_of(
            st.none(), st.booleans(), st.integers(), st.text(LETTERS, max_size=5),
            st.floats(allow_nan=False, allow_infinity=False),
        ),
    )
)  # fmt: skip
def test_the_order_of_parameters_changes_nothing(values):
    stored = [(4, name, json.dumps(value)) for name, value in values.items()]
    forwards, one = point(canonical(PIPELINE), stored)
    _, other = point(canonical(PIPELINE), stored[::-1])
    assert one == other
    for name, value in values.items():
        assert forwards[f"svc__{name}"] == value
        assert type(forwards[f"svc__{name}"]) is type(value)


@given(
    st.text(LETTERS, max_size=30),
    st.sampled_from(["numeric", "integer", "logical", "flag", "x", ""]),
)
def test_any_text_gives_a_plain_value(text, data_type):
    for dialect in ("sklearn", "mlr", "weka", "other"):
        value, known = typed(dialect, data_type, text)
        assert known or value == text


def test_directions_of_measures():
    assert sign("kappa") == 1
    assert sign("usercpu_time_millis") == -1
    assert all(sign(name) in (1, -1) for name in HIGHER_IS_BETTER)


@needs("openml_replies")
def test_recorded_flows_and_setups():
    """What real servers said of mlr and Weka."""
    folder = FOLDER / "openml_replies"
    with (folder / "INDEX.csv").open(newline="") as lines:
        index = [row for row in csv.DictReader(lines) if int(row["bytes"])]
    flows = {}
    for row in index:
        if row["endpoint"] == "flow/{id}":
            root = ET.fromstring((folder / row["file"]).read_bytes().strip())
            flows[row["id"]] = read_flow(root)
    assert flows["16"].name == "mlr.classif.rpart"
    assert flows["16"].learner == "classif.rpart"
    assert flows["5270"].paths[5271] == ("randomForest",)
    for flow in flows.values():
        assert flow.paths[flow.flow_id] == ("",)
        assert all(part in flow.names for part, _ in flow.declared)
    [setup] = [row for row in index if row["endpoint"] == "setup/{id}"]
    root = ET.fromstring((folder / setup["file"]).read_bytes())
    known = {}
    stored = xml.stored_parameters(root, known)
    assert {known[n].name: text for n, text in stored.items()} == {"C": "0.9", "M": "2"}
    j48 = Canonical(read_flow(ET.fromstring(flow_xml(60, "weka.J48"))))
    assert json.loads(j48.configuration(stored, known).text) == {"C": 0.9, "M": 2}


def test_threads_that_share_a_flow_fill_in_all_defaults():
    """Whoever comes second while the first is still filling them in must not go without."""
    numbers = [("minsplit", "integer", ""), ("cp", "numeric", ""), ("maxdepth", "integer", "")]
    flow = read_flow(ET.fromstring(flow_xml(1, "mlr.classif.rpart", numbers)))
    at_work, go_on = threading.Event(), threading.Event()

    class Slow(dict):
        def items(self):
            first, *others = super().items()
            yield first
            at_work.set()
            go_on.wait(5)
            yield from others

    shared = Canonical(dataclasses.replace(flow, declared=Slow(flow.declared)))
    alone = Canonical(flow).configuration({}, {})
    first = threading.Thread(target=shared.configuration, args=({}, {}))
    first.start()
    at_work.wait(5)
    second = []
    other = threading.Thread(target=lambda: second.append(shared.configuration({}, {})))
    other.start()
    go_on.set()
    first.join()
    other.join()
    assert second == [alone]
