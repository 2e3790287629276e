"""Beginning a search, and taking up one that was put aside."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from warmstart.domain import plain_value
from warmstart.errors import ArgumentError, KnowledgeError, MetaDatasetError
from warmstart.recommend.belief.first_knowledge import check_first_look, notes_on_first_look
from warmstart.recommend.candidates.legal_candidates import check_pool, choose_candidates
from warmstart.recommend.candidates.of_surfaces import default_of_surfaces
from warmstart.recommend.candidates.own_pool import read_pool
from warmstart.recommend.candidates.within import within
from warmstart.recommend.methods import check_acquisition
from warmstart.recommend.observations import base_digest
from warmstart.recommend.question.arguments import check_budget
from warmstart.recommend.question.search_question import Question
from warmstart.recommend.question.surfaces import names_left_out, note_few, sources_for
from warmstart.recommend.question.understand import understand
from warmstart.recommend.search import FORMAT, Search
from warmstart.recommend.store.model_choice import ModelChoice
from warmstart.spaces.pipelines.learners import LEARNERS

if TYPE_CHECKING:
    from warmstart.recommend.pareto.front import Front
    from warmstart.recommend.question.task_query import SearchQuery
    from warmstart.recommend.store.store import Store


def begin_search(store: Store, query: SearchQuery) -> Search:
    """A search over what may be suggested for a task, or over a pool of its own.

    Parameters
    ----------
    store : Store
    query : SearchQuery

    Raises
    ------
    KnowledgeError
        If the model cannot be asked so; else as :meth:`warmstart.Recommender.suggest` says.
    """
    choice = _choice(store, query.strategy)
    check_acquisition(query.acquisition, choice.method, choice.name)
    seed = store.random_state if query.random_state is None else query.random_state
    candidates, space = query.candidates, query.space
    budget_s = check_budget(query.time_budget_s)
    if query.asked and query.asked.objectives and choice.method is not None:
        raise KnowledgeError(
            f"model {choice.name!r} ranks by the score alone; objectives need the base's own "
            "belief: leave out the model or strategy, or give limits such as max_predict_s="
        )
    if query.look is not None and choice.method is not None:
        raise KnowledgeError(
            f"model {choice.name!r} cannot begin from a look, only the base's own can; "
            "leave out look="
        )
    task = understand(store, query)
    fitted, phi = task.fitted, task.metafeatures
    if query.strategy != "auto":
        fitted = fitted.led_by(choice.method)
    first_look = check_first_look(query.look, task.metric)
    front: Front | None = None
    left_out: tuple[str, ...] = ()
    pool: tuple[dict[str, Any], ...]
    learners: tuple[str, ...]
    alone = None
    if candidates is None and not query.asked:
        alone = default_of_surfaces(store.surfaces, fitted, space, task.schema)
    if alone is not None:
        pool, ids, learners = (alone,), ("default",), (str(alone["learner"]),)
    elif candidates is None:
        columns, _ = choose_candidates(fitted, space, task.schema)
        columns, front, left_out = within(store, query, task, columns)
        pool = tuple(dict(fitted.configurations[k]) for k in columns)
        ids = tuple(plain_value(fitted.table.configuration_ids[k]) for k in columns)
        learners = tuple(fitted.learners[k] for k in columns)
    else:
        pool, ids = read_pool(candidates)
        check_pool(fitted, pool, ids, model=choice.name)
        learners = tuple(str(values.get("learner", "")) for values in pool)
    chances = front.feasible().tolist() if front is not None and front.limits else ()
    question = Question(
        kind=task.kind,
        metric=task.metric,
        metafeatures=None if phi is None else {str(k): float(v) for k, v in phi.items()},
        schema=task.schema,
        pool=pool,
        pool_ids=ids,
        learners=learners,
        acquisition=query.acquisition,
        n_initial=int(query.n_initial),
        time_budget_s=budget_s,
        excluded=tuple(plain_value(one) for one in task.excluded),
        random_state=int(seed),
        resampling=task.resampling,
        n_rows=task.n_rows,
        speed=store.speed(),
        model=choice.name,
        strategy=query.strategy,
        look=first_look,
        chances=tuple(chances),
        objectives=() if front is None else front.objectives,
        expected_costs=() if front is None else front.expected_costs(),
        cost_spreads=() if front is None else front.cost_spreads(),
        of_base=candidates is None and front is None,
        left_out=names_left_out(query.exclude),
        # Only where nothing but the history says what may be tried.
        local=fitted.unaligned is not None
        and choice.method is None
        and candidates is None
        and space is None
        and budget_s is None
        and front is None
        and not set(learners) & set(LEARNERS),
    )
    read = () if task.dataset is None else task.dataset.warnings
    led = sources_for(store.surfaces, question)
    if alone is not None and led is None:  # what is asked for, surfaces cannot answer
        choose_candidates(fitted, space, task.schema)
    other = notes_on_first_look(first_look, task.dataset)
    notes = (*read, *task.notes, *fitted.notes, *left_out, *other, *note_few(led))
    return Search(fitted, question, surfaces=led, warnings=notes)


def _choice(store: Store, strategy: str) -> ModelChoice:
    """What leads: the recommender's own model, or a method that is named."""
    if strategy == "auto":
        return store.choice
    named = ModelChoice.of(strategy)
    if named.method is None and strategy != "pmf":
        raise KnowledgeError(
            f"strategy={strategy!r} predicts scores in place of the base's own model, so the "
            f"base is fitted with it: pass Recommender(model={strategy!r}).fit(...)"
        )
    return named


def resume_search(text: str, store: Store) -> Search:
    """Read what :meth:`warmstart.Search.to_json` wrote, for the same knowledge base.

    Parameters
    ----------
    text : str
    store : Store
        The base the search was begun with.

    Raises
    ------
    ValueError
        If the text is not JSON of a search.
    KnowledgeError
        If the base has no such scores as the search was begun with.

    Warns
    -----
    HistoryWarning
        If the base has changed since: what it asks next may be something else.
    """
    values = json.loads(text)
    if not isinstance(values, dict) or values.get("warmstart_search") != FORMAT:
        raise ArgumentError(f"not the JSON of a search: {text[:60]!r}")
    try:
        asked = Question.from_dict(values["question"])
        if asked.strategy == "auto" and asked.model != store.choice.name:
            raise KnowledgeError(
                f"the search was led by model {asked.model!r}, the base given has "
                f"{store.choice.name!r}; pass a Recommender with that model"
            )
        fitted = store.fitted(
            asked.kind,
            asked.metric,
            asked.excluded,
            resampling=asked.resampling,
            n_rows=asked.n_rows,
        )
        if asked.strategy != "auto":
            fitted = fitted.led_by(_choice(store, asked.strategy).method)
        search = Search(
            fitted,
            asked,
            surfaces=sources_for(store.surfaces, asked),
            warnings=tuple(values.get("warnings", ())),
        )
        search.engine.restore(values)
    except (KeyError, TypeError, AttributeError) as error:
        raise ArgumentError(f"the JSON of a search is incomplete: {error!r}") from error
    except MetaDatasetError as error:
        raise KnowledgeError(
            f"the search was begun with another knowledge base; pass that one: {error}"
        ) from error
    if values.get("base", digest := base_digest(fitted)) != digest:
        search.note(
            "The search was begun with another knowledge base, or this one has changed "
            "since; what it asks next may be something else."
        )
    return search
