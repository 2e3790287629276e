"""How the documentation is built: ``make docs``."""

from importlib.metadata import version as version_of

project = "warmstart"
author = "the warmstart developers"
copyright = "the warmstart developers"
release = version = version_of("warmstart")

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "sphinx.ext.mathjax",
    "sphinx_copybutton",
]
myst_enable_extensions = ["dollarmath", "colon_fence", "deflist"]
myst_heading_anchors = 3
exclude_patterns = ["_build"]
napoleon_google_docstring = False
autodoc_typehints = "signature"
autodoc_member_order = "bysource"
# Names such as `warmstart.histories` are explained where they stand, not all of them here.
suppress_warnings = ["myst.header"]
copybutton_prompt_text = r">>> |\.\.\. |\$ "
copybutton_prompt_is_regexp = True

html_theme = "furo"
html_title = "warmstart"


def _write_tables(*_: object) -> None:
    """Tables that the code itself is the source of."""
    from pathlib import Path

    from warmstart.metafeatures.catalogue import catalogue, counterparts

    folder = Path(__file__).parent / "_build" / "tables"
    folder.mkdir(parents=True, exist_ok=True)
    for name, table in (("metafeatures", catalogue()), ("counterparts", counterparts())):
        table.to_csv(folder / f"{name}.csv", index=False)


def _write_defaults(*_: object) -> None:
    """Better defaults and ranges, from the base that is embedded now."""
    from pathlib import Path

    from warmstart import MetaDataset
    from warmstart.evaluate.guide.learner_guide import learner_guides
    from warmstart.knowledge.base import embedded_path
    from warmstart.report.base.guide_pages import write_pages

    guides = learner_guides(MetaDataset.open(embedded_path()))
    write_pages(Path(__file__).parent / "defaults" / "learners", guides)


def setup(app: object) -> None:
    """Have the tables written before they are read."""
    for write in (_write_tables, _write_defaults):
        app.connect("builder-inited", write)  # type: ignore[attr-defined]
