"""Can this comparison ever have an answer, and can the value that it looks for ever occur?"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from approvals.conditions import declared, kinds, tree
from approvals.conditions.declared import Declared, Path
from approvals.conditions.mistakes import Mistake
from approvals.conditions.tree import Literal, Node, Tree
from audit.joined import either

_EQUAL = ("_==_", "_!=_")
_ORDER = {"_<_": "_>_", "_<=_": "_>=_", "_>_": "_<_", "_>=_": "_<=_"}
"""Each operator, and what it becomes when its sides change places."""
_TRUTHS = {"_&&_": 2, "_||_": 2, "!_": 1, "_?_:_": 1}
"""How many of the first parts must be true or false."""
_SYNONYMS = {
    "green": "emerald",
    "yellow": "amber",
    "orange": "amber",
    "grey": "slate",
    "gray": "slate",
    "severe": "critical",
    "urgent": "critical",
    "moderate": "medium",
    "normal": "medium",
}
OF_ONE_KIND = gettext_lazy("compare a text with a text, and a number with a number")


@dataclass(frozen=True, slots=True)
class _Side:
    """One side of a comparison: a field with its name, a literal with its value, or something computed."""

    name: str
    path: Path | None
    known: Declared | None
    literal: Literal | None
    kind: str | None

    @property
    def shown(self) -> str:
        return self.name or kinds.in_words(self.kind)

    @property
    def is_null(self) -> bool:
        return self.kind == kinds.NULL


def mistake(source: str, decoded: Tree, node: Node, path_of: Callable[[Node], Path | None]) -> Mistake | None:
    """What is wrong with a call that never has an answer, or looks for a value that never occurs."""
    if not tree.is_call(node) or node.text(2) not in _LOOKED_AT:
        return None
    operator = node.text(2)
    parts = [decoded.node(raw) for raw in tree.children(node)]
    sides = [_side(decoded, part, path_of) for part in parts]
    for found in _LOOKED_AT[operator](operator, sides, decoded, parts):
        return Mistake(source, found[0], node.offset or 0, found[1])
    return None


def nearest(word: str, known: Sequence[str]) -> str:
    """The known word that was probably meant, or an empty text."""
    word = word.strip().lower()
    synonym = _SYNONYMS.get(word, "")
    return synonym if synonym in known else "".join(difflib.get_close_matches(word, known, 1, 0.6))


_Found = Iterator[tuple[str, str]]
"""What is wrong, each with a hint."""


def _of_equality(operator: str, sides: list[_Side], decoded: Tree, parts: list[Node]) -> _Found:
    yield from _of_pair(sides[0], sides[1])


def _of_order(operator: str, sides: list[_Side], decoded: Tree, parts: list[Node]) -> _Found:
    yield from _of_kinds(*sides)
    for side, other, sign in (
        (sides[0], sides[1], operator),
        (sides[1], sides[0], _ORDER[operator]),
    ):
        if side.known and side.known.words:
            yield (
                _("%(field)s would be compared by the alphabet") % {"field": side.name},
                _in_order(side, other, sign),
            )
    yield from _of_confidence(*sides)


def _of_membership(operator: str, sides: list[_Side], decoded: Tree, parts: list[Node]) -> _Found:
    if not tree.is_list(parts[1]):
        return
    elements = [_side(decoded, decoded.node(raw), lambda _node: None) for raw in tree.children(parts[1])]
    if not elements:
        yield _("An empty list holds nothing"), write('in ["one", "another"]')
    of = list(dict.fromkeys(one.kind for one in elements if one.kind and not one.is_null))
    if len(of) > 1:
        one, another = map(kinds.in_words, of[:2])
        sentence = _("The list holds %(one)s and %(other)s, so it never answers")
        yield sentence % {"one": one, "other": another}, _("write elements of one kind")
    for element in elements:
        yield from _of_pair(sides[0], element)


def _of_truth(operator: str, sides: list[_Side], decoded: Tree, parts: list[Node]) -> _Found:
    for side in sides[: _TRUTHS[operator]]:
        if side.known and side.kind != kinds.TRUTH:
            sentence = _("%(field)s is %(kind)s, where true or false belongs")
            hint = _("compare it: %(code)s") % {"code": f"{side.name} == …"}
            yield sentence % {"field": side.name, "kind": kinds.in_words(side.kind)}, hint


_LOOKED_AT: dict[str, Callable[[str, list[_Side], Tree, list[Node]], _Found]] = {
    **dict.fromkeys(_EQUAL, _of_equality),
    **dict.fromkeys(_ORDER, _of_order),
    **dict.fromkeys(_TRUTHS, _of_truth),
    "@in": _of_membership,
}


def _side(decoded: Tree, node: Node, path_of: Callable[[Node], Path | None]) -> _Side:
    literal = tree.literal(node)
    path = None if literal else path_of(node)
    known = declared.of(path) if path else None
    kind = literal.kind if literal else known.kind if known else decoded.kind_of(node)
    return _Side(tree.written(decoded, node), path, known, literal, kind)


def _of_pair(one: _Side, other: _Side) -> _Found:
    yield from _of_kinds(one, other)
    yield from _of_words(one, other)
    yield from _of_words(other, one)
    yield from _of_confidence(one, other)


def _of_kinds(one: _Side, other: _Side) -> _Found:
    if one.kind is None or other.kind is None or one.kind == other.kind:
        return
    known, different = (one, other) if one.known else (other, one)
    if different.is_null and known.known and known.known.may_be_null:
        return
    if different.is_null and not known.known:
        return
    # Translators: field is such as “payload.amount”, or a kind; a kind is such as “text”, “a number” or “a list”.
    sentence = _("%(field)s is %(kind)s, and never %(other)s")
    said = {"kind": kinds.in_words(known.kind), "other": kinds.in_words(different.kind)}
    yield sentence % {"field": known.shown, **said}, _kind_hint(known)


def _kind_hint(side: _Side) -> str:
    if side.known and side.known.words:
        words = listed(side.known.words, quoted=True)
        return _("%(field)s is %(words)s") % {"field": side.name, "words": words}
    return str(OF_ONE_KIND)


def _of_words(field: _Side, other: _Side) -> _Found:
    if not field.known or not field.known.words or not other.literal or other.is_null:
        return
    word = other.literal.value
    if isinstance(word, str) and word not in field.known.words:
        last = field.name.rpartition(".")[2]
        near = nearest(word, field.known.words)
        listing = {"words": listed(field.known.words, quoted=True)}
        hint = write(f'"{near}"') if near else _("it is %(words)s") % listing
        # Translators: field is risk or tone.
        yield _("There is no %(field)s “%(word)s”") % {"field": last, "word": word}, hint


def _of_confidence(one: _Side, other: _Side) -> _Found:
    for field, literal in ((one, other.literal), (other, one.literal)):
        if field.path != ("confidence",) or not literal or isinstance(literal.value, str | bool | None):
            continue
        if not 0 <= literal.value <= 1:
            sentence = _("confidence is from 0 to 1, and never %(number)s")
            yield sentence % {"number": f"{literal.value:g}"}, share(literal.value)


def write(code: str) -> str:
    """A hint that says what to write instead."""
    return _("write %(code)s") % {"code": code}


def share(number: float) -> str:
    """A hint for a confidence that was written as a percentage."""
    if not 1 < number <= 100:
        return _("write 0.8, for example")
    # Translators: a share for a percentage, as in “write 0.8 for 80 %”.
    return _("write %(share)s for %(percentage)s %%") % {
        "share": f"{number / 100:g}",
        "percentage": f"{number:g}",
    }


def _in_order(side: _Side, other: _Side, sign: str) -> str:
    """A hint that names the words which a comparison by rank would include."""
    words = side.known.words if side.known else ()
    word = other.literal.value if other.literal else None
    if side.path != ("risk",) or word not in words:
        return _("name the words: %(code)s") % {"code": f"{side.name} in {_bracketed(words[:2])}"}
    rank = words.index(str(word))
    chosen = words[rank + (sign == "_>_") :] if ">" in sign else words[: rank + (sign == "_<=_")]
    return write(f"{side.name} in {_bracketed(chosen)}") if chosen else _("it never holds")


def _bracketed(words: Sequence[str]) -> str:
    quoted = (f'"{word}"' for word in words)
    return f"[{', '.join(quoted)}]"


def listed(words: Sequence[str], *, quoted: bool = False) -> str:
    shown = [f'"{word}"' if quoted else word for word in words]
    return either(", ".join(shown[:-1]), shown[-1]) if len(shown) > 1 else "".join(shown)
