"""Addresses of this app's pages."""

from __future__ import annotations

from django.urls import path

from labelhub.policies import views

urlpatterns = [
    path("", views.policies, name="policies"),
    path("in-force/", views.policies_in_force, name="policies-in-force"),
    path("activate/", views.activate, name="policy-activate"),
    path("<int:number>/", views.version, name="policy-version"),
]
