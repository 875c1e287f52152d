"""`python -m bench.where_viewed`: the first page and the map over ten million views, beside a raw GROUP BY of the same.

Makes a database of its own on the PostgreSQL it is given and drops it afterwards. A page is the whole answer of the
service to a signed-in compliance officer: the entry of the reading, figures, map, table, rows and the template. The
peer is what one would write without counts: `SELECT place, level, outcome, count(*) … GROUP BY` over the entries.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from bench.eligible import own_database, say, server_version

VIEWS, WAITING = 10_000_000, 1_000
DAYS: Final = 270
END = datetime(2026, 11, 20, 12, 34, 56, tzinfo=UTC)
# Which pages are asked for; each is one question of the page.
QUESTIONS: Final = {
    "every view": "",
    "one owner": "owner=owner-3",
    "one country": "place=PH",
    "refusals": "outcome=deny",
    "seen from outside": "outside=on&outcome=allow",
    "no known place": "place=unknown",
    "since March, to the minute": "since=2026-03-01T09:17&zone=Europe/Berlin",
    "a country nobody looks from": "place=JP",
    "a place seldom looked from": "place=HK",
    "one camera from outside": "camera=cam-77&outside=on&outcome=allow",
}
PLACES: Final = (
    "(ARRAY['US','US','US','US-CA','US-TX','US','PH','DE','FR','IN','GB','BR','NL','SG','','US-NY'])"
    "[1 + floor(power(random(), 2) * 16)::int]"
)
FILL: Final = f"""
INSERT INTO evidence_ledgerentry (id, ledger, action, at, person, entity, place, level, session, footage, source,
    jurisdiction, owner, rendition, purpose, outcome, policy_hash, inputs_hash, body, leaf_text, salt, contract,
    network, personal_text, personal_salt)
SELECT lpad(to_hex(n), 32, '0')::uuid, 'us', CASE WHEN denied THEN 'media:view:denied' ELSE 'media:view:allowed' END,
    at, 'p-' || floor(random() * 500)::int, 'employer-' || (camera %% 5),
    place, CASE WHEN place = '' THEN 0 WHEN place LIKE 'US-%%' THEN 3 WHEN place = 'US' THEN 2 ELSE 1 END, '',
    'f' || floor(random() * 200000)::int, 'cam-' || camera,
    (ARRAY['US-CA','US-TX','DE-BE','FR','US-NY'])[1 + (camera / 20) %% 5], 'owner-' || (camera / 20), 'original',
    'ml-training', CASE WHEN denied THEN 'deny' ELSE 'allow' END, repeat('a', 64), '', '{{}}', '{{}}', repeat('b', 32),
    '', '', '', ''
FROM (
    SELECT n, %(end)s::timestamptz - (%(views)s - n + random()) / %(views)s * interval '{DAYS} days' AS at,
        floor(random() * 200)::int AS camera,
        CASE WHEN n %% 1000003 = 7 THEN 'HK' ELSE {PLACES} END AS place, random() < 0.2 AS denied
    FROM generate_series(1, %(views)s) AS n
) AS made
"""  # noqa: S608  our own constants
NUMBER: Final = """
INSERT INTO evidence_position (entry_id, ledger, number, sequenced, leaf_hash)
SELECT id, 'us', row_number() OVER (ORDER BY id) - 1, at, repeat('b', 64) FROM evidence_ledgerentry
    WHERE at < %(waiting)s
"""
QUEUE: Final = """
INSERT INTO evidence_unsequenced (entry_id, ledger) SELECT id, 'us' FROM evidence_ledgerentry WHERE at >= %(waiting)s
"""
COUNT: Final = """
INSERT INTO evidence_viewrollup (grain, start, ledger, action, owner, place, jurisdiction, level, outcome, entries,
    first_at, last_at)
SELECT %(grain)s, date_trunc(%(unit)s, at, 'UTC'), ledger, action, owner, place, jurisdiction, level, outcome, count(*),
    min(at), max(at) FROM evidence_ledgerentry WHERE at < %(waiting)s GROUP BY 2, 3, 4, 5, 6, 7, 8, 9
