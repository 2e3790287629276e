"""What is written of a base: JSON that keeps its schema, pages that follow the base.

Also of: report.base.guide_pages, report.base.portfolio_json, report.look_progress.
"""

import json

import jsonschema
import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

import warmstart
from warmstart.cli import app
from warmstart.evaluate.guide.learner_guide import learner_guides
from warmstart.knowledge.base import embedded_path
from warmstart.report.base.guide_pages import write_pages
from warmstart.report.base.portfolio_json import portfolio, portfolio_schema, write_portfolio


@pytest.fixture(scope="module")
def md():
    rng = np.random.default_rng(0)
    rows = []
    for task in range(7):
        for k in range(12):
            rate = float(np.exp(-6 + k / 2))
            rows.append((f"t{task}", rate, "a|b" if k % 2 else "c", rng.uniform()))
    frame = pd.DataFrame(rows, columns=["task", "rate", "how", "score"])
    return warmstart.MetaDataset.from_evaluations(
        frame, task="task", score="score", parameters=["rate", "how"]
    )


def test_json_obeys_its_schema(md, tmp_path):
    guides = list(learner_guides(md))
    schema_at = write_portfolio(tmp_path / "portfolio.json", md, guides)
    found = json.loads((tmp_path / "portfolio.json").read_text("utf-8"))
    schema = json.loads(schema_at.read_text("utf-8"))
    assert schema_at.name == "portfolio.schema.json"
    assert schema == portfolio_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.Draft202012Validator(schema).validate(found)
    named = {c for e in found["entries"] for d in e["defaults"] for c in d["configuration_ids"]}
    assert named == set(found["configurations"])
    assert sorted(p.name for p in tmp_path.iterdir()) == [
        "portfolio.json",
        "portfolio.schema.json",
    ]


def test_schema_refuses_what_is_missing(md):
    found = portfolio(md, list(learner_guides(md)))
    del found["entries"][0]["ranges"][0]["held_out"]
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(found, portfolio_schema())


def test_embedded_base_for_one_metric():
    md = warmstart.MetaDataset.open(embedded_path())
    guides = list(learner_guides(md, metrics=["roc_auc"], learners=["ridge", "lda"]))
    jsonschema.validate(portfolio(md, guides), portfolio_schema())
    assert {g.learner for g in guides} == {"lda"}


def test_pages_follow_the_base(md, tmp_path):
    (tmp_path / "mine.md").write_text("# my own", "utf-8")
    guides = list(learner_guides(md))
    first = write_pages(tmp_path, guides)
    assert first[0].name == "overview.md"
    text = first[1].read_text("utf-8")
    assert "a\\|b" in text  # a cell ends where the table says
    assert "±" in text
    (tmp_path / "overview.md").rename(tmp_path / "gone.md")
    write_pages(tmp_path, guides)
    assert not (tmp_path / "gone.md").exists()
    assert (tmp_path / "mine.md").exists()


class TestCommand:
    def run(self, *words):
        return CliRunner().invoke(app, list(words))

    def test_json_and_pages(self, md, tmp_path):
        md.save(tmp_path / "md")
        base = ["knowledge", "--knowledge", str(tmp_path / "md"), "--export"]
        told = self.run(*base, str(tmp_path / "p.json"), "--json")
        assert told.exit_code == 0, told.output
        assert json.loads(told.output)["paths"][1].endswith("p.schema.json")
        told = self.run(*base, str(tmp_path / "pages"))
        assert told.exit_code == 0, told.output
        assert (tmp_path / "pages" / "overview.md").exists()

    def test_neither(self, md, tmp_path):
        md.save(tmp_path / "md")
        told = self.run(
            "knowledge", "--knowledge", str(tmp_path / "md"), "--export", "portfolio.csv"
        )
        assert told.exit_code == 2
        assert "FILE.json or a folder" in told.output

    def test_too_few(self, tmp_path):
        small = warmstart.MetaDataset.from_matrix(pd.DataFrame(np.eye(3)))
        small.save(tmp_path / "md")
        told = self.run(
            "knowledge", "--knowledge", str(tmp_path / "md"), "--export", str(tmp_path / "x")
        )
        assert told.exit_code == 2
        assert "nothing to export" in told.output
