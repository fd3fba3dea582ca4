"""The closure of a definition: all statements that it reaches by names, attributes and places."""

import ast
from collections.abc import Callable
from dataclasses import dataclass, field

from rnnbench.sources.files import digest, locate
from rnnbench.sources.imports import Import
from rnnbench.sources.modules import Module, read_module, whole
from rnnbench.sources.uses import uses

LOOKS_AT_ALL = frozenset(("globals", "vars", "eval", "exec", "__subclasses__", "modules"))
"""Names whose use may reach any definition of a module."""
LAZY = "__getattr__"
"""A module function of this name makes the module's names when they are first read."""


@dataclass
class Reach:
    """Everything that some definitions reach within the modules of one distribution.

    own:          whether a module belongs to the distribution whose source is followed.
    with_effects: whether the effects of importing modules that are not used count.
    reached:      by module, the numbers of the statements that count.
    foreign:      top-level names of the other modules that are imported on the way.
    """

    own: Callable[[str], bool]
    with_effects: bool = True
    reached: dict[str, set[int]] = field(default_factory=dict)
    foreign: set[str] = field(default_factory=set)
    _modules: dict[str, Module | None] = field(default_factory=dict)
    _aliases: dict[str, set[str]] = field(default_factory=dict)
    _used_as_value: set[str] = field(default_factory=set)
    _attributes: set[str] = field(default_factory=set)
    _pieces: dict[str, set[str]] = field(default_factory=dict)
    _followed_names: set[tuple[str, str]] = field(default_factory=set)
    _without_source: set[str] = field(default_factory=set)

    def module(self, name: str) -> Module | None:
        """Return a module of the distribution, parsed; None for others and without a source."""
        if name not in self._modules:
            self._modules[name] = read_module(name) if self.own(name) else None
        return self._modules[name]

    def enter(self, name: str) -> Module | None:
        """Take in what the import of a module runs: its effects, and those of its packages."""
        module = self.module(name)
        if name in self.reached:
            return module
        if module is None:
            self._note_unread(name)
            return None
        self.reached[name] = set()
        parent = name.rpartition(".")[0]
        if parent:
            self.enter(parent)
        others = module.imported_modules if self.with_effects else module.stars
        for other in filter(self.own, others):
            self.enter(other)
        for number, statement in enumerate(module.statements):
            if statement.effects:
                self._take(module, number)
        return module

    def name(self, module_name: str, name: str) -> None:
        """Take in the statements that give a name of a module its value."""
        module = self.enter(module_name)
        if module is None or (module_name, name) in self._followed_names:
            return
        self._followed_names.add((module_name, name))
        numbers = module.binding(name)
        for number in numbers:
            self._take(module, number)
        if name in module.imports:
            self._follow_alias(module, name)
        if numbers or name in module.imports:
            return
        for star in module.stars:
            self.name(star, name)
        if name != LAZY and module.binding(LAZY):
            self.everything(module_name)

    def everything(self, module_name: str) -> None:
        """Take in a whole module."""
        module = self.enter(module_name)
        if module is None:
            return
        for number in range(len(module.statements)):
            self._take(module, number)
        for alias in module.imports:
            self._follow_alias(module, alias)

    def code(self, module_name: str, node: ast.AST) -> None:
        """Take in a part of a module's syntax tree, such as one lambda of a list."""
        module = self.enter(module_name)
        if module is not None:
            self._pieces.setdefault(module_name, set()).add(ast.unparse(node))
            self._follow_uses(module, node)

    def hashes(self) -> dict[str, str]:
        """Return a hash for each module of which something is reached."""
        hashes = {}
        for name in self.reached:
            lines = self._reached_lines(name)
            if lines:
                hashes[name] = digest("\n".join(lines).encode())
        hashes.update({name: whole(name) for name in self._without_source})
        return hashes

    def _reached_lines(self, name: str) -> list[str]:
        module = self.module(name)
        assert module is not None
        lines = [module.statements[number].text for number in sorted(self.reached[name])]
        lines += sorted(self._pieces.get(name, ()))
        return lines + module.import_lines(self._aliases.get(name, ()))

    def _note_unread(self, name: str) -> None:
        """Note a module of another distribution, or one without a source (a compiled extension)."""
        if not self.own(name):
            self.foreign.add(name.partition(".")[0])
        elif locate(name) is not None:
            self._without_source.add(name)

    def _take(self, module: Module, number: int) -> None:
        if number not in self.reached[module.name]:
            self.reached[module.name].add(number)
            self._follow_uses(module, module.statements[number].node)

    def _follow_uses(self, module: Module, node: ast.AST) -> None:
        used = uses(node, module.package)
        if (used.names | used.attributes) & LOOKS_AT_ALL:
            self.everything(module.name)
        for name in used.names:
            self.name(module.name, name)
        for path in used.paths:
            self._follow_path(module, path)
        for attribute in used.attributes:
            self._follow_attribute(attribute)
        for word in used.words:
            if module.binding(word):
                self.name(module.name, word)
            self._follow_attribute(word)
        for place, name in used.places:
            if self.own(place):
                self.name(place, name)
        for target in used.imports:
            self._follow(target)

    def _follow_alias(self, module: Module, alias: str) -> None:
        self._aliases.setdefault(module.name, set()).add(alias)
        self._follow(module.imports[alias])

    def _follow_path(self, module: Module, dotted: str) -> None:
        """Follow `a.b.c` where `a`, or `a.b`, is an imported module."""
        parts = dotted.split(".")
        for cut in range(len(parts) - 1, 0, -1):
            alias = ".".join(parts[:cut])
            if alias in module.imports:
                self._aliases.setdefault(module.name, set()).add(alias)
                self._follow_inside(module.imports[alias], parts[cut:])
                return

    def _follow_inside(self, target: Import, attributes: list[str]) -> None:
        """Follow attributes of an imported target, the first of which may be its submodules."""
        inside = target.dotted
        if self.module(inside) is None:
            self._follow(target)
            return
        while attributes and self.module(f"{inside}.{attributes[0]}") is not None:
            inside = f"{inside}.{attributes[0]}"
            attributes = attributes[1:]
        self._follow_module(inside)
        if attributes:
            self.name(inside, attributes[0])

    def _follow_attribute(self, name: str) -> None:
        """Follow an attribute in every module used as a value: it may be the attribute of any."""
        if name in self._attributes:
            return
        self._attributes.add(name)
        for module_name in list(self._used_as_value):
            self.name(module_name, name)

    def _follow(self, target: Import) -> None:
        if not target.attribute:
            self._follow_module(target.module)
        elif self.own(target.module) and locate(target.dotted) is not None:
            self.enter(target.module)
            self._follow_module(target.dotted)
        else:
            self.name(target.module, target.attribute)

    def _follow_module(self, name: str) -> None:
        module = self.enter(name)
        if module is None or name in self._used_as_value:
            return
        self._used_as_value.add(name)
        for attribute in list(self._attributes):
            self.name(name, attribute)
