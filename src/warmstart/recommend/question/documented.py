"""What the arguments of a question mean, said once for every entry that takes them."""

from __future__ import annotations

import inspect
import re
import textwrap
from collections.abc import Callable
from typing import Any, TypeVar

Entry = TypeVar("Entry", bound=Callable[..., Any])

PLACE = "{arguments}"
"""In a docstring, where the arguments of the question are described."""

ARGUMENTS: dict[str, str] = {
    "data, y, target, task_type, kinds": """
        The dataset: a DataFrame of any library with `target`, ``X`` and ``y``, a path to CSV,
        Parquet or ARFF, a scikit-learn ``Bunch``, or ``"openml:31"``; see
        :func:`warmstart.datasets.load.load_dataset`. Without one, `metafeatures` describe
        it, or nothing does.""",
    "metafeatures : Series or mapping, optional": """
        Of the dataset where it is not at hand, shape (n_features,) by name, as
        :func:`warmstart.extract_metafeatures` gives them.""",
    "description : str, optional": """
        What the data will be, in words, where there is none yet; say its `task_type`. The
        answer is what does well on known tasks of its kind, with intervals as wide as that
        deserves: words name the known tasks that read most like it, and did not find better
        configurations where that was measured.""",
    "n_rows : int, optional": """
        How many rows it will have, where there is no data yet: seconds and megabytes are of
        so many.""",
    "n : int": """
        How many configurations; fewer where fewer are legal or fit the time budget, and
        said so.""",
    "candidates : DataFrame, optional": """
        This task's own pool, shape (n_candidates, n_hyperparameters): one row a
        configuration; what the base does not know is placed by its features. Its index
        holds the ids.""",
    "n_initial : int": """
        How many are chosen together before any score is told.""",
    'acquisition : {"ei", "log_ei", "ei_per_second", "pi", "lcb", "thompson"} or str': """
        What ranks the configurations after that; or the name of an acquisition function
        that an installed package offers.""",
    "space : str or iterable of str, optional": """
        Restrict to these learners or spaces, such as ``"lightgbm"``.""",
    "metric : str or callable, optional": """
        What to be good at: balanced_accuracy (the default), accuracy, roc_auc, log_loss or
        f1_macro; r2 (the default), rmse or mae. Scores are higher-is-better: losses are
        negative. A scorer the base does not hold, such as "average_precision" or one made
        by scikit-learn's ``make_scorer``, is answered by the nearest it has, and
        ``warnings`` says so.""",
    "time_budget_s : float, optional": """
        Seconds, on one core of this machine: those predicted of one fit of each suggested
        configuration, or those all evaluations of a search may take together.""",
    "objectives : str or iterable of str, optional": """
        What to be good at together: "score" and at most two of "predict_s" (seconds to
        predict 1,000 rows), "fit_s" (of one fit), "size_mb" (of the fitted model) and
        "memory_mb" (of a fit). The answer is a front: from the best to the cheapest that is
        any good, ``suggestions.pareto`` those that no other beats in all. A search asks what
        is expected to add most to the front of what was told, ``search.pareto``.""",
    "max_predict_s, max_fit_s, max_size_mb, max_memory_mb": """
        What each configuration may cost at most; numbers, in the units above. What is
        unlikely to keep a limit is left out, and the likelier counts more.""",
    "exclude : str or iterable": """
        Known tasks to forget, by id, name or family; the model is fitted without them.""",
    'strategy : {"auto", "pmf", "portfolio", "nearest_datasets", "random", "anytime"}, str': """
        "auto" is PMF, or the portfolio for a dataset unlike everything known; "anytime"
        orders by expected gain per second, for a list that is run until time is over. A
        search takes "auto", or any method of
        :data:`~warmstart.recommend.methods.METHODS` to lead it: "evolution" (regularised)
        and "evolution_strategy" begin with a population, or its mean and spread, of what
        was good on the known tasks, "cold_evolution" by chance.""",
    "proba : bool": """
        Suggest only classifiers that have ``predict_proba``.""",
    'similarity : {"auto", "mix", "metafeatures", "text", "sentence", "gw_otdd", \
"dataset2vec", "dida", "task2vec"}': """
        By what tasks are compared: what is suggested, the known tasks most like this one and
        whether it is unlike all of them go by it. "auto" are the meta-features of the data;
        where there are only words, these name tasks and change nothing else. A measure named
        must have its input: "text" the `description` or names of columns, "sentence"
        the `description` or title (extra ``text``), "gw_otdd", "dataset2vec" and "dida" rows,
        "task2vec" images; and of all but the meaning of sentences the base must keep vectors
        (``warmstart build similarity``). "mix" sums a kernel of each, with weights learnt
        from families left out. But for "auto" a model is fitted, in some seconds, when a
        measure is first asked for.""",
    "groups : str, int or array-like of shape (n_rows,), optional": """
        Which rows belong together, such as those of one customer: a column by name, which
        is then no feature, or a value a row. Where the base has scores with whole groups
        held out, they count; where it has none, ``warnings`` says so. A look holds them out
        too.""",
    "time : str, int or array-like of shape (n_rows,), optional": """
        When rows are from, likewise for later rows held out, in a look too unless groups are
        given; the column stays a feature.""",
    "look_s : float, optional": """
        Look before answering: spend at most so many seconds of the clock on fits to parts of
        the data, and name first what is best by all that is known then. 0, the default,
        answers at once.""",
    "look_n : int, optional": """
        Try at most so many configurations; alone it bounds the look without a clock, so
        that the same seed gives the same answer.""",
    "n_jobs : int, optional": """
        Fits of the look at a time, in threads; -1 for one on each core. 1 by default.""",
    "progress : callable, optional": """
        Called after each fit of the look with a
        :class:`~warmstart.recommend.look.request.LookState`.""",
    "look : Look, optional": """
        What :func:`warmstart.suggest` measured on the same data, ``suggestions.look``: the
        search believes it, with the errors its folds have, and may ask the same again.""",
    "random_state : int, optional": """
        Seed of the posterior draws, of a look's folds and fits, and of the suggested
        estimators: the same input and seed give the same answer, after a look by the clock
        a like one. That of the recommender by default.""",
    "knowledge : path, Recommender or MetaDataset, optional": """
        Another base than the embedded one.""",
}
"""Heading of each entry, as numpydoc writes it, and what it says."""


