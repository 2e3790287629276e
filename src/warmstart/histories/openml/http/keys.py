"""Keeping an API key out of logs and messages."""

from __future__ import annotations

import logging
import re

_KEY = re.compile(r"(api_key=)[^&\s'\"]+")


def without_key(text: object) -> str:
    """A text in which any key in an address is blotted out.

    Examples
    --------
    >>> without_key("GET /flow/1?api_key=c0ffee")
    'GET /flow/1?api_key=***'
    """
    return _KEY.sub(r"\1***", str(text))


class _NoKeys(logging.Filter):
    """urllib3 logs addresses with their query; the key in it is blotted out."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = without_key(record.getMessage()), ()
        return True


NO_KEYS = _NoKeys()
