"""What did CEL's compiler find wrong, and what was probably meant? No reader sees the compiler's own words."""

from __future__ import annotations

import re
from functools import reduce

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from approvals.conditions import comparisons, declared, failures, kinds
from approvals.conditions.comparisons import write
from approvals.conditions.mistakes import WORD, Mistake
from approvals.conditions.vocabulary import FUNCTIONS, MEANT, OPERATORS, SHAPES, VARIABLES
from audit.joined import both

_PLACE = re.compile(r"ERROR: <input>:(-?\d+):(-?\d+): (.*)")
_BEFORE = re.compile(r"(\w+|[^\w\s]+)\s*$")
_CALLED = re.compile(r"\w*\s*\(")


def mistake(source: str, text: str) -> Mistake:
    """The mistake that the compiler found, in our words."""
    found = _PLACE.search(text)
    if found is None:
        is_deep = "recursion" in text
        return Mistake(
            source, _("It is nested too deeply") if is_deep else _("It cannot be read as a condition")
        )
    line, column, message = int(found[1]), int(found[2]), found[3]
    if line < 1:
        return Mistake(source, _("It is nested too deeply: say it in fewer levels"))
    starts = [0, *(match.end() for match in re.finditer("\n", source))]
    offset = min(starts[min(line, len(starts)) - 1] + column - 1, len(source))
    return _explained(source, message, offset)


def _explained(source: str, message: str, offset: int) -> Mistake:
    if unknown := re.match(r"undeclared reference to '([^']*)'", message):
        return _unknown(source, unknown[1], offset)
    if overload := re.match(r"found no matching overload for '([^']*)' applied to '\((.*)\)'", message):
        return Mistake(source, *_wrong_types(source, overload[1], overload[2], offset))
    if of_type := re.match(r"expression of type '([^']*)' cannot be the (operand|range)", message):
        return Mistake(source, *_wrong_base(kinds.of_cel(of_type[1]), of_type[2], offset))
    for found, what, hint in _PLAIN:
        if re.search(found, message):
            return Mistake(source, str(what), offset, write(hint) if hint else "")
    return _unreadable(source, message, offset)


# In the compiler's message, what it means, and what to write.
_PLAIN = (
    (r"has\(\) argument", gettext_lazy("has asks for one field"), "has(payload.field)"),
    (r"variable name", gettext_lazy("A loop names its element first"), "evidence.exists(item, …)"),
    (r"invalid \w+ literal", gettext_lazy("This number is too large"), ""),
)


def _unreadable(source: str, message: str, offset: int) -> Mistake:
    if offset >= len(source):
        return Mistake(source, _("It ends too early"), offset)
    if "token recognition" in message and source[offset] in "'\"":
        return Mistake(source, _("This text does not end"), offset, _("close the quotes in the same line"))
    if source[offset] == "," and re.search(r"\bin\s*\([^()]*$", source[:offset]):
        return Mistake(source, _("A list is written in square brackets"), offset, write("in [1, 2]"))
    if re.match(r",\d", source[offset:]) and source[:offset][-1:].isdigit():
        return Mistake(source, _("A number has no comma"), offset, _("write 5000, not 5,000"))
    return _misplaced(source, offset)


def _wrong_base(kind: str, use: str, offset: int) -> tuple[str, int, str]:
    if use == "range":
        what = _("It goes over %(kind)s, and not over a list") % {"kind": kinds.in_words(kind)}
        return what, offset, write("evidence.exists(item, …)")
    if kind == kinds.LIST:
        hint = _("write %(code)s, or %(other)s")
        codes = {"code": "evidence.exists(item, item.label == …)", "other": "evidence[0].label"}
        return _("A field is read from a list"), offset, hint % codes
    what = _("A field is read from %(kind)s") % {"kind": kinds.in_words(kind)}
    return what, offset, _("an object has fields, such as payload.field")


def _misplaced(source: str, offset: int) -> Mistake:
    """The compiler points at the wrong word, or at what follows it."""
    word, before = WORD.match(source, offset), _BEFORE.search(source[:offset])
    here = word[0] if word else source[offset]
    earlier, start = (before[1], before.start(1)) if before else ("", offset)
    for token, at in (
        (here, offset),
        (here[:1] if here[:1] not in "&|=" else "", offset),
        (earlier, start),
        (earlier + here, start),
    ):
        if token in MEANT:
            return Mistake(
                source, _("“%(word)s” does not belong here") % {"word": token}, at, str(MEANT[token])
            )
    hint = _("write the number in digits alone") if earlier.isdigit() and word else ""
    return Mistake(source, _("“%(word)s” does not belong here") % {"word": here}, offset, hint)


