import sys
from pathlib import Path

# The corpus builder is a script beside the library, not a part of it.
sys.path.insert(0, str(Path(__file__).parents[3] / "data" / "corpus"))
