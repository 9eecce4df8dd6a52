"""What the pages' small parts say in another language, and where a sentence may hold them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from django.template import Context, Template
from django.utils import translation

from approvals.templatetags.inbox import ago, minutes, time_left
from audit import reader
from tests.site.tongue import TONGUE, spoken

AT = datetime(2026, 11, 27, 18, tzinfo=UTC)


@pytest.fixture
def in_brackets() -> Iterator[None]:
    with spoken(), translation.override(TONGUE):
        yield


def drawn(template: str) -> str:
    return Template("{% load i18n inbox %}" + template).render(Context({"at": AT}))


def test_a_risk_is_drawn_anew_for_each_language():
    english = drawn('{% risk "high" %}')

    with spoken(), translation.override(TONGUE):
        other = drawn('{% risk "high" %}')

    assert "⟦" not in english
    assert "⟦" in other
    assert drawn('{% risk "high" %}') == english


@pytest.mark.parametrize(
    ("until", "said"),
    [
        (timedelta(minutes=43), "43 min left"),
        (timedelta(hours=2, minutes=5), "2 h 05 left"),
        (timedelta(days=3), "3 days left"),
        (timedelta(days=-3), "overdue by 3 days"),
    ],
)
def test_a_time_left_is_one_phrase(in_brackets, until: timedelta, said: str):
    assert time_left(until) == f"⟦{said}⟧"


def test_lengths_of_time_are_counted_in_their_language(in_brackets):
    assert ago(timedelta(seconds=5)) == "⟦just now⟧"
    assert [minutes(count) for count in (1, 45, 60, 150, 2880)] == [
        "⟦1 minute⟧",
        "⟦45 minutes⟧",
        "⟦1 hour⟧",
        "⟦2 h 30 min⟧",
        "⟦2 days⟧",
    ]


def test_a_moment_fits_into_a_sentence():
    text = drawn("{% exact at as when %}{% blocktranslate %}From {{ when }}.{% endblocktranslate %}")

    assert text.startswith("From <time ")
    assert text.endswith("</time>.")


def test_a_moment_names_its_language_where_it_is_not_the_pages():
    with reader.read_by(None, "de"):
        assert 'lang="de"' in drawn("{% exact at %}")
        with translation.override("de"):
            assert "lang=" not in drawn("{% exact at %}")
    with translation.override("de"):
        assert 'lang="en"' in drawn("{% exact at %}")
