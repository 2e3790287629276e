"""Searches by gradients against finite differences, and that a prior is where they begin.

Also of: architectures.differentiable.cells, architectures.differentiable.darts,
architectures.differentiable.enas, architectures.differentiable.meta_nas,
architectures.differentiable.pdarts,
architectures.differentiable.proxyless, architectures.differentiable.run,
architectures.differentiable.single_path, architectures.differentiable.supernet.
"""

import itertools

import numpy as np
import pandas as pd
import pytest
import torch
from sklearn.datasets import load_digits

from warmstart.architectures.differentiable.cells import (
    EDGES,
    OPERATIONS,
    cell_of,
    edge_logits,
    edge_name,
    one_path,
)
from warmstart.architectures.differentiable.darts import DARTS, alpha_gradient, mixture
from warmstart.architectures.differentiable.enas import ENAS, as_cell, likeliest
from warmstart.architectures.differentiable.meta_nas import MetaNAS
from warmstart.architectures.differentiable.pdarts import PDARTS, fewer_skips, strongest
from warmstart.architectures.differentiable.proxyless import (
    ProxylessNAS,
    drawn,
    gate_gradient,
)
from warmstart.architectures.differentiable.run import Schedule, checked_alpha
from warmstart.architectures.differentiable.single_path import SinglePath
from warmstart.architectures.differentiable.supernet import Supernet, read_images
from warmstart.architectures.policies.recurrent import RecurrentChoices
from warmstart.architectures.prior import ArchitecturePrior
from warmstart.errors import ArgumentError, NotFittedError
from warmstart.metadataset.core.score_table import ScoreTable
from warmstart.models.costs.operator_table import CostTable

SHORT = Schedule(n_epochs=2, batch_size=32, channels=3, n_cells=1)
CONV = OPERATIONS.index("nor_conv_3x3")


@pytest.fixture(scope="module")
def digits():
    X, y = load_digits(return_X_y=True)
    return X.reshape(-1, 8, 8)[:128], y[:128]


@pytest.fixture
def double(digits):
    """A network in double precision, so that differences can be taken."""
    x, y, n_classes = read_images(*digits)
    net = Supernet(n_classes, channels=2, n_cells=2)
    weights = [w.detach().double().requires_grad_() for w in net.weights(3)]
    alpha = 0.3 * torch.randn(6, 5, generator=torch.Generator().manual_seed(1)).double()
    halves = (x[:40].double(), y[:40]), (x[40:80].double(), y[40:80])
    return net, weights, alpha.requires_grad_(), *halves


def after_a_step(net, weights, alpha, train, valid, rate):
    """Validation loss once the weights have followed the training loss."""
    loss = net.loss(weights, mixture(alpha), *train)
    down = torch.autograd.grad(loss, weights, allow_unused=True)
    moved = [w if g is None else w - rate * g for w, g in zip(weights, down, strict=True)]
    return net.loss([w.detach() for w in moved], mixture(alpha), *valid).item()


@pytest.mark.parametrize("rate", [0.0, 0.3])
def test_the_gradient_is_that_of_finite_differences(double, rate):
    net, weights, alpha, train, valid = double
    found = alpha_gradient(net, weights, alpha, train, valid, rate=rate)
    for e, o in [(0, 1), (2, 3), (4, 2), (5, 4)]:
        sides = []
        for sign in (1.0, -1.0):
            shifted = alpha.detach().clone()
            shifted[e, o] += sign * 1e-4
            shifted.requires_grad_()
            sides.append(after_a_step(net, weights, shifted, train, valid, rate))
        expected = (sides[0] - sides[1]) / 2e-4
        assert float(found[e, o]) == pytest.approx(expected, abs=1e-3, rel=1e-3)


def test_a_mixture_of_one_is_that_path(digits):
    x, y, n_classes = read_images(*digits)
    net = Supernet(n_classes, channels=3)
    weights = net.weights(0)
    cell = cell_of(np.random.default_rng(0).normal(size=(6, 5)))
    alone = torch.tensor(one_path(cell), dtype=torch.float32)
    everything = np.ones((6, 5), dtype=bool)
    one, same = net.forward(weights, alone, x), net.forward(weights, alone, x, everything)
    assert torch.allclose(one, same, atol=1e-5)
    assert net.loss(weights, alone, x, y).item() > 0


def test_where_nothing_arrives_every_class_is_as_likely(digits):
    x, _, n_classes = read_images(*digits)
    net = Supernet(n_classes, channels=3)
    nothing = torch.tensor(one_path({edge_name(e): "none" for e in EDGES}), dtype=torch.float32)
    logits = net.forward(net.weights(0), nothing, x)
    assert float(logits.detach().abs().max()) == 0.0


