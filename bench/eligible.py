"""`python -m bench.eligible`: lists of a million pieces of footage, beside guardian's `get_objects_for_user`.

Makes a database of its own on the PostgreSQL it is given and drops it afterwards. A page is the first fifty by id, as
guardian's; our answers are asked for anew each time, from the person's standing on.
"""

from __future__ import annotations

import argparse
import os
import statistics
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache, partial
from importlib.metadata import version
from random import Random
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg

from residency import Action, AssuranceLevel, Place, PolicySet, Viewer, parse_policy

FOOTAGE, USERS, GRANTS, MANY = 1_000_000, 1_000, 100_000, 200_000
CAMERAS_EACH = 8  # cameras of one jurisdiction and one sensitivity
SAMPLE, PAGES = 3_000, 40
JURISDICTIONS = ("US", "CA", "DE", "FR", "NL", "JP", "PH", "BR")
POLICY = "".join(
    [
        'name = "bench"\nlayer = "platform"\ntitle = "Bench"\neffective_from = 2026-01-01\n',
        *(
            f'[[rule]]\nid = "{code.lower()}"\neffect = "permit"\nactions = ["list"]\nwords = "Words."\n[rule.when]\n'
            f'footage.jurisdiction = {{ inside = ["{code}"] }}\nfootage.sensitivity = {{ at_most = "{most}" }}\n'
            for code, most in (("US", "personal"), ("DE", "sensitive"), ("FR", "personal"))
        ),
        (
            '[[rule]]\nid = "no"\neffect = "forbid"\nactions = ["list"]\nwords = "Words."\n[rule.when]\n'
            'footage.marks = { has = ["tag-3"] }\n'
        ),
    ]
)
FILL = """
INSERT INTO footage_footage (id, source_id, zone_id, name, kind, mime, sha256, size, width, height, is_playable, marks,
    case_reference, store_key, added_at, added_by)
SELECT left(md5(n::text), 24), 1 + floor(random() * %(cameras)s)::int, 'us', 'still-' || n || '.jpg', 'image',
    'image/jpeg', md5(n::text) || md5((-n)::text), 120000, 1280, 720, true,
    jsonb_build_array('tag-' || floor(random() * 4)::int), '', 'footage/' || n, now() - n * interval '1 second', 'bench'
FROM generate_series(1, %(footage)s) AS n
"""
GRANT = """
INSERT INTO guardian_userobjectpermission (object_pk, content_type_id, permission_id, user_id)
SELECT footage.id, %(type)s, %(permission)s, {who} FROM (
    SELECT id FROM footage_footage TABLESAMPLE SYSTEM (100) ORDER BY random() LIMIT %(grants)s
) AS footage ON CONFLICT DO NOTHING
"""
LIST_PAGE = "page as the list page orders it"
Candidate = Callable[[], object]
Found = Callable[[], Any]


def main() -> None:
    """Fill, compare, print."""
    parser = argparse.ArgumentParser(prog="python -m bench.eligible", description=__doc__)
    parser.add_argument("database", nargs="?", default=os.environ.get("LABELHUB_TEST_DATABASE_URL"))
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--footage", type=int, default=FOOTAGE)
    asked = parser.parse_args()
    if not asked.database:
        parser.error("say which PostgreSQL: an address, or LABELHUB_TEST_DATABASE_URL")
    with own_database(asked.database) as address:
        os.environ |= {"LABELHUB_TEST_DATABASE_URL": address, "DJANGO_SETTINGS_MODULE": "tests.settings"}
        import django  # noqa: PLC0415 - its settings need the address

        django.setup()
        compare(rounds=asked.rounds, footage=asked.footage)


@contextmanager
def own_database(server: str) -> Iterator[str]:
    """Make a database on a server, and drop it again."""
    name = f"labelhub_bench_{os.getpid()}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
        try:
            yield urlunsplit(urlsplit(server)._replace(path=f"/{name}"))
        finally:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def compare(*, rounds: int, footage: int) -> None:
    """Run every candidate once a round, in order, and print medians and ratios of the same round."""
    say("filling")
    person = fill(footage)
    check(Random(11))
    before, taken = os.getloadavg(), measure(person, rounds)
    after = os.getloadavg()
    say(f"\n{footage} pieces of footage, {rounds} rounds, alternating; Django {version('django')}, ", end="")
    say(f"django-guardian {version('django-guardian')}, {server_version()}")
    say(f"load average {before[0]:.1f} before, {after[0]:.1f} after; {os.cpu_count()} processors")
    say(f"  {'median ms':24}{'labelhub':>10}{'guardian':>10}{'ratio':>8}")
    for name in ("page of 50", "count", "all ids"):
        ours, theirs = taken[name, "labelhub"], taken[name, "guardian"]
        ratio = statistics.median(other / own for own, other in zip(ours, theirs, strict=True))
        say(f"  {name:24}{statistics.median(ours):10.2f}{statistics.median(theirs):10.1f}{ratio:8.1f}")
    for name in ("page of 50", LIST_PAGE):
        each = sorted(taken[name, "each by labelhub"])
        say(f"  {name}: p50 {each[len(each) // 2]:.2f} ms, p95 {each[int(len(each) * 0.95)]:.2f} ms of {len(each)}")


def measure(person: int, rounds: int) -> dict[tuple[str, str], list[float]]:
    """Take the times; a page is asked for often, and counts with its median."""
    taken: defaultdict[tuple[str, str], list[float]] = defaultdict(list)
    ways: dict[str, tuple[Found, int]] = {"labelhub": (listed, PAGES), "guardian": (partial(granted, person), 3)}
    for _ in range(rounds):
        for who, (found, often) in ways.items():
            pages = [timed(partial(page_by_id, found)) for _ in range(often)]
            taken["page of 50", who].append(statistics.median(pages))
            taken["page of 50", f"each by {who}"] += pages
        taken[LIST_PAGE, "each by labelhub"] += [timed(list_page) for _ in range(PAGES)]
        for who, (found, _) in ways.items():
            taken["count", who].append(timed(partial(count, found)))
        for who, (found, _) in ways.items():
            taken["all ids", who].append(timed(partial(ids, found)))
    return taken


