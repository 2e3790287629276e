"""Learn sizes and memory of fitted models from recorded runs, for a base that lacks them.

    warmstart build publish build/kb/rows-2000 build/kb/recorded
    python data/runs/resources.py build/kb/recorded data/knowledge

A base made of runs that recorded them learns both by itself when it is saved.
"""

import argparse
from pathlib import Path

from warmstart.metadataset.metadataset import MetaDataset
from warmstart.recommend.store.resources import FILE, resources_of, write_resources


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("recorded", type=Path, help="meta-dataset of the runs")
    parser.add_argument("knowledge", type=Path, help="base whose folder of models it goes to")
    args = parser.parse_args()
    models = resources_of(MetaDataset.open(args.recorded))
    write_resources(models, args.knowledge / "models" / FILE)
    for name, model in models.items():
        runs = sum(one.n_runs for one in model.learners_.values())
        print(f"{name}: {runs:,} runs of {len(model.learners_)} learners")


if __name__ == "__main__":
    main()
