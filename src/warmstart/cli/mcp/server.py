"""The desk as a Model Context Protocol server: tools with schemas, errors in words."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from warmstart._extras import require
from warmstart._version import __version__
from warmstart.cli.mcp.desk import Desk, as_list
from warmstart.cli.terminal.errors import bad_input

if TYPE_CHECKING:
    from mcp.server import MCPServer

_T = TypeVar("_T")

_INSTRUCTIONS = """\
warmstart names machine-learning pipelines (preprocessing, learner, hyperparameters) that worked
on datasets like the user's, with the score to expect, a 90 % interval and the seconds of a fit.
Call suggest first, with the path of a table and its target column. Its `answer` is the handle
for explain, code, next_configuration and record_result. Scores are higher-is-better: losses
such as log_loss or rmse carry a minus sign. Cross-validate what is suggested: what is expected
is a prediction. Nothing leaves the machine."""


def make_server(desk: Desk) -> MCPServer[Any]:
    """A server that offers what a desk does.

    Raises
    ------
    MissingExtraError
        If the package mcp is not installed.
    """
    module = require("mcp.server", extra="mcp")
    failed: type[Exception] = require("mcp.server.mcpserver.exceptions", extra="mcp").ToolError

    def answered(call: Callable[[], _T]) -> _T:
        """What a call gives; what is wrong with the input is for the model to read."""
        try:
            return call()
        except Exception as error:
            if (message := bad_input(error)) is None:
                raise
            raise failed(message) from error

    server: MCPServer[Any] = module.MCPServer(
        "warmstart", version=__version__, instructions=_INSTRUCTIONS, log_level="ERROR"
    )

    @server.tool()
    def suggest(
        data: str | None = None,
        target: str | None = None,
        n: int = 5,
        metric: str | None = None,
        space: str | None = None,
        task_type: str | None = None,
        description: str | None = None,
        time_budget_s: float | None = None,
        look_s: float | None = None,
        exclude: str | None = None,
        groups: str | None = None,
        time: str | None = None,
        random_state: int = 0,
    ) -> dict[str, Any]:
        """Suggest pipelines for a table, best first, and what to expect of each.

        data: path of a CSV, Parquet, ARFF, Excel, Feather or JSON-lines file; or leave it out
        and give a description in words with a task_type (binary, multiclass, regression).
        target: the column to predict. metric: balanced_accuracy (default), accuracy, roc_auc,
        log_loss, f1_macro; r2 (default), rmse, mae. space: learners, separated by commas, such
        as lightgbm,ridge. time_budget_s: seconds that one fit of each may take together.
        look_s: first spend so many seconds on fits to parts of the data. groups, time: columns
        that say which rows belong together, and when they are from.
        """
        return answered(
            lambda: desk.suggest(
                data,
                target=target,
                n=n,
                metric=metric,
                space=as_list(space),
                task_type=task_type,
                description=description,
                time_budget_s=time_budget_s,
                look_s=look_s,
                exclude=as_list(exclude),
                groups=groups,
                time=time,
                random_state=random_state,
            )
        )

    @server.tool()
    def explain(answer: str, rank: int | None = None) -> str:
        """Say why these pipelines, with the known datasets that say so; or one rank in full."""
        return answered(lambda: desk.explain(answer, rank))

    @server.tool()
    def code(answer: str) -> str:
        """Python code that builds the suggested pipelines with scikit-learn."""
        return answered(lambda: desk.code(answer))

    @server.tool()
    def next_configuration(answer: str, n: int = 1) -> dict[str, Any]:
        """Name what to try next, given every result recorded so far for this answer."""
        return answered(lambda: {"configurations": desk.following(answer, n)})

    @server.tool()
    def record_result(
        answer: str,
        configuration_id: str | None = None,
        configuration: dict[str, Any] | None = None,
        score: float | None = None,
        cost_s: float | None = None,
        status: str = "ok",
    ) -> dict[str, Any]:
        """Record how a configuration did, by its id or by its values; says what is best now.

        score: in the answer's metric, higher is better. status: ok, failed, timeout, memout or
        pruned; a score is needed only where it is ok.
        """
        return answered(
            lambda: desk.record(
                answer,
                _either(configuration_id, configuration),
                score=score,
                cost_s=cost_s,
                status=status,
            )
        )

    return server


def _either(name: str | None, values: dict[str, Any] | None) -> str | dict[str, Any]:
    from warmstart.errors import ArgumentError

    if (name is None) == (values is None):
        raise ArgumentError("give configuration_id or configuration, one of them")
    return name if name is not None else values or {}
