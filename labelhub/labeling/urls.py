"""Addresses of this app's pages."""

from __future__ import annotations

from django.urls import path

from labelhub.labeling import closing_views, job_views, material_views, views

urlpatterns = [
    path("", views.home, name="home"),
    path("work/", views.work, name="work"),
    path("work/<slug:job>/guideline", views.guideline, name="guideline"),
    path("work/<slug:job>/label", views.label, name="label"),
    path("work/<slug:job>/status", views.label_status, name="label-status"),
    path("work/<slug:job>/skip", views.skip, name="skip"),
    path("my-record/", views.my_record, name="my-record"),
    path("my-record/skips/<int:number>/take-back", views.take_back, name="take-back"),
    path("schemas/", material_views.schemas, name="schemas"),
    path("schemas/new", material_views.schema_new, name="schema-new"),
    path("schemas/<slug:name>/", material_views.schema, name="schema"),
    path("guidelines/", material_views.guidelines, name="guidelines"),
    path("guidelines/new", material_views.guideline_new, name="guideline-new"),
    path("guidelines/<slug:name>/", material_views.guideline_text, name="guideline-text"),
    path("jobs/", job_views.jobs, name="jobs"),
    path("jobs/new", job_views.job_new, name="job-new"),
    path("jobs/new/preview", job_views.job_preview, name="job-preview"),
    path("jobs/<slug:name>/", job_views.job_page, name="job"),
    path("jobs/<slug:name>/live", job_views.job_live, name="job-live"),
    path("jobs/<slug:name>/prepare", job_views.job_prepare, name="job-prepare"),
    path("jobs/<slug:name>/close", closing_views.job_close, name="job-close"),
    path("jobs/<slug:name>/open", closing_views.job_open, name="job-open"),
    path("jobs/<slug:name>/annotators", job_views.job_annotators, name="job-annotators"),
]
