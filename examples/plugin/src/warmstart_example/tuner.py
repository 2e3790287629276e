"""A tuner that plays what lies on its deck, and how to put suggestions there."""

from warmstart.downstream.fit import fit_points
from warmstart.spaces.configspace import neutral_space


class Deck:
    """Plays the cards it was dealt, first to last."""

    def __init__(self, space):
        self.space, self.cards = space, []


def seed(
    suggestions,
    target,
    *,
    space=None,
    mapping=None,
    policy="repair",
    defaults=None,
    scores=None,
):
    """Deal every legal configuration, best first, and report the rest."""
    report = fit_points(
        suggestions,
        neutral_space(target.space if space is None else space),
        tuner="warmstart_example",
        mapping=mapping,
        policy=policy,
        defaults=defaults,
        scores=scores,
        present=target.cards,
    )
    target.cards.extend(report.accepted)
    return report
