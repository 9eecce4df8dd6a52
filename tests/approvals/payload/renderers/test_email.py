"""An e-mail is shown as it will arrive."""

from __future__ import annotations

import pytest

from tests.approvals.payload.renderers.reading import markup, shown, title, words

MAIL = {"to": "dana@acme.example", "subject": "Hello", "body": "Hi Dana,\n\nbye"}


def test_addresses_subject_and_body_are_shown():
    mail = shown(MAIL | {"Cc": ["a@b.example", {"name": "Bo", "email": "bo@b.example"}]})

    assert mail.head == [("To", ["dana@acme.example"]), ("Cc", ["a@b.example", "Bo <bo@b.example>"])]
    assert (mail.subject, [prose.text for prose in mail.bodies]) == ("Hello", ["Hi Dana,\n\nbye"])


@pytest.mark.parametrize("key", ["recipients", "To", "TO", "to_email", "toAddresses", "to-email"])
def test_keys_are_recognised_however_they_are_spelled(key):
    assert title({key: "dana@acme.example", "Subject": "Hello", "Text": "Hi"}) == "As an e-mail"


def test_an_e_mail_inside_an_object_is_found_and_what_stands_around_it_is_named():
    assert "Not shown here, but in the fields below: campaign" in words({"campaign": "Q3", "email": MAIL})


def test_html_is_shown_as_text_with_the_address_of_each_link_and_a_note():
    body = '<p>Hi <b>Dana</b></p><a href="https://evil.example/">acme.example</a><script>alert(1)</script>'

    said = words(MAIL | {"body": body})

    assert "Hi Dana acme.example <https://evil.example/>" in said
    assert "HTML, shown as text without its tags. The exact source is in the fields below." in said
    assert "<script" not in markup(MAIL | {"body": body})


@pytest.mark.parametrize("body", ["Write to <a@b.example>", "if a<b and b>c", "<table@x.example>"])
def test_plain_text_with_angle_brackets_stays_as_it_is(body):
    assert [(prose.text, prose.note) for prose in shown(MAIL | {"body": body}).bodies] == [(body, "")]


def test_html_keeps_its_paragraphs_and_lists():
    body = "<h1>Offer</h1><p>Dear\n  Dana,</p><ul><li>one</li><li>two</li></ul>Bye<br>Elena"

    assert shown(MAIL | {"body": body}).bodies[0].text == "Offer\n\nDear Dana,\n\n- one\n- two\nBye\nElena"


def test_a_link_that_is_never_closed_still_shows_its_address():
    assert "<https://evil.example/>" in words(
        MAIL | {"html": '<a href="https://evil.example/">x', "body": None}
    )


def test_text_and_html_are_both_shown():
    assert [prose.name for prose in shown(MAIL | {"html": "<p>Other</p>"}).bodies] == [
        "Body as plain text",
        "Body as HTML",
    ]


def test_fields_of_which_nothing_is_shown_are_named():
    assert "in the fields below: attachments, trackOpens" in words(
        MAIL | {"attachments": ["x"], "trackOpens": True}
    )


@pytest.mark.parametrize(
    "other",
    [
        {"to": None}, {"to": 3}, {"to": [3]}, {"to": [{}]}, {"subject": ["x"]}, {"subject": ""}, {"body": {"a": 1}}, {"body": 5},
        {"To": "other@acme.example"}, {"recipients": ["other@acme.example"]}, {"content": "another body"},
    ],
)  # fmt: skip
def test_what_is_odd_or_said_twice_is_no_e_mail(other):
    assert title(MAIL | other) != "As an e-mail"


def test_invisible_characters_and_look_alike_addresses_are_pointed_out():
    said = words({"to": "d\u0430na@acme.example", "subject": "Hi\u202e", "body": "a\u200bb"})

    assert "U+202E" in said
    assert "U+200B" in said
    assert "may look alike" in said


def test_a_long_body_scrolls_but_that_of_a_critical_request_is_whole():
    long = MAIL | {"body": "line\n" * 60}

    assert "bounded" in markup(long)
    assert "bounded" not in markup(long, risk="critical")
    assert "<details" not in markup(long)
