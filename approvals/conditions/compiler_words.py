"""What did CEL's compiler find wrong, and what was probably meant? No reader sees the compiler's own words."""

from __future__ import annotations

import re

from approvals.conditions import comparisons, declared, failures, kinds
from approvals.conditions.mistakes import WORD, Mistake
from approvals.conditions.vocabulary import FUNCTIONS, MEANT, OPERATORS, SHAPES, VARIABLES

_PLACE = re.compile(r"ERROR: <input>:(-?\d+):(-?\d+): (.*)")
_BEFORE = re.compile(r"(\w+|[^\w\s]+)\s*$")
_CALLED = re.compile(r"\w*\s*\(")


def mistake(source: str, text: str) -> Mistake:
    """The mistake that the compiler found, in our words."""
    found = _PLACE.search(text)
    if found is None:
        depth = "recursion" in text
        return Mistake(source, "It is nested too deeply" if depth else "It cannot be read as a condition")
    line, column, message = int(found[1]), int(found[2]), found[3]
    if line < 1:
        return Mistake(source, "It is nested too deeply: say it in fewer levels")
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
            return Mistake(source, what, offset, hint)
    return _unreadable(source, message, offset)


_PLAIN = (
    (r"has\(\) argument", "has asks for one field", "write has(payload.field)"),
    (r"variable name", "A loop names its element first", "write evidence.exists(item, …)"),
    (r"invalid \w+ literal", "This number is too large", ""),
)


def _unreadable(source: str, message: str, offset: int) -> Mistake:
    if offset >= len(source):
        return Mistake(source, "It ends too early", offset)
    if "token recognition" in message and source[offset] in "'\"":
        return Mistake(source, "This text does not end", offset, "close the quotes in the same line")
    if source[offset] == "," and re.search(r"\bin\s*\([^()]*$", source[:offset]):
        return Mistake(source, "A list is written in square brackets", offset, "write in [1, 2]")
    if re.match(r",\d", source[offset:]) and source[:offset][-1:].isdigit():
        return Mistake(source, "A number has no comma", offset, "write 5000, not 5,000")
    return _misplaced(source, offset)


def _wrong_base(kind: str, use: str, offset: int) -> tuple[str, int, str]:
    if use == "range":
        return f"It goes over {kind}, and not over a list", offset, "write evidence.exists(item, …)"
    if kind == kinds.LIST:
        hint = "write evidence.exists(item, item.label == …), or evidence[0].label"
        return "A field is read from a list", offset, hint
    return f"A field is read from {kind}", offset, "an object has fields, such as payload.field"


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
            return Mistake(source, f"“{token}” does not belong here", at, MEANT[token])
    hint = "write the number in digits alone" if earlier.isdigit() and word else ""
    return Mistake(source, f"“{here}” does not belong here", offset, hint)


def _unknown(source: str, name: str, offset: int) -> Mistake:
    what = f"There is no “{name}” here"
    if name in MEANT:
        return Mistake(source, what, offset, MEANT[name])
    if _is_called(source, name, offset):
        if name in SHAPES:
            return Mistake(source, f"“{name}” is called differently", offset, f"write {SHAPES[name]}")
        listed = "there are size, has, contains, startsWith, endsWith, matches, exists and all"
        meant = FUNCTIONS.get(name.lower(), "")
        return Mistake(source, what, offset, f"write {meant}" if meant else listed)
    return Mistake(source, what, offset, _name_hint(source, name, offset))


def _is_called(source: str, name: str, offset: int) -> bool:
    """Whether a name is called as a function: the compiler then points at its bracket."""
    return _CALLED.match(source, offset) is not None and source[:offset].endswith(name)


def _name_hint(source: str, name: str, offset: int) -> str:
    loop = re.search(r"\.(\w+)\s*\(\s*$", source[:offset])
    if loop and loop[1].lower() in FUNCTIONS:
        return f"write {FUNCTIONS[loop[1].lower()]} instead of {loop[1]}"
    base = name.partition(".")[0]
    if "." in name and re.search(rf"\.\w+\s*\(\s*{base}$", source[:offset]):
        return f"a loop names its element first: exists({base}, …)"
    field = re.search(r"\b(risk|tone)\s*(?:==|!=)\s*$", source[:offset])
    if field and name.lower() in {*declared.RISKS, *declared.TONES}:
        return f'write "{name.lower()}"'
    near = comparisons.nearest(name, VARIABLES)
    if near and near != name:
        return f"did you mean {near}?"
    return (
        "there are payload, confidence, risk, workflow, agent, evidence and context; "
        f'a field of the payload is payload.{name}, a text is "{name}"'
    )


def _wrong_types(source: str, operator: str, types: str, offset: int) -> tuple[str, int, str]:
    found, name = kinds.of_cel_list(types), failures.written(operator)
    if operator in ("_&&_", "_||_", "!_"):
        wrong = next((kind for kind in found if kind not in (kinds.TRUTH, kinds.ANY)), kinds.ANY)
        return f"{name} takes true or false, and this is {wrong}", offset, "compare it with something"
    if operator == "_?_:_":
        return f"? : gives {found[1]} or {found[2]}", offset, "give two of one kind"
    if operator == "@in" and found[1:] and found[1] != kinds.LIST:
        return (
            "in looks in a list",
            offset,
            'write in ["one", "another"], or contains("text") for a part of a text',
        )
    if operator == "_[_]":
        return (
            f"{found[0].capitalize()} has no element {kinds.ANY if len(found) < 2 else found[1]}",
            offset,
            'write payload["name"]',
        )
    hint = _types_hint(source, name, found, offset)
    if found == [kinds.NUMBER, kinds.NUMBER]:
        return "A whole number stands beside a decimal one", offset, hint
    return f"{name} does not take {' and '.join(found)}", offset, hint


def _types_hint(source: str, name: str, found: list[str], offset: int) -> str:
    if found == [kinds.NUMBER, kinds.NUMBER]:
        number = re.search(
            rf"confidence\s*{re.escape(name)}\s*(\d+)|(\d+)\s*{re.escape(name)}\s*confidence", source
        )
        value = int(number[1] or number[2]) if number else 1
        if value > 1:
            return f"confidence is from 0 to 1: {comparisons.share(value)}"
        return f"confidence is a decimal number: write {value}.0 instead of {value}"
    if name in SHAPES:
        return f"write {SHAPES[name]}"
    if kinds.OBJECT in found and name in ("==", "!="):
        return "name one of its fields"
    if name not in OPERATORS:
        return ""
    ahead = _BEFORE.search(source[:offset])
    risks = (
        f"; risk is {comparisons.listed(declared.RISKS, quoted=True)}" if ahead and ahead[1] == "risk" else ""
    )
    return comparisons.OF_ONE_KIND + risks
