"""Addresses of this app's pages."""

from __future__ import annotations

from django.urls import path, re_path

from labelhub.footage import batch_views, fact_views, views

urlpatterns = [
    path("", views.footage, name="footage"),
    path("add", batch_views.footage_add, name="footage-add"),
    path("batches/", batch_views.batches, name="batches"),
    path("batches/<slug:batch_id>/", batch_views.batch, name="batch"),
    path("batches/<slug:batch_id>/live", batch_views.batch_live, name="batch-live"),
    path("batches/<slug:batch_id>/continue", batch_views.batch_continue, name="batch-continue"),
    path("cameras/<slug:code>/", views.camera, name="camera"),
    path("cameras/<slug:code>/facts", fact_views.camera_facts, name="camera-facts"),
    re_path(r"^(?P<footage_id>[0-9a-z]{1,40})/$", views.footage_item, name="footage-item"),
]
