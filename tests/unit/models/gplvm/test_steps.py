"""Training by mini-batches: who is seen moves as Adam moves it, who is not stays."""

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from warmstart.models.gplvm.steps import Steps, turns_of  # noqa: E402
from warmstart.models.gplvm.training import Recipe, train  # noqa: E402


def quadratic(parameters):
    return sum(((p - 1.0) ** 2 * (1 + k)).sum() for k, p in enumerate(parameters))


def made():
    rng = np.random.default_rng(0)
    shapes = ((5, 2), (2,), (1,), (1,))
    return [torch.tensor(rng.normal(size=s), requires_grad=True) for s in shapes]


def test_all_that_are_seen_move_as_adam_moves_them():
    ours, plain = made(), made()
    steps = Steps(ours, "adam", 0.1, some=True)
    adam = torch.optim.Adam(plain, lr=0.1)
    for _ in range(4):
        steps.forget()
        quadratic(ours).backward()
        steps.take(torch.arange(5))
        adam.zero_grad()
        quadratic(plain).backward()
        adam.step()
    for one, other in zip(ours, plain, strict=True):
        assert torch.allclose(one, other, atol=1e-9)


def test_who_is_seen_late_begins_as_if_it_were_the_first_step():
    ours = made()
    start = ours[0].detach().clone()
    steps = Steps(ours, "adam", 0.1, some=True)
    for seen in ([0, 1], [0, 1], [3]):
        steps.forget()
        quadratic(ours).backward()
        steps.take(torch.tensor(seen))
    moved = (ours[0] - start).detach()
    assert (moved[[2, 4]] == 0).all()
    assert torch.allclose(moved[3].abs(), torch.full((2,), 0.1, dtype=torch.float64))


def test_turns_see_all_about_as_often():
    turns = turns_of(10, 3, np.random.default_rng(0))
    counts = np.zeros(10, dtype=int)
    for _ in range(30):
        seen = next(turns)
        assert len(set(seen.tolist())) == 3
        assert (np.diff(seen) > 0).all()
        counts[seen] += 1
    assert counts.min() >= 5
    whole = turns_of(4, 4, np.random.default_rng(0))
    assert next(whole).tolist() == next(whole).tolist() == [0, 1, 2, 3]


def test_batches_of_configurations_raise_the_likelihood():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(60, 1))
    root = np.linalg.cholesky(np.exp(-0.5 * (x - x.T) ** 2) + 0.05 * np.eye(60))
    responses = rng.normal(size=(30, 60)) @ root.T
    responses[rng.random(responses.shape) < 0.3] = np.nan
    found = []
    recipe = Recipe(
        n_latent=2,
        n_epochs=12,
        tasks_per_step=10,
        configurations_per_step=20,
        progress=lambda _, __, nats: found.append(nats),
    )
    kernel = train(responses, recipe)
    assert kernel.latents.shape == (60, 2)
    assert np.mean(found[-3:]) < np.mean(found[:3]) - 0.05
