"""A list of records is a table, with a count."""

from __future__ import annotations

from tests.approvals.payload.renderers.reading import shown, title, words

ROWS = [{"host": f"h{n}", "ttl": n} for n in range(150)]


def test_records_are_a_bounded_table_with_their_count():
    table = shown({"zone": "example.com", "records": ROWS})

    assert (len(table.rows), table.count, table.left_out) == (100, 150, 50)
    assert "Records: 150 in all, the first 100 here and the other 50 in the fields below" in words(
        {"records": ROWS}
    )


def test_a_field_that_a_record_lacks_is_said():
    assert "left out" in words({"records": [{"a": 1}, {"b": 2}]})


def test_two_lists_nested_records_and_wide_ones_are_no_table():
    assert title({"one": ROWS, "two": ROWS}) == ""
    assert title({"records": [{"a": [1]}, {"a": 1}]}) == ""
    assert title({"records": [{str(n): n for n in range(13)}] * 2}) == ""
