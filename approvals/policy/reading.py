"""What does a YAML file of policies say, and what is wrong with its shape, in which line?"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import yaml
from django.contrib.postgres.fields import ArrayField
from django.db.models import BooleanField, Field, FloatField, IntegerField, JSONField

from approvals.models import Policy
from approvals.models.policy import IDENTITY
from approvals.policy import yaml_text

KEYS = (*IDENTITY, *Policy.term_names(), "reason")
REQUIRED = ("action_type", "pattern", "risk")
GONE = {
    "sla_max_minutes": "is gone: an agent may ask for less than sla_minutes and never for more; remove this line, "
    "and raise sla_minutes where requests may wait longer"
}
"""Fields of earlier versions, and what to do about them."""


@dataclass(frozen=True, slots=True)
class FileError:
    """One thing wrong in a file, by line (from 1) and field."""

    line: int
    field: str
    message: str

    def __str__(self) -> str:
        place = f"line {self.line}" + (f", {self.field}" if self.field else "")
        return f"{place}: {self.message}"


class InvalidFile(Exception):
    """Nothing was loaded. `errors` has everything that is wrong."""

    def __init__(self, errors: Sequence[FileError]) -> None:
        super().__init__("\n".join(map(str, errors)))
        self.errors = tuple(sorted(errors, key=lambda error: error.line))


@dataclass(frozen=True, slots=True)
class Entry:
    """A policy, and in which line of the file it and its fields begin."""

    policy: Policy
    lines: dict[str, int]
    line: int

    def error(self, name: str, message: str) -> FileError:
        is_known = name in KEYS
        return FileError(self.lines.get(name, self.line), name if is_known else "", message)


def read_table(text: str) -> tuple[list[Entry], list[FileError]]:
    """The entries whose shape is right, as unsaved policies, and the errors of the others.

    Raises InvalidFile where nothing can be read at all.
    """
    try:
        root = yaml_text.compose(text)
    except yaml_text.Unreadable as refusal:
        raise InvalidFile([FileError(refusal.line, "", str(refusal))]) from None
    reader = _Reader()
    return reader.entries(root), reader.errors


class _Reader:
    """Reads nodes instead of values, because nodes know their lines."""

    def __init__(self) -> None:
        self.errors: list[FileError] = []

    def entries(self, root: yaml.Node | None) -> list[Entry]:
        top = self._mapping(root, ("policies",))
        if "policies" not in top or not isinstance(top["policies"], yaml.SequenceNode):
            self.errors = self.errors or [FileError(1, "", "The file holds a list under policies:.")]
            return []
        found, seen = [], dict[tuple[str, str], int]()
        for node in top["policies"].value:
            entry = self._entry(node)
            if entry is None:
                continue
            identity = entry.policy.identity
            if identity in seen:
                message = f"{entry.policy.name} appears in line {seen[identity]} already."
                self.errors.append(FileError(entry.line, "action_type", message))
                continue
            seen[identity] = entry.line
            found.append(entry)
        return found

    def _entry(self, node: yaml.Node) -> Entry | None:
        before = len(self.errors)
        nodes = self._mapping(node, KEYS)
        values = {name: self._value(name, one) for name, one in nodes.items()}
        for name in REQUIRED:
            if name not in values:
                self._error(node, name, "is missing")
        if len(self.errors) > before:
            return None
        lines = {name: yaml_text.line(one) for name, one in nodes.items()}
        given = {name: value for name, value in values.items() if value is not None}
        return Entry(Policy(**given), lines, yaml_text.line(node))

    def _mapping(self, node: yaml.Node | None, known: Sequence[str]) -> dict[str, yaml.Node]:
        if not isinstance(node, yaml.MappingNode):
            self._error(node, "", f"Write {' or '.join(known[:2])} and a colon here")
            return {}
        found: dict[str, yaml.Node] = {}
        for key, value in node.value:
            name = str(key.value) if isinstance(key, yaml.ScalarNode) else ""
            if name in found:
                self._error(key, name, "appears twice")
            elif name in GONE and known is KEYS:
                self._error(key, name, GONE[name])
            elif name not in known:
                self._error(key, "", f"There is no field {name}{_meant(name, known)}")
            else:
                found[name] = value
        return found

    def _value(self, name: str, node: yaml.Node) -> Any:
        try:
            value = yaml_text.value(node)
        except yaml_text.Unreadable as refusal:
            self.errors.append(FileError(refusal.line, name, str(refusal)))
            return None
        if value is None and name not in REQUIRED:
            return None
        wanted, fits = _shape(name)
        if not fits(value):
            self._error(node, name, f"must be {wanted}{_instead(value)}")
            return None
        return value

    def _error(self, node: yaml.Node | None, name: str, message: str) -> None:
        self.errors.append(FileError(yaml_text.line(node), name, f"{message}."))


def _meant(name: str, known: Sequence[str]) -> str:
    near = difflib.get_close_matches(name, known, 1)
    return f" (did you mean {near[0]}?)" if near else f"; there are {', '.join(known)}"


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _are_texts(value: Any) -> bool:
    return isinstance(value, list) and all(map(_is_text, value))


def _is_whole_number(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


_SHAPES: tuple[tuple[type[Field[Any, Any]], str, Callable[[Any], bool]], ...] = (
    (ArrayField, "a list of texts", _are_texts),
    (JSONField, "a list of steps", lambda value: isinstance(value, list)),
    (BooleanField, "true or false", lambda value: isinstance(value, bool)),
    (FloatField, "a number", lambda value: isinstance(value, float) or _is_whole_number(value)),
    (IntegerField, "a whole number", _is_whole_number),
    (Field, "text", _is_text),
)
"""By kind of the policy's field: what the file must hold, and whether a value is that."""


def _shape(name: str) -> tuple[str, Callable[[Any], bool]]:
    field = Policy._meta.get_field(name)
    return next((wanted, fits) for kind, wanted, fits in _SHAPES if isinstance(field, kind))


def _instead(value: Any) -> str:
    """What the value was read as, where that may surprise: `1:30` and `yes` are text."""
    if isinstance(value, str):
        return f", and “{value[:40]}” is text"
    return f", and {value} is a number: put it in quotes" if isinstance(value, int | float) else ""
