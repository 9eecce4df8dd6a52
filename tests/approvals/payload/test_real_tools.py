"""Schemas as the generators of real tools write them: each is accepted and gives a form with the right fields."""

from __future__ import annotations

import json
from typing import Any

import pytest

from approvals import payload
from tests.approvals.payload.browser import form_for, posted

DRAFT_7 = "http://json-schema.org/draft-07/schema#"

Tool = tuple[dict[str, Any], dict[str, Any], dict[str, str]]
"""A schema, a payload, and the kinds of the form's fields at the top."""

TOOLS: dict[str, Tool] = {
    "zod-to-json-schema: a file is written": (
        {
            "$schema": DRAFT_7,
            "type": "object",
            "properties": {
                "path": {"type": "string"},
                "content": {"type": "string", "description": "The whole new text"},
                "dryRun": {"type": "boolean", "default": False},
            },
            "required": ["path", "content"],
            "additionalProperties": False,
        },
        {"path": "notes/a.md", "content": "# A\n\nText.", "dryRun": True},
        {"path": "text", "content": "textarea", "dryRun": "boolean"},
    ),
    "zod-to-json-schema: definitions, addresses, unions": (
        {
            "$schema": DRAFT_7,
            "$ref": "#/definitions/sendEmail",
            "definitions": {
                "sendEmail": {
                    "type": "object",
                    "properties": {
                        "to": {
                            "type": "string",
                            "format": "email",
                            "pattern": r"^(?!\.)(?!.*\.\.)([A-Za-z0-9_'+\-\.]*)[A-Za-z0-9_+-]@([A-Za-z0-9][A-Za-z0-9\-]*\.)+[A-Za-z]{2,}$",
                        },
                        "replyTo": {"$ref": "#/definitions/sendEmail/properties/to"},
                        "priority": {"type": "string", "enum": ["low", "normal", "high"]},
                        "limit": {"type": "integer", "exclusiveMinimum": 0, "maximum": 9007199254740991},
                        "label": {"anyOf": [{"type": "string"}, {"type": "null"}]},
                    },
                    "required": ["to"],
                    "additionalProperties": False,
                }
            },
        },
        {"to": "ada@acme.example", "replyTo": "bo@acme.example", "priority": "low", "limit": 3, "label": None},
        {"to": "email", "replyTo": "email", "priority": "enum", "limit": "integer", "label": "text"},
    ),
    "zod 4: 2020-12, safe integers, a record": (
        {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "type": "object",
            "properties": {
                "issue": {"type": "integer", "minimum": -9007199254740991, "maximum": 9007199254740991},
                "when": {
                    "type": "string",
                    "format": "date-time",
                    "pattern": r"^(?:(?:\d\d[2468][048]|\d\d[13579][26]|\d\d0[48])-02-29|\d{4}-(?:0[13578]|1[02])-(?:0[1-9]|[12]\d|3[01])|\d{4}-\d\d-\d\d)T(?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d+)?)?(?:Z)$",
                },
                "headers": {
                    "type": "object",
                    "propertyNames": {"type": "string"},
                    "additionalProperties": {"type": "string"},
                },
            },
            "required": ["issue"],
            "additionalProperties": False,
        },
        {"issue": 7, "when": "2026-04-12T09:00:00Z", "headers": {"x-a": "b"}},
        {"issue": "integer", "when": "datetime", "headers": ""},
    ),
    "pydantic: titles, anyOf null, $defs": (
        {
            "$defs": {
                "Attendee": {
                    "properties": {
                        "email": {"format": "email", "title": "Email", "type": "string"},
                        "optional": {"default": False, "title": "Optional", "type": "boolean"},
                    },
                    "required": ["email"],
                    "title": "Attendee",
                    "type": "object",
                },
                "Visibility": {"enum": ["default", "public", "private"], "title": "Visibility", "type": "string"},
            },
            "properties": {
                "summary": {"title": "Summary", "type": "string", "maxLength": 200},
                "organizer": {"anyOf": [{"$ref": "#/$defs/Attendee"}, {"type": "null"}], "default": None},
                "visibility": {"allOf": [{"$ref": "#/$defs/Visibility"}], "default": "default"},
                "attendees": {"items": {"$ref": "#/$defs/Attendee"}, "title": "Attendees", "type": "array"},
                "fee": {"anyOf": [{"type": "number"}, {"type": "string", "pattern": r"^(?!^[-+.]*$)[+-]?0*\d*\.?\d*$"}], "title": "Fee"},
            },
            "required": ["summary"],
            "title": "create_eventArguments",
            "type": "object",
        },
        {
            "summary": "Planning",
            "organizer": {"email": "ada@acme.example", "optional": False},
            "visibility": "public",
            "attendees": [{"email": "bo@acme.example"}],
            "fee": "12.50",
        },
        {"summary": "text", "organizer": "", "visibility": "enum", "attendees": "", "fee": ""},
    ),
    "OpenAPI 3.0: nullable, boolean bounds, components": (
        {
            "type": "object",
            "properties": {
                "amount": {"type": "number", "minimum": 0, "exclusiveMinimum": True},
                "memo": {"type": "string", "nullable": True, "example": "March"},
                "status": {"type": "string", "enum": ["open", "paid"], "nullable": True},
                "customer": {"$ref": "#/components/schemas/Customer"},
                "parent": {"allOf": [{"$ref": "#/components/schemas/Customer"}], "nullable": True},
            },
            "components": {
                "schemas": {"Customer": {"type": "object", "properties": {"id": {"type": "string"}}}}
            },
        },
        {"amount": 12.5, "memo": None, "status": None, "customer": {"id": "c1"}, "parent": None},
        {"amount": "number", "memo": "text", "status": "enum", "customer": "", "parent": ""},
    ),
    "TypeBox: literals, an id, unevaluatedProperties": (
        {
            "$id": "https://tools.example/refund.json",
            "type": "object",
            "allOf": [
                {"type": "object", "required": ["charge"], "properties": {"charge": {"type": "string"}}},
                {"type": "object", "properties": {"cents": {"type": "integer", "minimum": 1}}},
            ],
            "properties": {"reason": {"anyOf": [{"const": "duplicate", "type": "string"}, {"const": "fraud", "type": "string"}]}},
            "unevaluatedProperties": False,
        },
        {"charge": "ch_1", "cents": 500, "reason": "fraud"},
        {"charge": "text", "cents": "integer", "reason": "enum"},
    ),
    "a reference server: draft-07 and a list of edits": (
        {
            "$schema": DRAFT_7,
            "type": "object",
            "properties": {
                "edits": {
                    "type": "array",
                    "items": {
                        "type": "object",
                        "properties": {"oldText": {"type": "string"}, "newText": {"type": "string"}},
                        "required": ["oldText", "newText"],
                        "additionalProperties": False,
                    },
                },
                "labels": {"type": "array", "items": {"type": "string"}},
            },
            "required": ["edits"],
            "additionalProperties": False,
        },
        {"edits": [{"oldText": "a", "newText": "b"}], "labels": ["x"]},
        {"edits": "", "labels": ""},
    ),
    "draft-04: ids, definitions, a pair as a tuple": (
        {
            "$schema": "http://json-schema.org/draft-04/schema#",
            "id": "http://legacy.example/route",
            "type": "object",
            "required": ["from"],
            "properties": {
                "from": {"type": "array", "items": [{"type": "number"}, {"type": "number"}], "additionalItems": False},
                "speed": {"type": "number", "maximum": 130, "exclusiveMaximum": True},
                "mode": {"$ref": "#/definitions/mode"},
            },
            "definitions": {"mode": {"type": "string", "enum": ["car", "bike"]}},
        },
        {"from": [47.1, 8.2], "speed": 120, "mode": "car"},
        {"from": "", "speed": "number", "mode": "enum"},
    ),
    "the old online generator: $id for every property": (
        {
            "$schema": "http://json-schema.org/draft-06/schema#",
            "$id": "http://example.com/root.json",
            "type": "object",
            "properties": {
                "host": {"$id": "#/properties/host", "type": "string", "title": "The Host Schema", "default": "", "pattern": "^(.*)$", "examples": ["a.example"]},
                "port": {"$id": "/properties/port", "type": "integer"},
            },
        },
        {"host": "db.example", "port": 5432},
        {"host": "text", "port": "integer"},
    ),
    "2019-09: conditions, dependent fields, an anchor": (
        {
            "$schema": "https://json-schema.org/draft/2019-09/schema",
            "type": "object",
            "properties": {
                "kind": {"type": "string", "enum": ["person", "company"]},
                "name": {"$ref": "#text"},
                "vat": {"$ref": "#text", "minLength": 4},
            },
            "$defs": {"text": {"$anchor": "text", "type": "string"}},
            "if": {"properties": {"kind": {"const": "company"}}},
            "then": {"required": ["vat"]},
            "dependentRequired": {"vat": ["name"]},
        },
        {"kind": "company", "name": "Acme", "vat": "CHE-1"},
        {"kind": "enum", "name": "text", "vat": "text"},
    ),
    "a filter that nests in itself": (
        {
            "type": "object",
            "properties": {"filter": {"$ref": "#/$defs/filter"}, "page_size": {"type": "integer", "default": 100}},
            "$defs": {
                "filter": {
                    "type": "object",
                    "properties": {
                        "property": {"type": "string"},
                        "equals": {"type": "string"},
                        "and": {"type": "array", "items": {"$ref": "#/$defs/filter"}},
                        "or": {"type": "array", "items": {"$ref": "#/$defs/filter"}},
                    },
                    "additionalProperties": False,
                }
            },
        },
        {"filter": {"and": [{"property": "Status", "equals": "Open"}, {"or": []}]}, "page_size": 10},
        {"filter": "", "page_size": "integer"},
    ),
    "blocks of a page: one of several kinds": (
        {
            "type": "object",
            "properties": {
                "parent": {
                    "oneOf": [
                        {"type": "object", "properties": {"page_id": {"type": "string"}}, "required": ["page_id"]},
                        {"type": "object", "properties": {"database_id": {"type": "string"}}, "required": ["database_id"]},
                    ]
                },
                "children": {"type": "array", "maxItems": 100, "items": {"type": "object"}},
                "icon": {"type": ["string", "null"]},
            },
            "required": ["parent"],
        },
        {"parent": {"page_id": "p1"}, "children": [{"type": "paragraph"}], "icon": None},
        {"parent": "", "children": "", "icon": "text"},
    ),
    "a Helm release: values are free": (
        {
            "type": "object",
            "properties": {
                "chart": {"type": "string"},
                "namespace": {"type": "string", "pattern": "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$", "maxLength": 63},
                "values": {"type": "object", "description": "Overrides"},
            },
            "required": ["chart"],
        },
        {"chart": "redis", "namespace": "prod", "values": {"replicas": 2}},
        {"chart": "text", "namespace": "text", "values": ""},
    ),
    "any JSON at all": (
        {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "type": "object",
            "properties": {"input": {"$ref": "#/$defs/json"}},
            "$defs": {
                "json": {
                    "anyOf": [
                        {"type": ["string", "number", "boolean", "null"]},
                        {"type": "array", "items": {"$ref": "#/$defs/json"}},
                        {"type": "object", "propertyNames": {"type": "string"}, "additionalProperties": {"$ref": "#/$defs/json"}},
                    ]
                }
            },
        },
        {"input": {"a": [1, {"b": None}]}},
        {"input": ""},
    ),
}  # fmt: skip


@pytest.mark.parametrize(("schema", "value", "kinds"), TOOLS.values(), ids=TOOLS.keys())
def test_a_real_tools_schema_gives_a_form(schema, value, kinds):
    form = form_for(value, schema)

    bound = form.bind(posted(form))

    assert payload.validate(value, schema) == []
    assert not form.is_json
    assert {
        key: getattr(node, "kind", "") for key, node in form.root.members.items() if key in kinds
    } == kinds
    assert (bound.errors, bound.is_touched, bound.text) == ([], False, json.dumps(value, ensure_ascii=False))


FREE = "any JSON at all"


@pytest.mark.parametrize(
    ("schema", "value", "_"),
    [TOOLS[name] for name in TOOLS if name != FREE],
    ids=[n for n in TOOLS if n != FREE],
)
def test_what_it_forbids_is_refused(schema, value, _):
    broken = {key: [[]] for key in value}

    assert payload.validate(broken, schema)
