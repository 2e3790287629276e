"""From a question to suggestions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy.typing as npt
from threadpoolctl import threadpool_limits

from warmstart.errors import KnowledgeError
from warmstart.recommend.answer.assemble import dress, find_relatives, find_relatives_by_text
from warmstart.recommend.answer.choose import choose
from warmstart.recommend.answer.suggestions import Suggestions
from warmstart.recommend.base.fitting import PLAIN, By
from warmstart.recommend.candidates.legal_candidates import choose_candidates
from warmstart.recommend.candidates.within import within
from warmstart.recommend.question.arguments import check_budget, check_jobs, check_look
from warmstart.recommend.question.duplicates import find_duplicates
from warmstart.recommend.question.understand import understand

if TYPE_CHECKING:
    from warmstart.recommend.answer.choose import ChosenColumns
    from warmstart.recommend.answer.evidence import OutOfDistribution
    from warmstart.recommend.base.fitted import Fitted
    from warmstart.recommend.look.result import Look
    from warmstart.recommend.pareto.front import Front
    from warmstart.recommend.question.task_query import SuggestQuery
    from warmstart.recommend.question.understand import Understood
    from warmstart.recommend.store.store import Store

_NO_DATA = "There is no data yet: the answer is what does well on known tasks of this kind"


def compose(store: Store, query: SuggestQuery) -> Suggestions:
    """Name the configurations most likely to be good on a new dataset.

    Parameters
    ----------
    store : Store
    query : SuggestQuery

    Raises
    ------
    DatasetError, KnowledgeError, SpaceMismatchError
        As :meth:`warmstart.Recommender.suggest` says.
    """
    seed = store.random_state if query.random_state is None else int(query.random_state)
    task = understand(store, query)
    fitted, phi, dataset = task.fitted, task.metafeatures, task.dataset
    columns, notes = choose_candidates(
        fitted,
        query.space,
        task.schema,
        proba=query.proba and task.kind in ("classification", "image"),
    )
    columns, front, left_out = within(store, query, task, columns)
    relation, neighbours, near = find_relatives(fitted, phi)
    if query.description is not None and query.similarity == "auto" and phi is None:
        neighbours, near = find_relatives_by_text(fitted, store.md.tasks, query.description)
    unlike = relation.flag is True
    # On matrices this small, BLAS threads cost several times what they save.
    with threadpool_limits(limits=1, user_api="blas"):
        choice, look = _choose(
            store, query, task, columns, front, unlike=unlike, random_state=seed
        )
    costs_of_each, stds_of_each = _predicted_costs(front, columns, choice)
    items = (
        dress(fitted, choice, k, near, task.schema, seed) for k in range(len(costs_of_each))
    )
    read = () if dataset is None else dataset.warnings
    return Suggestions(
        items=tuple(
            replace(
                item,
                **costs,
                cost_stds={**item.cost_stds, **stds},
                **({} if look is None else look.measured(item.configuration_id)),
            )
            for item, costs, stds in zip(items, costs_of_each, stds_of_each, strict=True)
        ),
        metric=task.metric,
        strategy=choice.strategy,
        task_type=task.task_type,
        dataset="" if dataset is None else dataset.name,
        neighbours=neighbours,
        out_of_distribution=relation,
        warnings=(
            *(*read, *task.notes, *fitted.notes, *notes, *left_out),
            *choice.notes,
            *_remarks(query, relation, choice.strategy, task.by),
            *task.remarks(),
            *find_duplicates(store.md.tasks, dataset, set(task.excluded)),
        ),
        expected_regrets=tuple(map(float, choice.expected.of_best)),
        knowledge=_size(fitted),
        look=look,
        objectives=() if front is None else ("score", *front.objectives),
    )


def _predicted_costs(
    front: Front | None, columns: npt.NDArray[Any], choice: ChosenColumns
) -> tuple[Sequence[dict[str, Any]], Sequence[dict[str, float]]]:
    """What each chosen configuration is told to cost beside its seconds, and how surely."""
    if front is None:
        return [{}] * len(choice.columns), [{}] * len(choice.columns)
    places = {int(column): place for place, column in enumerate(columns)}
    chosen = [places[column] for column in choice.columns]
    return front.predicted_costs(chosen), front.costs.stds(chosen)


def _choose(
    store: Store,
    query: SuggestQuery,
    task: Understood,
    columns: npt.NDArray[Any],
    front: Front | None,
    *,
    unlike: bool,
    random_state: int,
) -> tuple[ChosenColumns, Look | None]:
    """Choose by what is known, and again after a look where one is asked for."""
    fitted, phi, dataset = task.fitted, task.metafeatures, task.dataset
    # A front is chosen on a joint belief; of an unlike dataset it ignores meta-features.
    several = front is not None and bool(front.objectives)
    method, strategy = store.choice.for_strategy(query.strategy, unlike=unlike and not several)
    if method is not None and task.by != PLAIN:
        from warmstart.recommend.store.compared import comparing_by

        method = comparing_by(method, task.by)
    if several and method is not None:
        raise KnowledgeError(
            f"model {strategy!r} names configurations in an order of its own and has no joint "
            "belief to choose a front on; take strategy='pmf', or limits such as max_predict_s="
        )
    budget_s, speed = check_budget(query.time_budget_s), store.speed()
    choice = choose(
        fitted,
        None if several and unlike else phi,
        columns,
        query.n,
        method=method,
        strategy=strategy,
        time_budget_s=budget_s,
        speed=speed,
        random_state=random_state,
        front=front,
        sizes=task.sizes,
    )
    bounds = check_look(query.look_s, query.look_n)
    if bounds is None:
        return choice, None
    from warmstart.recommend.look.answer import look_and_choose
    from warmstart.recommend.look.request import Request

    request = Request(
        bounds=bounds,
        n_jobs=check_jobs(query.n_jobs),
        progress=query.progress,
        groups=None if dataset is None else dataset.groups,
        times=None if dataset is None else dataset.times,
    )
    return look_and_choose(
        choice,
        query.n,
        dataset,
        fitted,
        phi,
        columns,
        request,
        time_budget_s=budget_s,
        speed=speed,
        random_state=random_state,
    )


def _remarks(
    query: SuggestQuery, relation: OutOfDistribution, strategy: str, by: By
) -> list[str]:
    """What the answer rests on, where that is not what was hoped for."""
    said = []
    described = query.data is not None or query.metafeatures is not None
    if relation and described:
        instead = query.strategy == "auto" and strategy == "portfolio"
        said.append(relation.reason + (" The portfolio is suggested." if instead else ""))
    if query.description is not None and not described:
        how = ", whatever the description; its words only name the tasks that read like it."
        if by != PLAIN:
            how = f", those like it by {' and '.join(by)} more than others."
        said.append(_NO_DATA + how)
    return said


def _size(fitted: Fitted) -> str:
    """Tasks and configurations of a base, in words."""
    n_tasks, n_configs = fitted.table.n_tasks, fitted.table.n_configs
    return (
        f"{n_tasks} task{'s' * (n_tasks != 1)} × "
        f"{n_configs} configuration{'s' * (n_configs != 1)}"
    )
