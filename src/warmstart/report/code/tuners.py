"""How each tuner is given suggestions, as code to copy."""

from __future__ import annotations

from collections.abc import Mapping

_LOAD = """import warmstart

suggestions = warmstart.Suggestions.load("suggestions.json")
"""

_STEPS = {
    "Optuna": """study = optuna.create_study(direction="maximize")
report = suggestions.seed(study, objective)  # objective asks a trial for its values
study.optimize(objective, n_trials=50)
""",
    "SMAC": """report = warmstart.downstream.smac.seed(suggestions, scenario)
smac = HyperparameterOptimizationFacade(scenario, objective, **report.arguments)
""",
    "scikit-optimize": """report = warmstart.downstream.skopt.seed(suggestions, dimensions)
result = gp_minimize(objective, dimensions, **report.arguments)
""",
    "Hyperopt": """report = warmstart.downstream.hyperopt.seed(
    suggestions, tpe.suggest, space=space
)
fmin(objective, space, max_evals=50, **report.arguments)
""",
    "Nevergrad": """optimizer = ng.optimizers.NGOpt(space, budget=50)
warmstart.downstream.nevergrad.seed(suggestions, optimizer)
optimizer.minimize(objective)
""",
    "Ray Tune": """report = warmstart.downstream.ray.seed(suggestions, space=param_space)
search_alg = OptunaSearch(metric="score", mode="max", **report.arguments)
""",
    "FLAML": """space = warmstart.downstream.flaml.automl_space("lgbm", X.shape, "binary")
report = warmstart.downstream.flaml.seed(suggestions, "lgbm", space=space)
AutoML().fit(X, y, estimator_list=["lgbm"], **report.arguments)
""",
    "Syne Tune": """report = warmstart.downstream.syne_tune.seed(
    suggestions, space=config_space
)
scheduler = RandomSearch(config_space, metrics=["loss"], **report.arguments)
""",
    "Ax": """report = warmstart.downstream.ax.seed(suggestions, client)
for index, parameters in report.arguments["trials"].items():
    client.complete_trial(index, raw_data={"score": evaluate(parameters)})
""",
    "scikit-learn": """board = suggestions.cross_validate(X, y, cv=5)
print(board)
model = board.best_estimator_
""",
}

TUNERS: Mapping[str, str] = {
    name: f"{_LOAD}{steps}"
    for name, steps in sorted(_STEPS.items(), key=lambda x: x[0].lower())
}
"""Name of a tuner to the lines that seed it; the objective and its space are the reader's."""
