"""Addresses of this app's pages."""

from __future__ import annotations

from django.urls import path, re_path

from labelhub.footage import views

urlpatterns = [
    path("", views.footage, name="footage"),
    path("add", views.footage_add, name="footage-add"),
    path("cameras/<slug:code>/", views.camera, name="camera"),
    re_path(r"^(?P<footage_id>[0-9a-z]{1,40})/$", views.footage_item, name="footage-item"),
]
