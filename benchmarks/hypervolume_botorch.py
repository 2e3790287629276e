"""Is our expected hypervolume improvement that of BoTorch on the same posterior draws?

    python benchmarks/hypervolume_botorch.py --botorch PYTHON

PYTHON is an interpreter that has BoTorch (``pip install botorch==0.18.1``, with its torch);
ours runs in this one. Both get the same fronts and the same draws of q candidates in 2 to 4
objectives; what counts is the largest difference.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys

import numpy as np

from warmstart.recommend.pareto.batch import expected_hypervolume_improvement

TOLERANCE = 1e-6

THEIRS = """
import json, sys
import torch
from botorch.acquisition.multi_objective.monte_carlo import qExpectedHypervolumeImprovement
from botorch.models.deterministic import GenericDeterministicModel
from botorch.sampling.base import MCSampler
from botorch.utils.multi_objective.box_decompositions.non_dominated import (
    FastNondominatedPartitioning,
)

torch.set_default_dtype(torch.float64)


class Given(MCSampler):
    # Hands out draws that were made elsewhere.
    def __init__(self, draws):
        super().__init__(sample_shape=torch.Size([len(draws)]))
        self.draws = draws

    def forward(self, posterior):
        return self.draws[:, None]  # one batch of q points


found = []
for case in json.load(sys.stdin):
    draws, front = torch.tensor(case["draws"]), torch.tensor(case["front"])
    reference = torch.tensor(case["reference"])
    n, q, m = draws.shape
    acquisition = qExpectedHypervolumeImprovement(
        model=GenericDeterministicModel(lambda x, m=m: x[..., :1].expand(*x.shape[:-1], m), m),
        ref_point=reference,
        partitioning=FastNondominatedPartitioning(ref_point=reference, Y=front),
        sampler=Given(draws),
    )
    found.append(float(acquisition(torch.zeros(1, q, 1))))
json.dump(found, sys.stdout)
"""


def cases(n_cases: int, seed: int) -> list[dict[str, object]]:
    """Fronts, draws and references of 2 to 4 objectives and 1 to 3 candidates."""
    rng = np.random.default_rng(seed)
    found = []
    for k in range(n_cases):
        m, q = 2 + k % 3, 1 + k // 3 % 3
        front = rng.uniform(size=(rng.integers(1, 8), m))
        draws = rng.normal(0.6, 0.3, (32, q, m))
        found.append(
            {
                "front": front.tolist(),
                "draws": draws.tolist(),
                "reference": rng.uniform(-0.2, 0.1, m).tolist(),
            }
        )
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--botorch", required=True, metavar="PYTHON")
    parser.add_argument("--cases", type=int, default=45)
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    asked = cases(args.cases, args.seed)
    done = subprocess.run(
        [args.botorch, "-W", "ignore", "-c", THEIRS],
        input=json.dumps(asked),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        sys.exit(done.stderr[-2000:])
    theirs = np.array(json.loads(done.stdout))
    ours = np.array(
        [
            expected_hypervolume_improvement(c["draws"], c["front"], c["reference"])
            for c in asked
        ]
    )
    worst = float(np.abs(ours - theirs).max())
    print(f"{len(asked)} cases of 2 to 4 objectives, 1 to 3 candidates, 32 draws each")
    print(f"largest difference {worst:.1e} (at most {TOLERANCE}); mean value {ours.mean():.4f}")


if __name__ == "__main__":
    main()
