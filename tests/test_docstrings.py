"""Docstrings of what tests/public.py finds: arguments, shapes, errors, papers, examples.

Also of: protocols.
"""

import inspect
import re

from tests.public import ROOT, is_inner, lines_of_examples, public

PUBLIC = public()
CALLED = {place: one for place, one in PUBLIC.items() if not one.is_class}

ARRAYS = re.compile(r"ndarray|NDArray|\bArray\b|Floats|DataFrame|Series")
NAMED_ARRAYS = re.compile(r"(dict|Mapping)\[str, (NDArray|npt|Floats)")
SHAPES = re.compile(
    r"shape|[Cc]olumns |Indexed by|[Oo]ne row|\b(one|a) (number|row|column|value)\b|of each"
)
ELSEWHERE = re.compile(r"\b(arguments|errors|as)\b[^.]*:(func|meth|class):`", re.IGNORECASE)
"""Said once, and where."""

NO_EXAMPLE = {
    "warmstart.downstream.adapters.ax": "Ax",
    "warmstart.downstream.adapters.flaml": "FLAML",
    "warmstart.downstream.adapters.ray": "Ray Tune",
    "warmstart.downstream.adapters.syne_tune": "Syne Tune",
    "warmstart.downstream.adapters.botorch": "BoTorch",
    "warmstart.downstream.priors.neps": "NePS",
    "warmstart.models.gplvm.gplvm": "minutes of training",
    "warmstart.histories.ray": "Ray Tune",
    "warmstart.histories.mlflow": "a store of MLflow is many files",
    "warmstart.metadataset.from_elsewhere.FromElsewhere.from_aslib": "many files too",
    "warmstart.metadataset.from_elsewhere.FromElsewhere.published": "fetches it",
}
"""Modules and methods whose examples need what the suite does not install, or would be long."""

BETWEEN_ROOMS = {
    "warmstart.histories.runs.schema.RunHistory.batches",
    "warmstart.metadataset.core.matrices.Matrices.score_matrix",
    "warmstart.metadataset.core.parts.Parts.from_parts",
    "warmstart.metadataset.core.parts.Parts.measured_table",
    "warmstart.recommend.ask_tell.AskTell.ask_in",
    "warmstart.recommend.ask_tell.AskTell.note",
    "warmstart.recommend.recommender.Recommender.answer",
    "warmstart.recommend.recommender.Recommender.begin",
    "warmstart.recommend.store.task_learner.TaskLearner.attach",
    "warmstart.recommend.store.task_learner.TaskLearner.fitted",
    "warmstart.histories.table.read_as",
    "warmstart.similarity.task_view.require_part",
    "warmstart.metadataset.core.score_matrix.ScoreMatrix",
}
"""Functions without an underscore that only other rooms call; they need no example."""

PAGES = "\n".join(
    lines_of_examples(page.read_text("utf-8"))
    for page in (ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md")))
)
"""Examples of the documentation, which run in the suite too."""


def family(cls: type) -> list[type]:
    """The class, its bases and what inherits it."""
    classes = [one.obj for one in PUBLIC.values() if one.is_class]
    return [c for c in classes if c in cls.__mro__ or cls in c.__mro__]


def shown(cls: type) -> str:
    """Lines of the examples of a class, its methods, and the functions beside it."""
    owners = family(cls)
    told = [
        one
        for one in PUBLIC.values()
        if (one.obj if one.owner is None else one.owner) in owners
        or (one.owner is None and one.obj.__module__ == cls.__module__)
    ]
    return "\n".join(lines_of_examples(one.doc) for one in told)


def test_there_is_much_that_is_public():
    assert "warmstart.knowledge.api.suggest" in PUBLIC
    assert "warmstart.spaces.seed_report.SeedReport" in PUBLIC
    assert len(CALLED) > 250


def test_all_is_documented():
    assert not [place for place, one in PUBLIC.items() if not one.doc]


def test_two_arguments_or_more_are_described():
    without = []
    for place, one in CALLED.items():
        asked = len(one.arguments) > 1 and not one.is_described_elsewhere
        if asked and "Parameters\n---" not in one.doc and not ELSEWHERE.search(one.doc):
            without.append(place)
    assert not without


def test_arrays_and_frames_have_shapes():
    without = []
    for place, one in CALLED.items():
        holds_arrays = ARRAYS.search(NAMED_ARRAYS.sub("", one.signature))
        if holds_arrays and not one.is_described_elsewhere and not SHAPES.search(one.doc):
            without.append(place)
    assert not without


def test_errors_are_named():
    without = []
    for place, one in CALLED.items():
        if one.raised and not one.is_property and not one.is_described_elsewhere:
            named = "Raises\n---" in one.doc or ELSEWHERE.search(one.doc)
            if not named and not re.search(r"``\w+Error``", one.doc):
                without.append((place, one.raised))
    assert not without


def test_functions_have_examples():
    without = []
    for place, one in CALLED.items():
        module, _, name = place.rpartition(".")
        if one.owner is None and module not in NO_EXAMPLE and ">>>" not in one.doc:
            on_a_page = re.search(rf"\b{name}\(", PAGES) and name not in ("seed", "read")
            if not on_a_page and place not in BETWEEN_ROOMS:
                without.append(place)
    assert not without


def test_classes_have_examples():
    without = []
    for place, one in PUBLIC.items():
        if one.is_class and not one.is_protocol and not issubclass(one.obj, BaseException):
            if place.rpartition(".")[0] in NO_EXAMPLE or place in BETWEEN_ROOMS:
                continue
            if not shown(one.obj) and not re.search(rf"\b{one.obj.__name__}\b", PAGES):
                without.append(place)
    assert not without


def test_methods_of_what_users_hold_have_examples():
    """Those of methods and measures are of a Protocol, and shown by the class's example."""
    without = []
    for place, one in CALLED.items():
        if one.owner is None or one.is_property or is_inner(one.owner):
            continue
        if one.is_described_elsewhere or ">>>" in one.doc:
            continue
        if place in BETWEEN_ROOMS or place in NO_EXAMPLE:
            continue
        name = place.rpartition(".")[2]
        if not re.search(rf"\.{name}\b", shown(one.owner) + PAGES):
            without.append(place)
    assert not without


def published():
    """Classes of the methods and measures, and acquisition functions."""
    from warmstart.recommend.acquisition import functions
    from warmstart.recommend.methods import METHODS

    makers = {getattr(maker, "func", maker) for maker in METHODS.values()}
    yield from (maker for maker in makers if inspect.isclass(maker))
    for one in PUBLIC.values():
        measure = one.is_class and not one.is_protocol and hasattr(one.obj, "distances")
        if measure and one.place.startswith("warmstart.similarity."):
            yield one.obj
    yield functions.expected_improvement
    yield functions.probability_of_improvement
    yield functions.lower_confidence_bound


OUR_OWN = {
    "LearnedEmbedding",
    "KNNPortfolio",
    "BoostedTrees",
    "RandomSearch",
    "TextEmbedding",
    "ColdForest",
}
"""What is published nowhere, or everywhere."""


def test_published_methods_cite_their_paper():
    without = [
        one.__name__
        for one in published()
        if ".. [1]" not in (one.__doc__ or "") + (inspect.getmodule(one).__doc__ or "")
    ]
    assert set(without) <= OUR_OWN
