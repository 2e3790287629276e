"""Reading one damaged input, and what came of it."""

import signal
import traceback
import warnings
from collections import Counter
from random import Random

from warmstart.errors import WarmstartError

from .damage import damage_folder, fresh_copy

LIMIT_S = 30


class TooLong(BaseException):
    """A reader did not come back; no Exception, so that none is caught for it."""


def _too_long(*_):
    raise TooLong


def try_one(sample, whole, folder, draw):
    """Damage a copy of `whole` and read it.

    Returns
    -------
    outcome : {"read", "ours", "nameless", "foreign"}
        "ours" names the file or its folder, "nameless" is ours but does not.
    told : str
        What was damaged and what was raised.
    """
    fresh_copy(whole, folder)
    how = damage_folder(draw, folder)
    signal.signal(signal.SIGALRM, _too_long)
    signal.alarm(LIMIT_S)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            sample.read(folder)
    except WarmstartError as error:
        named = str(folder) in str(error)
        return ("ours" if named else "nameless"), f"{how}: {error}"
    except (Exception, TooLong) as error:  # noqa: BLE001 - what it looks for
        where = "".join(traceback.format_tb(error.__traceback__)[-6:])
        return "foreign", f"{how}: {type(error).__name__}: {str(error)[:300]}\n{where}"
    finally:
        signal.alarm(0)
    return "read", how


def try_many(sample, folder, numbers, seed, report):
    """Read `sample` damaged in as many ways as there are numbers; count the outcomes."""
    whole = folder / "whole"
    whole.mkdir(parents=True)
    sample.make(whole)
    sample.read(fresh_copy(whole, folder / "sound"))
    counts = Counter()
    for number in numbers:
        draw = Random(f"{seed}-{sample.name}-{number}")
        outcome, told = try_one(sample, whole, folder / "damaged", draw)
        counts[outcome] += 1
        report(number, outcome, told)
    return counts
