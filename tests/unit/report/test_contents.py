"""What a meta-dataset holds, in words."""

import pandas as pd

from warmstart.metadataset.metadataset import MetaDataset
from warmstart.report.contents import contents


def test_what_merging_and_importing_noted_is_shown():
    one, other = (
        MetaDataset.from_matrix(pd.DataFrame({"a": [score]}, index=["t"]))
        for score in (0.5, 0.9)
    )
    (note,) = contents(one.merge(other))["notes"]
    assert "1 score is a mean" in note
    assert "notes" not in contents(one)
