"""Everything a view of footage depends on, read from the database in two statements: who asks, and what is asked for.

Each statement sees one state of the database and says in which state the facts were (`labelhub.evidence.marks`). Two
that say the same belong together, and hold for as long as the database says so; beside that only time changes an
answer, so each comes with the next moment at which it could (`until`). Nobody has to tell of a change, and so nobody
can forget to. Whoever adds a table to these statements adds it to `TABLES`, and its changes are marked from then on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any

from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.db import connection
from django.db.models import Model
from guardian.models import GroupObjectPermission, UserObjectPermission

from labelhub.accounts.models import Attestation, Organization, Person
from labelhub.evidence.marks import STATE
from labelhub.footage.models import Footage, Source
from labelhub.labeling.models import Annotation, Job, JobZone, LabelingTask, Reservation
from labelhub.policies.models import Emergency, HeldDocument, HeldGrant, PolicyVersion
from labelhub.prepared import rows_of

Row = tuple[Any, ...]
WHO: tuple[tuple[str, type[Model]], ...] = (
    ("person", Person),
    ("employer", Organization),
    ("attested", Attestation),
)
WHAT: tuple[tuple[str, type[Model]], ...] = (("footage", Footage), ("source", Source), ("owner", Organization))
LEFT_OUT = {"person.last_login"}  # written at each sign-in, and read by nothing that decides
TABLES: dict[str, type[Model]] = {
    "session": Session, "person": Person, "organization": Organization, "attestation": Attestation,
    "footage": Footage, "source": Source, "version": PolicyVersion, "document": HeldDocument, "grant": HeldGrant,
    "emergency": Emergency, "task": LabelingTask, "job_zone": JobZone, "job": Job, "reservation": Reservation,
    "annotation": Annotation, "member": Person.groups.through, "role": Group, "permission": Permission,
    "kind": ContentType, "given_to_one": UserObjectPermission, "given_to_role": GroupObjectPermission,
}  # fmt: skip

THEIRS = """CASE WHEN job.state <> 'closed' AND (
        EXISTS (SELECT 1 FROM {reservation} held WHERE held.task_id = task.id AND held.person_id = %(person)s
            AND held.expires_at > %(now)s)
        OR EXISTS (SELECT 1 FROM {annotation} done WHERE done.task_id = task.id AND done.person_id = %(person)s)
    ) THEN '1' ELSE '0' END"""
FIRST_TASK = """SELECT MIN(task.id) FROM {task} task
        JOIN {job_zone} part ON part.id = task.job_zone_id JOIN {job} job ON job.id = part.job_id
        WHERE task.footage_id = footage.id AND EXISTS ({may_label})"""
WHO_STATEMENT = """
SELECT {state}, {columns}, opened.session_data,
    (SELECT {gather}(role.name, ',') FROM {member} member JOIN {role} role ON role.id = member.group_id
        WHERE member.person_id = person.id),
    (SELECT {gather}(version.name || '/' || version.id || '/' || version.hash, ',') FROM {version} version
        WHERE {in_force} AND NOT EXISTS (SELECT 1 FROM {version} later WHERE later.name = version.name
            AND {later_in_force} AND (later.effective_from > version.effective_from
                OR (later.effective_from = version.effective_from AND later.id > version.id)))),
    EXISTS (SELECT 1 FROM {document} kept
        WHERE kept.valid_from <= %(now)s AND (kept.valid_until IS NULL OR kept.valid_until > %(now)s)
            AND (kept.withdrawn_at IS NULL OR kept.withdrawn_at > %(now)s))
    OR EXISTS (SELECT 1 FROM {grant} kept WHERE kept.person_id = person.id
            AND kept.valid_from <= %(now)s AND kept.valid_until > %(now)s
            AND (kept.withdrawn_at IS NULL OR kept.withdrawn_at > %(now)s))
    OR EXISTS (SELECT 1 FROM {emergency} glass WHERE glass.person_id = person.id
            AND glass.opened_at <= %(now)s AND glass.closes_at > %(now)s),
    opened.expire_date, (SELECT MIN(moment) FROM ({moments}) AS moments)