def _unknown(source: str, name: str, offset: int) -> Mistake:
    what = _("There is no “%(word)s” here") % {"word": name}
    if name in MEANT:
        return Mistake(source, what, offset, str(MEANT[name]))
    if _is_called(source, name, offset):
        if name in SHAPES:
            what = _("“%(word)s” is called differently") % {"word": name}
            return Mistake(source, what, offset, write(SHAPES[name]))
        if meant := FUNCTIONS.get(name.lower(), ""):
            return Mistake(source, what, offset, write(meant))
        hint = _("there are size, has, contains, startsWith, endsWith, matches, exists and all")
        return Mistake(source, what, offset, hint)
    return Mistake(source, what, offset, _name_hint(source, name, offset))


def _is_called(source: str, name: str, offset: int) -> bool:
    """Whether a name is called as a function: the compiler then points at its bracket."""
    return _CALLED.match(source, offset) is not None and source[:offset].endswith(name)


def _name_hint(source: str, name: str, offset: int) -> str:
    loop = re.search(r"\.(\w+)\s*\(\s*$", source[:offset])
    if loop and loop[1].lower() in FUNCTIONS:
        sentence = _("write %(code)s instead of %(other)s")
        return sentence % {"code": FUNCTIONS[loop[1].lower()], "other": loop[1]}
    base = name.partition(".")[0]
    if "." in name and re.search(rf"\.\w+\s*\(\s*{base}$", source[:offset]):
        return _("a loop names its element first: %(code)s") % {"code": f"exists({base}, …)"}
    field = re.search(r"\b(risk|tone)\s*(?:==|!=)\s*$", source[:offset])
    if field and name.lower() in {*declared.RISKS, *declared.TONES}:
        return write(f'"{name.lower()}"')
    near = comparisons.nearest(name, VARIABLES)
    if near and near != name:
        return _("did you mean %(word)s?") % {"word": near}
    sentence = _(
        "there are payload, confidence, risk, workflow, agent, evidence and context; "
        'a field of the payload is payload.%(word)s, a text is "%(word)s"'
    )
    return sentence % {"word": name}


def _wrong_types(source: str, operator: str, types: str, offset: int) -> tuple[str, int, str]:
    found, name = kinds.of_cel_list(types), failures.written(operator)
    if operator in ("_&&_", "_||_", "!_"):
        wrong = next((kind for kind in found if kind not in (kinds.TRUTH, kinds.ANY)), kinds.ANY)
        what = _("%(operator)s takes true or false, and this is %(kind)s")
        said = what % {"operator": name, "kind": kinds.in_words(wrong)}
        return said, offset, _("compare it with something")
    if operator == "_?_:_":
        one, other = map(kinds.in_words, found[1:3])
        return (
            _("? : gives %(one)s or %(other)s") % {"one": one, "other": other},
            offset,
            _("give two of one kind"),
        )
    if operator == "@in" and found[1:] and found[1] != kinds.LIST:
        return (
            _("in looks in a list"),
            offset,
            _('write in ["one", "another"], or contains("text") for a part of a text'),
        )
    if operator == "_[_]":
        # Translators: each is a kind of value, as in “A list has no element text”.
        what = _("%(kind)s has no element %(element)s")
        element = kinds.in_words(found[1] if found[1:] else kinds.ANY)
        whose = kinds.in_words(found[0]).capitalize()
        return what % {"kind": whose, "element": element}, offset, write('payload["name"]')
    hint = _types_hint(source, name, found, offset)
    if found == [kinds.NUMBER, kinds.NUMBER]:
        return _("A whole number stands beside a decimal one"), offset, hint
    taken = reduce(both, map(kinds.in_words, found)) if found else ""
    return _("%(operator)s does not take %(kinds)s") % {"operator": name, "kinds": taken}, offset, hint


def _types_hint(source: str, name: str, found: list[str], offset: int) -> str:
    if found == [kinds.NUMBER, kinds.NUMBER]:
        number = re.search(
            rf"confidence\s*{re.escape(name)}\s*(\d+)|(\d+)\s*{re.escape(name)}\s*confidence", source
        )
        value = int(number[1] or number[2]) if number else 1
        if value > 1:
            return _("confidence is from 0 to 1: %(hint)s") % {"hint": comparisons.share(value)}
        sentence = _("confidence is a decimal number: write %(code)s instead of %(other)s")
        return sentence % {"code": f"{value}.0", "other": value}
    if name in SHAPES:
        return write(SHAPES[name])
    if kinds.OBJECT in found and name in ("==", "!="):
        return _("name one of its fields")
    if name not in OPERATORS:
        return ""
    ahead = _BEFORE.search(source[:offset])
    if not ahead or ahead[1] != "risk":
        return str(comparisons.OF_ONE_KIND)
    sentence = _("%(hint)s; risk is %(words)s")
    words = comparisons.listed(declared.RISKS, quoted=True)
    return sentence % {"hint": comparisons.OF_ONE_KIND, "words": words}