def documented(entry: Entry) -> Entry:
    """Describe the arguments of a question at :data:`PLACE` in a docstring.

    Parameters
    ----------
    entry : callable or class
        Whose signature says which of :data:`ARGUMENTS` it takes, and in which order; what
        its docstring describes itself is left to it.

    Examples
    --------
    >>> @documented
    ... def ask(n=1):
    ...     '''Ask.
    ...
    ...     Parameters
    ...     ----------
    ...     {arguments}
    ...     '''
    >>> print(ask.__doc__.partition("{")[0].splitlines()[4])
    n : int
    """
    if entry.__doc__ is None:  # python -OO
        return entry
    lines = inspect.cleandoc(entry.__doc__)
    headings = re.findall(r"^(\w+(?:, \w+)*)(?: :.*)?$", lines, re.MULTILINE)
    own = {name for heading in headings for name in heading.split(", ")}
    names = [name for name in inspect.signature(entry).parameters if name not in own]
    entry.__doc__ = lines.replace(PLACE, described(names))
    return entry


def described(names: Any) -> str:
    """Entries of a numpydoc section for some arguments, in their order; others are left out.

    Parameters
    ----------
    names : iterable of str
    """
    names = list(names)
    entries = []
    for heading, text in ARGUMENTS.items():
        words, _, kind = heading.partition(" :")
        taken = [name for name in map(str.strip, words.split(",")) if name in names]
        if taken:
            body = textwrap.indent(textwrap.dedent(text).strip(), "    ")
            first = min(map(names.index, taken))
            entries.append((first, f"{', '.join(taken)} :{kind}\n{body}"))
    return "\n".join(entry for _, entry in sorted(entries))
