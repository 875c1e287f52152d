"""The readable reports of a pack: one page of HTML that needs nothing else, and the same as PDF."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.template.loader import render_to_string
from fpdf import FPDF
from fpdf.enums import XPos, YPos

from labelhub.evidence.wording import action_words
from residency.ledger.packing import Report
from residency.places import describe

TABLES: Final = {
    "by_place": "Places looked from",
    "by_level": "Assurance levels of the place",
    "by_jurisdiction": "Where the footage was recorded",
    "by_action": "What happened",
    "by_footage": "Pieces of footage",
}
ROWS_SHOWN: Final = 200
CAVEAT: Final = (
    "A place is what was recorded from the address, at the assurance level beside it; it is not a statement of where "
    "somebody was. What was never recorded cannot be in a ledger."
)


def render_pages(report: Report) -> dict[str, bytes]:
    """Make the report to read, from nothing but its facts."""
    facts = dict(report.facts)
    tables = _tables(facts)
    context = {"facts": facts, "tables": tables, "hash_line": report.hash_line, "caveat": CAVEAT}
    page = render_to_string("evidence/pack_report.html", context)
    return {"report.html": page.encode(), "report.pdf": _pdf(facts, tables, report.hash_line)}


def _tables(facts: Mapping[str, object]) -> list[dict[str, object]]:
    totals = facts["totals"]
    found = []
    for name, title in TABLES.items():
        rows = totals.get(name, {}) if isinstance(totals, dict) else {}
        shown = [
            {"code": code, "words": _words(name, code), "allowed": row["allowed"], "denied": row["denied"]}
            for code, row in sorted(rows.items())[:ROWS_SHOWN]
        ]
        found.append({"title": title, "rows": shown, "more": max(0, len(rows) - ROWS_SHOWN)})
    return found


def _words(table: str, code: str) -> str:
    if table == "by_action":
        return action_words(code)
    if table in {"by_place", "by_jurisdiction"}:
        return "could not be established" if code == "unknown" else describe(code)
    return ""


def _pdf(facts: Mapping[str, object], tables: list[dict[str, object]], hash_line: str) -> bytes:
    page = _Sheet()
    page.title_line(str(facts["name"]))
    page.small(f"Made {facts['made_at']}. {hash_line}")
    page.heading("The question")
    page.lines(facts["question_words"])
    statement = facts["statement"]
    if isinstance(statement, dict):
        page.heading("Statement")
        page.lines(statement["text"])
    page.heading("Figures")
    totals = facts["totals"]
    if isinstance(totals, dict):
        page.lines(
            [
                f"{name}: {'none' if totals[name] is None else totals[name]}"
                for name in ("entries", "allowed", "denied", "footage", "first", "last")
            ]
        )
    for table in tables:
        page.table(table)
    page.heading("Ledgers")
    ledgers = facts["ledgers"]
    if isinstance(ledgers, dict):
        page.lines([_ledger_line(row) for row in ledgers.values()])
    page.small(CAVEAT)
    page.small("To verify: python -m residency.ledger verify PACK, with no network.")
    return page.data()


def _ledger_line(row: Mapping[str, object]) -> str:
    return f"{row['origin']}: entries {row['from']} up to {row['to']}, root {row['root']}"


class _Sheet:
    """A plain report on A4."""

    def __init__(self) -> None:
        self._pdf = FPDF(format="A4")
        self._pdf.set_auto_page_break(auto=True, margin=18)
        self._pdf.set_margin(18)
        self._pdf.add_page()

    def title_line(self, text: str) -> None:
        self._say(text, style="B", size=16, height=9)

    def heading(self, text: str) -> None:
        self._pdf.ln(3)
        self._say(text, style="B", size=12, height=7)

    def small(self, text: str) -> None:
        self._say(text, size=8, height=4.5)

    def lines(self, texts: object) -> None:
        for text in texts if isinstance(texts, list | tuple) else ():
            self._say(str(text), size=10, height=5.5)

    def table(self, table: Mapping[str, object]) -> None:
        rows = table["rows"]
        if not isinstance(rows, list) or not rows:
            return
        self.heading(str(table["title"]))
        for row in rows:
            name = f"{row['code']} {row['words']}".strip()
            self._say(f"{name}: {row['allowed']} allowed, {row['denied']} denied", size=10, height=5.5)
        if table["more"]:
            self._say(f"and {table['more']} more, in report.json", size=10, height=5.5)

    def data(self) -> bytes:
        return bytes(self._pdf.output())

    def _say(self, text: str, *, size: int, height: float, style: str = "") -> None:
        self._pdf.set_font("Helvetica", style=style, size=size)
        # The fonts every reader has know Latin letters only; the page beside it has the others.
        known = text.encode("latin-1", "replace").decode("latin-1")
        self._pdf.multi_cell(0, height, known, align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
