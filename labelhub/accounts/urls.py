"""Addresses of this app's pages."""

from __future__ import annotations

from django.urls import path

from labelhub.accounts import views

urlpatterns = [
    path("", views.access, name="access"),
    path("<slug:pseudonym>/", views.person, name="access-person"),
    path("<slug:pseudonym>/attest/", views.renew, name="access-attest"),
    path("<slug:pseudonym>/revoke/", views.change, {"name": "revoke"}, name="access-revoke"),
    path("<slug:pseudonym>/deactivate/", views.change, {"name": "deactivate"}, name="access-deactivate"),
    path("<slug:pseudonym>/activate/", views.change, {"name": "activate"}, name="access-activate"),
]
