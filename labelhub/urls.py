"""Every address labelhub answers. The crawl test holds each against its table; what is not here is refused."""

from __future__ import annotations

from collections.abc import Callable

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as recovery
from django.http.response import HttpResponseBase
from django.urls import URLPattern, include, path
from django.views.decorators.http import require_http_methods

from labelhub.accounts.second_factor import SetUp
from labelhub.api import api
from labelhub.footage.explain import explain
from labelhub.footage.replay_views import decision_again
from labelhub.gateway import pages
from labelhub.policies.fact_views import organization_facts, person_facts


def page_and_form(route: str, view: Callable[..., HttpResponseBase], name: str) -> URLPattern:
    """A page with a form; allauth would read a PUT as one too, and answer verbs nobody needs."""
    return path(route, require_http_methods(["GET", "HEAD", "POST"])(view), name=name)


sign_in = [
    page_and_form("login/", account.login, "account_login"),
    page_and_form("logout/", account.logout, "account_logout"),
    page_and_form("reauthenticate/", account.reauthenticate, "account_reauthenticate"),
    page_and_form("2fa/authenticate/", mfa.authenticate, "mfa_authenticate"),
    page_and_form("2fa/reauthenticate/", mfa.reauthenticate, "mfa_reauthenticate"),
    page_and_form("2fa/", mfa.index, "mfa_index"),
    page_and_form("2fa/totp/activate/", SetUp.as_view(), "mfa_activate_totp"),
    page_and_form("2fa/recovery-codes/", recovery.view_recovery_codes, "mfa_view_recovery_codes"),
    page_and_form("2fa/recovery-codes/generate/", recovery.generate_recovery_codes, "mfa_generate_recovery_codes"),
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
    path("where-viewed/<uuid:entry_id>/again/", decision_again, name="decision-again"),
    path("findings/", include("labelhub.evidence.finding_urls")),
    path("policies/", include("labelhub.policies.urls")),
    path("policies/explain/", explain, name="policies-explain"),
    path("access/", include("labelhub.accounts.urls")),
    path("access/<slug:pseudonym>/facts/", person_facts, name="access-facts"),
    path("access/<slug:pseudonym>/organization/", organization_facts, name="access-organization"),
]

handler404 = "labelhub.gateway.pages.not_found"
handler403 = "labelhub.gateway.pages.forbidden"
handler500 = "labelhub.gateway.pages.broken"
