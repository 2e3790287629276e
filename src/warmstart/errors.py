"""The errors warmstart raises: one root, and the builtin each caller expects."""


class WarmstartError(Exception):
    """Root of every error warmstart raises on purpose."""


class ArgumentError(WarmstartError, ValueError):
    """An argument has a value that it may not have; the message holds both."""


class ArgumentTypeError(WarmstartError, TypeError):
    """An argument is of a type that it may not be of."""


class DatasetError(WarmstartError, ValueError):
    """A dataset cannot be read or learned from; the message says where and what to do."""


class DatasetNotFoundError(DatasetError, FileNotFoundError):
    """A dataset path leads nowhere."""


class SpaceMismatchError(WarmstartError, ValueError):
    """A configuration does not belong to the space it is used with."""


class HistoryError(WarmstartError, ValueError):
    """A run history breaks its own promises."""


class MetaDatasetError(WarmstartError, ValueError):
    """A meta-dataset is malformed, or two of its parts disagree."""


class KnowledgeError(WarmstartError, ValueError):
    """A knowledge base cannot answer the question asked of it."""


class SimilarityError(WarmstartError, ValueError):
    """A measure of similarity lacks what it compares tasks by."""


class NotFittedError(WarmstartError, AttributeError):
    """A model was asked before it was fitted."""


class MissingExtraError(WarmstartError, ImportError):
    """An optional dependency is not installed."""

    def __init__(self, package: str, extra: str) -> None:
        super().__init__(
            f"{package} is not installed; get it with: pip install 'warmstart[{extra}]'"
        )
        self.package, self.extra = package, extra


class PluginError(WarmstartError, ImportError):
    """What another package brings by an entry point cannot be used."""


class HistoryWarning(UserWarning):
    """A history is used that says less than it seems to."""


class MetaFeatureWarning(UserWarning):
    """Meta-features that were asked for are left out."""


class SeedWarning(UserWarning):
    """Seeding a tuner does something that may not be expected."""
