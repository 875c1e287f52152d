"""The programming interface, `/api/v1`."""

from __future__ import annotations

from ninja import NinjaAPI

api = NinjaAPI(title="labelhub", version="1", docs_url=None)
