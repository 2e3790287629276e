"""How the documentation is built: ``make docs``."""

import sys
from importlib.metadata import version as version_of
from pathlib import Path

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


sys.path.insert(0, str(Path(__file__).parent))
from generated_pages import write_defaults, write_tables, write_tuners_and_sources  # noqa: E402


def setup(app: object) -> None:
    """Have the pages written that the code is the source of."""
    for write in (write_tables, write_tuners_and_sources, write_defaults):
        app.connect("builder-inited", write)  # type: ignore[attr-defined]
