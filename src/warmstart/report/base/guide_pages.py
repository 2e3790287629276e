"""Better defaults and ranges as Markdown, a page a learner."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

from warmstart.recommend.answer.ranges import NumberRange
from warmstart.report.base.portfolio_json import write_text

if TYPE_CHECKING:
    from warmstart.evaluate.guide.good_ranges import GoodRange
    from warmstart.evaluate.guide.learner_guide import LearnerGuide
    from warmstart.evaluate.guide.learner_scores import Estimate


def write_pages(folder: str | Path, guides: Iterable[LearnerGuide]) -> list[Path]:
    """Write a page for each learner and one that compares their single defaults.

    Parameters
    ----------
    folder : path
        Made where it is not there. Pages of learners that are no longer in the base are
        removed where this function wrote them.
    guides : iterable of LearnerGuide

    Returns
    -------
    list of Path
        ``overview.md`` first, then the learners by name.
    """
    folder = Path(folder)
    ordered = sorted(guides, key=lambda g: g.learner)
    texts = {"overview": overview(ordered)}
    for learner, own in groupby(ordered, key=lambda g: g.learner):
        texts[_file_name(learner)] = learner_page(learner, list(own))
    paths = []
    for name, text in texts.items():
        write_text(folder / f"{name}.md", text)
        paths.append(folder / f"{name}.md")
    for old in set(folder.glob("*.md")) - set(paths):
        if old.read_text("utf-8", errors="replace").startswith(_MARK):
            old.unlink()
    return paths


_BLANK = "\N{NO-BREAK SPACE}"
_MARK = "<!-- written by warmstart knowledge --export -->\n"


def overview(guides: Sequence[LearnerGuide]) -> str:
    """What one default of each learner loses, in each type of task's first metric."""
    lines = [_MARK, "# All learners at a glance", ""]
    by_type = sorted(guides, key=lambda g: g.task_type)
    for task_type, of_type in groupby(by_type, key=lambda g: g.task_type):
        own = list(of_type)
        metric = _first_metric(own)
        lines += [f"## {task_type}: {metric}", ""]
        rows = [
            (
                f"[{g.learner}]({_file_name(g.learner)}.md)",
                str(g.n_configurations),
                _plus_minus(g.defaults[0].loss),
                *(_regret(g, size) for size in (1, 3, 5)),
                _percent(g.defaults[0].stability),
                _most_important(g),
            )
            for g in own
            if g.metric == metric
        ]
        titles = (
            "learner", "tried", "score lost by one default", "regret of 1", "of 3", "of 5",
            "stable", "matters most",
        )  # fmt: skip
        lines += _table(titles, rows)
    return "\n".join(lines) + "\n"


def learner_page(learner: str, guides: Sequence[LearnerGuide]) -> str:
    """All that is said of one learner, by type of task and metric."""
    lines = [_MARK, f"# {learner}", ""]
    for task_type, of_type in groupby(guides, key=lambda g: g.task_type):
        for guide in of_type:
            lines += [f"## {task_type}: {guide.metric}", "", _basis(guide), ""]
            lines += _defaults(guide) + _ranges(guide)
    return "\n".join(lines) + "\n"


def _basis(guide: LearnerGuide) -> str:
    text = (
        f"{guide.n_configurations} configurations tried on {guide.n_tasks} tasks of "
        f"{guide.n_families} families."
    )
    if guide.importance is not None:
        text += (
            " What hyperparameters tell of the spread within a task: "
            f"{_plus_minus(guide.importance.explained)} of it."
        )
    return text


def _defaults(guide: LearnerGuide) -> list[str]:
    longest = max(guide.defaults, key=len)
    at = {len(one): one for one in guide.defaults}
    rows = []
    for place, one in enumerate(longest.configuration_ids, start=1):
        figures = at.get(place)
        rows.append(
            (
                str(place),
                _values(guide.learner, guide.configurations[one]),
                _plus_minus(figures.regret) if figures else "",
                _plus_minus(figures.loss) if figures else "",
            )
        )
    unit = " (target's standard deviations)" if guide.in_target_stds else ""
    titles = ("", "try in this order", "regret so far", f"score lost so far{unit}")
    first = _percent(guide.defaults[0].stability)
    return [
        *_table(titles, rows),
        f"The first one comes first on {first} of resampled sets of families.",
        "",
    ]


def _ranges(guide: LearnerGuide) -> list[str]:
    shares = {}
    if guide.importance is not None:
        shares = {one.hyperparameter: one.share for one in guide.importance.shares}
    known = {one.hyperparameter: one for one in guide.ranges}
    rows = [
        (
            f"`{_short(guide.learner, name)}`",
            _plus_minus(shares[name]) if name in shares else "",
            *(_range_cells(known[name]) if name in known else ("", "", "", "")),
        )
        for name in dict.fromkeys([*shares, *known])
    ]
    if not rows:
        return []
    titles = (
        "hyperparameter", "importance", "holds 90 % of good ones", "ends, 90 % intervals",
        "holds elsewhere", "of those tried",
    )  # fmt: skip
    return _table(titles, rows)


def _range_cells(one: GoodRange) -> tuple[str, str, str, str]:
    found = one.range
    if isinstance(found, NumberRange):
        text = f"{found.low:.4g} to {found.high:.4g}{', log' if found.log else ''}"
        ends = " and ".join(f"{a:.3g} to {b:.3g}" for a, b in filter(None, (one.low, one.high)))
    else:
        text, ends = ", ".join(f"`{choice}`" for choice in found.choices), ""
    covered = one.held_out
    held = "" if covered.mean != covered.mean else _percent(covered.mean)
    if covered.std_error == covered.std_error:
        held += f"{_BLANK}±{_BLANK}{100 * covered.std_error:.0f}"
    return text, ends, held, _percent(one.share_tried)


def _values(learner: str, values: Mapping[str, Any]) -> str:
    shown = [
        f"{_short(learner, name)}={value:.4g}"
        if isinstance(value, float)
        else f"{_short(learner, name)}={value}"
        for name, value in values.items()
    ]
    return f"`{', '.join(shown)}`" if shown else "its only one"


def _regret(guide: LearnerGuide, size: int) -> str:
    found = [one for one in guide.defaults if len(one) == size]
    return _plus_minus(found[0].regret) if found else ""


def _most_important(guide: LearnerGuide) -> str:
    if guide.importance is None:
        return ""
    names = [one.hyperparameter for one in guide.importance.shares[:2]]
    return ", ".join(f"`{_short(guide.learner, name)}`" for name in names)


def _first_metric(guides: Sequence[LearnerGuide]) -> str:
    metrics = [g.metric for g in guides]
    usual = [m for m in ("balanced_accuracy", "r2") if m in metrics]
    return (usual or metrics)[0]


def _short(learner: str, name: str) -> str:
    return name.removeprefix(f"{learner}:")


def _file_name(learner: str) -> str:
    return "".join(c if c.isalnum() or c in "-_" else "-" for c in learner) or "learner"


def _plus_minus(found: Estimate) -> str:
    if found.mean != found.mean:
        return ""
    if found.std_error != found.std_error:
        return f"{found.mean:.3f}"
    # A number and its error stay on one line.
    return f"{found.mean:.3f}{_BLANK}±{_BLANK}{found.std_error:.3f}"


def _percent(share: float) -> str:
    return f"{100 * share:.0f}{_BLANK}%"


def _table(titles: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    def line(cells: Iterable[str]) -> str:
        return "| " + " | ".join(c.replace("|", "\\|").replace("\n", " ") for c in cells) + " |"

    return [line(titles), line("---" for _ in titles), *map(line, rows), ""]
