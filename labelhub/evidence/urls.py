"""Addresses of this app's pages."""

from __future__ import annotations

from django.urls import path

from labelhub.evidence import views

urlpatterns = [
    path("", views.where_viewed, name="where-viewed"),
    path("export.csv", views.where_viewed_csv, name="where-viewed-csv"),
    path("<uuid:entry_id>/", views.entry, name="ledger-entry"),
]
