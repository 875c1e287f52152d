"""What templates ask for: navigation by role, jurisdictions in words, short forms of long values.

Only wording and layout live here; nothing reads the database and nothing decides.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from typing import Any

from django import template
from django.core.paginator import Page
from django.forms import BoundField
from django.http import QueryDict
from django.template import Context
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe

from labelhub.accounts.models import Role
from labelhub.labeling.queries import JobWork
from residency import describe

register = template.Library()
BETWEEN_BACKTICKS = re.compile(r"`([^`]*)`")

NAVIGATION: dict[str, tuple[tuple[str, str], ...]] = {
    Role.ANNOTATOR.value: (("My work", "/work/"), ("My record", "/my-record/")),
    Role.LEAD.value: (("Jobs", "/jobs/"), ("Footage", "/footage/"), ("Datasets", "/datasets/")),
    Role.REVIEWER.value: (("Footage", "/footage/"),),
    Role.OFFICER.value: (
        ("Where viewed", "/where-viewed/"),
        ("Findings", "/findings/"),
        ("Policies", "/policies/"),
        ("Access", "/access/"),
    ),
    Role.OWNER.value: (("Footage", "/footage/"), ("Where viewed", "/where-viewed/")),
    Role.AUDITOR.value: (("Where viewed", "/where-viewed/"),),
}

STATES = {
    "open": "busy",
    "done": "good",
    "ready": "good",
    "stored": "good",
    "allow": "good",
    "approved": "good",
    "finished": "good",
    "receiving": "busy",
    "preparing": "busy",
    "running": "busy",
    "waiting": "quiet",
    "closed": "quiet",
    "ignored": "quiet",
    "already stored": "quiet",
    "held": "busy",
    "passed": "care",
    "refused": "stop",
    "deny": "stop",
    "failed": "stop",
}


@register.inclusion_tag("parts/navigation.html", takes_context=True)
def navigation(context: Context) -> dict[str, Any]:
    """List the pages of the person's roles, each once, and mark the one they are on."""
    roles = context.get("roles") or ()
    path = context["request"].path
    pages: dict[str, str] = {}
    for role, links in NAVIGATION.items():
        if role in roles:
            pages |= {address: title for title, address in links}
    return {"pages": [(title, address, path.startswith(address)) for address, title in pages.items()]}


@register.inclusion_tag("parts/pages.html", takes_context=True)
def pages(context: Context, page: Page[Any], name: str = "page") -> dict[str, Any]:
    """Give the way to the page before and the page after, keeping every filter."""
    query: QueryDict = context["request"].GET.copy()

    def address(number: int) -> str:
        query[name] = str(number)
        return f"?{query.urlencode()}"

    return {
        "page": page,
        "before": address(page.previous_page_number()) if page.has_previous() else "",
        "after": address(page.next_page_number()) if page.has_next() else "",
    }


@register.inclusion_tag("parts/field.html")
def field(bound: BoundField, label: str = "", hint: str = "", *, focus: bool = False) -> dict[str, Any]:
    """Show one form field with its label, hint and problems, tied together for screen readers.

    `focus` puts the cursor there when the page opens: only for a page that is nothing but this form.
    """
    hint = hint or str(bound.help_text)
    name, attributes = bound.id_for_label, bound.field.widget.attrs
    described = [f"{name}-hint"] if hint else []
    if bound.errors:
        described.append(f"{name}-problem")
        attributes["aria-invalid"] = "true"
    if described:
        attributes["aria-describedby"] = " ".join(described)
    attributes.pop("placeholder", None)
    if focus:
        attributes["autofocus"] = True
    return {"field": bound, "label": label or bound.label, "hint": hint}


@register.filter
def jurisdiction(code: str | None) -> str:
    """Say a jurisdiction in words; an empty one is unknown."""
    return describe(code) if code else "unknown"


@register.filter
def coded(text: object) -> SafeString:
    """Show what stands between backticks as code; everything is escaped first."""
    return mark_safe(BETWEEN_BACKTICKS.sub(r"<code>\1</code>", conditional_escape(str(text))))  # noqa: S308  escaped


@register.filter
def state_kind(state: str) -> str:
    """Name the look of a state: good, busy, care, stop or quiet."""
    return STATES.get(state, "quiet")


@register.filter
def short(value: str) -> str:
    """Show the first twelve characters of a long hash or id."""
    return value[:12]


@register.filter
def percent(part: int, whole: int) -> int:
    """Say how much of a whole a part is, rounded down, so that 100 means all."""
    return 100 * part // whole if whole else 0


@register.filter
def total(work: JobWork, name: str) -> int:
    """Add one of the counts of a person's work up over the zones of a job."""
    return work.total(name)


@register.filter
def most_common(counted: Counter[str]) -> list[tuple[str, int]]:
    """List what was counted, most first. A template cannot ask a counter itself: it answers 0 to every name."""
    return counted.most_common()


@register.filter
def get(words: Mapping[str, str], key: str) -> str:
    """Look a word up; an unknown key is shown as it is."""
    return words.get(key, key)