@pytest.mark.parametrize(
    "method",
    [
        DARTS(schedule=SHORT),
        DARTS(order=2, schedule=SHORT),
        PDARTS(schedule=SHORT, n_cells=(1, 2), n_operations=(5, 2), drop_skip=(0.0, 0.5)),
        ProxylessNAS(schedule=SHORT),
        SinglePath(schedule=SHORT),
        ENAS(schedule=SHORT, n_last=4),
    ],
    ids=["darts", "darts_second", "pdarts", "proxyless", "single_path", "enas"],
)
def test_each_begins_from_a_prior_and_repeats_itself(method, digits):
    alpha0 = np.zeros((6, 5))
    alpha0[:, CONV] = 6.0
    warm = method.search(*digits, alpha0=alpha0)
    assert warm.alpha.shape == (6, 5)
    n_conv = sum(operation == "nor_conv_3x3" for operation in warm.cell.values())
    assert n_conv >= 3
    again = method.search(*digits, alpha0=alpha0)
    assert warm.alpha == pytest.approx(again.alpha)
    frame = warm.to_frame()
    assert frame.columns.tolist() == ["step", "mixture", "cell"]
    assert frame["step"].is_monotonic_increasing
    assert frame[["mixture", "cell"]].min().min() >= 0.0


def test_training_learns(digits):
    plan = Schedule(n_epochs=12, batch_size=8, channels=6, n_cells=1, rate=0.1)
    frame = DARTS(schedule=plan).search(*digits).to_frame()
    assert frame["mixture"].iloc[-1] > 0.5


def priced(dear):
    cells = [{edge_name(e): op for e in EDGES} for op in OPERATIONS]
    cells += [
        {edge_name(e): OPERATIONS[(k + i) % 5] for i, e in enumerate(EDGES)} for k in range(5)
    ]
    rng = np.random.default_rng(0)
    cells += [{edge_name(e): OPERATIONS[rng.integers(5)] for e in EDGES} for _ in range(60)]
    return CostTable().fit(cells, [1.0 + sum(v in dear for v in one.values()) for one in cells])


def test_what_the_device_takes_counts(digits):
    plan = Schedule(n_epochs=6, batch_size=16, channels=2, n_cells=1, alpha_rate=0.2)
    table = priced({"nor_conv_3x3", "nor_conv_1x1", "avg_pool_3x3"})
    costly = ProxylessNAS(latency=table, latency_weight=50.0, schedule=plan)
    cheap = costly.search(*digits).cell
    assert float(table.predict([cheap])[0]) < 2.5
    small = CostTable().fit([{"edge_0_1": "none"}], [1.0])
    with pytest.raises(ArgumentError, match="knows no"):
        ProxylessNAS(latency=small, schedule=SHORT).search(*digits)


def test_gates_move_the_two_that_were_drawn_and_no_others(double):
    net, weights, alpha, train, _ = double
    gradient = gate_gradient(net, weights, alpha, train, np.random.default_rng(0))
    assert ((gradient != 0).sum(dim=1) <= 2).all()
    # What one gains the other loses.
    assert gradient.sum(dim=1).abs().max() < 1e-9
    gates, places = drawn(alpha, np.random.default_rng(0), 2)
    assert gates.sum(dim=1).tolist() == [1.0] * 6
    assert all(len(set(row)) == 2 for row in places.tolist())


def test_the_strongest_stay_and_skips_are_few():
    logits = np.array([[0.1, 5.0, 0.3, 0.2, 0.0]] * 3 + [[0.0, 0.0, 0.0, 1.0, 0.0]] * 3)
    logits[:, 1] += np.arange(6)
    kept = strongest(logits, np.ones((6, 5), dtype=bool), 2)
    assert kept.sum(axis=1).tolist() == [2] * 6
    assert kept[0].tolist() == [False, True, True, False, False]
    fewer = fewer_skips(logits, 1)
    assert (fewer.argmax(axis=1) == 1).sum() == 1
    assert fewer[2].argmax() == 1


class TestMetaNAS:
    @staticmethod
    def tasks(digits, classes, n_tasks, seed, n=5):
        """Three classes of a few images each, with others to be judged by."""
        X, y = digits
        rng = np.random.default_rng(seed)
        found = []
        for _ in range(n_tasks):
            three = rng.choice(classes, 3, replace=False)
            rows = np.concatenate(
                [rng.choice(np.flatnonzero(y == c), n + 10, replace=False) for c in three]
            ).reshape(3, -1)
            few, rest = rows[:, :n].ravel(), rows[:, n:].ravel()
            found.append(((X[few], y[few]), (X[rest], y[rest])))
        return found

    def test_a_few_steps_from_what_was_learnt_are_worth_more_than_from_nothing(self):
        X, y = load_digits(return_X_y=True)
        images = X.reshape(-1, 8, 8), y
        known = [few for few, _ in self.tasks(images, range(6), 20, 0)]
        new = self.tasks(images, range(6, 10), 6, 1)
        meta = MetaNAS(n_rounds=25, n_inner=4, channels=6)
        learnt, scratch = meta.fit(known), meta.begin(known)
        gained = [
            learnt.adapt(*few, rest)[5] - scratch.adapt(*few, rest)[5] for few, rest in new
        ]
        assert np.mean(gained) > 0.05

    def test_logits_alone(self):
        X, y = load_digits(return_X_y=True)
        known = [few for few, _ in self.tasks((X.reshape(-1, 8, 8), y), range(6), 4, 0)]
        meta = MetaNAS(n_rounds=2, n_inner=1, channels=2, learns_weights=False)
        learnt, begun = meta.fit(known), meta.begin(known)
        same = zip(learnt.weights, begun.weights, strict=True)
        assert all(torch.equal(a, b) for a, b in same)
        assert np.abs(learnt.alpha).max() > 0

    def test_bad_input(self, digits):
        with pytest.raises(ArgumentError, match="at least one task"):
            MetaNAS().fit([])
        with pytest.raises(ArgumentError, match="n_rounds must be at least 1, got 0"):
            MetaNAS(n_rounds=0)
        X, y = digits
        two = (X[y < 2], y[y < 2])
        start = MetaNAS(n_rounds=1, n_inner=1, channels=2).fit([two])
        with pytest.raises(ArgumentError, match="a task has 10 classes, the network 2"):
            start.adapt(X, y, two)


