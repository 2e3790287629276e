"""Describe the tasks of a base by today's meta-features, and fit its models to them.

    python data/runs/describe_again.py --corpus build/corpus --base data/knowledge

What was evaluated stays as it is; so do the models of size and memory. Needed where the
extractor's version changed and nothing else did; `make knowledge` does it by itself.
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

import pandas as pd

from warmstart.datasets.load import load_dataset
from warmstart.metadataset.metadataset import MetaDataset
from warmstart.metafeatures.extract import metafeatures_of
from warmstart.metafeatures.registry import extractor_version
from warmstart.recommend.recommender import Recommender


def described(corpus: Path, tasks: pd.Index) -> pd.DataFrame:
    """Default meta-features of these tasks, from their tables."""
    listed = pd.read_csv(corpus / "tasks.csv").set_index("task_id")
    found = {}
    for task in tasks:
        row = listed.loc[task]
        dataset = load_dataset(
            corpus / row["path"], target=row["target"], task_type=row["task_type"]
        )
        found[task] = metafeatures_of(dataset)
    return pd.DataFrame.from_dict(found, orient="index")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--corpus", type=Path, required=True)
    parser.add_argument("--base", type=Path, required=True)
    chosen = parser.parse_args()
    old = Recommender.load(chosen.base)
    md = MetaDataset.open(chosen.base)
    new = described(chosen.corpus, md.tasks.index)
    # Columns keep their order: the default groups may have gained or lost some.
    order = [name for name in md.metafeatures.columns if name in new]
    new = new[[*order, *(name for name in new if name not in order)]]
    md = replace(md.describe(new), info={**md.info, "extractor_version": extractor_version()})
    recommender = Recommender().fit(replace(md, _measured=None))
    recommender.store.resource_models = old.store.resources()
    recommender.save(chosen.base)
    print(f"{chosen.base}: {len(md)} tasks described by extractor {extractor_version()}")


if __name__ == "__main__":
    main()
