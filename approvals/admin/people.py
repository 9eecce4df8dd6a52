"""An administrator closes an account, and sees how much it leaves open."""

from __future__ import annotations

from urllib.parse import urlencode

from django.contrib import admin, messages
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import ngettext

from approvals import lifecycle
from grants.admin import PersonAdmin, administrator
from grants.models import User

admin.site.unregister(User)


@admin.register(User)
class ReviewerAdmin(PersonAdmin):
    """The people of `grants`, with what their requests need when one of them leaves."""

    def change_account(self, request: HttpRequest, person: User, changed: list[str]) -> None:
        if "is_active" not in changed or person.is_active:
            super().change_account(request, person, changed)
            return
        actor = administrator(request).as_actor()
        if count := lifecycle.close_account(person, by=actor, changed=changed):
            where = f"{reverse('approvals:reassignments')}?{urlencode({'of': person.email})}"
            sentence = ngettext(
                '{person} leaves {count} open, of which others are told. <a href="{address}">Reassign them.</a>',
                '{person} leaves {count} open, of which others are told. <a href="{address}">Reassign them.</a>',
                count,
            )
            messages.warning(request, format_html(sentence, person=person, count=count, address=where))
