"""Addresses of this app's pages."""

from __future__ import annotations

from django.urls import path

from labelhub.policies import draft_views, views

urlpatterns = [
    path("", views.policies, name="policies"),
    path("in-force/", views.policies_in_force, name="policies-in-force"),
    path("drafts/", draft_views.drafts, name="policy-drafts"),
    path("drafts/new/", draft_views.draft_new, name="policy-draft-new"),
    path("drafts/<int:number>/", draft_views.draft, name="policy-draft"),
    path("drafts/<int:number>/edit/", draft_views.draft_edit, name="policy-draft-edit"),
    path("drafts/<int:number>/try/", draft_views.draft_try, name="policy-draft-try"),
    path("drafts/<int:number>/trial/", draft_views.draft_trial, name="policy-draft-trial"),
    path("drafts/<int:number>/approve/", draft_views.draft_approve, name="policy-draft-approve"),
    path("drafts/<int:number>/withdraw/", draft_views.draft_withdraw, name="policy-draft-withdraw"),
    path("packs/", draft_views.shelf, name="policy-packs"),
    path("packs/<slug:name>/", draft_views.pack, name="policy-pack"),
    path("<int:number>/", views.version, name="policy-version"),
]
