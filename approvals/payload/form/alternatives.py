"""Which forms may a value take (`oneOf`, `anyOf`, several types), which does it have, and what is each called?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from approvals.payload import display
from approvals.payload.canonical import canonical
from approvals.payload.labels import humanised
from approvals.payload.schema.evaluation import Evaluation, TooCostlyError
from approvals.payload.schema.keywords import CHECKS
from approvals.payload.schema.matching import Effort

MOST = 20
"""More alternatives than these are not drawn as a choice."""

Schema = dict[str, Any]

_SAYS_WHAT_IT_IS = frozenset(
    ("type", "properties", "enum", "const", "items", "format", "allOf", "anyOf", "oneOf")
)
_NULL: Schema = {"type": "null"}
_TYPE_WORDS = {
    "array": _("List"),
    "boolean": _("Yes or no"),
    "integer": _("Whole number"),
    "number": _("Number"),
    "object": _("Group of fields"),
    "string": _("Text"),
}
_OTHER = _("Other")
_FORMAT_WORDS = {
    "date": _("Date"),
    "date-time": _("Date and time"),
    "email": _("E-mail address"),
    "uri": _("Web address"),
    "uuid": _("Identifier"),
}


def alternatives(schema: Schema) -> tuple[Schema, ...]:
    """The schemas of which the value has one, each whole by itself; () if there is nothing to choose."""
    types = schema.get("type")
    if isinstance(types, list) and set(types) != {"integer", "number"}:
        return tuple({**schema, "type": name} for name in types)
    key = next((key for key in ("oneOf", "anyOf") if len(schema.get(key, ())) > 1), "")
    if not key or len(schema[key]) > MOST or not all(map(_says_what_it_is, schema[key])):
        return ()
    if all(branch.keys() & {"const", "enum"} for branch in schema[key]):
        return ()  # `choices` draws these, unless two are alike
    common = {name: value for name, value in schema.items() if name not in {key, "title", "description"}}
    return tuple(joined(common, branch) for branch in schema[key])


def without_null(schema: Schema) -> tuple[Schema, bool]:
    """The schema without null among several alternatives: null is a state of the field. And whether it was there."""
    for key in ("oneOf", "anyOf"):
        rest = [branch for branch in schema.get(key, ()) if branch != _NULL]
        if 1 < len(rest) < len(schema.get(key, ())):
            return {**schema, key: rest}, True
    return schema, False


def merged(branches: list[Any]) -> Schema | None:
    """Schemas that all apply, as one schema; None if they say different things of one field."""
    whole: Schema = {}
    for branch in branches:
        if not isinstance(branch, dict) or not _is_simple(branch):
            return None
        shared = whole.get("properties", {}).keys() & branch.get("properties", {}).keys()
        if any(whole["properties"][name] != branch["properties"][name] for name in shared):
            return None
        whole = joined(whole, branch)
    return whole


def joined(outer: Schema, inner: Schema) -> Schema:
    """Both schemas in one; where both say something, `inner` stands. Fields add up."""
    both = {**outer, **inner}
    if "properties" in outer and "properties" in inner:
        both["properties"] = {**outer["properties"], **inner["properties"]}
    if "required" in outer and "required" in inner:
        both["required"] = list(dict.fromkeys([*outer["required"], *inner["required"]]))
    return both


def fitting(schemas: tuple[Schema, ...], value: Any) -> int | None:
    """Which of the schemas the value fits first; None if it fits none."""
    run = Evaluation(CHECKS, Effort())
    try:
        return next((index for index, schema in enumerate(schemas) if run.fits(value, schema)), None)
    except TooCostlyError:
        return None


def tags(schemas: tuple[Schema, ...]) -> tuple[str, ...]:
    """The keys of the fields by whose constants the alternatives are told apart."""
    constants = [dict(_constants(schema)) for schema in schemas]
    shared = [key for key in constants[0] if all(key in each for each in constants)]
    return tuple(key for key in shared if len({canonical(each[key]) for each in constants}) > 1)


def titles(schemas: tuple[Schema, ...]) -> list[str]:
    """What each alternative is called, no two alike."""
    words = [_words(schema, schemas) for schema in schemas]
    count = Counter(words)
    return [text if count[text] == 1 else f"{text} {index}" for index, text in enumerate(words, start=1)]


def _words(schema: Schema, schemas: tuple[Schema, ...]) -> str:
    title = schema.get("title")
    if isinstance(title, str) and title.strip():
        return title
    for key in tags(schemas):
        return display.in_words(dict(_constants(schema))[key])
    own = schema.get("properties", {})
    if own and all(isinstance(other.get("properties"), dict) for other in schemas):
        others = [other["properties"].keys() for other in schemas if other is not schema]
        special = [humanised(key) for key in own if not any(key in keys for keys in others)]
        if special:
            return gettext("With %(fields)s") % {"fields": ", ".join(special[:3])}
    if "const" in schema:
        return display.in_words(schema["const"])
    form = schema.get("format")
    if isinstance(form, str) and form in _FORMAT_WORDS:
        return str(_FORMAT_WORDS[form])
    kind = schema.get("type", "object" if own else "array" if "items" in schema else "")
    return str(_TYPE_WORDS.get(kind, _OTHER)) if isinstance(kind, str) else str(_OTHER)


def _constants(schema: Schema) -> Iterator[tuple[str, Any]]:
    """The fields that can have one value only, with that value."""
    for key, member in schema.get("properties", {}).items():
        if isinstance(member, dict) and "const" in member:
            yield key, member["const"]
        elif isinstance(member, dict) and len(member.get("enum", ())) == 1:
            yield key, member["enum"][0]


def _says_what_it_is(branch: Any) -> bool:
    return isinstance(branch, dict) and bool(branch.keys() & _SAYS_WHAT_IT_IS)


def _is_simple(branch: Schema) -> bool:
    return not branch.keys() & {"allOf", "anyOf", "oneOf", "enum", "const", "items", "prefixItems"}
