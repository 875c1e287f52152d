"""Addresses of this app's pages."""

from __future__ import annotations

from django.urls import path

from labelhub.policies import draft_views, emergency_views, held_views, views

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
    path("held/", held_views.held, name="held"),
    path("held/documents/add/", held_views.document_add, name="held-document-add"),
    path("held/documents/<int:number>/withdraw/", held_views.document_withdraw, name="held-document-withdraw"),
    path("held/grants/add/", held_views.grant_add, name="held-grant-add"),
    path("held/grants/<int:number>/withdraw/", held_views.grant_withdraw, name="held-grant-withdraw"),
    path("emergencies/", emergency_views.emergencies, name="emergencies"),
    path("emergencies/ask/", emergency_views.emergency_ask, name="emergency-ask"),
    path("emergencies/<int:number>/", emergency_views.emergency, name="emergency"),
    path("emergencies/<int:number>/open/", emergency_views.answer, {"name": "open"}, name="emergency-open"),
    path("emergencies/<int:number>/refuse/", emergency_views.answer, {"name": "refuse"}, name="emergency-refuse"),
    path("emergencies/<int:number>/close/", emergency_views.close, name="emergency-close"),
    path("<int:number>/", views.version, name="policy-version"),
]
