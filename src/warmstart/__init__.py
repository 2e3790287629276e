"""Warm-start AutoML: configurations that worked on datasets like yours."""

import logging
from importlib import import_module
from typing import Any

__version__ = "0.1.0"

logging.getLogger(__name__).addHandler(logging.NullHandler())
