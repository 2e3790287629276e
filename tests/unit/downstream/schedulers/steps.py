"""Steps that worker processes can import."""

HEIGHTS = [0.5, 0.6, 0.95, 0.7, 0.55, 0.8]
BUDGETS = [1.0, 2.0, 4.0, 8.0]


def rising(configuration, budget, state):
    """A curve towards a height; its state counts the steps."""
    if configuration.get("fails") == budget:
        raise ValueError("no memory left")
    return configuration["height"] * (1 - 0.5 / budget), (state or 0) + 1