FROM {session} opened
JOIN {person} person ON person.id = %(person)s
LEFT JOIN {organization} employer ON employer.id = person.organization_id
LEFT JOIN {attestation} attested ON attested.id = (SELECT one.id FROM {attestation} one
    WHERE one.person_id = person.id AND one.valid_from <= %(now)s AND one.expires_at > %(now)s
        AND (one.revoked_at IS NULL OR one.revoked_at > %(now)s)
    ORDER BY one.valid_from DESC, one.id DESC LIMIT 1)
WHERE opened.session_key = %(session)s AND opened.expire_date > %(now)s
"""
WHAT_STATEMENT = """
SELECT {state}, {columns}, {theirs} || '/' || job.purpose || '/' || job.name,
    CASE WHEN EXISTS ({may_see}) OR EXISTS ({may_see_as}) THEN 1 ELSE 0 END,
    (SELECT MIN(held.expires_at) FROM {reservation} held
        WHERE held.person_id = %(person)s AND held.expires_at > %(now)s)
FROM {footage} footage
JOIN {source} source ON source.id = footage.source_id
LEFT JOIN {organization} owner ON owner.id = source.owner_id
LEFT JOIN {task} task ON task.id = COALESCE(({first_task} AND {theirs} = '1'), ({first_task}))
LEFT JOIN {job_zone} part ON part.id = task.job_zone_id
LEFT JOIN {job} job ON job.id = part.job_id
WHERE footage.id = %(footage)s
"""
# Every time that is compared with the present one above, but for the session's and the reservation's own.
MOMENTS = (
    ("attestation", ("valid_from", "expires_at", "revoked_at"), True),
    ("version", ("effective_from", "retired_at"), False),
    ("document", ("valid_from", "valid_until", "withdrawn_at"), False),
    ("grant", ("valid_from", "valid_until", "withdrawn_at"), True),
    ("emergency", ("opened_at", "closes_at"), True),
)
MOMENT = "SELECT MIN(one.{column}) AS moment FROM {table} one WHERE one.{column} > %(now)s{mine}"
IN_FORCE = """{0}.effective_from <= %(now)s AND ({0}.retired_at IS NULL OR {0}.retired_at > %(now)s)"""
GRANTED = """SELECT 1 FROM {{table}} given WHERE {holder} AND given.object_pk = CAST({object}.id AS {{text}})
            AND given.permission_id = (SELECT may.id FROM {{permission}} may
                JOIN {{kind}} kind ON kind.id = may.content_type_id
                WHERE may.codename = '{codename}' AND kind.app_label = '{app}' AND kind.model = '{object}')"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewer:
    """Who asks: their rows, roles and session, the policies in force as `name/id/hash`, and whether anything is held.

    Time alone changes none of it before `until`.
    """

    state: str
    person: Any
    attested: Any
    session_data: str
    roles: frozenset[str]
    versions: str
    holds: bool
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """What is asked for, and on what ground: the labeling task as `theirs/purpose/job`, and whether it may be seen.

    `until` is when a reservation of the person runs out, where they hold any.
    """

    state: str
    footage: Any
    task: str
    is_given: bool
    until: datetime | None


def read_viewer(person: int, session: str, *, now: datetime) -> Viewer | None:
    """Read who asks; None where session or person are not there.

    Raises:
        DatabaseError: the database did not answer.
    """
    found = _first(_who(), {"person": person, "session": session, "now": now})
    if found is None:
        return None
    state, *rest = found
    made, (session_data, roles, versions, holds, expires, moment) = _made(WHO, rest)
    made["person"].organization = made["employer"]
    return Viewer(
        state=state,
        person=made["person"],
        attested=made["attested"],
        session_data=session_data,
        roles=frozenset((roles or "").split(",")),
        versions=versions or "",
        holds=bool(holds),
        until=min(_moment(end) for end in (expires, moment) if end is not None),
    )


def read_piece(person: int, footage: str, *, now: datetime) -> Piece | None:
    """Read what is asked for; None where it is not there.

    Raises:
        DatabaseError: the database did not answer.
    """
    found = _first(_what(), {"person": person, "footage": footage, "now": now})
    if found is None:
        return None
    state, *rest = found
    made, (task, given, moment) = _made(WHAT, rest)
    made["footage"].source = made["source"]
    made["source"].owner = made["owner"]
    until = None if moment is None else _moment(moment)
    return Piece(state=state, footage=made["footage"], task=task or "", is_given=bool(given), until=until)


