"""An account is closed by an administrator: what it leaves open is told."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html

from approvals.lifecycle import tell_of_what_is_left
from audit import clock
from grants.admin import PersonAdmin
from grants.models import User

admin.site.unregister(User)


@admin.register(User)
class ReviewerAdmin(PersonAdmin):
    """The people of `grants`, with what their requests need when one of them leaves."""

    def save_model(self, request: HttpRequest, obj: User, form: forms.ModelForm[Any], change: bool) -> None:
        """In the transaction that the page runs in."""
        super().save_model(request, obj, form, change)
        if change and "is_active" in form.changed_data and not obj.is_active:
            count = tell_of_what_is_left(obj, at=clock.now())
            if count:
                where = f"{reverse('approvals:reassignments')}?{urlencode({'of': obj.email})}"
                sentence = '{} leaves {} open, of which others are told. <a href="{}">Reassign them.</a>'
                messages.warning(request, format_html(sentence, obj, count, where))
