"""How errors are answered: one shape for all, with words for the person who reads them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import ValidationError

from labelhub.accounts.actions import AccountError
from labelhub.evidence.actions import LedgerUnavailableError
from labelhub.evidence.paging import CursorError
from labelhub.exports.actions import ExportRefusedError
from labelhub.footage.actions import FootageError
from labelhub.footage.probe import ProbingUnavailableError
from labelhub.footage.queries import FootageQueryError
from labelhub.labeling.actions import LabelingError
from labelhub.policies.queries import NoPolicyError
from labelhub.storage.port import StoreError


class BadInputError(Exception):
    """What was sent cannot be used; the message says what and how to mend it."""


BAD_INPUT: tuple[type[Exception], ...] = (
    AccountError,
    BadInputError,
    CursorError,
    ExportRefusedError,
    FootageError,
    FootageQueryError,
    LabelingError,
)
UNAVAILABLE: tuple[type[Exception], ...] = (LedgerUnavailableError, NoPolicyError, ProbingUnavailableError, StoreError)

Handler = Callable[[HttpRequest, Any], HttpResponse]


def answer_errors(api: NinjaAPI) -> None:
    """Teach an API to answer our errors."""

    def saying(status: int, words: Callable[[Any], str] = str) -> Handler:
        def answer(request: HttpRequest, error: Any) -> HttpResponse:  # noqa: ANN401  any of the errors named below
            return api.create_response(request, {"detail": words(error)}, status=status)

        return answer

    for kind in BAD_INPUT:
        api.add_exception_handler(kind, saying(422))
    for kind in UNAVAILABLE:
        api.add_exception_handler(kind, saying(503))
    api.add_exception_handler(PermissionDenied, saying(403, _why_not))
    api.add_exception_handler(Http404, saying(404, lambda _: "there is no such thing, or it is not yours"))
    api.add_exception_handler(ValidationError, saying(422, _what_is_wrong))


def _why_not(error: PermissionDenied) -> str:
    return str(error) or "this is for people with another role"


def _what_is_wrong(error: ValidationError) -> str:
    """Say of each value where it stands and what is wrong; ninja's first part is only body, query or path."""
    return "; ".join(f"`{'.'.join(str(part) for part in one['loc'][1:])}`: {one['msg']}" for one in error.errors)
