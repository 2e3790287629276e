"""OpenML's server, replayed on this machine: for tests and benchmarks without the internet.

What it cannot prove: the real server's latency, its rate limits, whether it really answers
``evaluation/setup/list``, and in which order its rows come.
"""

from .faults import ANSWERS, CONTENTS, KINDS, Faults, RandomFaults
from .pimp import pimp_world
from .recorded import recorded_world
from .server import ReplayServer
from .synthetic import synthetic_world
from .world import World

__all__ = [
    "ANSWERS",
    "CONTENTS",
    "KINDS",
    "Faults",
    "RandomFaults",
    "ReplayServer",
    "World",
    "pimp_world",
    "recorded_world",
    "synthetic_world",
]