def page_by_id(found: Found) -> object:
    """The first fifty by id."""
    return list(found().order_by("pk")[:50])


def list_page() -> object:
    """The first fifty as the list page orders and reads them: by camera, name and id, with camera, owner and zone."""
    from labelhub.footage.paging import whole  # noqa: PLC0415 - needs Django started

    return list(whole(listed()[:50]))


def count(found: Found) -> object:
    """How many there are."""
    return found().count()


def ids(found: Found) -> object:
    """Every id."""
    return list(found().order_by().values_list("pk", flat=True))


def granted(person: int) -> Any:  # noqa: ANN401  a query, whose type needs Django started
    """What guardian lets a person list, who is a fresh object each time, as in a new request."""
    from guardian.shortcuts import get_objects_for_user  # noqa: PLC0415 - needs Django started

    from labelhub.accounts.models import Person  # noqa: PLC0415
    from labelhub.footage.models import Footage  # noqa: PLC0415

    user = Person.objects.get(pk=person)
    return get_objects_for_user(user, "footage.view_footage", klass=Footage, accept_global_perms=False)


def listed() -> Any:  # noqa: ANN401  a query, whose type needs Django started
    """What our policy lets the person list, from their standing on."""
    from labelhub.footage.eligible import eligible  # noqa: PLC0415 - needs Django started

    return eligible(standing(), Action.LIST, purpose="quality-review")


def standing() -> Any:  # noqa: ANN401  a standing, whose type needs Django started
    """Somebody in the United States, under the policy of the bench."""
    from labelhub.accounts.models import Person  # noqa: PLC0415 - needs Django started
    from labelhub.policies.held import Held  # noqa: PLC0415
    from labelhub.policies.standing import Standing  # noqa: PLC0415

    place = Place(jurisdiction="US", level=AssuranceLevel.LA2)
    at = datetime(2026, 6, 1, tzinfo=UTC)
    return Standing(Person(), Viewer(id="somebody"), place, policies(), Held(at=at), at)


@cache
def policies() -> PolicySet:
    """The policy, read once, as labelhub keeps those in force."""
    return PolicySet.of(parse_policy(POLICY, name="bench.toml"))


def fill(footage: int) -> int:
    """Fill the database, and return whom the many grants were given to."""
    from django.contrib.auth.models import Permission  # noqa: PLC0415 - needs Django started
    from django.core.management import call_command  # noqa: PLC0415
    from django.db import connection  # noqa: PLC0415

    from labelhub.accounts.models import Person  # noqa: PLC0415
    from labelhub.footage.models import Source, Zone  # noqa: PLC0415

    call_command("migrate", verbosity=0)
    zone, _ = Zone.objects.get_or_create(code="us", defaults={"jurisdiction": "US", "studio": "main"})
    classes = [(code, level) for code in JURISDICTIONS for level in range(5) for _ in range(CAMERAS_EACH)]
    Source.objects.bulk_create(
        Source(pk=number, code=f"cam-{number}", zone=zone, jurisdiction=code, sensitivity=level)
        for number, (code, level) in enumerate(classes, start=1)
    )
    people = Person.objects.bulk_create(
        Person(email=f"p{number}@test.test", name=f"P {number}", pseudonym=f"p-{number}") for number in range(USERS + 1)
    )
    first, last = people[0].pk, people[-1].pk
    may = Permission.objects.get(codename="view_footage", content_type__app_label="footage")
    of = {"type": may.content_type_id, "permission": may.pk}
    with connection.cursor() as cursor:
        cursor.execute("SELECT setseed(0.5)")
        cursor.execute(FILL, {"cameras": len(classes), "footage": footage})
        some = GRANT.format(who=f"{first} + floor(random() * {USERS})::int")
        cursor.execute(some, of | {"grants": min(GRANTS, footage)})
        cursor.execute(GRANT.format(who=last), of | {"grants": min(MANY, footage)})
        cursor.execute("VACUUM ANALYZE")
    return int(last)


def check(rng: Random) -> None:
    """Hold a sample of the database's answers against the decisions."""
    from labelhub.footage.models import Footage  # noqa: PLC0415 - needs Django started
    from labelhub.footage.queries import footage_facts  # noqa: PLC0415

    found, asked = set(listed().values_list("pk", flat=True)), standing()
    every = list(Footage.objects.order_by("pk").values_list("pk", flat=True))
    sample = Footage.objects.filter(pk__in=rng.sample(every, min(SAMPLE, len(every)))).select_related("source__owner")
    for piece in sample:
        permitted = asked.decide(Action.LIST, footage_facts(piece), purpose="quality-review").permitted
        assert (piece.pk in found) is permitted, piece.pk
    say(f"{len(found)} may be listed; {len(sample)} compared with decisions, all the same")


def timed(candidate: Candidate) -> float:
    """Milliseconds of one run."""
    begun = time.perf_counter()
    candidate()
    return (time.perf_counter() - begun) * 1000


def server_version() -> str:
    """Which PostgreSQL it was."""
    from django.db import connection  # noqa: PLC0415 - needs Django started

    return f"PostgreSQL {connection.pg_version // 10000}"


def say(line: str, *, end: str = "\n") -> None:
    """Print at once."""
    print(line, end=end, flush=True)


if __name__ == "__main__":
    main()
