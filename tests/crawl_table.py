"""What each address of labelhub answers, to whom, and with which verb. What is not written here is refused.

One line per address: its name in the URLconf, a sample of it, and who is let in. A grant reads "these verbs, this
answer, these callers", for a request with an empty body. A sample's `{words}` are things of the crawl's little world
that the people let in may know. To add an address, add its line; the crawl names every address that has none.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

VERBS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")

# `half` gave a password and has no second factor yet; `stale` has one, and did not give it in this session. Both hold
# every role, so that a grant by role alone would show.
ROLES = ("lead", "annotator", "reviewer", "officer", "owner", "auditor", "outsider")
CALLERS = ("anonymous", "half", "stale", *ROLES)
LEAD, ANNOTATOR, OFFICER = "lead", "annotator", "officer"
READERS = ("lead", "reviewer", "officer")
READERS_AND_OWNER = (*READERS, "owner")
SIGNED_IN = ("half", "stale", *ROLES)


@dataclass(frozen=True, slots=True)
class Grant:
    """Callers who are answered, and how each verb of theirs is; a redirect also says where it leads."""

    callers: tuple[str, ...]
    answers: Mapping[str, int]
    to: str = ""


@dataclass(frozen=True, slots=True)
class Route:
    """An address, and everybody who is let in."""

    sample: str
    grants: tuple[Grant, ...] = ()

    def grant(self, caller: str, verb: str) -> Grant | None:
        """What the table promises; None where it promises a refusal."""
        return next((grant for grant in self.grants if caller in grant.callers and verb in grant.answers), None)


def at(sample: str, *grants: Grant) -> Route:
    """An address, and everybody who is let in; without a grant, nobody is."""
    return Route(sample, grants)


def show(*callers: str) -> Grant:
    """A page to look at."""
    return Grant(callers, {"GET": 200, "HEAD": 200})


def read(*callers: str) -> Grant:
    """A read of the programming interface."""
    return Grant(callers, {"GET": 200})


def send(status: int, *callers: str, to: str = "") -> Grant:
    """A form, or a write of the programming interface: what an empty one is answered."""
    return Grant(callers, {"POST": status}, to)


def lead_to(page: str, *callers: str, send_too: bool = False) -> Grant:
    """A page that only leads to another."""
    verbs = ("GET", "HEAD", "POST") if send_too else ("GET", "HEAD")
    return Grant(callers, dict.fromkeys(verbs, 302), page)


SIGN_IN: Mapping[str, Route] = {
    "healthz": at("/healthz", show(*CALLERS)),
    "account_login": at(
        "/accounts/login/", show("anonymous"), send(200, "anonymous"), lead_to("/", *SIGNED_IN, send_too=True)
    ),
    "account_logout": at("/accounts/logout/", show(*SIGNED_IN), send(302, *SIGNED_IN, to="/accounts/login/")),
    "account_reauthenticate": at("/accounts/reauthenticate/", show(*SIGNED_IN), send(200, *SIGNED_IN)),
    "mfa_authenticate": at(
        "/accounts/2fa/authenticate/",
        lead_to("/accounts/login/", "anonymous", send_too=True),
        lead_to("/", *SIGNED_IN, send_too=True),
    ),
    "mfa_reauthenticate": at(
        "/accounts/2fa/reauthenticate/",
        show("stale", *ROLES),
        send(200, "stale", *ROLES),
        lead_to("/accounts/reauthenticate/", "half", send_too=True),
    ),
    "mfa_index": at("/accounts/2fa/", show(*ROLES)),
    "mfa_activate_totp": at(
        "/accounts/2fa/totp/activate/",
        show("half"),
        send(200, "half"),
        lead_to("/accounts/2fa/", "stale", *ROLES, send_too=True),
    ),
    "mfa_view_recovery_codes": at("/accounts/2fa/recovery-codes/"),
    "mfa_generate_recovery_codes": at(
        "/accounts/2fa/recovery-codes/generate/", lead_to("/accounts/reauthenticate/", *ROLES, send_too=True)
    ),
}

DOOR: Mapping[str, Route] = {
    "gateway-admit": at("/gateway/admit"),
    "media": at("/media/{footage}/original", show("annotator", "lead", "reviewer", "owner")),
    "dataset-download": at("/datasets/{run}/download", show(LEAD)),
    "studio-api": at("/studio/main/api/tasks?project={project}", read(ANNOTATOR)),
}

PAGES: Mapping[str, Route] = {
    "home": at(
        "/",
        lead_to("/jobs/", LEAD),
        lead_to("/work/", ANNOTATOR),
        lead_to("/footage/", "reviewer", "owner"),
        lead_to("/where-viewed/", OFFICER, "auditor"),
        show("outsider"),
    ),
    "work": at("/work/", show(ANNOTATOR)),
    "guideline": at("/work/{job}/guideline", show(ANNOTATOR), send(302, ANNOTATOR, to="/work/{job}/label")),
    "label": at("/work/{job}/label", show(ANNOTATOR)),
    "label-status": at("/work/{job}/status", show(ANNOTATOR)),
    "skip": at("/work/{job}/skip", send(302, ANNOTATOR, to="/work/{job}/label")),
    "my-record": at("/my-record/", show(ANNOTATOR)),
    "take-back": at("/my-record/skips/{skip}/take-back", send(302, ANNOTATOR, to="/my-record/")),
    "schemas": at("/schemas/", show(LEAD)),
    "schema-new": at("/schemas/new", show(LEAD), send(422, LEAD)),
    "schema": at("/schemas/{schema}/", show(LEAD)),
    "guidelines": at("/guidelines/", show(LEAD)),
    "guideline-new": at("/guidelines/new", show(LEAD), send(422, LEAD)),
    "guideline-text": at("/guidelines/{guideline}/", show(LEAD)),
    "jobs": at("/jobs/", show(LEAD)),
    "job-new": at("/jobs/new", show(LEAD), send(422, LEAD)),
    "job-preview": at("/jobs/new/preview", show(LEAD)),
    "job": at("/jobs/{job}/", show(LEAD)),
    "job-live": at("/jobs/{job}/live", show(LEAD)),
    "job-prepare": at("/jobs/{job}/prepare", send(302, LEAD, to="/jobs/{job}/")),
    "job-close": at("/jobs/{job}/close", show(LEAD), send(422, LEAD)),
    "job-open": at("/jobs/{job}/open", send(302, LEAD, to="/jobs/{job}/")),
    "job-annotators": at("/jobs/{job}/annotators", send(302, LEAD, to="/jobs/{job}/")),
    "footage": at("/footage/", show(*READERS_AND_OWNER)),
    "footage-add": at("/footage/add", show(LEAD), send(422, LEAD)),
    "batches": at("/footage/batches/", show(LEAD)),
    "batch": at("/footage/batches/{batch}/", show(LEAD)),
    "batch-live": at("/footage/batches/{batch}/live", show(LEAD)),
    "batch-continue": at("/footage/batches/{batch}/continue", send(302, LEAD, to="/footage/batches/{batch}/")),
    "camera": at("/footage/cameras/{camera}/", show(*READERS_AND_OWNER), send(422, LEAD)),
    "camera-facts": at("/footage/cameras/{camera}/facts", show(LEAD), send(302, LEAD, to="/footage/cameras/{camera}/")),
    "footage-item": at("/footage/{footage}/", show(*READERS_AND_OWNER)),
    "datasets": at("/datasets/", show(LEAD)),
    "datasets-live": at("/datasets/live", show(LEAD)),
    "dataset-new": at("/datasets/new", show(LEAD), send(200, LEAD)),
    "dataset": at("/datasets/{run}/", show(LEAD)),
    "dataset-live": at("/datasets/{run}/live", show(LEAD)),
    "dataset-since": at("/datasets/{run}/since/{older}/", show(LEAD)),
    "copy-destroyed": at("/datasets/recalled/{notice}/destroyed", send(302, LEAD, to="/datasets/")),
    "footage-withdraw": at("/datasets/withdraw/{footage}/", show(OFFICER, "owner"), send(200, OFFICER, "owner")),
    "dataset-again": at("/datasets/{run}/again", send(302, LEAD, to="/datasets/{run}/")),
    "where-viewed": at("/where-viewed/", show(OFFICER, "owner", "auditor")),
    "where-viewed-csv": at("/where-viewed/export.csv", show(OFFICER, "owner", "auditor")),
    "where-viewed-parquet": at("/where-viewed/export.parquet", show(OFFICER, "owner", "auditor")),
    "saved-questions": at(
        "/where-viewed/saved/", show(OFFICER, "owner", "auditor"), send(422, OFFICER, "owner", "auditor")
    ),
    "saved-question": at("/where-viewed/saved/{question}/", send(422, OFFICER)),
    "saved-question-remove": at(
        "/where-viewed/saved/{question}/remove/", send(302, OFFICER, to="/where-viewed/saved/")
    ),
    "saved-question-restore": at("/where-viewed/saved/{gone}/restore/", send(302, OFFICER, to="/where-viewed/saved/")),
    "ledger-entry": at("/where-viewed/{entry}/", show(OFFICER, "owner", "auditor")),
    "ledger-proof": at("/where-viewed/{entry}/proof.json", show(OFFICER, "owner", "auditor")),
    "packs": at("/where-viewed/packs/", show(OFFICER, "owner", "auditor")),
    "pack-new": at(
        "/where-viewed/packs/new/", show(OFFICER, "owner", "auditor"), send(400, OFFICER, "owner", "auditor")
    ),
    "pack": at("/where-viewed/packs/{pack}/", show(OFFICER, "owner", "auditor")),
    "pack-live": at("/where-viewed/packs/{pack}/live/", show(OFFICER, "owner", "auditor")),
    "pack-file": at("/where-viewed/packs/{pack}/file/", show(OFFICER, "owner", "auditor")),
    "pack-remove": at(
        "/where-viewed/packs/{pack}/remove/", send(302, OFFICER, "owner", "auditor", to="/where-viewed/packs/")
    ),
    "decision-again": at("/where-viewed/{entry}/again/", show(OFFICER)),
    "findings": at("/findings/", show(OFFICER)),
    "findings-close": at("/findings/close/", send(422, OFFICER)),
    "finding": at("/findings/{finding}/", show(OFFICER)),
    "finding-close": at("/findings/{finding}/close/", send(422, OFFICER)),
    "finding-reopen": at("/findings/{finding}/reopen/", send(302, OFFICER, to="/findings/{finding}/")),
    "policies": at("/policies/", show(OFFICER, LEAD)),
    "policies-in-force": at("/policies/in-force/?at=2026-03-01T12:00:00Z", show(OFFICER, LEAD)),
    "policy-drafts": at("/policies/drafts/", show(OFFICER)),
    "policy-draft-new": at("/policies/drafts/new/", show(OFFICER), send(422, OFFICER)),
    "policy-draft": at("/policies/drafts/{draft}/", show(OFFICER)),
    "policy-draft-edit": at("/policies/drafts/{draft}/edit/", show(OFFICER), send(422, OFFICER)),
    "policy-draft-try": at("/policies/drafts/{draft}/try/", send(422, OFFICER)),
    "policy-draft-trial": at("/policies/drafts/{draft}/trial/", show(OFFICER)),
    "policy-draft-approve": at("/policies/drafts/{draft}/approve/", send(409, OFFICER)),
    "policy-draft-withdraw": at("/policies/drafts/{draft}/withdraw/", send(302, OFFICER, to="/policies/drafts/")),
    "policy-packs": at("/policies/packs/", show(OFFICER, LEAD)),
    "policy-pack": at("/policies/packs/us-only/", show(OFFICER, LEAD)),
    "policies-explain": at("/policies/explain/", show(OFFICER, LEAD)),
    "policy-version": at("/policies/{policy}/", show(OFFICER, LEAD)),
    "held": at("/policies/held/", show(OFFICER)),
    "held-document-add": at("/policies/held/documents/add/", show(OFFICER), send(422, OFFICER)),
    "held-grant-add": at("/policies/held/grants/add/", show(OFFICER), send(422, OFFICER)),
    "held-document-withdraw": at(
        "/policies/held/documents/{document}/withdraw/", show(OFFICER), send(302, OFFICER, to="/policies/held/")
    ),
    "held-grant-withdraw": at(
        "/policies/held/grants/{grant}/withdraw/", show(OFFICER), send(302, OFFICER, to="/policies/held/")
    ),
    "emergencies": at("/policies/emergencies/", show(*READERS_AND_OWNER)),
    "emergency-ask": at(
        "/policies/emergencies/ask/", show(LEAD, "reviewer", "owner"), send(422, LEAD, "reviewer", "owner")
    ),
    "emergency": at("/policies/emergencies/{emergency}/", show(OFFICER, LEAD)),
    **{
        f"emergency-{answer}": at(
            f"/policies/emergencies/{{emergency}}/{answer}/",
            send(302, *callers, to="/policies/emergencies/{emergency}/"),
        )
        for answer, callers in (("open", [OFFICER]), ("refuse", [OFFICER]), ("close", [OFFICER, LEAD]))
    },
    "access": at("/access/", show(OFFICER)),
    "access-person": at("/access/{person}/", show(OFFICER)),
    "access-facts": at("/access/{person}/facts/", show(OFFICER), send(302, OFFICER, to="/access/{person}/")),
    "access-organization": at(
        "/access/{hired}/organization/", show(OFFICER), send(302, OFFICER, to="/access/{hired}/")
    ),
    "access-attest": at("/access/{person}/attest/", send(400, OFFICER)),
    **{
        f"access-{change}": at(
            f"/access/{{person}}/{change}/", show(OFFICER), send(302, OFFICER, to="/access/{person}/")
        )
        for change in ("revoke", "deactivate", "activate")
    },
}

# Two endpoints may share an address; the URLconf then names both, and the grants of one are the grants of the other.
INTERFACE: Mapping[str, Route] = {
    # the library answers its description to whatever verb; nothing changes by it
    "api-1:openapi-json": at("/api/v1/openapi.json", Grant(ROLES, dict.fromkeys(VERBS, 200))),
    "api-1:api-root": at("/api/v1/"),
    "api-1:me": at("/api/v1/me", read(*ROLES)),
    "api-1:zones": at("/api/v1/zones", read(LEAD, OFFICER)),
    "api-1:sources": at("/api/v1/sources", read(*READERS_AND_OWNER), send(422, LEAD)),
    "api-1:register_source": at("/api/v1/sources", read(*READERS_AND_OWNER), send(422, LEAD)),
    "api-1:footage": at("/api/v1/footage", read(*READERS_AND_OWNER), send(422, LEAD)),
    "api-1:add_footage": at("/api/v1/footage", read(*READERS_AND_OWNER), send(422, LEAD)),
    "api-1:batches": at("/api/v1/batches", read(LEAD)),
    "api-1:one_batch": at("/api/v1/batches/{batch}", read(LEAD)),
    "api-1:one_footage": at("/api/v1/footage/{footage}", read(*READERS_AND_OWNER)),
    "api-1:schemas": at("/api/v1/schemas", read(*READERS), send(422, LEAD)),
    "api-1:new_schema": at("/api/v1/schemas", read(*READERS), send(422, LEAD)),
    "api-1:guidelines": at("/api/v1/guidelines", read(*READERS), send(422, LEAD)),
    "api-1:new_guideline": at("/api/v1/guidelines", read(*READERS), send(422, LEAD)),
    "api-1:jobs": at("/api/v1/jobs", read(LEAD), send(422, LEAD)),
    "api-1:new_job": at("/api/v1/jobs", read(LEAD), send(422, LEAD)),
    "api-1:one_job": at("/api/v1/jobs/{job}", read(LEAD)),
    "api-1:close": at("/api/v1/jobs/{job}/close", send(422, LEAD)),
    "api-1:reopen": at("/api/v1/jobs/{job}/open", send(422, LEAD)),
    "api-1:give_job": at("/api/v1/jobs/{job}/annotators", send(422, LEAD)),
    "api-1:work": at("/api/v1/work", read(ANNOTATOR)),
    "api-1:exports": at("/api/v1/exports", read(LEAD), send(422, LEAD)),
    "api-1:new_export": at("/api/v1/exports", read(LEAD), send(422, LEAD)),
    "api-1:one_export": at("/api/v1/exports/{run}", read(LEAD)),
    "api-1:where_viewed": at("/api/v1/where-viewed", read(OFFICER, "owner", "auditor")),
}

TABLE: Mapping[str, Route] = {**SIGN_IN, **DOOR, **PAGES, **INTERFACE}