def _first(statement: str, values: dict[str, Any]) -> Row | None:
    if connection.vendor == "postgresql":
        rows = rows_of(statement, values)
        return rows[0] if rows else None
    given = values | {"now": connection.ops.adapt_datetimefield_value(values["now"])}
    with connection.cursor() as cursor:
        cursor.execute(statement, given)
        return cursor.fetchone()  # type: ignore[no-any-return]


def _made(parts: tuple[tuple[str, type[Model]], ...], values: Sequence[Any]) -> tuple[dict[str, Any], Sequence[Any]]:
    """Make the models that begin a row, None for one that was not there; and what is left of it."""
    made: dict[str, Any] = {}
    for name, model in parts:
        names, readers = _shape(name, model)
        row, values = values[: len(names)], values[len(names) :]
        read = [value if reader is None else reader(value) for reader, value in zip(readers, row, strict=True)]
        made[name] = None if row[0] is None else model.from_db("default", names, read)
    return made, values


def _moment(value: datetime | str) -> datetime:
    """A time as a database gives it: SQLite knows no zone, and gives one that it computed as text."""
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment


@cache
def _shape(part: str, model: type[Model]) -> tuple[tuple[str, ...], Sequence[Any]]:
    """The fields of a part that are read, and how each is made of what a database gives."""
    fields = _read_of(part, model)
    return tuple(field.attname for field in fields), [_reader(field) for field in fields]


def _reader(field: Any) -> Any:  # noqa: ANN401  Django's types of fields
    match field.get_internal_type():
        case "DateTimeField":
            return lambda value: None if value is None else _moment(value)
        case "JSONField":
            return lambda value: field.from_db_value(value, None, connection) if isinstance(value, str) else value
        case _:
            return None


@cache
def _names() -> dict[str, str]:
    return {word: table_of(model) for word, model in TABLES.items()}


def _columns(parts: tuple[tuple[str, type[Model]], ...]) -> str:
    return ", ".join(f"{part}.{field.column}" for part, model in parts for field in _read_of(part, model))


@cache
def _who() -> str:
    names = _names()
    moments = (
        MOMENT.format(column=column, table=names[word], mine=" AND one.person_id = %(person)s" if mine else "")
        for word, columns, mine in MOMENTS
        for column in columns
    )
    return WHO_STATEMENT.format(
        state=STATE,
        columns=_columns(WHO),
        gather="string_agg" if connection.vendor == "postgresql" else "group_concat",
        in_force=IN_FORCE.format("version"),
        later_in_force=IN_FORCE.format("later"),
        moments=" UNION ALL ".join(moments),
        **names,
    )


@cache
def _what() -> str:
    names = _names()
    text = "varchar" if connection.vendor == "postgresql" else "text"
    mine = "given.user_id = %(person)s"
    ours = "EXISTS (SELECT 1 FROM {member} m WHERE m.person_id = %(person)s AND m.group_id = given.group_id)"
    see = {"object": "source", "app": "footage", "codename": "see_source"}
    label = {"object": "job", "app": "labeling", "codename": "label_job"}
    may_label = GRANTED.format(holder=mine, **label).format(table=names["given_to_one"], text=text, **names)
    return WHAT_STATEMENT.format(
        state=STATE,
        columns=_columns(WHAT),
        theirs=THEIRS.format(**names),
        first_task=FIRST_TASK.format(may_label=may_label, **names),
        may_see=GRANTED.format(holder=mine, **see).format(table=names["given_to_one"], text=text, **names),
        may_see_as=GRANTED.format(holder=ours, **see).format(table=names["given_to_role"], text=text, **names),
        **names,
    )


def _read_of(part: str, model: type[Model]) -> list[Any]:
    fields = model._meta.concrete_fields  # noqa: SLF001  public in all but name, by Django's own documentation
    return [field for field in fields if f"{part}.{field.attname}" not in LEFT_OUT]


def table_of(model: type[Model]) -> str:
    """The name of a model's table."""
    return model._meta.db_table  # noqa: SLF001  public in all but name, by Django's own documentation
