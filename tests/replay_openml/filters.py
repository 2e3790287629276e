"""Filters in a URL, read as the server reads them: pairs in any order, capped, coded."""

MAX_EVALUATIONS, MAX_SETUPS, MAX_RUNS = 10_000, 1_000, 10_000

MESSAGES = {
    100: "Function not valid",
    107: "Database connection error. Usually due to high server load",
    111: "Unknown dataset",
    151: "Unknown task",
    181: "Unknown flow",
    236: "Run not found",
    272: "Unknown features",
    281: "Setup not found",
    361: "Unknown dataset",
    362: "No qualities found",
    482: "No results",
    500: "No results",
    510: "Please provide at least task, flow or setup, uploader or run",
    511: "Filters with illegal values",
    512: "No results",
    514: "Illegal filter specified",
    515: "Offset specified without limit",
    516: "Requested result limit too high",
    540: "Please provide at least one filter",
    541: "Filters with illegal values",
    542: "No results",
    543: "Too many results",
    544: "Illegal filter specified",
    545: "Offset specified without limit",
    546: "Requested result limit too high",
    547: "Per fold can only be set to value true or false",
    549: "Sort order must be asc or desc",
    572: "No trace found",
    601: "Unknown study",
    670: "Please specify at least one filter",
    671: "Illegal filter specified",
    672: "Illegal filter input",
    673: "Result set too big",
    674: "No results",
    675: "Can not specify an offset without a limit",
    676: "Requested result limit too high",
    480: "Illegal filter specified",
    481: "Filter values/ranges not properly specified",
    483: "Can not specify an offset without a limit",
}


class RefusedError(Exception):
    """An answer with HTTP status 412 and a code."""

    def __init__(self, code, more=""):
        super().__init__(code)
        self.code, self.more = code, more


EVALUATION = {"illegal": 544, "value": 541, "offset": 545, "limit": 546}
SETUP = {"illegal": 671, "value": 672, "offset": 675, "limit": 676}
RUN = {"illegal": 514, "value": 511, "offset": 515, "limit": 516}
TASK = {"illegal": 480, "value": 481, "offset": 483, "limit": 481}

LISTS = ("task", "setup", "flow", "uploader", "run", "task_id", "data_id", "study")
NUMBERS = ("limit", "offset")


def read(segments, legal, codes, cap=None):
    """Filters by name; ids as lists of integers, limit and offset as integers.

    Raises
    ------
    RefusedError
        As the server does: an unknown filter, a value that is no integer, an offset
        without a limit, a limit above the cap.
    """
    if len(segments) % 2:
        raise RefusedError(codes["illegal"], segments[-1])
    pairs = dict(zip(segments[::2], segments[1::2], strict=True))
    unknown = [name for name in pairs if name not in legal]
    if unknown:
        raise RefusedError(codes["illegal"], f"Found illegal filter(s): {', '.join(unknown)}")
    found = {}
    for name, text in pairs.items():
        try:
            if name in LISTS:
                found[name] = [int(part) for part in text.split(",")]
            else:
                found[name] = int(text) if name in NUMBERS else text
        except ValueError:
            raise RefusedError(codes["value"], name) from None
    if found.get("offset") and not found.get("limit"):
        raise RefusedError(codes["offset"])
    if cap is not None and found.get("limit", 0) > cap:
        raise RefusedError(codes["limit"])
    return found


def page(rows, filters):
    """The rows that limit and offset leave."""
    offset = filters.get("offset", 0)
    return rows[offset : offset + filters["limit"]] if "limit" in filters else rows[offset:]
