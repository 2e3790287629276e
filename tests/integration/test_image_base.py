"""A base of image tasks, and an answer for images from it and from no other."""

import numpy as np
import pandas as pd
import pytest

import warmstart
from warmstart.datasets.images.labelled import LabelledImages, as_pixels
from warmstart.errors import KnowledgeError, SimilarityError
from warmstart.metadataset.core.configurations import Configurations, canonical
from warmstart.metadataset.core.evaluations import MatrixEvaluations
from warmstart.metadataset.core.score_matrix import OK, ScoreMatrix
from warmstart.similarity.known.known_tasks import KnownTasks
from warmstart.similarity.task_view import TaskView
from warmstart.spaces.pipelines.design import space_filling

PAIRS = [(0, 6), (1, 7), (3, 8), (2, 5), (4, 9), (0, 1)]
LEARNERS = ("lda", "naive_bayes", "conv_net")


def images_of(pair):
    from sklearn.datasets import load_digits

    digits = load_digits()
    kept = np.flatnonzero(np.isin(digits.target, pair))[:40]
    return digits.images[kept] / 16, digits.target[kept]


@pytest.fixture(scope="module")
def base():
    """Six tasks of digits, three configurations, made-up scores, vectors by Task2Vec."""
    points = [c for c in space_filling("image", scale=0.01) if c.learner in LEARNERS]
    ids = [str(c.configuration_id) for c in points]
    task_ids = pd.Index([f"pair-{k}" for k in range(len(PAIRS))], name="task_id")
    scores = np.random.default_rng(0).uniform(0.7, 1.0, size=(len(PAIRS), len(points)))
    layer = ScoreMatrix(scores, np.full(scores.shape, OK, np.uint8), np.full(scores.shape, 0.1))
    md = warmstart.MetaDataset.from_parts(
        task_ids,
        MatrixEvaluations({"balanced_accuracy": layer}, list(task_ids), ids, source="made-up"),
        Configurations(
            pd.Index(ids, name="configuration_id"),
            texts=[canonical(dict(c.values)) for c in points],
            spaces=[c.space for c in points],
            learners=[c.learner for c in points],
        ),
        tasks=pd.DataFrame(
            {"task_type": "image", "metric_default": "balanced_accuracy"}, index=task_ids
        ),
    )
    views = {}
    for task, pair in zip(task_ids, PAIRS, strict=True):
        pixels, labels = images_of(pair)
        views[task] = TaskView(images=as_pixels(pixels), labels=labels)
    known = KnownTasks().with_measure("task2vec", views)
    return warmstart.Recommender().fit(md).with_vectors(known)


def test_an_answer_for_images(base):
    images, labels = images_of((4, 9))
    answer = warmstart.suggest(images, labels, task_type="image", knowledge=base, n=3)
    assert answer.task_type == "image"
    assert {s.learner for s in answer} == set(LEARNERS)
    lda = next(s for s in answer if s.learner == "lda")
    pixels = images.reshape(40, -1)
    assert (lda.estimator().fit(pixels, labels).predict(pixels) == labels).mean() > 0.8


def test_by_task2vec_the_task_itself_is_nearest(base):
    images, labels = images_of((4, 9))
    found = LabelledImages(pixels=as_pixels(images), labels=labels)
    answer = warmstart.suggest(
        found, task_type="image", knowledge=base, n=2, similarity="task2vec"
    )
    assert answer.neighbours[0].task_id == "pair-4"


def test_what_images_lack_is_said(base):
    images, labels = images_of((4, 9))
    with pytest.raises(KnowledgeError, match="no vectors of similarity 'dida'"):
        warmstart.suggest(images, labels, task_type="image", knowledge=base, similarity="dida")


def test_tables_are_no_evidence_for_images():
    images = np.random.default_rng(0).random((12, 8, 8))
    with pytest.raises(KnowledgeError, match="has no image tasks"):
        warmstart.suggest(images, list("ab") * 6, task_type="image")


def test_images_say_nothing_of_tables(base):
    with pytest.raises(KnowledgeError, match="no classification tasks, only image"):
        warmstart.suggest(np.arange(12.0).reshape(6, 2), [0, 1] * 3, knowledge=base)


def test_a_table_has_no_images():
    with pytest.raises((SimilarityError, KnowledgeError), match="task2vec"):
        warmstart.suggest(
            np.random.default_rng(0).random((30, 3)), [0, 1] * 15, similarity="task2vec"
        )
