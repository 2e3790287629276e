import pytest

from warmstart.metafeatures import registry
from warmstart.metafeatures.feature import Feature
from warmstart.protocols import MetaFeature
from warmstart.testing.metafeature import MetaFeatureContract

# The 46 of auto-sklearn (Feurer et al. 2015), as its meta-data names them.
AUTO_SKLEARN = {
    *(
        prefix + suffix
        for prefix in ("ClassProbability", "Kurtosis", "Skewness", "Symbols")
        for suffix in ("Min", "Max", "Mean", "STD")
    ),
    *("SymbolsSum", "ClassEntropy", "NumberOfClasses"),
    *("NumberOfInstances", "LogNumberOfInstances", "NumberOfFeatures", "LogNumberOfFeatures"),
    *("DatasetRatio", "LogDatasetRatio", "InverseDatasetRatio", "LogInverseDatasetRatio"),
    *("NumberOfNumericFeatures", "NumberOfCategoricalFeatures"),
    *("RatioNominalToNumerical", "RatioNumericalToNominal"),
    *("NumberOfMissingValues", "PercentageOfMissingValues"),
    *(
        f"{share}Of{what}WithMissingValues"
        for share in ("Number", "Percentage")
        for what in ("Instances", "Features")
    ),
    "PCAFractionOfComponentsFor95PercentVariance",
    *("PCASkewnessFirstPC", "PCAKurtosisFirstPC"),
    *("Landmark1NN", "LandmarkDecisionNodeLearner", "LandmarkDecisionTree"),
    *("LandmarkLDA", "LandmarkNaiveBayes", "LandmarkRandomNodeLearner"),
}

EVERY = {
    feature.name: feature
    for task_type in ("binary", "regression")
    for feature in registry.metafeatures_for(task_type)
}


@pytest.fixture(params=list(EVERY))
def feature(request: pytest.FixtureRequest) -> MetaFeature:
    return EVERY[request.param]


class TestEveryBuiltIn(MetaFeatureContract):
    pass


def names(task_type, chosen=None):
    return [feature.name for feature in registry.metafeatures_for(task_type, chosen)]


def test_holds_the_46_of_auto_sklearn():
    assert len(AUTO_SKLEARN) == 46
    assert not AUTO_SKLEARN - set(names("binary"))


def test_both_classification_types_have_the_same_list():
    assert names("binary") == names("multiclass")


def test_regression_shares_what_does_not_speak_of_classes():
    shared = set(names("binary")) & set(names("regression"))
    assert {"NumberOfInstances", "SkewnessMean", "MutualInformationMean"} <= shared
    assert not any("Class" in name for name in names("regression"))
    # Accuracy and R² are different quantities and have different names.
    assert not any(name.startswith("Landmark") for name in shared)


def test_every_one_is_described():
    for feature in EVERY.values():
        assert feature.description[0].isupper()
        assert feature.description.endswith(".")


def test_groups_are_chosen_by_name():
    assert names("regression", ["target"])[0] == "TargetStd"
    assert names("regression", "target") == names("regression", ["target"])
    assert names("binary", ["target"]) == []
    assert names("binary", ["landmarking", "general"])[0] == "NumberOfInstances"


def test_unknown_group_is_refused():
    with pytest.raises(ValueError, match=r"groups must be among \['general'.*got \['simple'\]"):
        registry.metafeatures_for("binary", ["simple"])


def test_unknown_task_type_is_refused():
    with pytest.raises(ValueError, match="task_type must be one of"):
        registry.metafeatures_for("clustering")


def test_plugins_come_last_and_can_leave():
    plugin = Feature(
        name="Fortytwo", group="mine", formula=lambda p: 42, description="The answer."
    )
    before = names("binary")
    registry.register(plugin)
    try:
        assert names("binary") == [*before, "Fortytwo"]
        assert names("binary", ["mine"]) == ["Fortytwo"]
        with pytest.raises(ValueError, match="'Fortytwo' is registered already"):
            registry.register(plugin)
    finally:
        registry.unregister("Fortytwo")
    assert names("binary") == before


def test_what_is_no_metafeature_is_refused():
    with pytest.raises(
        TypeError, match="needs name, group, task_types and a call, got function"
    ):
        registry.register(lambda prepared: 1.0)


def test_a_new_feature_changes_the_version_by_itself():
    before = registry.extractor_version()
    assert before == "2"
    versions = set()
    for name, group in (("A", "mine"), ("B", "mine"), ("A", "general")):
        feature = Feature(name=name, group=group, formula=lambda p: 1.0, description="One.")
        registry.register(feature)
        versions.add(registry.extractor_version())
        registry.unregister(name)
    assert len(versions) == 3
    assert before not in versions
    assert registry.extractor_version() == before


def test_a_feature_computed_on_request_leaves_the_version_alone():
    feature = Feature(name="A", group="counts", formula=lambda p: 1.0, description="One.")
    before = registry.extractor_version()
    registry.register(feature)
    try:
        assert registry.extractor_version() == before
        assert "A" in names("binary", ["counts"])
        assert "A" not in names("binary")
    finally:
        registry.unregister("A")


def test_groups_on_request_are_not_computed_by_default():
    default, every = names("binary"), names("binary", "all")
    assert default == every[: len(default)]
    assert len(every) > 600
    assert len(set(every)) == len(every)
    assert names("binary", registry.groups()) == every
