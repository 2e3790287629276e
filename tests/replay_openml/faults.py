"""Faults by request number: what breaks, when, always the same for the same seed."""

import random

ANSWERS = ("reset", "502", "107", "truncated", "damaged", "stall")
"""Replace an answer; the same request is answered properly when it is made again."""

CONTENTS = ("engine", "shuffle", "parquet", "control")
"""Change what an answer says: a row of a second engine, another order of the rows, no Parquet
file, a character that XML does not allow."""

KINDS = (*ANSWERS, *CONTENTS)

BUSY = "busy"
"""A server that asks to be left alone for more than a day."""

HTML = b"""<html><head><title>502 Bad Gateway</title></head>
<body><center><h1>502 Bad Gateway</h1></center><hr/><center>nginx</center></body></html>
"""


class Faults:
    """What breaks at which request.

    Parameters
    ----------
    numbered : mapping of int to str
        Kind of fault by request number, from 1.
    always : str
        Kind of fault of every other request.
    """

    def __init__(self, numbered=None, always=""):
        self.numbered, self.always = dict(numbered or {}), always
        unknown = {*self.numbered.values(), *filter(None, [always])} - {*KINDS, BUSY}
        if unknown:
            raise ValueError(f"unknown faults {sorted(unknown)}; known are {KINDS}")

    def at(self, number):
        """The fault of a request, or ``""``."""
        return self.numbered.get(number, self.always)


class RandomFaults(Faults):
    """A share of all requests fails, each in a kind drawn at random."""

    def __init__(self, share, seed=0, kinds=KINDS):
        super().__init__()
        self.share, self.seed, self.kinds = share, seed, tuple(kinds)

    def at(self, number):
        """The fault of a request, or ``""``."""
        draw = random.Random(f"{self.seed}/{number}")
        return draw.choice(self.kinds) if draw.random() < self.share else ""
