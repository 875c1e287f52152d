"""What of a body sent by Label Studio's screen is passed on: a closed list of fields per request, each of known shape.

Label Studio believes what it is sent: a task, an author, a parent, a ground truth. Here a body is read, what the lists
below name is checked and written anew, and the rest is dropped. It is always JSON that leaves: a body announced as a
form would be read a second way, in which text inside it names fields.
"""

from __future__ import annotations

import json
import uuid
from typing import Any

LONGEST = 10**9  # seconds; also keeps out what is no number or has no end


class StudioRefusedError(Exception):
    """The request is well formed, but not this person's to make."""

    def __init__(self, reason: str, *, status: int = 403) -> None:
        super().__init__(reason)
        self.status = status


def content_of(body: bytes) -> dict[str, Any]:
    """Read a body.

    Raises:
        StudioRefusedError: it is not a JSON object.
    """
    try:
        content = json.loads(body)
    except (ValueError, RecursionError) as error:  # the latter for one nested without end
        raise StudioRefusedError("the body is not JSON", status=400) from error
    if not isinstance(content, dict):
        raise StudioRefusedError("the body is not a JSON object", status=400)
    return content


def new_annotation(content: dict[str, Any], *, own_drafts: frozenset[int]) -> bytes:
    """What a first annotation passes on: what was drawn, how long it took, the person's draft it ends, and its own id.

    Raises:
        StudioRefusedError: a field has another shape, or the draft is not this person's.
    """
    kept = _drawn(content)
    draft, own_id = content.get("draft_id"), content.get("unique_id")
    if draft:  # the screen writes 0 when there is none
        if type(draft) is not int or draft not in own_drafts:
            raise StudioRefusedError("this draft is not yours to submit")
        kept["draft_id"] = draft
    if own_id is not None:
        kept["unique_id"] = _identifier(own_id)
    return json.dumps(kept).encode()


def drawing(content: dict[str, Any]) -> bytes:
    """What a draft or a changed annotation passes on: what was drawn, and how long it took.

    Raises:
        StudioRefusedError: a field has another shape.
    """
    return json.dumps(_drawn(content)).encode()


def _drawn(content: dict[str, Any]) -> dict[str, Any]:
    result = content.get("result")
    if not isinstance(result, list) or not all(isinstance(item, dict) for item in result):
        raise StudioRefusedError("`result` is not a list of what was drawn", status=400)
    seconds = content.get("lead_time")
    if seconds is None:
        return {"result": result}
    if type(seconds) not in {int, float} or not 0 <= seconds <= LONGEST:
        raise StudioRefusedError("`lead_time` is not a number of seconds", status=400)
    return {"result": result, "lead_time": seconds}


def _identifier(written: object) -> str:
    try:
        return str(uuid.UUID(written if isinstance(written, str) else ""))
    except ValueError as error:
        raise StudioRefusedError("`unique_id` is not a UUID", status=400) from error
