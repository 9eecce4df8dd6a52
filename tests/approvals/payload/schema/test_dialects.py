"""Each dialect's keywords have their own meaning, as the library jsonschema reads them."""

from __future__ import annotations

from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from approvals import payload
from approvals.exceptions import InvalidInput

DRAFT_4 = "http://json-schema.org/draft-04/schema#"
DRAFT_6 = "http://json-schema.org/draft-06/schema#"
DRAFT_7 = "http://json-schema.org/draft-07/schema#"
Y2019 = "https://json-schema.org/draft/2019-09/schema"
Y2020 = "https://json-schema.org/draft/2020-12/schema"
ORACLES = {
    DRAFT_4: jsonschema.Draft4Validator,
    DRAFT_6: jsonschema.Draft6Validator,
    DRAFT_7: jsonschema.Draft7Validator,
    Y2019: jsonschema.Draft201909Validator,
    Y2020: jsonschema.Draft202012Validator,
}


def of(dialect: str | None, schema: Any, **more: Any) -> dict[str, Any]:
    named = {"$schema": dialect} if dialect else {}
    return {**named, "type": "object", "properties": {"a": schema}, **more}


@pytest.mark.parametrize("name", [*ORACLES, *(name.rstrip("#") for name in ORACLES)])
@pytest.mark.parametrize("scheme", ["http://", "https://"])
def test_a_dialect_is_taken_however_its_name_is_written(name, scheme):
    schema = of(scheme + name.partition("://")[2], {"type": "string"})

    assert payload.validate({"a": "x"}, schema) == []
    assert [error.code for error in payload.validate({"a": 1}, schema)] == ["type"]


MEANINGS = {
    "items as a list": (DRAFT_7, {"items": [{"type": "string"}, {"type": "integer"}]}, [["a", 1, None]], [[1]]),
    "and what comes after it": (DRAFT_7, {"items": [{}], "additionalItems": False}, [[1]], [[1, 2]]),
    "additionalItems alone": (DRAFT_7, {"items": {}, "additionalItems": False}, [[1, 2]], []),
    "items as a list in 2019-09": (Y2019, {"items": [{"type": "string"}], "additionalItems": {"type": "null"}}, [["a", None]], [["a", 1]]),
    "dependencies": (DRAFT_7, {"dependencies": {"b": ["c"]}}, [{"c": 1}, {"b": 1, "c": 1}], [{"b": 1}]),
    "dependencies that are schemas": (DRAFT_7, {"dependencies": {"b": {"required": ["c"]}}}, [{}], [{"b": 1}]),
    "dependencies are no keyword later": (Y2019, {"dependencies": {"b": ["c"]}}, [{"b": 1}], []),
    "a boolean bound": (DRAFT_4, {"minimum": 1, "exclusiveMinimum": True}, [2], [1]),
    "and one that is off": (DRAFT_4, {"maximum": 1, "exclusiveMaximum": False}, [1], [2]),
    "a boolean bound without its number": (DRAFT_4, {"exclusiveMaximum": True}, [1], []),
    "const is unknown to draft-04": (DRAFT_4, {"const": 1}, [2], []),
    "contains is unknown to draft-04": (DRAFT_4, {"contains": {"type": "string"}}, [[1]], []),
    "const": (DRAFT_6, {"const": 1}, [1], [2]),
    "propertyNames": (DRAFT_6, {"propertyNames": {"maxLength": 1}}, [{"b": 1}], [{"bb": 1}]),
    "if is unknown to draft-06": (DRAFT_6, {"if": {}, "then": False}, [1], []),
    "if": (DRAFT_7, {"if": {"type": "string"}, "then": {"maxLength": 1}, "else": {"const": 1}}, ["a", 1], ["ab", 2]),
    "what stands beside $ref is ignored": (DRAFT_7, {"$ref": "#/definitions/n", "maximum": 1}, [5], ["a"]),
    "and holds later": (Y2019, {"$ref": "#/definitions/n", "maximum": 1}, [1], [5, "a"]),
    "dependentRequired is unknown to draft-07": (DRAFT_7, {"dependentRequired": {"b": ["c"]}}, [{"b": 1}], []),
    "prefixItems is unknown to 2019-09": (Y2019, {"prefixItems": [False]}, [[1]], []),
    "unevaluated is unknown to draft-07": (DRAFT_7, {"unevaluatedProperties": False}, [{"b": 1}], []),
    "minContains": (Y2019, {"contains": {"type": "string"}, "minContains": 2}, [["a", "b"]], [["a"]]),
    "a recursive reference": (Y2019, {"anyOf": [{"type": "null"}, {"$recursiveRef": "#"}]}, [None, {"a": None}], [{"a": 1}]),
    "prefixItems": (Y2020, {"prefixItems": [{"type": "string"}], "items": False}, [["a"]], [["a", 1], [1]]),
}  # fmt: skip


