"""More tasks for a fitted recommender, without fitting it anew.

Also of: recommend.store.model_choice, recommend.store.saved_models, recommend.store.saving,
recommend.store.store, recommend.store.task_learner.
"""

import numpy as np
import pandas as pd
import pytest

from warmstart.errors import HistoryWarning
from warmstart.histories.runs.schema import Run, RunHistory
from warmstart.metadataset.metadataset import MetaDataset
from warmstart.models.pmf.incremental import believed, with_task
from warmstart.models.pmf.pmf import PMF
from warmstart.recommend.recommender import Recommender

pytestmark = pytest.mark.usefixtures("small_forests")


def aligned(n_tasks, seed, n_configs=20, name="t"):
    """Scores with two latents, and meta-features that tell them."""
    rng = np.random.default_rng(seed)
    latents = rng.normal(size=(n_tasks, 2))
    x = np.linspace(-1, 1, n_configs)
    scores = 0.7 + 0.1 * (latents[:, :1] * x + latents[:, 1:] * x**2)
    ids = [f"{name}{k}" for k in range(n_tasks)]
    frame = pd.DataFrame(np.clip(scores, 0.01, 0.99), index=ids)
    frame.columns = [f"c{k}" for k in range(n_configs)]
    phi = pd.DataFrame(latents, index=ids, columns=["a", "b"])
    return MetaDataset.from_matrix(
        frame,
        metafeatures=phi,
        configurations={f"c{k}": {"x": float(v)} for k, v in enumerate(x)},
        metric="accuracy",
    )


def study(task, peak, seed, n=25):
    """A study of its own random configurations, best at `peak`."""
    rng = np.random.default_rng(seed)
    runs = [
        Run(
            task=task,
            values={"x": float(x), "y": float(y)},
            metric="accuracy",
            direction="maximize",
            score=0.9 - 0.3 * (x - peak) ** 2 - 0.1 * (y - 0.5) ** 2,
            source="made",
            source_run_id=f"{task}/{k}",
            sampler="random",
        )
        for k, (x, y) in enumerate(rng.uniform(size=(n, 2)))
    ]
    return RunHistory("made", task, lambda _: iter(runs))


class TestAligned:
    def test_is_what_a_fit_makes_of_it(self):
        """With the task's results complete, the covariance is nearly that of a fit to all."""
        md = aligned(40, seed=1)
        table = md.table()
        first, whole = table.take(range(39)), table
        pmf = PMF(use_metafeatures=False).fit(first)
        task = believed(pmf, dict(enumerate(table.scores[39])))
        added = with_task(pmf, task, n_tasks=39).prior_
        fitted = PMF(use_metafeatures=False).fit(whole).prior_
        one, other = (p.loadings @ p.loadings.T for p in (added, fitted))
        assert np.abs(one - other).max() < 0.05 * np.abs(other).max()
        assert np.allclose(added.mean, fitted.mean, atol=0.02)

    def test_an_unusual_task_is_remembered(self):
        """Another task like several of them is predicted better from few results."""
        md = aligned(30, seed=1)
        usual = md.table()
        odd = 0.6 + 0.2 * np.sin(np.arange(20))
        told = {k: float(odd[k]) for k in range(20)}
        pmf = PMF(use_metafeatures=False).fit(usual)
        wiser = pmf
        for k in range(6):
            wiser = with_task(wiser, believed(wiser, told), n_tasks=30 + k)
        scores = np.concatenate([usual.scores, np.tile(odd, (6, 1))])
        whole = MetaDataset.from_matrix(pd.DataFrame(scores), metric="accuracy").table()
        anew = PMF(use_metafeatures=False).fit(whole)

        def error(model):
            belief = model.start()
            for k in (0, 7, 13):
                belief.tell(k, float(odd[k]))
            return np.abs(belief.score_quantiles([0.5])[0] - odd).mean()

        before, gained = error(pmf), error(pmf) - error(wiser)
        assert gained > 0.7 * (before - error(anew)) > 0
        assert pmf.prior_.loadings.shape == (20, 30)

    def test_the_base_grows(self, tmp_path):
        old, new = aligned(15, seed=1), aligned(2, seed=2, name="n")
        recommender = Recommender().fit(old).add(new)
        assert len(recommender.md) == 17
        suggestions = recommender.suggest(metafeatures=new.metafeatures.iloc[0], n=3)
        assert {"n0", "n1"} & {one.task_id for one in suggestions.neighbours}
        recommender.save(tmp_path / "kb")
        again = Recommender.load(tmp_path / "kb")
        ids = [s.configuration_id for s in again.suggest(n=3)]
        assert ids == [s.configuration_id for s in recommender.suggest(n=3)]
        more = aligned(1, seed=3, name="m")
        assert len(again.add(more).md) == 18
        assert (
            again.fitted(*next(iter(again.store.kept))[:2]).pmf.prior_.loadings.shape[1] == 18
        )

    def test_a_known_task_is_fitted_anew(self):
        recommender = Recommender().fit(aligned(12, seed=1)).add(aligned(1, seed=1))
        assert len(recommender.md) == 12
        assert recommender.store.kept == {}
        assert len(recommender.suggest(n=2)) == 2


class TestUnaligned:
    def test_its_configurations_can_be_suggested(self):
        old = MetaDataset.from_histories([study(f"t{k}", 0.3, k) for k in range(6)])
        recommender = Recommender().fit(old)
        recommender.add(MetaDataset.from_histories([study("new", 0.3, 99)]))
        table = recommender.fitted("classification", "accuracy").table
        assert table.n_tasks == 7
        assert table.n_configs == 7 * 25
        best = recommender.suggest(n=3, task_type="binary")
        assert all(abs(s.configuration["x"] - 0.3) < 0.25 for s in best)
        search = recommender.search(task_type="binary")
        search.tell(search.ask(), score=0.5)
        assert search.ask() is not None

    def test_it_shifts_what_is_believed(self):
        old = MetaDataset.from_histories([study(f"t{k}", 0.2, k) for k in range(4)])
        recommender = Recommender().fit(old)
        for k in range(4):
            recommender.add(MetaDataset.from_histories([study(f"n{k}", 0.8, 50 + k)]))

        def preference(known):
            fitted = known.fitted("classification", "accuracy")
            x = np.array([values["x"] for values in fitted.configurations])
            scores = fitted.pmf.start().score_quantiles([0.5])[0]
            return scores[abs(x - 0.8) < 0.1].mean() - scores[abs(x - 0.2) < 0.1].mean()

        before = preference(Recommender().fit(old))
        assert before < -0.05
        assert abs(preference(recommender)) < 0.5 * abs(before)


def test_histories_of_adaptive_samplers_are_told():
    runs = [
        Run(
            task="t",
            values={"x": k / 10},
            metric="accuracy",
            direction="maximize",
            score=k / 20,
            source="made",
            source_run_id=str(k),
            sampler="tpe",
        )
        for k in range(10)
    ]
    md = MetaDataset.from_histories([RunHistory("made", "here", lambda _: iter(runs))])
    with pytest.warns(HistoryWarning, match=r"100 % of the runs were chosen by samplers .*tpe"):
        Recommender().fit(md)
