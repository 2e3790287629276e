"""A neutral space as Ray Tune, FLAML and Syne Tune have it: each has the same functions."""

from __future__ import annotations

from typing import Any

from warmstart.spaces.space import Choice, Number, Parameter, Space


def as_domains(space: Space, tune: Any, *, inclusive: bool) -> dict[str, Any]:
    """Domains by name; `inclusive` where integers include their upper bound."""
    return {p.name: _domain(p, tune, 0 if inclusive else 1) for p in space}


def _domain(p: Parameter, tune: Any, beyond: int) -> Any:
    if isinstance(p, Number):
        if p.step is not None:
            return tune.quniform(p.low, p.high, p.step)
        if p.integer:
            make = tune.lograndint if p.log else tune.randint
            return make(int(p.low), int(p.high) + beyond)
        return (tune.loguniform if p.log else tune.uniform)(p.low, p.high)
    if isinstance(p, Choice):
        if p.ordered and hasattr(tune, "ordinal"):
            return tune.ordinal(list(p.choices))
        return tune.choice(list(p.choices))
    return p.value
