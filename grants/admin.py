"""How does an administrator look after the accounts and the approvers, and find who lends whom? All is in the log."""

from __future__ import annotations

from typing import Any, cast

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from allauth.usersessions.models import UserSession
from django import forms
from django.contrib import admin, messages
from django.contrib.auth.models import Group
from django.db import models
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from audit import clock
from audit.admin import ReadOnlyAdmin, StaffAdmin
from grants import accounts, membership
from grants.models import ApproverMembership, DelegatedGrant, User
from grants.providers import Governed, governing
from grants.roles import ALL, Role

# What people may decide follows from assignments and memberships; groups of permissions mean nothing here.
admin.site.unregister(Group)
# An address is proven by its mailbox, never by a tick here.
admin.site.unregister(EmailAddress)
# Where people are signed in, and with what, is theirs alone to see and to end.
admin.site.unregister([UserSession, Authenticator, SocialAccount, SocialToken])
# Providers come from the environment: whoever adds one could come in as anybody.
admin.site.unregister(SocialApp)


class PersonChangeForm(forms.ModelForm):  # type: ignore[type-arg]
    """An account. What signs its person in is theirs: nothing here shows or sets a password or another factor."""

    class Meta:
        model = User
        fields = ["email", "name", "is_active", "is_staff", "is_auditor", *ALL]

    def clean(self) -> dict[str, Any]:
        """Who administers no more has no role there either, whether or not its box is still ticked."""
        cleaned = super().clean() or {}
        if not cleaned.get("is_staff"):
            cleaned |= dict.fromkeys(ALL, False)
        return cleaned

    def _post_clean(self) -> None:
        """Once the instance has what the form says."""
        super()._post_clean()  # type: ignore[misc]
        if not self.instance._state.adding:
            before = User.objects.get(pk=self.instance.pk)
            if sentence := accounts.leaves_nobody(before, self.instance):
                self.add_error(None, sentence)

    def clean_is_active(self) -> bool:
        is_active: bool = self.cleaned_data["is_active"]
        if is_active and self.instance.proven_at is None:
            raise forms.ValidationError(
                _(
                    "Nobody has confirmed this address yet. Save it as it is; the account opens once the person "
                    "followed the link in the invitation, which you can send again."
                )
            )
        return is_active


@admin.register(User)
class PersonAdmin(StaffAdmin):
    """Accounts are invited and suspended, never deleted: votes and events name them for seven years."""

    kept_by = Role.ACCOUNTS
    form = PersonChangeForm
    list_display = ["email", "name", "is_active", "is_proven", "is_staff", "is_auditor", *ALL, "last_login"]
    list_filter = ["is_active", "is_staff", "is_auditor", *ALL]
    search_fields = ["email", "name"]
    ordering = ["email"]
    readonly_fields = ["proven_at", "credentials_changed_at", "last_login", "date_joined"]
    fieldsets = [
        (None, {"fields": ["email", "name"]}),
        (gettext_lazy("What the account opens"), {"fields": ["is_active", "is_staff", "is_auditor"]}),
        (gettext_lazy("What is theirs of the administration"), {"fields": list(ALL)}),
        (
            gettext_lazy("Dates"),
            {"fields": ["proven_at", "credentials_changed_at", "last_login", "date_joined"]},
        ),
    ]

    @admin.display(description=gettext_lazy("confirmed"), boolean=True)
    def is_proven(self, person: User) -> bool:
        return person.proven_at is not None

    def get_fieldsets(self, request: HttpRequest, obj: models.Model | None = None) -> Any:
        """A new account opens nothing until its person confirms the address."""
        return self.fieldsets if obj else [(None, {"fields": ["email", "name"]})]

    def get_readonly_fields(self, request: HttpRequest, obj: models.Model | None = None) -> list[str]:
        """An address stays with its account: requests, bars and assignments name people by it."""
        is_governed = obj is not None and governing(obj.pk, "auditors") is not None
        return [*self.readonly_fields, *(["email"] if obj else []), *(["is_auditor"] if is_governed else [])]

    def save_model(self, request: HttpRequest, obj: User, form: forms.ModelForm[Any], change: bool) -> None:
        """In the transaction that the page runs in."""
        if change:
            self.change_account(request, obj, form.changed_data)
        else:
            self.add_account(request, obj)

    def add_account(self, request: HttpRequest, person: User) -> None:
        """Where the site can write to people, its own admin invites them instead."""
        accounts.add(person, by=administrator(request).as_actor())

    def change_account(self, request: HttpRequest, person: User, changed: list[str]) -> None:
        """Where the site knows what else a change means, its own admin overrides this."""
        accounts.change(person, by=administrator(request).as_actor(), changed=changed)


@admin.register(ApproverMembership)
class ApproverMembershipAdmin(ReadOnlyAdmin):
    """People join and leave; a membership is never edited, so its times stay what they were."""

    kept_by = Role.ACCOUNTS
    list_display = ["user", "joined_at", "left_at", "is_governed_by"]
    list_select_related = ["user"]
    search_fields = ["user__email", "user__name"]
    ordering = ["-joined_at"]
    fields = ["user", "joined_at", "left_at"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.is_kept_by(request)

    @admin.display(description=gettext_lazy("governed by"), empty_value="")
    def is_governed_by(self, row: ApproverMembership) -> str | None:
        """The provider whose groups say who belongs, where there is one: it is not edited here then."""
        provider = governing(row.user_id, "approvers")
        return provider.label if provider else None

    def get_fields(self, request: HttpRequest, obj: models.Model | None = None) -> Any:
        return ["user", "joined_at", "left_at"] if obj else ["user"]

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        members = ApproverMembership.objects.filter(left_at=None).values("user")
        kwargs["queryset"] = User.objects.filter(is_active=True).exclude(pk__in=members)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def get_urls(self) -> list[URLPattern]:
        leave = self.own_page(
            "<int:membership_id>/leave/", self.leave, name="grants_approvermembership_leave"
        )
        return [leave, *super().get_urls()]

    def leave(self, request: HttpRequest, membership_id: int) -> HttpResponse:
        """Asks once, then ends the membership."""
        memberships = ApproverMembership.objects.select_related("user")
        found = get_object_or_404(memberships, pk=membership_id, left_at=None)
        if request.method == "POST":
            try:
                membership.leave(found.user, by=administrator(request).as_actor())
            except Governed:
                messages.error(
                    request,
                    _(
                        "The groups of a sign-in provider say who is an approver: it is changed there. Nothing was "
                        "changed here. A suspended account decides nothing at once."
                    ),
                )
            else:
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

    read_by = (Role.ACCOUNTS, Role.AUDIT)
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
