"""``python -m tests.replay_openml``: serve until the input ends; prints the URL first."""

import argparse
import json
import sys
from collections import Counter
from pathlib import Path

from . import KINDS, Faults, RandomFaults, ReplayServer, pimp_world, synthetic_world


def main():
    """Serve one of the worlds in a process of its own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pimp", type=Path, help="folder of the recorded runs")
    parser.add_argument("--tables", nargs="+", default=["random_forest", "adaboost"])
    parser.add_argument("--tasks", type=int, help="only so many tasks of the recorded runs")
    parser.add_argument("--faults", type=float, default=0.0, help="share of requests that fail")
    parser.add_argument("--kinds", nargs="+", default=list(KINDS))
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument(
        "--stall", type=float, default=60.0, help="seconds a stalled one is held"
    )
    parser.add_argument("--port", type=int, default=0)
    chosen = parser.parse_args()
    world = (
        pimp_world(chosen.pimp, chosen.tables, chosen.tasks)
        if chosen.pimp
        else synthetic_world()
    )
    share = chosen.faults
    faults = RandomFaults(share, chosen.seed, chosen.kinds) if share else Faults()
    with ReplayServer(world, faults, port=chosen.port, stall_s=chosen.stall) as server:
        print(server.url, flush=True)  # noqa: T201 - what a caller waits for
        for line in sys.stdin:
            if line.strip() == "counts":
                failed = Counter(request.fault for request in server.requests if request.fault)
                print(len(server.requests), json.dumps(failed), flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
