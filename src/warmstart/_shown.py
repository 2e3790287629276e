"""How answers show themselves: functions of the rooms above, found by name when asked for.

An answer is a value of a low room; its table, pages and plots are drawn by rooms that know
of answers, as :mod:`warmstart.report` and :mod:`warmstart.evaluate` do. They are named here
once, so that a method such as ``Suggestions.plot`` is one line and nothing imports upwards.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

_SHOWN = {
    "suggestions_text": "warmstart.report.text:suggestions_text",
    "suggestion_line": "warmstart.report.text:suggestion_line",
    "search_text": "warmstart.report.text:search_text",
    "metadataset_text": "warmstart.report.text:metadataset_text",
    "suggestions_html": "warmstart.report.page.html:suggestions_html",
    "text_html": "warmstart.report.page.html:text_html",
    "write_page": "warmstart.report.page.page:write_page",
    "plot_suggestions": "warmstart.report.plots:plot_suggestions",
    "plot_search": "warmstart.report.plots:plot_search",
    "plot_base": "warmstart.report.base.base_plots:plot_base",
    "seed": "warmstart.downstream.dispatch:seed",
    "resume": "warmstart.knowledge.api:resume",
    "cross_validate": "warmstart.evaluate.leaderboard:cross_validate",
}
"""Name to ``module:function``."""


def shown(name: str) -> Callable[..., Any]:
    """The function that shows something; its module is loaded now, not before.

    Examples
    --------
    >>> shown("suggestion_line").__module__
    'warmstart.report.text'
    """
    module, _, function = _SHOWN[name].partition(":")
    found: Callable[..., Any] = getattr(import_module(module), function)
    return found
