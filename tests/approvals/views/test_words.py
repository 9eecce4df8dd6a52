"""What do a page's scripts say, in its language?"""

from __future__ import annotations

import re

import pytest
from django.test import Client

from approvals.views.words import address_of
from tests.approvals.views.browse import client_of, text_of
from tests.factories import make_user
from tests.site.tongue import TONGUE, spoken


def scripts_of(page: str) -> list[str]:
    return re.findall(r'<script src="([^"]+)"', page)


@pytest.mark.django_db
def test_a_page_loads_the_words_of_its_language_before_whatever_says_them():
    with spoken() as headers:
        found = scripts_of(text_of(client_of(make_user()).get("/approvals/", **headers)))
        address = address_of(TONGUE)

    assert address.startswith(f"/words/{TONGUE}/")
    assert found.index(address) < found.index("/static/js/words.js") < found.index("/static/js/times.js")


@pytest.mark.django_db
def test_an_english_page_loads_no_catalogue():
    found = scripts_of(text_of(client_of(make_user()).get("/approvals/")))

    assert not [address for address in found if address.startswith("/words/")]
    assert "/static/js/words.js" in found


def test_a_page_that_stands_alone_loads_its_words_too():
    with spoken() as headers:
        found = scripts_of(text_of(Client().get("/nowhere/", **headers)))

    assert any(address.startswith(f"/words/{TONGUE}/") for address in found)


def test_the_words_are_the_scripts_own():
    with spoken():
        text = text_of(Client().get(address_of(TONGUE)))

    assert r'"Copied": "\u27e6Copied\u27e7"' in text
    assert "DATE_FORMAT" not in text


@pytest.mark.django_db
def test_a_browser_keeps_the_words_and_no_session_is_asked(django_assert_num_queries):
    client = client_of(make_user())

    with spoken(), django_assert_num_queries(0):
        response = client.get(address_of(TONGUE), headers={"Accept-Language": "en"})

    assert response.headers["Content-Type"] == "text/javascript; charset=utf-8"
    assert "immutable" in response.headers["Cache-Control"]
    assert "Cookie" not in response.headers.get("Vary", "")
    assert "Set-Cookie" not in response.headers
    assert "frame-ancestors 'none'" in response.headers["Content-Security-Policy"]


def test_the_address_of_another_release_is_answered_and_not_kept():
    with spoken():
        response = Client().get(f"/words/{TONGUE}/0123456789.js")

    assert response.status_code == 200
    assert response.headers["Cache-Control"] == "no-cache"


@pytest.mark.parametrize("language", ["xx", "de"])
def test_words_of_a_language_that_nobody_added_are_not_there(language: str):
    assert Client().get(f"/words/{language}/0123456789.js").status_code == 404
