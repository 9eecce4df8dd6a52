"""The quick way to canonical bytes is the same to the byte as the library's."""

from __future__ import annotations

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from audit.canonical import SAFE, canonical

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-SAFE, SAFE)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(codec="utf-8"))
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters(codec="utf-8")), inner),
    max_leaves=20,
)


@given(VALUES)
def test_quick_bytes_are_those_of_the_library(value: object) -> None:
    assert canonical(value) == rfc8785.dumps(value)


@pytest.mark.parametrize(
    "value", [{"": 1, "b": '\x00\x1f\x7f\u2028"\\\\/', "a": [True, None, -0, 10**15]}, "é\U0001f600"]
)
def test_awkward_characters_are_written_as_the_library_does(value: object) -> None:
    assert canonical(value) == rfc8785.dumps(value)


@pytest.mark.parametrize(
    "value", [0.92, 1.0, -0.0, 1e-4, 9.9e-5, 1e-7, 123456789.125, 5e-324, 1e21, 1e22, 0.1 + 0.2]
)
def test_fractions_are_written_as_the_library_does(value: float) -> None:
    assert canonical(value) == rfc8785.dumps(value)


@pytest.mark.parametrize("value", [SAFE + 1, float("nan"), float("inf"), "\ud800", {1: 2}, {"a": object()}])
def test_what_json_cannot_carry_is_refused(value: object) -> None:
    with pytest.raises(rfc8785.CanonicalizationError):
        canonical(value)
