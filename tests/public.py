"""What is public, and what its docstrings say.

Public is what a user is told of: the names of ``warmstart`` and ``warmstart.downstream``,
``seed`` of each tuner and ``read`` of each source, the Protocols, the methods that ``replay``
knows by name, measures of similarity, acquisition functions, metrics, the calls around
meta-features and spaces, what README and the documentation name; and every class that a call to
one of these gives back. What a method or a measure gives back is described by its Protocol.
"""

from __future__ import annotations

import ast
import inspect
import re
import textwrap
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property, partial
from importlib import import_module
from pathlib import Path
from typing import Any

import warmstart

ROOT = Path(__file__).parents[1]
MODULES = (
    "warmstart.datasets.load",
    "warmstart.domain",
    "warmstart.errors",
    "warmstart.evaluate.replay",
    "warmstart.knowledge.api",
    "warmstart.knowledge.base",
    "warmstart.knowledge.nearest",
    "warmstart.metafeatures.catalogue",
    "warmstart.metafeatures.extract",
    "warmstart.metafeatures.feature",
    "warmstart.metafeatures.registry",
    "warmstart.metrics",
    "warmstart.protocols",
    "warmstart.recommend.acquisition.functions",
    "warmstart.recommend.methods",
    "warmstart.similarity.task_view",
    "warmstart.spaces.space",
)
"""Every name without an underscore that they define."""

INNER = tuple(
    f"warmstart.{room}."
    for room in (
        *("models", "architectures", "similarity", "recommend.base", "recommend.store"),
        *("recommend.history", "metadataset.storage", "execution"),
    )
)
"""Rooms whose classes stand behind a Protocol, or do the work of a public one."""


def modules() -> Iterator[Any]:
    """Modules whose functions and classes are public."""
    from warmstart.downstream import POPULATIONS, TUNERS

    for name in MODULES:
        yield import_module(name)
    for name in (*TUNERS, *POPULATIONS):
        yield getattr(warmstart.downstream, name)


def readers() -> Iterator[Any]:
    """``read`` of each source."""
    for path in sorted((ROOT / "src/warmstart/histories").glob("*.py")):
        module = import_module(f"warmstart.histories.{path.stem}".removesuffix(".__init__"))
        if hasattr(module, "read"):
            yield module.read


def measures() -> Iterator[type]:
    """Measures of similarity."""
    for path in sorted((ROOT / "src/warmstart/similarity").rglob("*.py")):
        place = ".".join(path.relative_to(ROOT / "src").with_suffix("").parts)
        module = import_module(place.removesuffix(".__init__"))
        for name, obj in vars(module).items():
            own = inspect.isclass(obj) and obj.__module__ == module.__name__
            if (
                own
                and not name.startswith("_")
                and (hasattr(obj, "distances") or name == "TaskView")
            ):
                yield obj


def named_in_text() -> Iterator[Any]:
    """What README and the documentation import or name with its dotted path."""
    texts = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
    for text in texts:
        for name in re.findall(r"\bwarmstart(?:\.[A-Za-z]\w*)+", text.read_text("utf-8")):
            obj: Any = warmstart
            for part in name.split(".")[1:]:
                obj = getattr(obj, part, None)
            if obj is not None and not inspect.ismodule(obj):
                yield obj


def roots() -> Iterator[Any]:
    """Functions and classes that users are told of."""
    from warmstart.recommend.methods import METHODS

    for name in dir(warmstart):
        yield getattr(warmstart, name)
    for name in dir(warmstart.downstream):
        if not name.startswith("_"):
            yield getattr(warmstart.downstream, name)
    for maker in METHODS.values():
        yield maker.func if isinstance(maker, partial) else maker
    for module in modules():
        for name, obj in vars(module).items():
            own = getattr(obj, "__module__", None) == module.__name__
            if not name.startswith("_") and (own or module.__name__.endswith(".protocols")):
                yield obj
    yield from readers()
    yield from measures()
    yield from named_in_text()


OF_PROTOCOLS = frozenset(
    name
    for protocol in vars(import_module("warmstart.protocols")).values()
    if getattr(protocol, "_is_protocol", False)
    for name in vars(protocol)
    if not name.startswith("_")
) | {"order", "remember", "to_arrays", "from_arrays", "arrays"}
"""Methods whose promise stands in a Protocol, or in the class that rankings inherit."""


def is_inner(cls: type) -> bool:
    """Whether a class stands behind a Protocol or does the work of a public one."""
    return cls.__module__.startswith(INNER)


def lines_of_examples(text: str) -> str:
    """Lines that a doctest runs."""
    lines = (line.strip() for line in text.splitlines())
    return "\n".join(line for line in lines if line.startswith((">>>", "...")))


