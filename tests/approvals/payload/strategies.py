"""Random payloads, as nobody would write them."""

from hypothesis import strategies as st

texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
prose = st.lists(st.sampled_from(["one", "two", "", "  three", "\U0001f600"]), max_size=6).flatmap(
    lambda lines: st.sampled_from(["\n", "\r\n", "\r", "\n\r"]).map(lambda ending: ending.join(lines))
)
scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**53) + 1, 2**53 - 1),
    st.floats(-(2.0**52), 2.0**52, allow_nan=False),
    texts,
    prose,
)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=12,
)
rows = st.lists(st.dictionaries(st.sampled_from(["a", "b"]), values, min_size=1, max_size=2), max_size=3)
payloads = st.dictionaries(texts, values | rows, max_size=5)
