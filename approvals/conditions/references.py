"""Which fields does a condition read, and is its cost bounded? A condition that hides either is refused.

CEL itself stops at 32 levels and 10,000 iterations, and matches with RE2. It does not bound how much text is
read how often: so loops are not nested and run over a field, and texts are searched for literals only.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from approvals import patterns
from approvals.conditions import comparisons, declared, failures, kinds, tree
from approvals.conditions.declared import EACH, Path
from approvals.conditions.mistakes import InvalidCondition, Mistake
from approvals.conditions.tree import Node, Tree

LARGEST_PATTERNS = 500
"""RE2 instructions, in all of a condition's patterns together."""

MOST_LOOPS = 8

_SEARCHES = ("contains", "startsWith", "endsWith", "matches")


@dataclass(slots=True)
class References:
    """What a condition reads: `paths` are the fields, `loops` the lists that it loops over.

    `guarded` are the fields for whose presence it asks itself, with `has()`.
    """

    paths: set[Path] = field(default_factory=set)
    guarded: set[Path] = field(default_factory=set)
    loops: set[Path] = field(default_factory=set)

    def required(self) -> set[Path]:
        """The fields that must exist. A field that `has()` asks for may be absent, with all below it."""
        return {
            path
            for path in self.paths | self.loops
            if not any(path[:length] in self.guarded for length in range(1, len(path) + 1))
        }


def find(source: str, serialized: bytes) -> References:
    """What a condition reads. Raises InvalidCondition where that, or its cost, cannot be known beforehand."""
    decoded = tree.decode(serialized)
    reader = _Reader(source, decoded)
    reader.read(decoded.node(decoded.root), {})
    return reader.found


@dataclass
class _Reader:
    source: str
    tree: Tree
    found: References = field(default_factory=References)
    pattern_size: int = 0
    loops: int = 0
    is_in_loop: bool = False

    def read(self, node: Node, bound: Mapping[str, Path | None]) -> None:
        """Note what this expression and all below it read. `bound` maps loop variables to what they run over."""
        if self._is_type(node):
            return
        path = self._path(node, bound)
        if path is not None:
            self._note(node, path)
        elif tree.is_comprehension(node):
            self._loop(node, bound)
        elif not tree.is_name(node):
            self._check_call(node)
            self._check_comparison(node, bound)
            for raw in tree.children(node):
                self.read(self.tree.node(raw), bound)

    def _is_type(self, node: Node) -> bool:
        """A name such as `string`, which a condition compares types with."""
        return (tree.is_name(node) or tree.is_select(node)) and self.tree.kind_of(node) == kinds.TYPE

    def _note(self, node: Node, path: Path) -> None:
        is_presence = tree.is_select(node) and 3 in node.fields
        if is_presence:
            self.found.guarded.add(path)
        self.found.paths.add(path[:-1] if is_presence else path)
        if stranger := declared.stranger(path):
            raise self._invalid(node, *_of_stranger(*stranger))

    def _path(self, node: Node, bound: Mapping[str, Path | None]) -> Path | None:
        """The field that this names, or None. Raises InvalidCondition for a field of a computed value."""
        if tree.is_name(node):
            name = node.text(1)
            return bound.get(name, (name,))
        if tree.is_select(node):
            return (*self._base(node, bound), node.text(2))
        if tree.is_call(node) and node.text(2) == tree.INDEX:
            key = tree.constant(self.tree.node(tree.children(node)[1]))
            if key is None:
                raise self._invalid(
                    node, _("A field is named by a literal"), comparisons.write('payload["name"]')
                )
            if isinstance(key, int) and key < 0:
                what = _("A list has no element %(position)s") % {"position": key}
                raise self._invalid(node, what, _("the first one is [0]"))
            return (*self._base(node, bound), key)
        return None

    def _base(self, node: Node, bound: Mapping[str, Path | None]) -> Path:
        base = self._path(self.tree.node(tree.children(node)[0]), bound)
        if base is None:
            raise self._invalid(
                node, _("Only a field of what was proposed can be read, not of a computed value")
            )
        return base

    def _loop(self, node: Node, bound: Mapping[str, Path | None]) -> None:
        parts = [self.tree.node(raw) for raw in tree.children(node)]
        over = self._path(parts[0], bound)
        self.loops += 1
        if self.loops > MOST_LOOPS:
            sentence = _("More than %(most)s loops: say it with fewer")
            raise self._invalid(node, sentence % {"most": MOST_LOOPS})
        if self.is_in_loop:
            raise self._invalid(node, _("A loop inside a loop may never end"))
        if over is None:
            raise self._invalid(
                node, _("A loop runs over a field"), comparisons.write("evidence.exists(item, …)")
            )
        self.found.loops.add(over)
        inner = {**bound, node.text(1): (*over, EACH), node.text(3): None}
        self.is_in_loop = True
        for part in parts[1:]:
            self.read(part, inner)
        self.is_in_loop = False

    def _check_comparison(self, node: Node, bound: Mapping[str, Path | None]) -> None:
        def path(part: Node) -> Path | None:
            return self._path(part, bound)

        if mistake := comparisons.mistake(self.source, self.tree, node, path):
            raise InvalidCondition(mistake)

    def _check_call(self, node: Node) -> None:
        if not tree.is_call(node) or node.text(2) not in _SEARCHES:
            return
        literal = tree.constant(self.tree.node(tree.children(node)[-1]))
        if not isinstance(literal, str):
            function = node.text(2)
            what = _("%(function)s looks for a literal text") % {"function": function}
            raise self._invalid(node, what, comparisons.write(f'{function}("text")'))
        if node.text(2) == "matches":
            self._check_pattern(node, literal)

    def _check_pattern(self, node: Node, pattern: str) -> None:
        try:
            self.pattern_size += patterns.size(patterns.compiled(pattern, most=patterns.SMALL))
        except patterns.TooLargeError:
            self.pattern_size = LARGEST_PATTERNS + 1
        except patterns.InvalidPatternError as error:
            sentence = _("The regular expression does not compile: %(why)s")
            raise self._invalid(node, sentence % {"why": failures.of_pattern(error)}) from None
        if self.pattern_size > LARGEST_PATTERNS:
            raise self._invalid(node, _("The regular expressions are too large"))

    def _invalid(self, node: Node, what: str, hint: str = "") -> InvalidCondition:
        return InvalidCondition(Mistake(self.source, what, node.offset or 0, hint))


def _of_stranger(path: Path, known: tuple[str, ...]) -> tuple[str, str]:
    """What to say of a field that does not exist, with a hint."""
    name = str(path[-1])
    where = next(step for step in reversed(path[:-1]) if isinstance(step, str))
    near = comparisons.nearest(name, known)
    hint = ""
    if near:
        hint = _("did you mean %(word)s?") % {"word": near}
    elif known:
        hint = _("there is %(words)s") % {"words": comparisons.listed(known)}
    return _("There is no field “%(name)s” in %(where)s") % {"name": name, "where": where}, hint
