"""Addresses of this app's pages; taking a set away is the door's own address."""

from __future__ import annotations

from django.urls import path, re_path

from labelhub.exports import recall_views, views

RUN = r"^(?P<run_id>[0-9a-f]{24})"

urlpatterns = [
    path("", views.datasets, name="datasets"),
    path("live", views.datasets_live, name="datasets-live"),
    path("new", views.dataset_new, name="dataset-new"),
    re_path(rf"{RUN}/$", views.dataset, name="dataset"),
    re_path(rf"{RUN}/live$", views.dataset_live, name="dataset-live"),
    re_path(rf"{RUN}/again$", views.dataset_again, name="dataset-again"),
    re_path(rf"{RUN}/since/(?P<older_id>[0-9a-f]{{24}})/$", views.dataset_since, name="dataset-since"),
    path("recalled/<int:notice_id>/destroyed", recall_views.copy_destroyed, name="copy-destroyed"),
    re_path(r"^withdraw/(?P<footage_id>[0-9a-z]{1,40})/$", recall_views.footage_withdraw, name="footage-withdraw"),
]
