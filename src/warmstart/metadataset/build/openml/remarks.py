"""What a build from OpenML left out or could not take as it came, in sentences."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from warmstart.metafeatures.elsewhere.qualities import FROM_QUALITIES

_COUNTED = {
    "n_without_value": "{n:,} evaluations have no value and were left out",
    "n_not_finite": "{n:,} evaluations have a value that is no finite number: failures",
    "n_without_setup": "{n:,} evaluations were left out: OpenML does not say with which "
    "hyperparameters they were made",
    "n_searches_without_trace": "{n:,} runs of a search have no trace of what they tried",
    "n_searches_without_measure": "what {n:,} runs of a search tried was left out: "
    "OpenML has no measure that is equal to their scorer",
    "n_tried_unreadable": "{n:,} lines of traces could not be read and were left out",
}


def remarks_on(manifest: Mapping[str, Any], n_mended: int) -> tuple[str, ...]:
    """Sentences on what the manifest counts; and on answers that were no XML as they came."""
    counts = manifest.get("openml", {})
    found = [text.format(n=counts[name]) for name, text in _COUNTED.items() if counts.get(name)]
    if n_mended:
        found.append(
            f"{n_mended:,} answers held characters that XML does not allow; they were read "
            "without them"
        )
    if manifest.get("extractor_version") == FROM_QUALITIES:
        n = manifest["counts"]["metafeatures"]
        found.append(
            f"tasks are described by those {n} meta-features that OpenML's qualities tell; "
            "--describe downloads the datasets and describes them in full, as a new dataset is"
        )
    return tuple(found)
