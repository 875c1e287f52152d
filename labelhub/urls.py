"""Every address labelhub answers. The crawl test holds each against its table; what is not here is refused."""

from __future__ import annotations

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as recovery
from allauth.mfa.totp import views as totp
from django.urls import include, path

from labelhub.api import api
from labelhub.gateway import pages

sign_in = [
    path("login/", account.login, name="account_login"),
    path("logout/", account.logout, name="account_logout"),
    path("reauthenticate/", account.reauthenticate, name="account_reauthenticate"),
    path("2fa/authenticate/", mfa.authenticate, name="mfa_authenticate"),
    path("2fa/reauthenticate/", mfa.reauthenticate, name="mfa_reauthenticate"),
    path("2fa/", mfa.index, name="mfa_index"),
    path("2fa/totp/activate/", totp.activate_totp, name="mfa_activate_totp"),
    path("2fa/recovery-codes/", recovery.view_recovery_codes, name="mfa_view_recovery_codes"),
    path("2fa/recovery-codes/generate/", recovery.generate_recovery_codes, name="mfa_generate_recovery_codes"),
]

urlpatterns = [
    path("healthz", pages.healthz, name="healthz"),
    path("accounts/", include(sign_in)),
    path("api/v1/", api.urls),
    path("", include("labelhub.gateway.urls")),
    path("", include("labelhub.labeling.urls")),
    path("footage/", include("labelhub.footage.urls")),
    path("datasets/", include("labelhub.exports.urls")),
    path("where-viewed/", include("labelhub.evidence.urls")),
    path("policies/", include("labelhub.policies.urls")),
    path("access/", include("labelhub.accounts.urls")),
]

handler404 = "labelhub.gateway.pages.not_found"
handler403 = "labelhub.gateway.pages.forbidden"
handler500 = "labelhub.gateway.pages.broken"
