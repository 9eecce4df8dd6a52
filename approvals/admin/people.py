"""An administrator invites people, sends them links, closes an account, and sees how much it leaves open."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.forms import ModelForm
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from approvals import credentials, four_eyes, keys, lifecycle
from approvals.admin import loosenings
from approvals.exceptions import StateConflict
from audit import clock
from grants.admin import PersonAdmin, administrator
from grants.models import User

admin.site.unregister(User)


class OneMailbox:
    """What an invitation's form asks beside the model."""

    cleaned_data: dict[str, Any]

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"].strip().lower()
        if sentence := credentials.objection(email):
            raise ValidationError(sentence)
        return email


@admin.register(User)
class ReviewerAdmin(PersonAdmin):
    """The people of `grants`, with what their requests need when one of them leaves."""

    change_form_template = "admin/grants/user/change_form.html"

    def get_urls(self) -> list[URLPattern]:
        link = self.own_page("<path:person_id>/link/", self.link, name="grants_user_link")
        return [link, *super().get_urls()]

    def get_form(
        self, request: HttpRequest, obj: User | None = None, change: bool = False, **options: Any
    ) -> type[ModelForm]:  # type: ignore[type-arg]
        """An invitation goes to a mailbox that has no account yet."""
        usual = super().get_form(request, obj, change, **options)
        return usual if change else type("InvitationForm", (OneMailbox, usual), {})

    def link(self, request: HttpRequest, person_id: str) -> HttpResponse:
        """Asks once, then sends the person a link to choose a password, which nobody else sees."""
        person = self.get_object(request, person_id)
        if person is None:
            raise Http404
        back = HttpResponseRedirect(reverse("admin:grants_user_change", args=[person.pk]))
        if request.method != "POST":
            return self._ask_to_send(request, person)
        try:
            credentials.send_link(person, by=administrator(request).as_actor())
        except StateConflict as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(
                request,
                _("A link was sent to %(email)s. It lets them choose a password.") % {"email": person.email},
            )
        return back

    def _ask_to_send(self, request: HttpRequest, person: User) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "original": person,
            "title": _("Send a link for a new password?")
            if person.proven_at
            else _("Send the invitation again?"),
        }
        return TemplateResponse(request, "admin/grants/user/link.html", context)

    def add_account(self, request: HttpRequest, person: User) -> None:
        credentials.invite(person, by=administrator(request).as_actor())
        messages.success(
            request,
            _("An invitation was sent to %(email)s. The account opens once it is followed.")
            % {"email": person.email},
        )

    def change_account(self, request: HttpRequest, person: User, changed: list[str]) -> None:
        """What gives more authority is asked for; the rest, and what takes it away, counts at once."""
        for kind, flag in four_eyes.FLAGS.items():
            if flag in changed and getattr(person, flag):
                setattr(person, flag, False)
                changed = [name for name in changed if name != flag]
                loosenings.ask(request, kind, person)
        if "is_active" not in changed or person.is_active:
            super().change_account(request, person, changed)
            return
        actor = administrator(request).as_actor()
        if stopped := keys.stopped_by(person, clock.now()).count():
            _say_what_stops(request, person, stopped)
        if count := lifecycle.close_account(person, by=actor, changed=changed):
            where = f"{reverse('approvals:reassignments')}?{urlencode({'of': person.email})}"
            sentence = ngettext(
                '{person} leaves {count} open, of which others are told. <a href="{address}">Reassign them.</a>',
                '{person} leaves {count} open, of which others are told. <a href="{address}">Reassign them.</a>',
                count,
            )
            messages.warning(request, format_html(sentence, person=person, count=count, address=where))


def _say_what_stops(request: HttpRequest, person: User, count: int) -> None:
    sentence = ngettext(
        '{person} answers for {count} key, which opens nothing any more. <a href="{address}">Give the agents another '
        "owner</a>, and make them new keys.",
        '{person} answers for {count} keys, which open nothing any more. <a href="{address}">Give the agents another '
        "owner</a>, and make them new keys.",
        count,
    )
    where = reverse("admin:approvals_agent_changelist")
    messages.warning(request, format_html(sentence, person=person, count=count, address=where))
