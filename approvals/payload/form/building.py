"""Which form does a payload get? Its own keys first, in their order, then the other fields of the schema."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

from django.utils.translation import gettext as _

from approvals.payload import labels, pointers
from approvals.payload.bounds import MAX_ROWS
from approvals.payload.form import alternatives, choices, dates, hints, shapes, widgets
from approvals.payload.form.additions import STEP, Addition, Additions
from approvals.payload.form.containers import Choice, Group, Items
from approvals.payload.form.leaves import JsonLeaf, Leaf, Locked
from approvals.payload.form.nodes import ALTERNATIVE, LEFT_OUT, NULL, VALUE, Node, Option, step
from approvals.payload.form.shapes import Shape
from approvals.payload.labels import NO_LABEL, Label
from approvals.payload.pointers import ABSENT
from approvals.payload.schema.strangers import is_free_form


@dataclass(frozen=True, slots=True)
class Place:
    """The place of a node: its value or ABSENT, and its schema without references (None if inferred)."""

    value: Any
    schema: Any
    pointer: str = ""
    path: str = ""
    label: Label = NO_LABEL
    is_required: bool = True
    tags: tuple[str, ...] = ()
    """The keys whose constants tell this alternative from the others."""


def build(place: Place, locked: tuple[str, ...]) -> Node:
    shape = shapes.shape_of(place.schema, place.value)
    if pointers.is_covered(place.pointer, locked):
        return Locked(**_common(place, shape))
    if shape.kind == "group":
        return _group(place, shape, locked)
    # Rows move, so a list with a locked row is edited as JSON, where `guard` holds the lock.
    if shape.kind == "items" and not pointers.locks_below(place.pointer, locked):
        return _items(place, shape)
    if shape.kind == "choice" and not pointers.locks_below(place.pointer, locked):
        return _choice(place, shape)
    if shape.kind in {"items", "choice", "json"}:
        return json_leaf(place, locked)
    return _leaf(place, shape)


def json_leaf(place: Place, locked: tuple[str, ...]) -> JsonLeaf:
    shape = Shape("json", shapes.shape_of(place.schema, place.value).schema)
    text = "" if place.value is ABSENT else labels.as_json(place.value)
    node = JsonLeaf(**_common(place, shape), text=text, shown=text)
    if shapes.is_object(shape.schema, place.value) and _takes_keys(shape):
        node.hints.append(_("You may add keys."))
    node.hints += [
        _("Locked: %(field)s") % {"field": lock} for lock in pointers.locks_below(place.pointer, locked)
    ]
    return node


def _common(place: Place, shape: Shape) -> dict[str, Any]:
    description = shape.schema.get("description")
    states = [VALUE]
    if not place.is_required or place.value is ABSENT:
        states.append(LEFT_OUT)
    if shape.is_nullable:
        states.append(NULL)
    is_null = place.value is None and shape.is_nullable
    return {
        "pointer": place.pointer,
        "path": place.path,
        "label": place.label.words,
        "key": place.label.key,
        "description": description if isinstance(description, str) else "",
        "base": place.value,
        "is_required": place.is_required,
        "states": tuple(states),
        "state": NULL if is_null else LEFT_OUT if place.value is ABSENT else VALUE,
        "hints": hints.hints(shape.schema, place.value, shape.kind),
    }


def _group(place: Place, shape: Shape, locked: tuple[str, ...]) -> Group:
    known = shape.schema.get("properties", {})
    required = shape.schema.get("required", ())
    present = place.value if isinstance(place.value, dict) else {}
    keys = [*present, *(key for key in known if key not in present and known[key] is not False)]
    schemas = {key: shapes.member_schema(shape.schema, key) for key in keys}
    names = labels.labels({key: shapes.unwrapped(schemas[key]) for key in keys})
    is_map = shapes.is_map(shape.schema)
    members: dict[str, Node] = {}
    for key in keys:
        member = Place(
            value=present.get(key, ABSENT),
            schema=schemas[key],
            pointer=pointers.child(place.pointer, key),
            path=place.path + step(key),
            label=names[key],
            is_required=key in required or (key not in known and not is_map),
        )
        members[key] = build(member, locked)
        if place.value is ABSENT and (key in required or key in place.tags):
            _bring_along(members[key])
    group = Group(**_common(place, shape), members=members, tags=place.tags)
    if _takes_keys(shape):
        group.additions = _additions(group, shapes.new_member_schema(shape.schema))
    return group


def _bring_along(node: Node) -> None:
    """A new group comes with what can have one value only."""
    if isinstance(node, Leaf) and len(node.options) == 1:
        node.text = node.shown = node.options[0].posted
        node.states, node.state, node.base_state = (VALUE,), VALUE, VALUE


def _takes_keys(shape: Shape) -> bool:
    """Whether a reviewer may add keys. An object without a schema is closed: only the payload's keys are known."""
    has_patterns = bool(shape.schema.get("patternProperties"))
    return bool(shape.schema) and (has_patterns or is_free_form(shape.schema))