"""


def main() -> None:
    """Fill, compare, print."""
    parser = argparse.ArgumentParser(prog="python -m bench.where_viewed", description=__doc__)
    parser.add_argument("database", nargs="?", default=os.environ.get("LABELHUB_TEST_DATABASE_URL"))
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--views", type=int, default=VIEWS)
    asked = parser.parse_args()
    if not asked.database:
        parser.error("say which PostgreSQL: an address, or LABELHUB_TEST_DATABASE_URL")
    with own_database(asked.database) as address:
        os.environ |= {"LABELHUB_TEST_DATABASE_URL": address, "DJANGO_SETTINGS_MODULE": "tests.settings"}
        import django  # noqa: PLC0415 - its settings need the address

        django.setup()
        compare(views=asked.views, rounds=asked.rounds)


def compare(*, views: int, rounds: int) -> None:
    """Ask every question often, and its peer three times."""
    say("filling")
    client, reader = fill(views)
    page(client, "")  # the first request reads templates and shapes, once for each worker
    before = os.getloadavg()
    lines = [measure(name, query, client, reader, rounds) for name, query in QUESTIONS.items()]
    say(f"\n{views} views, {rows_of_counts()} rows of counts, {rounds} rounds; {server_version()}")
    say(f"load average {before[0]:.1f} before, {os.getloadavg()[0]:.1f} after; {os.cpu_count()} processors")
    heads = ("page p50", "page p95", "map p50", "map p95", "GROUP BY")
    say(f"  {'milliseconds':30}{''.join(f'{head:>10}' for head in heads)}{'ratio':>8}")
    say("\n".join(lines))


def measure(name: str, query: str, client: Any, reader: Any, rounds: int) -> str:  # noqa: ANN401  need Django started
    """Time one question as page, as map and as its peer; the map and the peer must say the same."""
    ours, theirs = map_of(reader, query), peer_of(reader, query)
    assert ours() == theirs(), name
    pages = sorted(timed(lambda: page(client, query)) for _ in range(rounds))
    maps = sorted(timed(ours) for _ in range(rounds))
    peer = sorted(timed(theirs) for _ in range(3))[1]
    values = (*middle_and_most(pages), *middle_and_most(maps), peer)
    return f"  {name:30}{''.join(f'{value:10.0f}' for value in values)}{peer / values[2]:8.1f}"


def middle_and_most(times: list[float]) -> tuple[float, float]:
    """The median and the 95th percentile of sorted times."""
    return times[len(times) // 2], times[min(len(times) - 1, int(len(times) * 0.95))]


def page(client: Any, query: str) -> None:  # noqa: ANN401  a client, whose type needs Django started
    """The whole page."""
    answer = client.get(f"/where-viewed/?{query}")
    assert answer.status_code == 200, answer.status_code


def map_of(reader: Any, query: str) -> Callable[[], Any]:  # noqa: ANN401  a reader, whose type needs Django started
    """The counting that figures, table and map are made of, and the map."""
    from labelhub.evidence.places import places_of  # noqa: PLC0415 - needs Django started
    from labelhub.evidence.queries import find_entries  # noqa: PLC0415
    from labelhub.evidence.rollups import groups_of  # noqa: PLC0415
    from labelhub.evidence.world_map import world_of  # noqa: PLC0415

    question = asked(reader, query)

    def counted() -> Any:  # noqa: ANN401  groups
        groups = groups_of(reader, question, find_entries(reader, question))
        world_of(places_of(groups, with_parts=True).countries)
        return {(group.place, group.level, group.outcome): group.entries for group in groups}

    return counted


def peer_of(reader: Any, query: str) -> Callable[[], Any]:  # noqa: ANN401  a reader, whose type needs Django started
    """The same by reading every entry."""
    from django.db.models import Count  # noqa: PLC0415 - needs Django started

    from labelhub.evidence.queries import find_entries  # noqa: PLC0415

    found = find_entries(reader, asked(reader, query)).order_by().values_list("place", "level", "outcome")
    return lambda: {tuple(row[:3]): row[3] for row in found.annotate(entries=Count("pk"))}


def asked(reader: Any, query: str) -> Any:  # noqa: ANN401  a question, whose type needs Django started
    """The question of a page."""
    from django.http import QueryDict  # noqa: PLC0415 - needs Django started

    from labelhub.evidence.forms import QuestionForm  # noqa: PLC0415

    form = QuestionForm(QueryDict(query), reader=reader, at=END)
    assert form.is_valid(), form.errors
    return form.question()


def fill(views: int) -> tuple[Any, Any]:
    """Fill the database; return a signed-in compliance officer's browser, and what they read."""
    from django.core.management import call_command  # noqa: PLC0415 - needs Django started
    from django.db import connection  # noqa: PLC0415

    from labelhub.accounts.models import Role  # noqa: PLC0415
    from labelhub.accounts.reading import reader_for  # noqa: PLC0415
    from tests import factories  # noqa: PLC0415

    call_command("migrate", verbosity=0)
    waiting = END - timedelta(days=DAYS) * WAITING / views
    with connection.cursor() as cursor:
        cursor.execute("SELECT setseed(0.5)")
        with without_indexes(cursor, "evidence_ledgerentry"):
            cursor.execute("ALTER TABLE evidence_ledgerentry DISABLE TRIGGER USER")
            cursor.execute(FILL, {"views": views, "end": END})
            cursor.execute("ALTER TABLE evidence_ledgerentry ENABLE TRIGGER USER")
        say("numbering and counting")
        # The last of them, and the readings of this bench, are those a sequencer has not come to yet.
        cursor.execute(NUMBER, {"waiting": waiting})
        cursor.execute(QUEUE, {"waiting": waiting})
        for grain, unit in ((1, "hour"), (24, "day")):
            cursor.execute(COUNT, {"grain": grain, "unit": unit, "waiting": waiting})
        cursor.execute("VACUUM ANALYZE")
    officer = factories.make_person("officer", Role.OFFICER, attested="US")
    return factories.signed_in(officer), reader_for(officer)


@contextmanager
def without_indexes(cursor: Any, table: str) -> Iterator[None]:  # noqa: ANN401  a cursor, whose type needs Django started
    """Take a table's indexes away while it is filled, and make them again."""
    cursor.execute("SELECT indexname, indexdef FROM pg_indexes WHERE tablename = %s", [table])
    known = [(name, made) for name, made in cursor.fetchall() if not name.endswith("_pkey")]
    for name, _ in known:
        cursor.execute(f'DROP INDEX "{name}"')
    yield
    for _, made in known:
        cursor.execute(made)


def rows_of_counts() -> int:
    """How many rows the counts take."""
    from labelhub.evidence.where_viewed_models import ViewRollup  # noqa: PLC0415 - needs Django started

    return ViewRollup.objects.count()


def timed(candidate: Callable[[], object]) -> float:
    """Milliseconds of one run."""
    begun = time.perf_counter()
    candidate()
    return (time.perf_counter() - begun) * 1000


if __name__ == "__main__":
    main()
