"""A Hyperopt space in neutral words, its choices named instead of numbered."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, TypeAlias

from warmstart.downstream.tuner_spaces.written_bounds import as_written
from warmstart.errors import SpaceMismatchError
from warmstart.spaces.space import (
    Choice,
    Condition,
    Number,
    Parameter,
    Space,
)

_Way: TypeAlias = "tuple[tuple[str, int], ...]"
"""Choices, each with the position of the option taken, that lead to a parameter."""


class Labels:
    """The space of a graph of ``hp.…`` nodes, and what trials hold of its points."""

    def __init__(self, space: Any) -> None:
        from hyperopt.pyll import as_apply

        nodes: dict[str, Any] = {}
        ways: dict[str, set[_Way]] = {}
        options: dict[str, list[Any]] = {}
        _explore(as_apply(space), (), nodes, ways, options)
        self._choices = {label: _options(found) for label, found in options.items()}
        self._all = tuple(nodes)
        self.space = Space(
            parameters=tuple(
                Choice(name=label, choices=self._choices[label])
                if label in self._choices
                else _number(label, node)
                for label, node in nodes.items()
            ),
            conditions=tuple(
                self._condition(label, found) for label, found in ways.items() if all(found)
            ),
        )

    def vals(self, values: Mapping[str, Any]) -> dict[str, list[Any]]:
        """What a trial's document holds: for each label no value, or one, by position."""
        return {
            label: [self._position(label, values[label])] if label in values else []
            for label in self._all
        }

    def read(self, trials: Any) -> list[dict[str, Any]]:
        """Points that trials hold, choices by name."""
        points = []
        for document in trials.trials:
            vals = {k: v[0] for k, v in document["misc"]["vals"].items() if len(v)}
            named = {
                label: self._choices[label][int(value)] if label in self._choices else value
                for label, value in vals.items()
            }
            points.append(named)
        return points

    def _position(self, label: str, value: Any) -> Any:
        choices = self._choices.get(label)
        if choices is None:
            return value
        # The very object: 1 and True are both choices.
        return next(
            i
            for i, choice in enumerate(choices)
            if choice is value or (type(choice) is type(value) and choice == value)
        )

    def _condition(self, child: str, ways: set[_Way]) -> Condition:
        """Active where all equalities of one of the ways to it hold."""
        named = [
            [(parent, self._choices[parent][position]) for parent, position in way]
            for way in sorted(ways)
        ]

        def holds(values: Mapping[str, Any]) -> bool:
            return any(
                all(parent in values and values[parent] == choice for parent, choice in way)
                for way in named
            )

        text = " or ".join(" and ".join(f"{p} is {c!r}" for p, c in way) for way in named)
        parents = tuple(dict.fromkeys(parent for way in named for parent, _ in way))
        return Condition(child=child, parents=parents, holds=holds, text=text)


def _explore(
    node: Any,
    way: _Way,
    nodes: dict[str, Any],
    ways: dict[str, set[_Way]],
    options: dict[str, list[Any]],
) -> None:
    """Collect, by label, the nodes drawn from, the ways to each, and the options of choices.

    Hyperopt's own ``expr_to_config`` fails on ``hp.pchoice``.
    """
    if node.name == "hyperopt_param":
        label = node.arg["label"].obj
        nodes[label] = node.arg["obj"]
        ways.setdefault(label, set()).add(way)
    elif node.name == "switch":
        _explore(node.pos_args[0], way, nodes, ways, options)
        label = node.pos_args[0].arg["label"].obj
        options[label] = node.pos_args[1:]
        for position, option in enumerate(options[label]):
            _explore(option, (*way, (label, position)), nodes, ways, options)
    else:
        for part in node.inputs():
            _explore(part, way, nodes, ways, options)


def _options(nodes: list[Any]) -> tuple[Any, ...]:
    """Names of the options of a choice."""
    words = [_words(node) for node in nodes]
    names: list[Any] = []
    for i, node in enumerate(nodes):
        if node.name == "literal":
            names.append(node.obj)
            continue
        if node.name == "pos_args" and all(p.name == "literal" for p in node.pos_args):
            names.append(tuple(part.obj for part in node.pos_args))
            continue
        others = {word for j, found in enumerate(words) if j != i for word in found}
        own = [word for word in words[i] if word not in others]
        names.append(own[0] if len(own) == 1 else i)
    return tuple(names)


def _words(node: Any) -> list[str]:
    """Text that an option holds itself, not inside further choices."""
    if node.name == "literal":
        return [node.obj] if isinstance(node.obj, str) else []
    if node.name not in ("dict", "pos_args"):
        return []
    return [word for part in node.inputs() for word in _words(part) if part.name == "literal"]


def _number(label: str, node: Any) -> Parameter:
    arguments = {name: part.obj for name, part in node.arg.items() if hasattr(part, "obj")}
    kind = node.name
    if kind == "randint":
        low, high = arguments["low"], arguments.get("high")
        bounds = (0, low) if high is None else (low, high)
        return Number(name=label, low=bounds[0], high=bounds[1] - 1, integer=True)
    if kind.endswith("normal"):
        low = 0.0 if "log" in kind else -math.inf
        return Number(name=label, low=low, high=math.inf)
    if not kind.endswith("uniform"):
        raise SpaceMismatchError(f"{label!r} is of the unknown kind {kind!r}")
    low, high = float(arguments["low"]), float(arguments["high"])
    if "log" in kind:
        low, high = as_written(math.exp(low)), as_written(math.exp(high))
    step = arguments.get("q")
    if step is None:
        return Number(name=label, low=low, high=high, log="log" in kind)
    # Rounded to multiples of q after the draw, so the ends are multiples too.
    return Number(
        name=label,
        low=as_written(round(low / step) * step),
        high=as_written(round(high / step) * step),
        step=step,
    )
