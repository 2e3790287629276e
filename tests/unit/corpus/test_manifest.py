import csv
import re
from collections import Counter
from pathlib import Path

import pytest
from corpus_tables.archives import load_packages
from corpus_tables.manifest import Entry, load_manifest

CORPUS = Path(__file__).parents[3] / "data" / "corpus"


@pytest.fixture(scope="module")
def entries() -> list[Entry]:
    return load_manifest(CORPUS / "manifest.csv")


def test_has_the_promised_number_of_families(entries):
    regression = {entry.family for entry in entries if entry.task_type == "regression"}
    classification = {entry.family for entry in entries} - regression
    assert len(classification) >= 240
    assert len(regression) >= 210


def test_tables_with_groups_or_times_are_of_the_corpus(entries):
    with (CORPUS / "resampled.csv").open(encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    known = {entry.task_id: entry for entry in entries}
    assert {row["task_id"] for row in rows} <= set(known)
    assert len({known[row["task_id"]].family for row in rows}) == len(rows) >= 100
    for row in rows:
        entry, named = known[row["task_id"]], {row["groups"], row["time"]} - {""}
        assert named
        assert not named & {entry.target, *entry.drop}


def test_ids_and_families_are_unique_slugs(entries):
    for values in ([e.task_id for e in entries], [e.family for e in entries]):
        assert max(Counter(values).values()) == 1
        assert not [v for v in values if not re.fullmatch(r"[a-z0-9][a-z0-9.-]*[a-z0-9]", v)]


def test_targets_are_never_dropped(entries):
    assert not [entry.task_id for entry in entries if entry.target in entry.drop]


def test_every_package_is_pinned_and_used(entries):
    packages = load_packages(CORPUS / "packages.csv")
    assert {entry.package for entry in entries} == set(packages)
    for package in packages.values():
        assert re.fullmatch(r"[0-9a-f]{64}", package.sha256)
        assert package.kind in {"wheel", "sdist", "deb"}
        assert package.licence


def test_a_family_twice_is_refused(tmp_path):
    lines = (CORPUS / "manifest.csv").read_text(encoding="utf-8").splitlines()
    twice = tmp_path / "manifest.csv"
    twice.write_text("\n".join([*lines[:2], lines[1].replace("keel-", "other-", 1)]))
    with pytest.raises(ValueError, match=r"family .* occurs more than once"):
        load_manifest(twice)


def test_an_unknown_format_is_refused(tmp_path):
    header, line = (CORPUS / "manifest.csv").read_text(encoding="utf-8").splitlines()[:2]
    wrong = tmp_path / "manifest.csv"
    wrong.write_text(f"{header}\n{line.replace(',keel,', ',pickle,')}\n")
    with pytest.raises(ValueError, match="format is 'pickle'"):
        load_manifest(wrong)