class TestPrior:
    def test_logits_by_edge_and_operation(self):
        made = list(itertools.product(OPERATIONS, repeat=2))
        names = [edge_name(edge) for edge in EDGES]
        cells = pd.DataFrame([[*one, *["none"] * 4] for one in made], columns=names)
        for k, edge in enumerate(names[2:]):  # every operation somewhere
            cells.loc[k * 5 : k * 5 + 4, edge] = list(OPERATIONS)
        table = ScoreTable(
            scores=np.array([[float("nor_conv_3x3" in one) for one in made]]),
            task_ids=pd.RangeIndex(1),
            configuration_ids=pd.RangeIndex(len(made)),
            families=np.arange(1),
            configurations=cells,
        )
        logits = edge_logits(ArchitecturePrior(top_share=0.3).fit(table))
        assert logits.shape == (6, 5)
        assert logits[0].argmax() == CONV

    def test_another_space_is_refused(self):
        with pytest.raises(NotFittedError, match="fit the prior"):
            edge_logits(ArchitecturePrior())
        table = ScoreTable(
            scores=np.array([[0.1, 0.9]]),
            task_ids=pd.RangeIndex(1),
            configuration_ids=pd.RangeIndex(2),
            families=np.arange(1),
            configurations=pd.DataFrame({"act": ["relu", "tanh"]}),
        )
        with pytest.raises(ArgumentError, match="the prior knows no edge_0_1"):
            edge_logits(ArchitecturePrior().fit(table))


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: DARTS(order=3), "order must be 1 or 2, got 3"),
        (lambda: Schedule(n_epochs=0), "n_epochs must be at least 1, got 0"),
        (lambda: Schedule(rate=0), "rate must be positive, got 0"),
        (lambda: Supernet(1), "n_classes must be at least 2, got 1"),
        (lambda: Supernet(2, n_cells=0), "n_cells must be at least 1, got 0"),
        (lambda: PDARTS(n_cells=(1,)), "one thing each of every stage"),
        (lambda: PDARTS(drop_skip=(0.0, 0.4, 1.0)), "drop_skip must be"),
        (lambda: PDARTS(most_skips=-1), "most_skips=-1"),
        (lambda: ProxylessNAS(latency_weight=-1), "latency_weight must not be negative"),
        (lambda: checked_alpha(np.zeros((2, 2))), "finite logits of shape"),
        (lambda: read_images(np.zeros((9, 4)), np.arange(9) % 2), "images must have shape"),
        (lambda: read_images(np.zeros((9, 4, 4)), np.zeros(9)), "of two classes"),
    ],
)
def test_bad_settings(make, message):
    with pytest.raises(ArgumentError, match=message):
        make()


class TestENAS:
    def test_the_policy_turns_to_children_that_learn(self, digits):
        """Nothing passes where all edges are "none": such children are right by chance."""
        alpha0 = np.zeros((6, 5))
        alpha0[:, 1:3] = -6.0
        alpha0[:, 4] = -6.0  # only "none" and 3 x 3 convolutions are left, evenly
        plan = Schedule(n_epochs=6, batch_size=32, channels=3, n_cells=1, rate=0.1)
        found = ENAS(schedule=plan, n_children=8).search(*digits, alpha0=alpha0)
        assert "nor_conv_3x3" in found.cell.values()
        assert found.to_frame()["cell"].iloc[-1] > 0.2

    def test_the_likeliest_child(self):
        logits = [np.zeros(5) for _ in EDGES]
        for e, one in enumerate(logits):
            one[e % 5] = 5.0
        policy = RecurrentChoices(logits)
        assert likeliest(policy).tolist() == [0, 1, 2, 3, 4, 0]
        assert as_cell(likeliest(policy))["edge_0_1"] == "none"

    def test_bad_settings(self):
        for name, value in (("policy_rate", 0), ("n_children", 0), ("n_last", 0)):
            with pytest.raises(ArgumentError, match=f"{name} must be"):
                ENAS(**{name: value})
        with pytest.raises(ArgumentError, match="decay must be from 0 to below 1, got 1"):
            ENAS(decay=1)
        with pytest.raises(ArgumentError, match="entropy must not be negative, got -1"):
            ENAS(entropy=-1)
