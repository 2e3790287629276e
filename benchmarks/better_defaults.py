"""Do better defaults and ranges hold on families they were not found on?

``python benchmarks/better_defaults.py`` prints, over all learners of the embedded base: mean
regret of the best single default and of the best lists of 3 and 5, on families left out; how
many of the good configurations of families left out lie in a range that holds 90 % of those it
was found on, and what share of all configurations tried lies in it; and the CPU seconds of
everything.
"""

from __future__ import annotations

import time

import numpy as np

import warmstart
from warmstart.evaluate.guide.learner_guide import learner_guides
from warmstart.knowledge.base import embedded_path
from warmstart.recommend.answer.ranges import NumberRange


def main() -> None:
    """Print the figures."""
    began = time.process_time()
    guides = list(learner_guides(warmstart.MetaDataset.open(embedded_path())))
    seconds = time.process_time() - began
    print(f"{len(guides)} learners by type of task and metric, {seconds:.1f} CPU s")
    for task_type, metric in (("binary", "balanced_accuracy"), ("regression", "r2")):
        own = [g for g in guides if (g.task_type, g.metric) == (task_type, metric)]
        cells = []
        for size in (1, 3, 5):
            found = [d.regret.mean for g in own for d in g.defaults if len(d) == size]
            error = np.std(found, ddof=1) / len(found) ** 0.5
            cells.append(f"{100 * np.mean(found):.1f} ± {100 * error:.1f}")
        print(f"{task_type}, {metric}: regret x 100 of 1, 3, 5: {' / '.join(cells)}")
    numbers = [r for g in guides for r in g.ranges if isinstance(r.range, NumberRange)]
    covered = np.array([r.held_out.mean for r in numbers])
    known = np.isfinite(covered)
    tried = np.array([r.share_tried for r in numbers])
    low, middle, high = np.quantile(covered[known], [0.05, 0.5, 0.95])
    print(
        f"{known.sum()} ranges of numbers: {covered[known].mean():.1%} of good ones held out "
        f"inside (5, 50, 95 %: {low:.1%}, {middle:.1%}, {high:.1%}); "
        f"{tried[known].mean():.1%} of all tried inside"
    )


if __name__ == "__main__":
    main()
