"""What a definition reaches: followed statement by statement along the names, attributes and places
that it uses."""

import ast
from collections.abc import Callable
from dataclasses import dataclass, field

from rnnbench.sources.files import digest, locate
from rnnbench.sources.imports import Import
from rnnbench.sources.modules import Module, read_module, whole
from rnnbench.sources.uses import uses

LOOKS_AT_ALL = frozenset(("globals", "vars", "eval", "exec", "__subclasses__", "modules"))
"""Names whose use may reach any definition of a module."""
LATE = "__getattr__"
"""A function of this name makes a module's names when they are asked for."""


@dataclass
class Reach:
    """All that some definitions reach within the modules that are `own`.

    own:          whether a module belongs to the distribution whose source is followed.
    with_effects: whether modules that are imported and not used are looked at for what their import
                  does.
    reached:      by module, the statements that count.
    foreign:      top-level names of the other modules that are imported on the way.
    """

    own: Callable[[str], bool]
    with_effects: bool = True
    reached: dict[str, set[int]] = field(default_factory=dict)
    foreign: set[str] = field(default_factory=set)
    _modules: dict[str, Module | None] = field(default_factory=dict)
    _aliases: dict[str, set[str]] = field(default_factory=dict)
    _open: set[str] = field(
        default_factory=set
    )  # used by their own name: any attribute may be theirs
    _attributes: set[str] = field(default_factory=set)
    _pieces: dict[str, set[str]] = field(default_factory=dict)
    _named: set[tuple[str, str]] = field(default_factory=set)
    _opaque: set[str] = field(
        default_factory=set
    )  # without a source that can be read, as compiled extensions are

    def module(self, name: str) -> Module | None:
        """A module of the distribution, parsed; None where it is another's or has no source."""
        if name not in self._modules:
            self._modules[name] = read_module(name) if self.own(name) else None
        return self._modules[name]

    def enter(self, name: str) -> Module | None:
        """Take in what the import of a module runs: its effects, and those of the packages around
        it."""
        module = self.module(name)
        if name in self.reached:
            return module
        if module is None:
            if not self.own(name):
                self.foreign.add(name.partition(".")[0])
            elif locate(name) is not None:
                self._opaque.add(name)
            return None
        self.reached[name] = set()
        parent = name.rpartition(".")[0]
        if parent:
            self.enter(parent)
        for other in module.imported_modules if self.with_effects else module.stars:
            if self.own(other):
                self.enter(other)
        for number, statement in enumerate(module.statements):
            if statement.effects:
                self._take(module, number)
        return module

    def name(self, module_name: str, name: str) -> None:
        """Take in what gives a name of a module its value."""
        module = self.enter(module_name)
        if module is None or (module_name, name) in self._named:
            return
        self._named.add((module_name, name))
        found = False
        for number, statement in enumerate(module.statements):
            if name in statement.binds:
                self._take(module, number)
                found = True
        target = module.imports.get(name)
        if target is not None:
            self._alias(module, name)
            self._follow(target)
            found = True
        if found:
            return
        for star in module.stars:
            self.name(star, name)
        if name != LATE and any(LATE in statement.binds for statement in module.statements):
            self.everything(module_name)

    def everything(self, module_name: str) -> None:
        """Take in a whole module."""
        module = self.enter(module_name)
        if module is not None:
            for number in range(len(module.statements)):
                self._take(module, number)
            for alias, target in module.imports.items():
                self._alias(module, alias)
                self._follow(target)

    def code(self, module_name: str, node: ast.AST) -> None:
        """Take in a piece of a module's syntax tree, such as one lambda of a list, and what it
        uses."""
        module = self.enter(module_name)
        if module is not None:
            self._pieces.setdefault(module_name, set()).add(ast.unparse(node))
            self._uses(module, node)

    def hashes(self) -> dict[str, str]:
        """A hash for each module of which something is reached."""
        found = {}
        for name, numbers in self.reached.items():
            module = self.module(name)
            assert module is not None
            lines = [module.statements[number].text for number in sorted(numbers)]
            lines += sorted(self._pieces.get(name, ()))
            for alias in sorted(self._aliases.get(name, ())):
                target = module.imports[alias]
                lines.append(f"from {target.module} import {target.attribute} as {alias}")
            if lines:
                found[name] = digest("\n".join(lines).encode())
        for name in self._opaque:
            found[name] = whole(name)
        return found

    def _take(self, module: Module, number: int) -> None:
        if number in self.reached[module.name]:
            return
        self.reached[module.name].add(number)
        self._uses(module, module.statements[number].node)

    def _alias(self, module: Module, name: str) -> None:
        self._aliases.setdefault(module.name, set()).add(name)

    def _uses(self, module: Module, node: ast.AST) -> None:
        found = uses(node, module.package)
        if (found.names | found.attributes) & LOOKS_AT_ALL:
            self.everything(module.name)
        for name in found.names:
            self.name(module.name, name)
        for path in found.paths:
            self._used_path(module, path)
        for attribute in found.attributes:
            self._attribute(attribute)
        for word in found.words:
            if any(word in statement.binds for statement in module.statements):
                self.name(module.name, word)
            self._attribute(word)
        for place, name in found.places:
            if self.own(place):
                self.name(place, name)
        for target in found.imports:
            self._follow(target)

    def _used_path(self, module: Module, dotted: str) -> None:
        """`a.b.c` where `a`, or `a.b`, is an imported module."""
        parts = dotted.split(".")
        for cut in range(len(parts) - 1, 0, -1):
            target = module.imports.get(".".join(parts[:cut]))
            if target is None:
                continue
            self._alias(module, ".".join(parts[:cut]))
            inside = (
                target.module if not target.attribute else f"{target.module}.{target.attribute}"
            )
            if self.module(inside) is None:
                self._follow(target)
                return
            while cut < len(parts) and self.module(f"{inside}.{parts[cut]}") is not None:
                inside = f"{inside}.{parts[cut]}"
                cut += 1
            self._as_module(inside)
            if cut < len(parts):
                self.name(inside, parts[cut])
            return

    def _attribute(self, name: str) -> None:
        if name in self._attributes:
            return
        self._attributes.add(name)
        for module_name in list(self._open):
            self.name(module_name, name)

    def _follow(self, target: Import) -> None:
        if not target.attribute:
            self._as_module(target.module)
            return
        inside = f"{target.module}.{target.attribute}"
        if self.own(target.module) and locate(inside) is not None:
            self.enter(target.module)
            self._as_module(inside)
        else:
            self.name(target.module, target.attribute)

    def _as_module(self, name: str) -> None:
        module = self.enter(name)
        if module is None or name in self._open:
            return
        self._open.add(name)
        for attribute in list(self._attributes):
            self.name(name, attribute)
