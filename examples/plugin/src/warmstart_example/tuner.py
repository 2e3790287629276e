"""A tuner that plays what lies on its deck, and how to put suggestions there."""

from warmstart.downstream.adapter import TunerAdapter
from warmstart.spaces.configspace import neutral_space


class Deck:
    """Plays the cards it was dealt, first to last."""

    def __init__(self, space):
        self.space, self.cards = space, []


class DeckAdapter(TunerAdapter):
    """What only this tuner needs: its space, what it has already, how it takes more."""

    tuner = "warmstart_example"

    def __init__(self, deck, space=None):
        self.deck, self.given = deck, space

    def space(self):
        """In warmstart's words; one of ConfigSpace becomes so."""
        return neutral_space(self.deck.space if self.given is None else self.given)

    def present(self):
        """Cards on the deck are not dealt again."""
        return self.deck.cards

    def hand_over(self, report):
        """Deal what was accepted, best first."""
        self.deck.cards.extend(report.accepted)
        return report


def seed(suggestions, target, *, space=None, **fitting):
    """Deal every legal configuration, best first, and report the rest."""
    return DeckAdapter(target, space).seed(suggestions, **fitting)
