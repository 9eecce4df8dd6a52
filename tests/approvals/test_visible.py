"""Everything that an agent wrote is visible."""

from __future__ import annotations

import pytest
from django.template import Context, Template
from django.utils.safestring import mark_safe

from approvals import visible


def shown(value: object, chosen: str = "visible") -> str:
    return Template("{% load visible %}{{ value|" + chosen + " }}").render(Context({"value": value}))


CLASSES = {
    "bidirectional override": "\u202e",
    "bidirectional isolate": "\u2066",
    "bidirectional mark": "\u200f",
    "Arabic letter mark": "\u061c",
    "zero-width space": "\u200b",
    "zero-width joiner outside emoji": "\u200d",
    "zero-width non-joiner": "\u200c",
    "word joiner": "\u2060",
    "byte order mark": "\ufeff",
    "soft hyphen": "\u00ad",
    "tag character": "\U000e0041",
    "variation selector": "\ufe01",
    "variation selector supplement": "\U000e0100",
    "Mongolian variation selector": "\u180b",
    "invisible operator": "\u2062",
    "line separator": "\u2028",
    "paragraph separator": "\u2029",
    "Hangul filler": "\u3164",
    "half-width Hangul filler": "\uffa0",
    "braille blank": "\u2800",
    "combining grapheme joiner": "\u034f",
    "terminal escape": "\x1b",
    "backspace": "\b",
    "a lone carriage return": "\r",
    "delete": "\x7f",
    "C1 control": "\x9b",
    "noncharacter": "\ufdd0",
    "unassigned": "\U000e0fff",
    "interlinear annotation": "\ufff9",
    "musical invisible": "\U0001d173",
}


@pytest.mark.shows("invisible-characters")
@pytest.mark.parametrize("mark", CLASSES.values(), ids=CLASSES.keys())
def test_each_class_of_invisible_characters_is_shown_as_an_escape(mark):
    html = shown(f"pay{mark}ee")

    assert mark not in html
    assert f'">U+{ord(mark):04X}</span>ee' in html
    assert '<span class="invisible" title="' in html


ORDINARY = {
    "lines and tabs": "a\n\tb",
    "Windows lines": "a\r\nb",
    "accents": "A\u030a",
    "Arabic": "السلام عليكم",
    "emoji": "\U0001f600 \u2764\ufe0f 1\ufe0f\u20e3",
    "a family": "\U0001f468\u200d\U0001f469\u200d\U0001f467",
    "skin and gender": "\U0001f44d\U0001f3fd \U0001f3c3\U0001f3fd\u200d\u2640\ufe0f",
    "a flag in pieces": "\U0001f3f3\ufe0f\u200d\U0001f308",
    "narrow space": "12\u202f000",
    "nothing": "",
}


@pytest.mark.parametrize("text", ORDINARY.values(), ids=ORDINARY.keys())
def test_ordinary_text_stays_as_it_is(text):
    assert shown(text) == text


@pytest.mark.shows("invisible-characters")
@pytest.mark.parametrize(
    "text", ["a\ufe0f", "a\u200db", "\ufe0f", "\u200d", "\U0001f600\u200da", "\u2764\ufe0f\ufe0f"]
)
def test_emoji_signs_elsewhere_are_shown(text):
    assert visible.has_invisible(text)


@pytest.mark.shows("invisible-characters", "the-action-out-of-sight")
def test_runs_of_one_character_are_counted():
    assert "U+200B, 500 times</span>" in shown("a" + "\u200b" * 500)


@pytest.mark.shows("markup-in-agent-text")
@pytest.mark.parametrize("value", ["<b>&\"'</b>", mark_safe("<script>x</script>"), mark_safe("<b>\u202e")])
def test_markup_is_text_whatever_marked_it_safe(value):
    html = shown(value)

    assert "<script" not in html
    assert "<b>" not in html
    assert "&lt;" in html


def test_values_that_are_no_text_are_shown_as_text():
    assert shown(5) == "5"


SUSPECT = {
    "one Cyrillic letter": ("\u0430pple.com", "mixes Cyrillic and Latin"),
    "one Greek letter": ("https://g\u03bfogle.com/a", "mixes Greek and Latin"),
    "all Cyrillic": ("\u0430\u0440\u0440\u04cf\u0435.com", "is written in Cyrillic letters"),
    "punycode": ("xn--80ak6aa92e.com", "xn--80ak6aa92e.com is written in Cyrillic"),
    "punycode of Latin": ("https://xn--mller-kva.de", "xn--mller-kva.de is displayed as"),
    "an address": ("sam@\u0435xample.com", "in xn--"),
    "before the at sign": ("s\u0430m@example.com", "mixes Cyrillic and Latin"),
    "mathematical letters": ("\U0001d41aple.com", "mixes Latin and Mathematical"),
    "full width": ("\uff41pple.com", "mixes Fullwidth and Latin"),
}


@pytest.mark.shows("look-alike-letters")
@pytest.mark.parametrize(("address", "sentence"), SUSPECT.values(), ids=SUSPECT.keys())
def test_look_alike_letters_are_pointed_out(address, sentence):
    assert sentence in (visible.mixed_script(address) or "")


@pytest.mark.shows("look-alike-letters")
@pytest.mark.parametrize(
    "address",
    [
        "example.com",
        "a.b+c@example.com",
        "m\u00fcller.de",
        "\u65e5\u672c\u8a9e.jp",
        "\u6771\u4eactokyo.jp",
        "",
        "http://[",
    ],
)
def test_ordinary_addresses_are_not(address):
    assert visible.mixed_script(address) is None


HOSTS = {
    "plain": ("https://example.com/a", "example.com"),
    "port": ("https://example.com:8443/", "example.com:8443"),
    "user part": ("https://google.com@evil.example/", "evil.example"),
    "backslash": ("https://good.example\\@evil.example", "good.example"),
    "letters of another script": ("https://\u0430pple.com", "xn--pple-43d.com"),
    "no host": ("mailto:a@example.com", ""),
    "broken": ("http://[::1", ""),
    "impossible port": ("http://a:99999/", ""),
}


@pytest.mark.parametrize(("url", "host"), HOSTS.values(), ids=HOSTS.keys())
def test_the_host_is_the_one_a_browser_would_open(url, host):
    assert shown(url, "host") == host


@pytest.mark.shows("look-alike-letters")
def test_the_warning_is_there_for_templates():
    assert "Cyrillic" in shown("\u0430pple.com", "look_alike")
    assert shown("apple.com", "look_alike") == ""


def test_escapes_without_markup_are_for_options_and_subjects():
    assert visible.as_text("a\u202eb") == "aU+202Eb"
