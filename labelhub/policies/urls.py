"""Addresses of this app's pages. The explanation needs footage, so its page is made by the app that knows footage."""

from __future__ import annotations

from django.urls import include, path

from labelhub.policies import views

urlpatterns = [
    path("", views.policies, name="policies"),
    path("in-force/", views.policies_in_force, name="policies-in-force"),
    path("activate/", views.activate, name="policy-activate"),
    path("explain/", include("labelhub.footage.explain_urls")),
    path("<int:number>/", views.version, name="policy-version"),
]
