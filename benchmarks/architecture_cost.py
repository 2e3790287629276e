"""What time and memory does each search over architectures take?

    python benchmarks/architecture_cost.py [--n 50] [--only NAME ...]

Each runs in a process of its own on one core: searches over a table name and are told `--n`
architectures of CIFAR-100 in NAS-Bench-201, having learnt from the other two image sets;
searches that train go `--epochs` times over half of 400 digits. CPU seconds to learn, to
search (per evaluation, or per step of weights), and the peak of memory beyond what the
libraries and the data take.
"""

from __future__ import annotations

import argparse
import resource
import shlex
import subprocess
import sys
import time
from typing import Any

import numpy as np

TABLE = (
    *("random", "reinforce", "ppo", "recurrent_reinforce", "recurrent_ppo", "controller"),
    *("meta_policy", "tree_search", "progressive", "edit_gp", "evolution"),
)
TRAINED = ("darts", "darts_second", "pdarts", "proxyless", "single_path", "enas", "meta_nas")


def main() -> None:
    """Print one row a method."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--n", type=int, default=50)
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--only", nargs="+", choices=[*TABLE, *TRAINED], default=None)
    parser.add_argument("--alone", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.alone:
        print(*measured(args.alone, args))
        return
    print(f"    {shlex.join(['python', *sys.argv])}\n")
    print(f"{'method':20} {'learns, s':>10} {'searches, s':>12} {'ms each':>8} {'more MB':>8}")
    for name in args.only or [*TABLE, *TRAINED]:
        command = [sys.executable, __file__, "--alone", name]
        command += ["--n", str(args.n), "--epochs", str(args.epochs)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        learns, searches, each, memory = map(float, done.stdout.split())
        print(f"{name:20} {learns:10.2f} {searches:12.2f} {1000 * each:8.1f} {memory:8.0f}")


def measured(name: str, args: Any) -> tuple[float, float, float, float]:
    """Seconds to learn, to search and of each step; megabytes beyond the start."""
    return table_search(name, args.n) if name in TABLE else trained(name, args.epochs)


def table_search(name: str, n: int) -> tuple[float, float, float, float]:
    """Of a search over a table."""
    from warmstart.metadataset.metadataset import MetaDataset
    from warmstart.recommend.acquisition.next_point import ByAcquisition
    from warmstart.recommend.methods import make_method

    table = MetaDataset.published("nas-bench-201").table("accuracy")
    model, scores = make_method(name), table.scores[1]
    if "recurrent" in name or name == "meta_policy":
        __import__("torch")
    before, begun = peak(), time.process_time()
    model.fit(table.take([0, 2]))
    learnt = time.process_time()
    state: Any = model.start()
    if getattr(model, "gives_belief", False):
        state = ByAcquisition(state)
    for _ in range(n):
        index = state.next()
        state.tell(index, float(scores[index]))
    ended = time.process_time()
    return learnt - begun, ended - learnt, (ended - learnt) / n, peak() - before


def trained(name: str, epochs: int) -> tuple[float, float, float, float]:
    """Of a search that trains one network on digits."""
    import torch

    from differentiable_search import images, method, tasks
    from warmstart.architectures.differentiable.meta_nas import MetaNAS
    from warmstart.architectures.differentiable.run import Schedule

    torch.set_num_threads(1)
    X, y = images(None)
    if name == "meta_nas":
        known = [few for few, _ in tasks(X, y, np.arange(6), 40, 0)]
        new = tasks(X, y, np.arange(6, 10), 1, 1)
        before, begun = peak(), time.process_time()
        start = MetaNAS().fit(known)
        learnt = time.process_time()
        start.adapt(*new[0][0], new[0][1])
        ended = time.process_time()
        return learnt - begun, ended - learnt, (ended - learnt) / 5, peak() - before
    search = method(name, Schedule(n_epochs=epochs, rate=0.1))
    before, begun = peak(), time.process_time()
    found = search.search(X[:400], y[:400])
    ended = time.process_time()
    n_steps = int(found.to_frame()["step"].iloc[-1])
    return 0.0, ended - begun, (ended - begun) / n_steps, peak() - before


def peak() -> float:
    """Most memory this process has held, in megabytes."""
    held = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return held / (2**20 if sys.platform == "darwin" else 2**10)


if __name__ == "__main__":
    main()
