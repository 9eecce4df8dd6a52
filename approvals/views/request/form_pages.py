"""Which form of the payload does a page show, and what does a post of it mean?

A page names what its form was drawn from, and a post is read against that: the same post means the same whenever
and however often it comes, whatever was saved in between.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace

from django.http import QueryDict
from django.utils.translation import gettext as _

from approvals import payload
from approvals.exceptions import InvalidInput
from approvals.models import Approval, PayloadVersion
from approvals.payload import Bound, PayloadForm
from approvals.views.request.corrections import Correction, schema_of

MAX_TURN = 2**31 - 1
_TOKEN = re.compile(r"[A-Za-z0-9_-]{1,64}")
_UNKNOWN = {"unknown_field", "repeated_field"}


@dataclass(frozen=True, slots=True, kw_only=True)
class FormPage:
    """The payload's form on one page, and the hidden fields by which a post of it says which page it was.

    `drawn` is the JSON text that the form started from, empty where that is the version's own. `token` is the
    page's own name and `turn` counts its saves; `saw` names the working copy that the page knew of, if any.
    """

    form: PayloadForm
    base: PayloadVersion
    drawn: str = ""
    token: str = ""
    turn: int = 0
    saw: str = ""


def page_of(correction: Correction, *, as_json: bool = False) -> FormPage:
    """The form with all that this person typed so far, as fields or as JSON."""
    typed = correction.copy.pairs if correction.copy else {}
    page = None
    if correction.copy and typed and (not correction.is_fit or ("payload" in typed) == as_json):
        page = _as_typed(correction, typed)
    page = page or _drawn_from(correction, correction.source, as_json=as_json)
    saw = str(correction.copy.saved_as) if correction.copy else ""
    return replace(page, token=secrets.token_urlsafe(12), saw=saw)


def read_post(approval: Approval, base: PayloadVersion, posted: QueryDict) -> tuple[FormPage, Bound]:
    """The page that was posted, its form as it now stands, and what was typed. Raises InvalidInput.

    A page that shows the payload as JSON posts one field for all.
    """
    text = posted.get("drawn") or base.source
    page = _drawn_from(Correction(approval, base, base.source), text, as_json="payload" in posted)
    bound = page.form.bind(posted)
    page = replace(
        page,
        form=bound.form,
        token=_token(posted.get("page", "")),
        turn=_turn(posted.get("turn", "")),
        saw=posted.get("saw", ""),
    )
    return page, bound


def base_version(approval: Approval, posted: Mapping[str, str]) -> PayloadVersion:
    """The version that the posted form names. Raises InvalidInput."""
    versions = {str(version.number): version for version in approval.versions.all()}
    named = posted.get("version", "")
    if named not in versions:
        raise InvalidInput(
            _("The form does not say which version of the payload it shows. Load the page again.")
        )
    return versions[named]


def _as_typed(correction: Correction, typed: dict[str, str]) -> FormPage | None:
    """None where the form no longer has the fields that were typed into."""
    drawn = correction.copy.drawn if correction.copy else ""
    page = _drawn_from(correction, drawn or correction.base.source, as_json="payload" in typed)
    bound = page.form.bind({name: [text] for name, text in typed.items()})
    if any(error.code in _UNKNOWN for error in bound.errors):
        return None
    return replace(page, form=bound.form)


def _drawn_from(correction: Correction, text: str, *, as_json: bool) -> FormPage:
    locked = correction.approval.locked_fields
    form = payload.build_form(
        correction.base.source, schema_of(correction.approval), locked, text, as_json=as_json
    )
    is_own = form.is_json or text == correction.base.source
    return FormPage(form=form, base=correction.base, drawn="" if is_own else text)


def _token(text: str) -> str:
    return text if _TOKEN.fullmatch(text) else ""


def _turn(text: str) -> int:
    return min(int(text), MAX_TURN) if text.isascii() and text.isdigit() and len(text) < 12 else 0
