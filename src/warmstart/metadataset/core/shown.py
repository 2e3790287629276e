"""How a meta-dataset shows itself: as text, in a notebook, in pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from warmstart._shown import shown

if TYPE_CHECKING:
    from matplotlib.axes import Axes


class Shown:
    """What :mod:`warmstart.report` draws of it, found by name when asked for."""

    def __str__(self) -> str:
        return str(shown("metadataset_text")(self))

    def _repr_html_(self) -> str:
        return str(shown("text_html")(str(self)))

    def plot(
        self,
        kind: Literal[
            "winners", "configurations", "tasks", "complement", "importance", "ranges"
        ] = "winners",
        *,
        by: str | None = None,
        metric: str | None = None,
        task_type: str | None = None,
        ax: Axes | None = None,
    ) -> Axes:
        """Draw what is known; needs the extra ``plots``.

        Parameters
        ----------
        kind : str
            "winners" counts the datasets each learner was best on; "configurations" and
            "tasks" map what fails and succeeds together; "complement" compares a set of the
            best with the best set; "importance" and "ranges" are of the hyperparameters of
            one learner.
        by : str, optional
            What colours a map: "learner" or a hyperparameter such as "class_weight" of
            configurations, a meta-feature of tasks. For "importance" and "ranges" the learner.
        metric, task_type : str, optional
            As in :meth:`matrix`; the type of most tasks, and their own metric, without.
        ax : matplotlib Axes, optional
            Drawn into; a new one without.

        Raises
        ------
        MissingExtraError
            If matplotlib is not installed.
        ArgumentError
            If there is no such kind, or nothing to draw.
        """
        draw = shown("plot_base")
        axes: Axes = draw(self, kind, by=by, metric=metric, task_type=task_type, ax=ax)
        return axes
