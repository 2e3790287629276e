"""What strategies kept on real tables, and how that compares."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

TOLD = ("low", "expected", "high", "again", "score", "row_std", "n_test")
_TO_90 = 1.645


class Results:
    """What was kept, by table, metric, method and seconds."""

    def __init__(self, path: Path) -> None:
        self._path, self._rows = path, dict[tuple[str, str, str, float], dict[str, Any]]()
        if path.exists():
            for line in path.read_text().splitlines():
                row = json.loads(line)
                self._rows[self._key(row)] = row

    def _key(self, row: Mapping[str, Any]) -> tuple[str, str, str, float]:
        return row["table"], row["metric"], row["method"], float(row["seconds"])

    def __contains__(self, key: tuple[str, str, str, float]) -> bool:
        return key in self._rows

    def add(self, **row: Any) -> None:
        self._rows[self._key(row)] = row
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.open("a") as file:
            file.write(json.dumps(row) + "\n")

    def frame(
        self, metric: str, methods: Sequence[str], seconds: float, tables: Collection[str]
    ) -> pd.DataFrame:
        """Test scores, one row a table; NaN where a method was not tried on it."""
        cells = {
            (table, method): row["score"]
            for (table, of, method, s), row in self._rows.items()
            if of == metric and s == seconds and method in methods and table in tables
        }
        found = pd.Series(cells, dtype=float)
        if found.empty:
            return pd.DataFrame(columns=list(methods), dtype=float)
        return found.unstack().reindex(columns=list(methods))

    def told(
        self, metric: str, method: str, seconds: float, tables: Collection[str]
    ) -> pd.DataFrame:
        """Interval told of what a method kept, and the score that came of it."""
        rows = [
            {name: row.get(name, np.nan) for name in TOLD}
            for (table, of, by, s), row in self._rows.items()
            if (of, by, s) == (metric, method, seconds) and table in tables and "low" in row
        ]
        return pd.DataFrame(rows, columns=list(TOLD), dtype=float)


def report(frame: pd.DataFrame, metric: str, seconds: float) -> None:
    """Scores x 100, and the look less each method on the tables that both were tried on."""
    n = int(frame["look"].notna().sum())
    if n < 2:
        return
    print(f"## {metric}, {seconds:g} s: {n} tables\n")
    print("| method | tables | kept | the look gains | won / tied / lost by the look |")
    print("| --- | --: | --: | --: | --: |")
    for name in frame:
        both = frame[["look", name]].dropna() if name != "look" else frame[["look"]].dropna()
        if len(both) > 1:
            cells = f"{len(both)} | {100 * both[name].mean():.2f} | {gap(both, 'look', name)}"
            print(f"| {name} | {cells} |")
    print(flush=True)


def told_report(
    results: Results, metric: str, seconds: Sequence[float], tables: Collection[str]
) -> None:
    """What the 90 % interval told of what is kept holds: other folds, and the test rows.

    Test rows scatter around the score of all new rows, and the interval widened by as much as
    was said they do should hold theirs.
    """
    if all(results.told(metric, "look", s, tables).empty for s in seconds):
        return
    print(f"### {metric}, intervals of what is kept, % inside / below / above\n")
    print(
        "| | tables | width | on other folds | off by | on the test rows | off by "
        "| ... and what they scatter | off by |"
    )
    print("| --- |" + " --: |" * 8)
    for name, s in [("first suggestion", 0.0), *(("look", s) for s in seconds)]:
        found = results.told(metric, name, s, tables)
        if len(found) < 2:
            continue
        cells = [f"{name}, {s:g} s", str(len(found))]
        cells.append(f"{(found['high'] - found['low']).mean():.3f}")
        wider = _TO_90 * found["row_std"] / np.sqrt(found["n_test"])
        for happened, more in (("again", 0.0), ("score", 0.0), ("score", wider)):
            known = found.assign(more=more).dropna(subset=[happened, "more"])
            if known.empty:
                cells += ["", ""]
                continue
            far = known[happened] - known["expected"]
            low = -np.hypot(known["expected"] - known["low"], known["more"])
            high = np.hypot(known["high"] - known["expected"], known["more"])
            below, above = 100 * (far < low).mean(), 100 * (far > high).mean()
            said = f"{100 - below - above:.0f} / {below:.0f} / {above:.0f}"
            cells += [said, f"{far.abs().mean():.3f}"]
        print("| " + " | ".join(cells) + " |")
    print(flush=True)


def first_report(
    results: Results,
    metric: str,
    seconds: Sequence[float],
    defaults: list[str],
    tables: Collection[str],
) -> None:
    """What is named first, at once and after a look, beside library defaults."""
    frame = results.frame(metric, ["first suggestion", *defaults], 0.0, tables)
    ours = ["first suggestion"]
    for s in seconds:
        ours.append(f"look, {s:g} s")
        frame[ours[-1]] = results.frame(metric, ["look"], s, tables)["look"]
    frame = frame.dropna()
    if len(frame) < 2:
        return
    print(f"### {metric}, first suggestion and defaults: {len(frame)} tables\n")
    heads = " | ".join(f"{name} gains | won / tied / lost" for name in ours)
    print(f"| | mean | {heads} |")
    print("| --- | --: |" + " --: | --: |" * len(ours))
    for name in frame:
        cells = " | ".join(gap(frame, one, name) for one in ours)
        print(f"| {name} | {100 * frame[name].mean():.2f} | {cells} |")
    print(flush=True)


def gap(frame: pd.DataFrame, ours: str, other: str) -> str:
    """Two cells: how much ours is better, and how often."""
    if ours == other:
        return "| "
    found = 100 * (frame[ours] - frame[other])
    won, lost = int((found > 0.05).sum()), int((found < -0.05).sum())
    error = found.std(ddof=1) / np.sqrt(len(found))
    return f"{found.mean():+.2f} ± {error:.2f} | {won} / {len(found) - won - lost} / {lost}"
