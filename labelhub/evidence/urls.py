"""Addresses of this app's pages."""

from __future__ import annotations

from django.urls import path

from labelhub.evidence import export_views, pack_views, saved_views, views

urlpatterns = [
    path("", views.where_viewed, name="where-viewed"),
    path("export.csv", export_views.where_viewed_csv, name="where-viewed-csv"),
    path("export.parquet", export_views.where_viewed_parquet, name="where-viewed-parquet"),
    path("saved/", saved_views.saved_questions, name="saved-questions"),
    path("saved/<int:number>/", saved_views.change_question, name="saved-question"),
    path("saved/<int:number>/remove/", saved_views.remove_saved, name="saved-question-remove"),
    path("saved/<int:number>/restore/", saved_views.restore_saved, name="saved-question-restore"),
    path("<uuid:entry_id>/", views.entry, name="ledger-entry"),
    path("<uuid:entry_id>/proof.json", pack_views.entry_proof, name="ledger-proof"),
    path("packs/", pack_views.packs, name="packs"),
    path("packs/new/", pack_views.pack_new, name="pack-new"),
    path("packs/<slug:pack_id>/", pack_views.pack, name="pack"),
    path("packs/<slug:pack_id>/live/", pack_views.pack_live, name="pack-live"),
    path("packs/<slug:pack_id>/file/", pack_views.pack_file, name="pack-file"),
    path("packs/<slug:pack_id>/remove/", pack_views.pack_remove, name="pack-remove"),
]