def _additions(group: Group, schema: Any) -> Additions:
    path, pointer = group.path + STEP, pointers.child(group.pointer, "+")
    owner = group.spoken_label or _("the payload")
    new_row = partial(_addition, path, pointer, schema)
    return Additions(path=path, pointer=pointer, label=_("New field"), base=[], owner=owner, new_row=new_row)


def _addition(path: str, pointer: str, schema: Any, row_id: int) -> Addition:
    here, below = path + step(row_id), pointers.child(pointer, row_id)
    value = build(Place(ABSENT, schema, below, here, Label(_("Value"))), ())
    value.states, value.state, value.base_state = (VALUE,), VALUE, VALUE
    if isinstance(value, JsonLeaf):
        value.hints.append(_('Write JSON: "text" in quotes, 12, true, a list in [ ], a group in { }.'))
    return Addition(path=here, pointer=f"{below}/", label="", base=ABSENT, value=value, is_row=True)


def _items(place: Place, shape: Shape) -> Items:
    values = place.value if isinstance(place.value, list) else []
    schema = shapes.row_schema(shape.schema, values)
    new_row = partial(_row, place, schema, ABSENT)
    most = min(shape.schema.get("maxItems", MAX_ROWS), MAX_ROWS)
    node = Items(**_common(place, shape), new_row=new_row, most=most)
    node.drawn_rows = {index: _row(place, schema, value, index) for index, value in enumerate(values)}
    node.rows = dict(node.drawn_rows)
    node.number_rows()
    return node


def _choice(place: Place, shape: Shape) -> Choice:
    names = alternatives.titles(shape.branches)
    node = Choice(
        **_common(place, shape),
        options=[Option(str(index), name, index) for index, name in enumerate(names)],
        schemas=shape.branches,
        chosen=shape.chosen,
        new_member=partial(_alternative, place, shape, names),
    )
    node.show(shape.chosen)
    return node


def _alternative(place: Place, shape: Shape, names: list[str], index: int) -> Node:
    """The form of one alternative: with the value where it has this alternative, else empty."""
    here = Place(
        value=place.value if index == shape.chosen and place.value is not None else ABSENT,
        schema=shape.branches[index],
        pointer=place.pointer,
        path=f"{place.path}{ALTERNATIVE}{index}",
        label=Label(names[index]),
        tags=alternatives.tags(shape.branches),
    )
    member = build(here, ())
    member.states, member.state, member.base_state = (VALUE,), VALUE, VALUE
    return member


def _row(place: Place, schema: Any, value: Any, row_id: int) -> Node:
    """One row of a list; it may be null, and to be left out it is removed."""
    here = Place(
        value=value,
        schema=schema,
        pointer=pointers.child(place.pointer, row_id),
        path=place.path + step(row_id),
    )
    row = build(here, ())
    row.states = tuple(state for state in row.states if state != LEFT_OUT)
    row.state = row.base_state = VALUE if row.state == LEFT_OUT else row.state
    row.is_row = True
    return row


def _leaf(place: Place, shape: Shape) -> Leaf:
    options = _options(shape)
    text = widgets.shown(shape.kind, place.value, options)
    local = dates.parsed(place.value) if shape.kind == "datetime" and isinstance(place.value, str) else None
    return Leaf(
        **_common(place, shape),
        kind=shape.kind,
        text=text,
        shown=text,
        options=options,
        zone=local.zone if local else "Z" if shape.kind == "datetime" else "",
        step="0.001" if local and local.milliseconds != "000" else "1" if local else "",
    )


def _options(shape: Shape) -> list[Option]:
    if shape.kind == "boolean":
        return widgets.booleans()
    if shape.kind == "enum":
        return widgets.enum_options(choices.members(shape.schema), choices.titles(shape.schema))
    return []
