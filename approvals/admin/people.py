"""An account is closed by an administrator: what it leaves open is told."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest

from approvals.lifecycle.departure import tell_of_what_is_left
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
                sentence = f"{obj} leaves {count} open: the approvers and escalation targets are told. Reassign them."
                messages.warning(request, sentence)