@dataclass(frozen=True)
class Callee:
    """A public function, class or method, and what its docstring says of it."""

    place: str
    """Dotted name, where it is defined."""

    obj: Any
    owner: type | None = None

    @cached_property
    def function(self) -> Callable[..., Any]:
        """What is called; the method that makes an object, of a class."""
        found = self.obj
        if isinstance(found, property | cached_property):
            found = found.fget if isinstance(found, property) else found.func
        found = getattr(found, "__func__", found)
        return inspect.unwrap(found)

    @cached_property
    def doc(self) -> str:
        """Its docstring; one that says nothing inherits that of a base."""
        if self.owner is not None:
            name = self.place.rpartition(".")[2]
            return inspect.getdoc(getattr(self.owner, name)) or inspect.getdoc(self.obj) or ""
        return inspect.getdoc(self.obj) or ""

    @cached_property
    def tree(self) -> ast.FunctionDef:
        """Its source as written."""
        tree = ast.parse(textwrap.dedent(inspect.getsource(self.function))).body[0]
        assert isinstance(tree, ast.FunctionDef)
        return tree

    @property
    def arguments(self) -> list[str]:
        """Names of its arguments."""
        every = self.tree.args
        names = [a.arg for a in (*every.posonlyargs, *every.args, *every.kwonlyargs)]
        names += [a.arg for a in (every.vararg, every.kwarg) if a is not None]
        return [name for name in names if name not in ("self", "cls")]

    @property
    def signature(self) -> str:
        """Annotations of what goes in and out."""
        out = "" if self.tree.returns is None else ast.unparse(self.tree.returns)
        return f"{ast.unparse(self.tree.args)} -> {out}"

    @property
    def raised(self) -> set[str]:
        """Names of the errors that it raises itself."""
        return {
            ast.unparse(node.exc.func)
            for node in ast.walk(self.tree)
            if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call)
        }

    @property
    def is_class(self) -> bool:
        """Whether it is a class."""
        return inspect.isclass(self.obj)

    @property
    def is_protocol(self) -> bool:
        """Whether it is a class that says only what others must do."""
        return bool(getattr(self.obj, "_is_protocol", False))

    @property
    def is_property(self) -> bool:
        """Whether it is read like a value."""
        return isinstance(self.obj, property | cached_property)

    @property
    def is_described_elsewhere(self) -> bool:
        """Whether a Protocol or another library says what the method of that name does."""
        if self.owner is None:
            return False
        name = self.place.rpartition(".")[2]
        bases = [
            cls for cls in self.owner.__mro__ if not cls.__module__.startswith("warmstart")
        ]
        foreign = any(hasattr(cls, name) for cls in bases if cls is not object)
        promised = name in OF_PROTOCOLS and is_inner(self.owner)
        return foreign or promised or getattr(self.owner, "_is_protocol", False)

    @property
    def returned(self) -> list[str]:
        """Names in what it gives back."""
        return [] if self.tree.returns is None else words(ast.unparse(self.tree.returns))


def words(annotation: str) -> list[str]:
    """Names of classes in an annotation."""
    return re.findall(r"[A-Z]\w+", annotation)


def members(cls: type) -> Iterator[Callee]:
    """Methods and properties that a class of ours defines."""
    place = f"{cls.__module__}.{cls.__qualname__}"
    for name, obj in vars(cls).items():
        kinds = (property, cached_property, classmethod, staticmethod)
        if name in getattr(cls, "__dataclass_fields__", {}):
            continue
        if not name.startswith("_") and (inspect.isfunction(obj) or isinstance(obj, kinds)):
            yield Callee(f"{place}.{name}", obj, cls)


def is_ours(obj: Any) -> bool:
    """Whether a class or function is of this package and stands under its own name."""
    module, name = getattr(obj, "__module__", "") or "", getattr(obj, "__qualname__", "_")
    ours = module.startswith("warmstart") and not name.startswith("_") and "." not in name
    return ours and name != "<lambda>" and callable(obj)


def public() -> dict[str, Callee]:
    """Every public function, class, method and property by its dotted name."""
    found: dict[str, Callee] = {}
    todo = [obj for obj in roots() if is_ours(obj)]
    while todo:
        obj = todo.pop()
        place = f"{obj.__module__}.{obj.__qualname__}"
        if place in found:
            continue
        found[place] = Callee(place, obj)
        told = [found[place]]
        if inspect.isclass(obj):
            todo += [base for base in obj.__mro__[1:] if is_ours(base)]
            told = list(members(obj))
            found |= {one.place: one for one in told}
        for one in told:
            if inspect.isclass(one.obj):
                continue
            source = import_module(one.function.__module__)
            for name in one.returned:
                cls = given_back(source, name)
                if cls is not None and not is_inner(cls):
                    todo.append(cls)
    return dict(sorted(found.items()))


def given_back(module: Any, name: str) -> type | None:
    """The class of ours that a module means by a name, imported for types only or not."""
    if name in vars(module):
        found = vars(module)[name]
        return found if inspect.isclass(found) and is_ours(found) else None
    for node in ast.walk(ast.parse(inspect.getsource(module))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("warmstart."):
            for alias in node.names:
                if name == (alias.asname or alias.name):
                    found = getattr(import_module(node.module), alias.name, None)
                    return found if inspect.isclass(found) and is_ours(found) else None
    return None
