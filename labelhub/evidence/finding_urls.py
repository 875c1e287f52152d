"""Addresses of the findings' pages."""

from __future__ import annotations

from django.urls import path

from labelhub.evidence import finding_views

urlpatterns = [
    path("", finding_views.findings, name="findings"),
    path("close/", finding_views.findings_close, name="findings-close"),
    path("<int:number>/", finding_views.finding, name="finding"),
    path("<int:number>/close/", finding_views.finding_close, name="finding-close"),
    path("<int:number>/reopen/", finding_views.finding_reopen, name="finding-reopen"),
]