@pytest.mark.parametrize(("dialect", "schema", "valid", "invalid"), MEANINGS.values(), ids=MEANINGS.keys())
def test_a_keyword_means_what_its_dialect_says(dialect, schema, valid, invalid):
    whole = of(dialect, schema, definitions={"n": {"type": "integer"}})

    found = [payload.validate({"a": value}, whole) == [] for value in [*valid, *invalid]]

    assert found == [True] * len(valid) + [False] * len(invalid)
    assert found == [ORACLES[dialect](whole).is_valid({"a": value}) for value in [*valid, *invalid]]


UNDECLARED = {
    "definitions": ({"$ref": "#/definitions/n"}, [1], ["a"]),
    "items as a list": ({"items": [{"type": "string"}], "additionalItems": False}, [["a"]], [["a", 1], [1]]),
    "dependencies": ({"dependencies": {"b": ["c"]}}, [{"c": 1}], [{"b": 1}]),
    "a boolean bound": ({"minimum": 1, "exclusiveMinimum": True}, [2], [1]),
    "OpenAPI's nullable": ({"type": "string", "nullable": True}, ["a", None], [1]),
    "nullable, one of some": ({"type": "string", "enum": ["a"], "nullable": True}, ["a", None], ["b"]),
    "nullable beside a reference": ({"allOf": [{"$ref": "#/definitions/n"}], "nullable": True}, [1, None], ["a"]),
    "nullable beside $ref": ({"$ref": "#/definitions/n", "nullable": True}, [1, None], ["a"]),
    "not nullable": ({"type": "string", "nullable": False}, ["a"], [None]),
}  # fmt: skip


@pytest.mark.parametrize(("schema", "valid", "invalid"), UNDECLARED.values(), ids=UNDECLARED.keys())
def test_what_tools_send_without_a_dialect_is_taken(schema, valid, invalid):
    whole = of(None, schema, definitions={"n": {"type": "integer"}})

    found = [payload.validate({"a": value}, whole) == [] for value in [*valid, *invalid]]

    assert found == [True] * len(valid) + [False] * len(invalid)


REFERENCES = {
    "an id of its own": (Y2020, {"$id": "https://a.example/s", "$defs": {"x": {"type": "integer"}}}, "https://a.example/s#/$defs/x"),
    "relative to the id": (Y2020, {"$id": "https://a.example/s", "$defs": {"x": {"type": "integer"}}}, "s#/$defs/x"),
    "an inner id": (DRAFT_7, {"definitions": {"x": {"$id": "https://a.example/x", "type": "integer"}}}, "https://a.example/x"),
    "an inner id in draft-04": (DRAFT_4, {"definitions": {"x": {"id": "https://a.example/x", "type": "integer"}}}, "https://a.example/x"),
    "an anchor": (Y2020, {"$defs": {"x": {"$anchor": "here", "type": "integer"}}}, "#here"),
    "an anchor in draft-07": (DRAFT_7, {"definitions": {"x": {"$id": "#here", "type": "integer"}}}, "#here"),
    "another property": (DRAFT_7, {"properties": {"a": {}, "x": {"type": "integer"}}}, "#/properties/x"),
    "$defs in draft-07": (DRAFT_7, {"$defs": {"x": {"type": "integer"}}}, "#/$defs/x"),
    "OpenAPI's components": (Y2020, {"components": {"schemas": {"x": {"type": "integer"}}}}, "#/components/schemas/x"),
    "a property called default": (Y2020, {"$defs": {"default": {"type": "integer"}}}, "#/$defs/default"),
}  # fmt: skip


@pytest.mark.parametrize(("dialect", "more", "reference"), REFERENCES.values(), ids=REFERENCES.keys())
def test_a_reference_within_the_document_is_followed(dialect, more, reference):
    schema = {"$schema": dialect, "type": "object", **more}
    schema["properties"] = {**more.get("properties", {}), "a": {"$ref": reference}}

    assert payload.validate({"a": 1}, schema) == []
    assert [error.code for error in payload.validate({"a": "x"}, schema)] == ["type"]


def test_an_id_that_nothing_refers_to_is_no_matter():
    schema = of(DRAFT_7, {"$id": "#/properties/a", "type": "string"})
    schema["definitions"] = {"x": {"$id": "Foo", "properties": {"b": {"$ref": "#/definitions/y"}}}, "y": {}}
    schema["properties"]["x"] = {"$ref": "#/definitions/x"}

    assert payload.validate({"a": "x", "x": {"b": 1}}, schema) == []


def test_a_title_beside_a_reference_is_kept_where_the_rest_is_ignored():
    schema = of(DRAFT_7, {"$ref": "#/definitions/n", "title": "How many", "maximum": 1})
    schema["definitions"] = {"n": {"type": "integer"}}

    form = payload.build_form('{"a": 5}', schema)

    assert form.root.members["a"].label == "How many"


