"""Does any configuration of an answer take more than a third of its seconds without leading it?

    python benchmarks/seconds_shares.py [--n 10] [--rows 50000]

Every task of the embedded base is asked about by its meta-features, its family known (only
seconds are looked at), in two metrics; with `--rows` again as if it had so many. What is named
first is expected to be the best and may cost what it costs.
"""

from __future__ import annotations

import argparse
import warnings

import numpy as np

from warmstart.knowledge.base import open_knowledge

THIRD = 1 / 3
METRICS = (("balanced_accuracy", "roc_auc"), ("r2", "mae"))


def main() -> None:
    """Print shares of answers with a hog, and of the seconds that the dearest takes."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--n", type=int, nargs="+", default=[5, 10, 20])
    parser.add_argument("--rows", type=int, help="ask as if every table had so many")
    options = parser.parse_args()
    base = open_knowledge(None)
    tasks = base.md.tasks
    for n in options.n:
        largest: list[float] = []
        worst = ("", 0.0, "")
        for task in tasks.index:
            phi = base.md.metafeatures.loc[task].copy()
            if options.rows:
                phi["NumberOfInstances"] = options.rows
                phi["LogNumberOfInstances"] = np.log(options.rows)
            kind = str(tasks.loc[task, "task_type"])
            for metric in (
                ("r2", "mae") if kind == "regression" else ("balanced_accuracy", "roc_auc")
            ):
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")
                    answer = base.suggest(metafeatures=phi, n=n, metric=metric, task_type=kind)
                seconds = np.array([one.cost_s for one in answer])
                share = float(seconds[1:].max() / seconds.sum())
                largest.append(share)
                if share > worst[1]:
                    at = int(seconds[1:].argmax()) + 1
                    worst = (str(task), share, answer[at].learner)
        over = np.array(largest) > THIRD
        print(
            f"{n} named, {len(largest)} answers: in {100 * over.mean():.1f} % one that is not "
            f"the first takes over a third; the dearest of those {np.mean(largest):.2f} on "
            f"average, {worst[1]:.2f} at worst ({worst[2]} on {worst[0]})",
            flush=True,
        )


if __name__ == "__main__":
    main()
