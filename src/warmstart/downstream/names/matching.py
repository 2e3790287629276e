"""Which name of a point answers which parameter of a tuner.

The way to a tuner; :mod:`warmstart.downstream.names.inverse` is the way back, from a
tuner's names alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from warmstart.downstream.names.aliases import aliases, learner_name
from warmstart.downstream.names.mapping import NameMapping, Words, read_pairs
from warmstart.downstream.point_forms import SeedPoint
from warmstart.errors import SpaceMismatchError
from warmstart.spaces.legal import same
from warmstart.spaces.space import ABSENT

_LEARNER = "learner"


def _learner(values: Mapping[str, Any]) -> str | None:
    learner = values.get(_LEARNER)
    return learner if isinstance(learner, str) else None


class Names:
    """Names of points, translated to names of a space.

    A parameter is answered by the name that `mapping` sends to it, else by its own name,
    else by its name behind the point's learner, as ``lightgbm:num_leaves`` answers
    ``num_leaves`` for a point whose ``learner`` is ``lightgbm``, else by another name that
    the learner's library has for it, such as ``num_leaf``.

    Parameters
    ----------
    points : list of SeedPoint
    mapping : mapping, optional
        Name in the points (with or without its learner) to the tuner's name; to None to
        leave it out on purpose; to ``(name, {old: new})`` to translate its values too.

    Raises
    ------
    SpaceMismatchError
        If `mapping` is of another form, names what no point has, or sends two names to one.
    """

    def __init__(self, points: list[SeedPoint], mapping: NameMapping | None = None) -> None:
        self._targets: dict[str, str | None] = {}
        self._words: dict[str, Words] = {}
        for source, target, words in read_pairs(mapping):
            self._targets[source], self._words[source] = target, words
        self._check(points)
        self._n_learners = len({g.values[_LEARNER] for g in points if _LEARNER in g.values})

    def check_targets(self, names: Iterable[str]) -> None:
        """Refuse a mapping that sends to none of `names`, the parameters there are."""
        known = set(names)
        for source, target in self._targets.items():
            if target is not None and target not in known:
                raise SpaceMismatchError(
                    f"mapping sends {source!r} to {target!r}, but the target's space has "
                    f"only {sorted(known)}"
                )

    def sources(self, values: Mapping[str, Any]) -> dict[str, list[str]]:
        """For each name that a parameter may have, the names of the point that answer it.

        The first is the one to take. Names that the mapping leaves out are not there.
        """
        found: dict[str, list[tuple[int, str]]] = {}
        for name in values:
            short = self._short(name, values)
            mapped = next((n for n in (name, short) if n in self._targets), None)
            if mapped is not None:
                target = self._targets[mapped]
                if target is not None:
                    found.setdefault(target, []).append((0, name))
                continue
            found.setdefault(name, []).append((1, name))
            if short != name:
                found.setdefault(short, []).append((2, name))
            for alias in aliases(short, _learner(values)):
                found.setdefault(alias, []).append((3, name))
        return {target: [name for _, name in sorted(names)] for target, names in found.items()}

    def is_left_out(self, name: str, values: Mapping[str, Any]) -> bool:
        """Whether the mapping leaves a name out on purpose."""
        names = (name, self._short(name, values))
        return any(self._targets.get(n, "") is None for n in names)

    def translated(self, name: str, values: Mapping[str, Any]) -> tuple[Any, bool]:
        """The value of a point's name, and whether the mapping translated it."""
        value = values[name]
        known = next((n for n in (name, self._short(name, values)) if n in self._words), None)
        word = value if known is None else self._words[known].to(value)
        return word, not same(word, value)

    def check_learner(self, values: Mapping[str, Any], taken: Mapping[str, str]) -> None:
        """Refuse to mix the hyperparameters of several learners in a space that has one.

        `taken` gives for each parameter of the space the name of the point it was taken
        from. Two learners' ``learning_rate`` are not the same thing.
        """
        if self._n_learners < 2 or _LEARNER in taken.values():
            return
        for parameter, name in taken.items():
            short = self._short(name, values)
            known_as = {short, *aliases(short, _learner(values))}
            if short != name and parameter in known_as and short not in self._targets:
                raise SpaceMismatchError(
                    f"{name!r} would become {parameter!r}, but the points are of "
                    f"{self._n_learners} learners and the target's space has no parameter "
                    f"{_LEARNER!r}; ask for one learner, as in suggest(space="
                    f"{values[_LEARNER]!r}), or say with mapping={{...}} what is meant"
                )

    def _short(self, name: str, values: Mapping[str, Any]) -> str:
        learner = values.get(_LEARNER)
        return name.removeprefix(f"{learner}:") if isinstance(learner, str) else name

    def learner_among(self, values: Mapping[str, Any], choices: Sequence[Any]) -> Any:
        """The one choice that is a point's learner, in whatever spelling; else ABSENT."""
        learner = _learner(values)
        if learner is None or _LEARNER not in values or _LEARNER in self._targets:
            return ABSENT
        wanted = learner_name(learner)
        found = [c for c in choices if isinstance(c, str) and learner_name(c) == wanted]
        return found[0] if len(found) == 1 else ABSENT

    def _check(self, points: list[SeedPoint]) -> None:
        there = {
            n for g in points for name in g.values for n in (name, self._short(name, g.values))
        }
        if points and (unknown := sorted(set(self._targets) - there)):
            raise SpaceMismatchError(
                f"mapping names {unknown}, which no point has; the points have {sorted(there)}"
            )
        targets = [target for target in self._targets.values() if target is not None]
        if twice := sorted({target for target in targets if targets.count(target) > 1}):
            raise SpaceMismatchError(f"mapping sends two names to {twice}")
