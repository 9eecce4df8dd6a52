"""Which view answers which address?"""

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

from approvals.api import api
from approvals.urls import (
    jump_urlpatterns,
    live_urlpatterns,
    preferences_urlpatterns,
    signin_urlpatterns,
    words_urlpatterns,
)
from approvals.views.account import entry
from approvals.views.style import style
from approvals_site.health import healthz, readyz

# One way in for everybody: the administration has no sign-in and no page for passwords of its own.
admin.site.login = secure_admin_login(entry.to_factor)  # type: ignore[method-assign, no-untyped-call]
admin.site.has_permission = entry.may_enter  # type: ignore[method-assign]

urlpatterns = [
    path("admin/password_change/", RedirectView.as_view(pattern_name="account_change_password")),
    path("", RedirectView.as_view(pattern_name="approvals:inbox")),
    path("", include(signin_urlpatterns)),
    path("approvals/", include("approvals.urls")),
    path("preferences/", include(preferences_urlpatterns)),
    path("jump/", include(jump_urlpatterns)),
    path("live/", include(live_urlpatterns)),
    path("words/", include(words_urlpatterns)),
    path("api/", api.urls),
    path("admin/", admin.site.urls),
    path("audit/", include("audit.urls")),
    path("style/", style),
    path("healthz", healthz),
    path("readyz", readyz),
]

handler429 = "approvals.views.account.attempts.too_many"  # allauth's name for it
handler500 = "approvals_site.failures.failed"
