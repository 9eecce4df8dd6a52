"""The request's and the review page show the payload as the thing that it is, above the exact fields."""

from __future__ import annotations

import html

import pytest
from django.utils.html import strip_tags

from approvals.models import Approval
from tests.approvals.views.browse import client_of, form_in, text_of, url
from tests.factories import EMAIL_PAYLOAD, make_approval, make_user

pytestmark = pytest.mark.django_db


def page(name: str, approval: Approval) -> str:
    return text_of(client_of(make_user()).get(url(name, approval)))


def rendering_in(markup: str) -> str:
    """The words of the rendering."""
    part = markup.partition('<section class="rendered"')[2].partition("</section>")[0]
    return " ".join(html.unescape(strip_tags(f"<section{part}")).split())


def test_an_e_mail_stands_above_its_form_and_is_no_part_of_it():
    markup = page("request", make_approval())

    assert f"Subject {EMAIL_PAYLOAD['subject']}" in rendering_in(markup)
    assert markup.index('class="rendered"') < markup.index('id="review-form"')


def test_the_review_page_shows_what_would_be_approved():
    approval = make_approval()
    client = client_of(make_user())
    posted = form_in(client.get(url("request", approval)), "review-form")
    client.post(url("review", approval), posted | {"payload/subject": "Edited by a person"})

    assert "Subject Edited by a person" in rendering_in(text_of(client.get(url("review", approval))))
    assert "Subject Edited by a person" in rendering_in(text_of(client.get(url("request", approval))))


def test_a_payload_of_no_known_kind_has_its_fields_alone():
    markup = page("request", make_approval(payload={"flag": True}))

    assert 'class="rendered"' not in markup
    assert 'id="review-form"' in markup
