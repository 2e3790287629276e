"""``python -m tests.fuzz --inputs 2000``: damage files of every kind and read them.

Each kind runs in a process of its own, so that one that dies is counted and the next input
goes on. What is wrong is an error that is not warmstart's own, a process that died, a reader
that did not come back, and an error of ours that does not name the file. A number given with
``--only`` tries a single input again and tells all.
"""

import argparse
import json
import shlex
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

import warmstart

from .samples import SAMPLES
from .trying import try_many

BY_NAME = {sample.name: sample for sample in SAMPLES}
WRONG = ("foreign", "died", "nameless")


def main():
    """Try all kinds, print a table, and leave with 1 where anything is wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--inputs", type=int, default=2000, help="of all kinds together")
    parser.add_argument("--groups", nargs="+", default=["readers", "datasets", "bases"])
    parser.add_argument("--kinds", nargs="+", choices=list(BY_NAME), help="only these")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", type=int, help="number of a single input")
    parser.add_argument("--show", type=int, default=5, help="faults of a kind to print")
    parser.add_argument("--worker", nargs=2, type=int, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.worker:
        work(BY_NAME[chosen.kinds[0]], range(*chosen.worker), chosen.seed)
        return
    samples = [s for s in SAMPLES if s.group in chosen.groups]
    samples = [BY_NAME[name] for name in chosen.kinds] if chosen.kinds else samples
    each = -(-chosen.inputs // len(samples))
    print(f"    {shlex.join(['python', '-m', 'tests.fuzz', *sys.argv[1:]])}\n")
    print(f"warmstart {warmstart.__version__}, seed {chosen.seed}\n")
    print("| kind | inputs | read | refused | ours, file not named | not ours | died |")
    print("| --- | --: | --: | --: | --: | --: | --: |", flush=True)
    total, faults = Counter(), []
    for sample in samples:
        numbers = (0, each) if chosen.only is None else (chosen.only, chosen.only + 1)
        counts, found = supervise(sample, *numbers, chosen.seed)
        total += counts
        faults += [(sample.name, *fault) for fault in found[: chosen.show]]
        print(row(sample.name, counts), flush=True)
    print(row("all", total))
    for name, number, outcome, told in faults:
        print(f"\n{name} --only {number}: {outcome}: {told}")
    sys.exit(any(total[outcome] for outcome in WRONG))


def row(name, counts):
    parts = [counts[k] for k in ("read", "ours", "nameless", "foreign", "died")]
    return f"| {name} | {' | '.join(f'{n:,}' for n in [sum(parts), *parts])} |"


def work(sample, numbers, seed):
    """Try some inputs in this process; a line of JSON each."""

    def report(number, outcome, told):
        print(json.dumps([number, outcome, told]), flush=True)

    with tempfile.TemporaryDirectory() as name:
        try_many(sample, Path(name), numbers, seed, report)


def supervise(sample, begin, end, seed):
    """Have a process of its own try some inputs; go on where it died."""
    counts, faults = Counter(), []
    while begin < end:
        command = [sys.executable, "-m", "tests.fuzz", "--kinds", sample.name]
        command += ["--seed", str(seed), "--worker", str(begin), str(end)]
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
        for line in done.stdout.splitlines():
            number, outcome, told = json.loads(line)
            counts[outcome] += 1
            begin = number + 1
            if outcome in WRONG:
                faults.append((number, outcome, told))
        if begin < end:
            counts["died"] += 1
            faults.append((begin, "died", f"exit code {done.returncode}"))
            begin += 1
    return counts, faults


if __name__ == "__main__":
    main()
