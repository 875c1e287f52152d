"""Addresses of this app's pages."""

from __future__ import annotations

from django.urls import path

from labelhub.evidence import export_views, saved_views, views

urlpatterns = [
    path("", views.where_viewed, name="where-viewed"),
    path("export.csv", export_views.where_viewed_csv, name="where-viewed-csv"),
    path("export.parquet", export_views.where_viewed_parquet, name="where-viewed-parquet"),
    path("saved/", saved_views.saved_questions, name="saved-questions"),
    path("saved/<int:number>/", saved_views.change_question, name="saved-question"),
    path("saved/<int:number>/remove/", saved_views.remove_saved, name="saved-question-remove"),
    path("saved/<int:number>/restore/", saved_views.restore_saved, name="saved-question-restore"),
    path("<uuid:entry_id>/", views.entry, name="ledger-entry"),
]
