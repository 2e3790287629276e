import math

import yaml
from hypothesis import given
from hypothesis import strategies as st

from warmstart.report.yaml_text import to_yaml

scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    # YAML readers refuse control characters and lone surrogates in any form.
    | st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]))
    | st.sampled_from(["yes", "1e-06", "null", "- a", "a: b", "#", "", "2020-01-01", "~"])
)
values = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text("abn: y#", max_size=5), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(values)
def test_a_yaml_reader_reads_the_same_values(value):
    assert yaml.safe_load(to_yaml(value)) == value


def test_small_numbers_stay_numbers():
    """YAML 1.1 reads 1e-06 as text."""
    assert to_yaml(1e-06) == "1.0e-06"
    assert yaml.safe_load(to_yaml([1e-06, 1e22, -2.5e-9])) == [1e-06, 1e22, -2.5e-9]
    assert math.isnan(yaml.safe_load(to_yaml(math.nan)))


def test_text_is_quoted_and_blocks_are_indented():
    text = to_yaml({"a": [{"b": 1, "c": ["x"]}, []], "y": {}, "d:e": "é"})
    assert text == "\n".join(
        ["a:", "- b: 1", "  c:", '  - "x"', "- []", '"y": {}', '"d:e": "é"']
    )
