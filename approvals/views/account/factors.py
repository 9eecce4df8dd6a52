"""With what does a person sign in besides the password, and how do they add or remove such a factor?

Each change asks who they are first (`again.py`); each is on record and told (`approvals/factors.py`).
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Concatenate, ParamSpec, cast

from allauth.account.decorators import reauthentication_required
from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, clear_totp_secret
from allauth.mfa.webauthn.internal.auth import WebAuthn, begin_registration
from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from approvals import factors, identities
from approvals.exceptions import StateConflict
from approvals.views.account.attempts import too_many
from approvals.views.account.factor_adapter import passkey_host, passkeys_work
from approvals.views.account.factor_forms import LONGEST_NAME, AppForm, NewPasskeyForm
from approvals.views.page import PersonRequest, post_only, see_other, show, signed_in
from audit import clock
from grants.models import User

PAGE = "factors"
_FOLDER = "approvals/account"
_reauthenticated = reauthentication_required(app="allauth.mfa")
_P = ParamSpec("_P")


def fresh(
    view: Callable[Concatenate[PersonRequest, _P], HttpResponse],
) -> Callable[Concatenate[PersonRequest, _P], HttpResponse]:
    """Only within five minutes of showing who one is; else that is asked first, and what was posted goes on then."""
    return cast("Callable[Concatenate[PersonRequest, _P], HttpResponse]", _reauthenticated(view))


@require_safe
@signed_in
def index(request: PersonRequest) -> HttpResponse:
    """The person's own factors; no page shows them to anybody else."""
    own = list(factors.of(request.user))
    context = {
        "at": clock.now(),
        "app": next((one for one in own if one.type == factors.Type.TOTP), None),
        "passkeys": [one for one in own if one.type == factors.Type.WEBAUTHN],
        "codes_left": factors.codes_left(request.user) if own else 0,
        "identities": [(one, identities.label_of(one)) for one in identities.of(request.user)],
        "passkeys_work": passkeys_work(request),
        "passkey_host": passkey_host(),
        "public_url": settings.PUBLIC_URL,
        "is_demanded": settings.ADMIN_SECOND_FACTOR and request.user.is_staff,
    }
    return show(request, f"{_FOLDER}/factors.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
@fresh
def app(request: PersonRequest) -> HttpResponse:
    """Add an app that makes codes: the key is shown, and the first code shows that the app has it."""
    if factors.of(request.user).filter(type=factors.Type.TOTP).exists():
        return see_other(PAGE)
    form = AppForm(request.POST if request.method == "POST" else None, user=request.user)
    if form.is_bound and form.is_valid():
        clear_totp_secret(request)
        return _added(request, lambda person: TOTP.activate(person, form.secret).instance)
    if form.is_bound and form.is_throttled:
        return too_many(request)
    adapter = get_adapter()
    drawn = adapter.build_totp_svg(adapter.build_totp_url(request.user, form.secret)).encode()
    context = {"form": form, "drawn": base64.b64encode(drawn).decode(), "key": _in_fours(form.secret)}
    return show(request, f"{_FOLDER}/app.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
@fresh
def passkey(request: PersonRequest) -> HttpResponse:
    """Add a passkey: the browser makes it, and its answer is posted."""
    form = NewPasskeyForm(request.POST if request.method == "POST" else None, user=request.user)
    if form.is_bound and form.is_valid():
        name, credential = form.cleaned_data["name"], form.cleaned_data["credential"]
        return _added(request, lambda person: WebAuthn.add(person, name, credential).instance)
    context = {
        "form": form,
        "js_data": {"creation_options": begin_registration(request.user, passwordless=True)},
        "longest_name": LONGEST_NAME,
    }
    return show(request, f"{_FOLDER}/passkey.html", context, status=422 if form.is_bound else 200)


@signed_in
@post_only(PAGE)
@fresh
def removal(request: PersonRequest, pk: int) -> HttpResponse:
    """Remove one of one's own."""
    factor = get_object_or_404(factors.of(request.user), pk=pk)
    factors.remove(request.user, factor, by=request.user.as_actor())
    messages.success(request, _("It was removed. You are told by e-mail, too."))
    return see_other(PAGE)


@signed_in
@post_only(PAGE)
@fresh
def recovery_codes(request: PersonRequest) -> HttpResponse:
    """New ones in place of the old; they are in this answer and in no other."""
    try:
        codes = factors.renew_codes(request.user, by=request.user.as_actor())
    except StateConflict as refusal:
        messages.warning(request, str(refusal))
        return see_other(PAGE)
    return show(request, f"{_FOLDER}/codes.html", {"codes": codes})


def _added(request: PersonRequest, store: Callable[[User], Authenticator]) -> HttpResponse:
    """With the first one, the answer holds the recovery codes: no page shows them again."""
    person, kept = request.user, []

    def stored(current: User) -> Authenticator:
        kept.append(store(current))
        return kept[0]

    codes = factors.add(person, stored, by=person.as_actor())
    # Who just added it has just shown that they hold it.
    record_authentication(request, person, "mfa", id=kept[0].pk, type=kept[0].type)
    if codes:
        return show(request, f"{_FOLDER}/codes.html", {"codes": codes, "is_first": True})
    messages.success(request, _("It was added. You are told by e-mail, too."))
    return see_other(PAGE)


def _in_fours(key: str) -> str:
    return " ".join(key[start : start + 4] for start in range(0, len(key), 4))
