"""What the benchmarks of looks share: strategies, and a report."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from _lists import known_defaults
from _looked_tables import Recorded, Table
from warmstart.metrics import METRICS
from warmstart.models.rankings.knn_portfolio import KNNPortfolio
from warmstart.models.rankings.portfolio import Portfolio, greedy_portfolio
from warmstart.recommend.acquisition.batch import best_of_n
from warmstart.recommend.belief.prior import believe
from warmstart.recommend.history.columns import take_columns
from warmstart.recommend.history.identity import Point
from warmstart.recommend.look.belief import Array, LookBelief
from warmstart.recommend.look.measuring.fits import Fit
from warmstart.recommend.look.measuring.record import Record
from warmstart.recommend.look.measuring.seconds import Seconds
from warmstart.recommend.look.measuring.splits import Part
from warmstart.recommend.look.request import Rules
from warmstart.recommend.look.search import LookSearch
from warmstart.recommend.look.underway import Underway
from warmstart.recommend.question.arguments import Bounds

Kept = Callable[[Table, float], int]


@dataclass(frozen=True, kw_only=True)
class Variant:
    """A look with some rules, and what is changed about it."""

    rules: Rules = field(default_factory=Rules)
    kept: str = "belief"
    """Or "score": the best mean of its folds, of those that had three."""

    first: str = "promise"
    """Or "regret", what an instant batch is chosen by."""

    told_noise: bool = True
    """Or every score is believed as if there were no other folds."""

    in_order: bool = False
    """Whether configurations are tried in the order of our batch, whatever was found."""

    same_rows: bool = False
    """Whether finalists race on other folds of the rows they were found on."""

    more: str = ""
    """A list of others that may be tried too, if any."""

    def __call__(self, table: Table, limit_s: float) -> int:
        record, belief = self.looked(table, limit_s)
        kept = self._choose(record, belief, table)
        table.memory["told"] = {}
        if record.measured and not self.more:
            found = record.averages()
            told = belief.score_quantiles(
                (0.05, 0.5, 0.95), np.array([kept]), found.level_std, table.rows_ratio
            )
            scatter = np.hypot(found.fold_std, found.shared_std)
            table.told(told, row_std=float(scatter * (table.n_train / 3) ** 0.5))
        return kept

    def looked(self, table: Table, limit_s: float) -> tuple[Record, LookBelief]:
        """What is measured in so many seconds, and believed then."""
        columns, extra = table.columns, table.listed(self.more)
        belief = table.remembered(
            f"belief {self.more} {self.told_noise}", lambda: self._belief(table, extra)
        )
        belief.forget()
        promise = table.remembered(
            f"promise {self.more}", lambda: belief.promise(np.random.default_rng(0))
        )
        first = promise if self.first == "promise" else _least_regret(table)
        learners = [table.fitted.learners[c] for c in columns]
        predicted = table.predicted_s()
        for values in extra.values():
            same = [
                s
                for s, name in zip(predicted, learners, strict=False)
                if name == values["learner"]
            ]
            usual = float(np.exp(np.log(same or predicted).mean()))
            predicted, learners = np.append(predicted, usual), [*learners, values["learner"]]
        metric = METRICS[str(table.fitted.table.metric)]
        n_scored, same = table.n_train // 3, self.same_rows or not table.more_rows
        record = Record(metric.best, n_scored, metric.lowest, same_rows=same)
        underway = Underway(
            belief,
            Seconds(predicted, learners),
            Recorded(table, same_rows=self.same_rows),
            record,
            np.ones(len(predicted), dtype=bool),
            bounds=Bounds(seconds=limit_s),
            rules=replace(
                self.rules, max_divisions=min(self.rules.max_divisions, table.max_divisions)
            ),
            weight=(lambda _division: 1.0) if self.same_rows else table.weight,
        )
        if self.in_order:
            _InOrder(underway, table.remembered("batch", lambda: our_batch(table))).run()
        else:
            LookSearch(underway, first).run()
        return record, belief

    def _belief(self, table: Table, extra: Mapping[int, Mapping[str, Any]]) -> LookBelief:
        kind = LookBelief if self.told_noise else _Sure
        if not extra:
            return kind.of(table.fitted, table.phi, table.columns)
        known = table.fitted.known
        points = [Point(known.points[c], c) for c in table.columns]
        points += [known.point(v, learner=str(v["learner"])) for v in extra.values()]
        prior = believe(table.fitted, table.phi, points)
        return kind(prior, table.fitted.units.scale(table.phi))

    def _choose(self, record: Record, belief: LookBelief, table: Table) -> int:
        measured = record.measured
        if not measured:
            return int(table.regrets().mean(axis=0).argmin())
        if self.kept == "belief":
            return min(measured, key=lambda i: belief.means[i])
        whole = [i for i in measured if len(record.scores[i]) >= 3]
        means = {i: float(np.mean(list(record.scores[i].values()))) for i in measured}
        return max(whole or measured, key=lambda i: means[i])


def _least_regret(table: Table) -> Array:
    """How little each is expected to lose, from 0 to 1."""
    regret = table.regrets().mean(axis=0)
    least: Array = 1.0 - (regret - regret.min()) / max(float(np.ptp(regret)), 1e-12)
    return least


class _Sure(LookBelief):
    """Takes every score for what any other folds would have given."""

    def response(self, score: float, std: float) -> tuple[float, float]:
        return super().response(score, std)[0], 1e-6


class _InOrder(LookSearch):
    """Explores in an order given beforehand."""

    def __init__(self, look: Underway, order: Sequence[int]) -> None:
        super().__init__(look, np.ones(len(order)))
        self._order = order

    def _next(self, until: float) -> tuple[int | None, str]:
        look = self.look
        for index in self._order:
            seconds = 3 * float(look.seconds.predicted()[index])
            if look.open[index] and look.fits.now() + seconds <= until:
                return index, ""
        return None, "the time was over"


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


def knn_portfolio(table: Table) -> list[int]:
    reduced = take_columns(table.fitted.aligned, np.asarray(table.columns))
    return KNNPortfolio().fit(reduced).start(table.phi).batch(len(table.columns))


def halving(table: Table, seconds: float) -> int:
    """Successive halving: all for a fold each, cheapest first, then the better third again."""
    fits = Recorded(table)
    order = [int(k) for k in np.argsort(table.predicted_s(), kind="stable")]
    scores: dict[int, list[float]] = {}
    for fold in range(3 * table.max_divisions):
        for index in order:
            fits.submit(Fit(index, Part(fold // 3, fold % 3)))
            outcome = fits.wait(seconds)
            if outcome is None:
                return _best_mean(scores, order)
            if outcome.status == "ok":
                scores.setdefault(index, []).append(outcome.score)
        order = sorted((i for i in order if i in scores), key=lambda i: -np.mean(scores[i]))
        order = order[: max(len(order) // 3, 2)]
    return _best_mean(scores, order)


def _best_mean(scores: Mapping[int, list[float]], order: Sequence[int]) -> int:
    """The best mean of those that have most folds."""
    if not scores:
        return order[0]
    most = max(map(len, scores.values()))
    whole = [i for i, found in scores.items() if len(found) == most]
    return max(whole, key=lambda i: float(np.mean(scores[i])))


def default_then_portfolio(table: Table) -> list[int]:
    """The library default best on known tasks, then the greedy portfolio given it."""
    reduced = take_columns(table.fitted.aligned, np.asarray(table.columns))
    regret = np.nan_to_num(reduced.regret(), nan=1.0)
    place = {column: k for k, column in enumerate(table.columns)}
    found = known_defaults(table.fitted, str(table.fitted.table.metric))
    known = [place[column] for column in found if column in place]
    if not known:
        return portfolio(table)
    best = min(known, key=lambda k: float(regret[:, k].mean()))
    rest = greedy_portfolio(np.minimum(regret, regret[:, [best]]))
    return [best, *(int(k) for k in rest if k != best)]


def at_random(table: Table) -> list[int]:
    rng = np.random.default_rng(zlib.crc32(table.name.encode()))
    return [int(k) for k in rng.permutation(len(table.columns))]


RULES = Rules()
NO_RACE = Variant(rules=replace(RULES, explore_share=1.0, max_divisions=0))
LUCKIEST = replace(NO_RACE, rules=replace(NO_RACE.rules, give_up=0.0), kept="score")
STRATEGIES: Mapping[str, Kept] = {
    "our batch, in its order": in_order("batch", our_batch),
    "greedy portfolio": in_order("portfolio", portfolio),
    "kNN portfolio": in_order("knn", knn_portfolio),
    "default, then portfolio": in_order("default portfolio", default_then_portfolio),
    "portfolio per second": in_order("portfolio per second", portfolio_per_second),
    "random": in_order("random", at_random),
    "successive halving": halving,
    "EI per second, the best score is kept": LUCKIEST,
    "look": Variant(),
}
ABLATIONS: Mapping[str, Kept] = {
    "look": Variant(),
    "in the order of our batch": Variant(in_order=True),
    "first the least regret expected": Variant(first="regret"),
    "not per second": Variant(rules=replace(RULES, per_second=False)),
    "told without noise": Variant(told_noise=False),
    "every fold of every configuration": Variant(rules=replace(RULES, give_up=0.0)),
    "no race": NO_RACE,
    "race on the same rows": Variant(same_rows=True),
    "half of the time racing": Variant(rules=replace(RULES, explore_share=0.5)),
    "10 finalists": Variant(rules=replace(RULES, n_finalists=10)),
    "the best score is kept": Variant(kept="score"),
    "EI per second, the best score is kept": LUCKIEST,
    "library defaults may be tried": Variant(more="library defaults"),
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
