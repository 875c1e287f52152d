"""The programming interface, `/api/v1`: the same actions and queries as the pages, behind the same sign-in.

The sign-in middleware has let in only people with a second factor before anything here runs. Unsafe verbs need the CSRF
token too. Every error answers `{"detail": "…"}`: 403 for another role, 404 for what is not yours, 422 for bad input.
"""

from __future__ import annotations

from ninja import NinjaAPI
from ninja.security import django_auth

from labelhub.api import batches, evidence, exports, labeling, materials, me
from labelhub.api.errors import answer_errors

api = NinjaAPI(title="labelhub", version="1", docs_url=None, auth=django_auth)
api.add_router("", me.router)
api.add_router("", batches.router)  # and with it footage, whose address takes files too
api.add_router("", materials.router)
api.add_router("", labeling.router)
api.add_router("", exports.router)
api.add_router("", evidence.router)
answer_errors(api)

__all__ = ["api"]
