"""Choose what is tried on 10,000 rows: few configurations, of which some should gain by rows.

    python data/pool/large.py [--known 10]

Library defaults and published or drawn boosters with many rounds, forests, linear models and
networks of the pool, by name; and those of the embedded base that leave least to its best on
its tables of 2,000 rows, in each metric in turn. Writes `large.jsonl`, in the form of the pool.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from warmstart.knowledge.base import open_knowledge
from warmstart.metadataset.metadataset import MetaDataset
from warmstart.metrics import METRICS

HERE = Path(__file__).resolve().parent
FULL_ROWS = 2000
"""Tables of the base with fewer rows say little about more."""

NAMED = {
    "classification": (
        *("catboost default", "pytabkit LGBM_TD", "pytabkit XGB_TD", "xgboost 1"),
        *("lightgbm 3", "hist_gradient_boosting 1", "hist_gradient_boosting default"),
        *("random_forest default", "pytabkit LGBM_TD, balanced"),
        *("lightgbm default", "xgboost default", "lightgbm default, balanced"),
        *("hist_gradient_boosting default, balanced", "extra_trees default", "mlp default"),
        *("logistic_regression default", "logistic_regression default, balanced"),
        *("AutoGluon 2023 GBMXT", "AutoGluon 2023 GBM_r188", "AutoGluon 2023 GBM_r42"),
        "random_forest 2",
    ),
    "regression": (
        *("catboost default", "catboost 3", "pytabkit LGBM_TD", "pytabkit XGB_TD"),
        *("hist_gradient_boosting 4", "lightgbm 3", "hist_gradient_boosting default"),
        *("random_forest default", "xgboost 2"),
        *("lightgbm default", "xgboost default", "extra_trees default", "mlp default"),
        *("ridge default", "AutoGluon 2023 GBMLarge", "AutoGluon 2023 GBM_r188"),
        *("AutoGluon 2023 GBM_r161", "mlp 1", "mlp 7", "random_forest 1"),
    ),
}
FIRST = 9
"""So many of these stand before the first of the embedded base, and `FIRST_KNOWN` of those
before the rest: a dozen is what a table is tried with first."""

FIRST_KNOWN = 3


def known_best(base: MetaDataset, kind: str, count: int) -> list[str]:
    """Ids of the base that leave least to its best, one metric after the other."""
    regression = kind == "regression"
    orders = []
    for name, metric in sorted(METRICS.items()):
        if ("regression" in metric.task_types) != regression or name not in base.metrics:
            continue
        scores = base.matrix(name)
        large = base.tasks["n_rows"].reindex(scores.index) >= FULL_ROWS
        of_kind = (base.tasks["task_type"].reindex(scores.index) == "regression") == regression
        scores = scores[large & of_kind].dropna(axis=1, how="all")
        best, usual = scores.max(axis=1), scores.quantile(0.1, axis=1)
        regret = scores.rsub(best, axis=0).div((best - usual).clip(lower=1e-9), axis=0)
        orders.append(regret.clip(0, 1).fillna(1.0).mean().sort_values(kind="stable").index)
    chosen: dict[str, None] = {}
    for turn in zip(*orders, strict=False):
        chosen.update(dict.fromkeys(turn))
    return list(chosen)[:count]


def main(arguments: list[str] | None = None) -> int:
    """Write the list."""
    parser = argparse.ArgumentParser(description="Choose what is tried on 10,000 rows.")
    parser.add_argument("--known", type=int, default=10, help="of the embedded base, a kind")
    options = parser.parse_args(arguments)
    base = open_knowledge(None).md
    pool = [json.loads(line) for line in (HERE / "pool.jsonl").open(encoding="utf-8")]
    lines = []
    for kind, names in NAMED.items():
        by_name = {row["name"]: row for row in pool if row["kind"] == kind}
        own = [by_name[name] for name in names]
        known = [
            {
                "kind": kind,
                "name": f"embedded {one}",
                "origin": "embedded base",
                "values": base.configuration(one),
            }
            for one in known_best(base, kind, options.known)
        ]
        lines += [*own[:FIRST], *known[:FIRST_KNOWN], *own[FIRST:], *known[FIRST_KNOWN:]]
    text = "".join(json.dumps(line, sort_keys=True) + "\n" for line in lines)
    (HERE / "large.jsonl").write_text(text, encoding="utf-8")
    print(f"{len(lines)} configurations")
    return 0


if __name__ == "__main__":
    sys.exit(main())
