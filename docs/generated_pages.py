"""Pages that the code itself is the source of: written before Sphinx reads."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

HERE = Path(__file__).parent

NAMES = {
    "ax": "Ax", "botorch": "BoTorch", "flaml": "FLAML", "hyperopt": "Hyperopt",
    "nevergrad": "Nevergrad", "optuna": "Optuna", "points": "Any other tuner",
    "ray": "Ray Tune", "skopt": "scikit-optimize", "smac": "SMAC3", "syne_tune": "Syne Tune",
    "sklearn": "scikit-learn", "mlflow": "MLflow", "wandb": "Weights & Biases",
    "table": "A CSV or Parquet table",
}  # fmt: skip
SOURCES = ("optuna", "mlflow", "ray", "smac", "sklearn", "wandb", "flaml", "table")

TUNER = """# {title}

`suggestions.seed(target)` finds {title} by what `target` is; by name it is
`warmstart.downstream.{name}.seed(suggestions, …)`. The report it returns lists what was
accepted, changed and dropped, and why; `policy="strict"` refuses where a point would have to
be changed.

```{{eval-rst}}
.. autofunction:: {module}.seed
```

[All tuners](../tuners.md) · [seeding on a cluster](../questions/cluster.md)
"""

SOURCE = """# {title}

```{{eval-rst}}
.. autofunction:: {module}.read
```

Several histories become one base by {{meth}}`warmstart.MetaDataset.from_histories`; on the
command line by `warmstart import {name} … --out mine`, again and again: what was imported
before is not counted twice.

[All sources](../sources.md) · [transfer from my studies](../questions/transfer.md)
"""


def write_tuners_and_sources(*_: object) -> None:
    """One page a tuner, one a source, from their docstrings."""
    from warmstart.downstream import TUNERS

    _write("tuners", TUNER, {name: f"warmstart.downstream.adapters.{name}" for name in TUNERS})
    _write("sources", SOURCE, {name: f"warmstart.histories.{name}" for name in SOURCES})


def _write(folder: str, text: str, modules: dict[str, str]) -> None:
    place = HERE / "howto" / folder
    place.mkdir(parents=True, exist_ok=True)
    for old in place.glob("*.md"):
        if old.stem not in modules:
            old.unlink()
    for name, module in modules.items():
        import_module(module)  # a page of what is not there is a mistake
        title = NAMES.get(name, name.replace("_", " "))
        page = text.format(title=title, name=name, module=module)
        (place / f"{name}.md").write_text(page, "utf-8")


def write_tables(*_: object) -> None:
    """The catalogue of meta-features, their groups, and their names elsewhere."""
    from warmstart.metafeatures.catalogue import (
        SYMBOLS,
        catalogue,
        counterparts,
        coverage,
        group_table,
    )

    folder = HERE / "_build" / "tables"
    folder.mkdir(parents=True, exist_ok=True)
    listed = catalogue()
    # As code: bars and underscores mean something in a page.
    listed["formula"] = "``" + listed["formula"] + "``"
    tables = {
        "metafeatures": listed,
        "groups": group_table(),
        "counterparts": counterparts(),
        "coverage": coverage(),
    }
    for name, table in tables.items():
        table.to_csv(folder / f"{name}.csv", index=False)
    (folder / "symbols.txt").write_text(f"In the formulas: {SYMBOLS}.\n", "utf-8")


def write_defaults(*_: object) -> None:
    """Better defaults and ranges, from the base that is embedded now."""
    from warmstart import MetaDataset
    from warmstart.evaluate.guide.learner_guide import learner_guides
    from warmstart.knowledge.base import embedded_path
    from warmstart.report.base.guide_pages import write_pages

    guides = learner_guides(MetaDataset.open(embedded_path()))
    write_pages(HERE / "defaults" / "learners", guides)
