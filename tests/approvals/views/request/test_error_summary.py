"""What a page says is wrong names its fields and leads to them."""

from __future__ import annotations

import pytest

from tests.approvals.views.browse import client_of, form_in, text_of, url
from tests.factories import make_approval, make_user

pytestmark = pytest.mark.django_db

SCHEMA = {
    "type": "object",
    "properties": {
        "rem": {
            "type": "object",
            "properties": {"use": {"type": "boolean"}, "min": {"type": "integer", "maximum": 9}},
            "required": ["use"],
        }
    },
}


def test_the_summary_of_a_refused_edit_names_each_field_and_leads_there():
    approval, client = make_approval(payload={}, schema=SCHEMA), client_of(make_user())
    fields = form_in(client.get(url("request", approval)), "review-form")

    response = client.post(url("review", approval), fields | {"payload/rem/min": "50"})

    html = " ".join(text_of(response).split())
    summary = html[html.index('role="alert"') : html.index("</ul>", html.index('role="alert"'))]
    assert response.status_code == 422
    assert summary.index("Rem / Use") < summary.index("Rem / Min")
    assert 'href="#payload/rem/use"' in summary
    assert 'id="payload/rem/min"' in html


def test_a_refused_comment_leads_to_the_comment():
    approval, client = make_approval(payload={}, schema=SCHEMA), client_of(make_user())

    response = client.post(url("comments", approval), {"text": ""})

    assert 'id="text"' in text_of(response)
    assert 'href="#payload' not in text_of(response)
