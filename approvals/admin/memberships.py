"""Who becomes an approver? That takes two administrators; leaving takes one."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from approvals.admin import loosenings
from approvals.models import Loosening
from grants.admin import ApproverMembershipAdmin
from grants.models import ApproverMembership

admin.site.unregister(ApproverMembership)


@admin.register(ApproverMembership)
class AskedMembershipAdmin(ApproverMembershipAdmin):
    """The memberships of `grants`; a new one is asked for."""

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        if request.method == "POST" and self.has_add_permission(request):
            form = self.get_form(request)(request.POST)
            if form.is_valid():
                loosenings.ask(request, Loosening.Kind.APPROVER, form.cleaned_data["user"])
                return HttpResponseRedirect(reverse("admin:approvals_loosening_changelist"))
        return super().add_view(request, form_url, extra_context)
