"""What the benchmarks of looks share: strategies, and a report."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from _looked_tables import Recorded, Table
from warmstart.models.rankings.portfolio import Portfolio
from warmstart.recommend.acquisition.batch import best_of_n
from warmstart.recommend.history.columns import take_columns
from warmstart.recommend.look.belief import LookBelief
from warmstart.recommend.look.measuring.fits import Fit
from warmstart.recommend.look.measuring.record import Record
from warmstart.recommend.look.measuring.seconds import Seconds
from warmstart.recommend.look.measuring.splits import Part
from warmstart.recommend.look.request import Bounds, Rules
from warmstart.recommend.look.search import LookSearch

Kept = Callable[[Table, float], int]


def look(rules: Rules, kept: str = "belief", first: str = "promise") -> Kept:
    """A look with some rules; what is kept is chosen by the belief, or by the best score."""

    def keep(table: Table, limit_s: float) -> int:
        belief: LookBelief = table.remembered(
            "belief", lambda: LookBelief.of(table.fitted, table.phi, table.columns)
        )
        belief.forget()
        regret = table.regrets().mean(axis=0)
        regret = (regret - regret.min()) / max(float(np.ptp(regret)), 1e-12)
        learners = [table.fitted.learners[c] for c in table.columns]
        record = Record(table.fitted.pmf.ideal * belief.scale, table.n_train // 3)
        promise = table.remembered("promise", lambda: belief.promise(np.random.default_rng(0)))
        seconds = Seconds(table.predicted_s(), learners)
        LookSearch(
            belief,
            promise if first == "promise" else 1.0 - regret,
            seconds,
            Recorded(table),
            record,
            np.ones(len(table.columns), dtype=bool),
            bounds=Bounds(seconds=limit_s),
            rules=replace(rules, max_divisions=table.max_divisions),
            weight=table.weight,
        ).run()
        measured = record.measured
        if not measured:
            return int(regret.argmin())
        if kept == "belief":
            return min(measured, key=lambda i: belief.means[i])
        whole = [i for i in measured if len(record.scores[i]) >= 3]
        means = {i: float(np.mean(list(record.scores[i].values()))) for i in measured}
        return max(whole or measured, key=lambda i: means[i])

    return keep


def in_order(name: str, order: Callable[[Table], list[int]]) -> Kept:
    """A list cross-validated from its top until the time is over; the best score is kept."""

    def keep(table: Table, seconds: float) -> int:
        listed = table.remembered(name, lambda: order(table))
        fits, found = Recorded(table), dict[int, float]()
        for index in listed:
            scores = []
            for fold in range(3):
                fits.submit(Fit(index, Part(0, fold)))
                outcome = fits.wait(seconds)
                if outcome is None:
                    return max(found, key=lambda i: found[i]) if found else listed[0]
                scores.append(outcome.score)
                if outcome.status != "ok":
                    break
            if np.isfinite(scores).all():
                found[index] = float(np.mean(scores))
        return max(found, key=lambda i: found[i]) if found else listed[0]

    return keep


def our_batch(table: Table) -> list[int]:
    return best_of_n(table.regrets(), len(table.columns))


def portfolio(table: Table) -> list[int]:
    reduced = take_columns(table.fitted.aligned, np.asarray(table.columns))
    return Portfolio().fit(reduced).start().batch(len(table.columns))


def portfolio_per_second(table: Table) -> list[int]:
    """Greedy by the mean gain over known tasks for each predicted second."""
    scores = table.fitted.aligned.scores[:, table.columns]
    low, high = np.nanmin(scores, axis=1), np.nanmax(scores, axis=1)
    regret = (high[:, None] - scores) / np.where(high > low, high - low, 1.0)[:, None]
    regret = np.where(np.isfinite(regret), regret, 1.0)
    seconds, best = 3 * table.predicted_s(), np.ones(len(regret))
    order: list[int] = []
    left = np.ones(regret.shape[1], dtype=bool)
    while left.any():
        gain = (best[:, None] - np.minimum(regret, best[:, None])).mean(axis=0)
        pick = int(np.where(left, gain / seconds, -1.0).argmax())
        order.append(pick)
        left[pick] = False
        best = np.minimum(best, regret[:, pick])
    return order


def at_random(table: Table) -> list[int]:
    rng = np.random.default_rng(zlib.crc32(table.name.encode()))
    return [int(k) for k in rng.permutation(len(table.columns))]


RULES = Rules()
LUCKIEST = look(replace(RULES, explore_share=1.0, give_up=0.0), kept="score")
STRATEGIES: Mapping[str, Kept] = {
    "our batch, in its order": in_order("batch", our_batch),
    "greedy portfolio": in_order("portfolio", portfolio),
    "portfolio per second": in_order("portfolio per second", portfolio_per_second),
    "random": in_order("random", at_random),
    "EI per second, the best score is kept": LUCKIEST,
    "look": look(RULES),
}
ABLATIONS: Mapping[str, Kept] = {
    "look": look(RULES),
    "the best score is kept": look(RULES, kept="score"),
    "no race": look(replace(RULES, explore_share=1.0)),
    "not per second": look(replace(RULES, per_second=False)),
    "every fold of every configuration": look(replace(RULES, give_up=0.0)),
    "half of the time racing": look(replace(RULES, explore_share=0.5)),
    "3 finalists": look(replace(RULES, n_finalists=3)),
    "10 finalists": look(replace(RULES, n_finalists=10)),
    "given up below .3": look(replace(RULES, give_up=0.3)),
    "first the least regret expected": look(RULES, first="regret"),
    "EI per second, the best score is kept": LUCKIEST,
}


def in_half(name: str, half: str) -> bool:
    """Whether a table, or a family, belongs to the half that settings are chosen on."""
    tuning = zlib.crc32(f"half {name}".encode()) % 2 == 0
    return half == "all" or tuning == (half == "tuning")


def report(
    heading: str, tables: Sequence[Table], methods: Mapping[str, Kept], seconds: Sequence[float]
) -> None:
    """Print what is lost x 100, mean ± standard error, and the difference to the first."""
    lost = {
        name: np.array([[100 * t.lost(keep(t, s)) for s in seconds] for t in tables])
        for name, keep in methods.items()
    }
    first = next(iter(lost))
    print(f"## {heading}: {len(tables)} tables\n")
    print("| method | " + " | ".join(f"{s:g} s" for s in seconds) + " |")
    print("| --- |" + " --: |" * len(seconds))
    root = np.sqrt(len(tables))
    for name, values in lost.items():
        gap = values - lost[first]
        errors = (values if name == first else gap).std(axis=0, ddof=1) / root
        cells = [f"{m:.2f}" for m in values.mean(axis=0)]
        for k, error in enumerate(errors):
            if name == first:
                cells[k] += f" ± {error:.2f}"
            else:
                cells[k] += f" ({gap[:, k].mean():+.2f} ± {error:.2f})"
        print(f"| {name} | " + " | ".join(cells) + " |")
    print(flush=True)
