"""How does an administrator look after the accounts and the approvers, and find who lends whom? All is in the log."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm
from django.contrib.auth.models import Group
from django.db import models, transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from audit import clock
from audit.admin import ReadOnlyAdmin, StaffAdmin
from grants import accounts, membership
from grants.models import ApproverMembership, DelegatedGrant, User

# What people may decide follows from assignments and memberships; groups of permissions mean nothing here.
admin.site.unregister(Group)


class PersonCreationForm(AdminUserCreationForm):  # type: ignore[type-arg]
    """A new account."""

    class Meta:
        model = User
        fields = ["email", "name"]


class PersonChangeForm(UserChangeForm):  # type: ignore[type-arg]
    """An account; the password has a page of its own."""

    class Meta:
        model = User
        fields = ["email", "name", "password", "is_active", "is_staff", "is_auditor"]


@admin.register(User)
class PersonAdmin(StaffAdmin, UserAdmin):  # type: ignore[type-arg]
    """Accounts are deactivated, never deleted: votes and events name them for seven years."""

    form = PersonChangeForm
    add_form = PersonCreationForm
    list_display = ["email", "name", "is_active", "is_staff", "is_auditor", "last_login"]
    list_filter = ["is_active", "is_staff", "is_auditor"]
    search_fields = ["email", "name"]
    ordering = ["email"]
    filter_horizontal = []
    readonly_fields = ["last_login", "date_joined"]
    fieldsets = [
        (None, {"fields": ["email", "name", "password"]}),
        (gettext_lazy("What the account opens"), {"fields": ["is_active", "is_staff", "is_auditor"]}),
        (gettext_lazy("Dates"), {"fields": ["last_login", "date_joined"]}),
    ]
    add_fieldsets = [(None, {"fields": ["email", "name", "usable_password", "password1", "password2"]})]

    def get_readonly_fields(self, request: HttpRequest, obj: models.Model | None = None) -> list[str]:
        """An address stays with its account: requests, bars and assignments name people by it."""
        return [*self.readonly_fields, *(["email"] if obj else [])]

    def save_model(self, request: HttpRequest, obj: User, form: forms.ModelForm[Any], change: bool) -> None:
        """In the transaction that the page runs in."""
        if change:
            self.change_account(request, obj, form.changed_data)
        else:
            accounts.add(obj, by=administrator(request).as_actor())

    def change_account(self, request: HttpRequest, person: User, changed: list[str]) -> None:
        """Where the site knows what else a change means, its own admin overrides this."""
        accounts.change(person, by=administrator(request).as_actor(), changed=changed)

    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> HttpResponse:  # noqa: A002
        """Django's page, and on record."""
        found = self.get_object(request, unquote(id))  # None for what is no id
        if found is None:
            raise Http404
        with transaction.atomic():
            before = User.objects.select_for_update().get(pk=found.pk)
            response = super().user_change_password(request, id, form_url)
            accounts.note_password(before, by=administrator(request).as_actor())
        return response


@admin.register(ApproverMembership)
class ApproverMembershipAdmin(ReadOnlyAdmin):
    """People join and leave; a membership is never edited, so its times stay what they were."""

    list_display = ["user", "joined_at", "left_at"]
    list_select_related = ["user"]
    search_fields = ["user__email", "user__name"]
    ordering = ["-joined_at"]
    fields = ["user", "joined_at", "left_at"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def get_fields(self, request: HttpRequest, obj: models.Model | None = None) -> Any:
        return ["user", "joined_at", "left_at"] if obj else ["user"]

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        members = ApproverMembership.objects.filter(left_at=None).values("user")
        kwargs["queryset"] = User.objects.filter(is_active=True).exclude(pk__in=members)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def save_model(
        self, request: HttpRequest, obj: ApproverMembership, form: forms.ModelForm[Any], change: bool
    ) -> None:
        joined = membership.join(obj.user, by=administrator(request).as_actor())
        obj.pk, obj.joined_at = joined.pk, joined.joined_at

    def get_urls(self) -> list[URLPattern]:
        leave = path(
            "<int:membership_id>/leave/",
            self.admin_site.admin_view(self.leave),
            name="grants_approvermembership_leave",
        )
        return [leave, *super().get_urls()]

    def leave(self, request: HttpRequest, membership_id: int) -> HttpResponse:
        """Asks once, then ends the membership."""
        memberships = ApproverMembership.objects.select_related("user")
        found = get_object_or_404(memberships, pk=membership_id, left_at=None)
        if request.method == "POST":
            membership.leave(found.user, by=administrator(request).as_actor())
            messages.success(request, _("%(person)s has left the approvers.") % {"person": found.user})
            return HttpResponseRedirect(reverse("admin:grants_approvermembership_changelist"))
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "original": found,
            "title": _("Leave the approvers?"),
        }
        return TemplateResponse(request, "admin/grants/approvermembership/leave.html", context)


class StateFilter(admin.SimpleListFilter):
    """By whether a grant lends authority now or later, or is over."""

    title = gettext_lazy("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("open", _("Now and to come")), ("ended", pgettext("grants", "Ended"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        if self.value() == "open":
            return queryset.open(clock.now())
        return queryset.ended(clock.now()) if self.value() == "ended" else queryset


@admin.register(DelegatedGrant)
class DelegatedGrantAdmin(ReadOnlyAdmin):
    """Who lends whom what. It is given and revoked on the pages, by the people themselves."""

    list_display = [
        "grantor",
        "grantee",
        "scope_sentence",
        "is_whole",
        "starts_at",
        "expires_at",
        "revoked_at",
    ]
    list_filter = [StateFilter, "is_whole", "highest_risk"]
    list_select_related = ["grantor", "grantee"]
    search_fields = ["=id", "grantor__email", "grantor__name", "grantee__email", "grantee__name"]
    fields = [
        "id", "grantor", "grantee", "scope_sentence", "is_whole", "action_types", "workflows", "highest_risk",
        "starts_at", "expires_at", "reason", "created_at", "revoked_at", "revoked_by",
    ]  # fmt: skip
    readonly_fields = ["scope_sentence"]

    @admin.display(description=gettext_lazy("scope"))
    def scope_sentence(self, grant: DelegatedGrant) -> str:
        return grant.scope_sentence

    def view_on_site(self, grant: DelegatedGrant) -> str:
        """The grant's own page, where it is revoked."""
        return grant.get_absolute_url()


def administrator(request: HttpRequest) -> User:
    """The person whose page of the administration this is: the site lets nobody else in."""
    return cast(User, request.user)