names = st.sampled_from(["b", "c", "dd"])
plain = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 3),
    st.sampled_from([0.5, 1.0, "", "b", "dd", "ddd"]),
)
samples = st.recursive(
    plain, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3), max_leaves=6
)
counts = st.integers(0, 3)
keywords: dict[str, Any] = {
    "type": st.sampled_from(["string", "integer", "number", "object", "array", "boolean", "null"])
    | st.just(["string", "object"]),
    "enum": st.lists(samples, min_size=1, max_size=2),
    "const": samples,
    "minimum": st.integers(-2, 2),
    "maximum": st.integers(-2, 2),
    "multipleOf": st.sampled_from([1, 2, 0.5]),
    "minLength": counts,
    "maxLength": counts,
    "pattern": st.sampled_from(["^d", "d$", "^.?$"]),
    "minItems": counts,
    "maxItems": counts,
    "uniqueItems": st.booleans(),
    "minProperties": counts,
    "maxProperties": counts,
    "required": st.lists(names, min_size=1, max_size=2, unique=True),
    "minContains": counts,
    "maxContains": counts,
}
BOUNDS = {DRAFT_4: st.booleans()}
LISTS = {DRAFT_4, DRAFT_6, DRAFT_7, Y2019}


def schemas(dialect: str) -> st.SearchStrategy[Any]:
    booleans = st.nothing() if dialect == DRAFT_4 else st.booleans()

    def below(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
        some = st.lists(inner, min_size=1, max_size=2)
        optional = {
            **keywords,
            **dict.fromkeys(
                ("exclusiveMinimum", "exclusiveMaximum"), BOUNDS.get(dialect, st.integers(-2, 2))
            ),
            **dict.fromkeys(("allOf", "anyOf", "oneOf", "prefixItems"), some),
            **dict.fromkeys(("properties", "dependentSchemas"), st.dictionaries(names, inner, max_size=2)),
            **dict.fromkeys(
                (
                    "not",
                    "if",
                    "then",
                    "else",
                    "additionalProperties",
                    "propertyNames",
                    "unevaluatedProperties",
                ),
                inner,
            ),
            "patternProperties": st.dictionaries(st.sampled_from(["^d", "b"]), inner, max_size=1),
            "items": inner | some if dialect in LISTS else inner,
            "additionalItems": inner,
            "dependencies": st.dictionaries(names, inner | st.just(["c"]), max_size=1),
            "dependentRequired": st.dictionaries(names, st.just(["c"]), max_size=1),
            # What 2019-09 says of items that `contains` found is not what we say: they count as evaluated.
            **({} if dialect == Y2019 else {"contains": inner, "unevaluatedItems": inner}),
        }
        return st.fixed_dictionaries({}, optional=optional).map(_few)

    return st.recursive(
        booleans | st.fixed_dictionaries({}, optional=keywords).map(_few), below, max_leaves=6
    )


def _few(schema: dict[str, Any]) -> dict[str, Any]:
    """A handful of keywords: a schema with all of them would accept no value."""
    return dict(sorted(schema.items(), key=lambda item: hash(str(item)))[:4])


@pytest.mark.parametrize("dialect", ORACLES)
@settings(deadline=None, max_examples=60)
@given(data=st.data())
def test_any_schema_judges_as_the_reference_does(dialect, data):
    schema = of(dialect, data.draw(schemas(dialect)))
    values = data.draw(st.lists(samples, min_size=1, max_size=4))
    oracle = ORACLES[dialect](schema)

    found = [payload.validate({"a": value}, schema) == [] for value in values]

    assert found == [oracle.is_valid({"a": value}) for value in values]


@pytest.mark.parametrize("dialect", ORACLES)
@settings(deadline=None, max_examples=40)
@given(data=st.data())
def test_a_schema_that_its_metaschema_allows_is_never_refused(dialect, data):
    keyword = data.draw(st.sampled_from(sorted({*keywords, *CHECKED})))
    schema = of(dialect, {keyword: data.draw(samples)})
    is_allowed = ORACLES[dialect](ORACLES[dialect].META_SCHEMA).is_valid(schema)

    found = payload_refuses(schema)

    assert not (is_allowed and found)


CHECKED = ("title", "properties", "items", "anyOf", "not", "exclusiveMinimum", "dependencies", "format")


def payload_refuses(schema: Any) -> bool:
    try:
        payload.check_schema(schema)
    except InvalidInput:
        return True
    return False


FLAWED = [
    (DRAFT_4, {"exclusiveMinimum": 1}),
    (DRAFT_7, {"exclusiveMinimum": True}),
    (Y2020, {"items": [{}]}),
    (None, {"minLength": -1}),
    (None, {"minLength": True}),
    (None, {"multipleOf": 0}),
    (None, {"anyOf": []}),
    (None, {"properties": {"b": 1}}),
    (None, {"required": ["b", "b"]}),
    (None, {"type": ["string", "text"]}),
    (None, {"$ref": 1}),
    (None, {"title": 1}),
    (None, 1),
]


@pytest.mark.parametrize(("dialect", "schema"), FLAWED)
def test_a_keyword_of_another_kind_is_refused_where_it_stands(dialect, schema):
    with pytest.raises(InvalidInput) as refusal:
        payload.check_schema(of(dialect, schema))

    assert refusal.value.errors[0].code == "not_a_schema"
    assert refusal.value.errors[0].pointer.startswith("/properties/a" if schema != 1 else "/properties")
