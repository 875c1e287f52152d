"""Everything a view of footage depends on, read from the database in one statement.

One statement sees one state of the database, so no change can fall between two of its parts. What it said is kept for
as long as it would say the same, and the database itself is asked for each request whether that is so: whether
anything at all was committed since (`_state`). Beside that only time changes an answer, so each comes with the next
moment at which it could (`until`). Nobody has to tell of a change, and so nobody can forget to.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any
from uuid import UUID

from django.contrib.sessions.models import Session
from django.db import connection
from django.db.models import Model

from labelhub.accounts.models import Attestation, Organization, Person
from labelhub.evidence.appending import note
from labelhub.evidence.models import LedgerAction, LedgerEntry, LedgerHead
from labelhub.footage.models import Footage, Source
from labelhub.labeling.models import Annotation, Job, JobZone, LabelingTask, Reservation
from labelhub.policies.models import Emergency, HeldDocument, HeldGrant, PolicyVersion
from labelhub.prepared import rows_of

Row = tuple[Any, ...]
PARTS: tuple[tuple[str, type[Model]], ...] = (
    ("person", Person),
    ("employer", Organization),
    ("attested", Attestation),
    ("footage", Footage),
    ("source", Source),
    ("owner", Organization),
    ("head", LedgerHead),
)
# Written at each sign-in or with each entry, and read by nothing that decides.
LEFT_OUT = {"person.last_login", "head.size", "head.hashes", "head.tiled"}
ENTRY_STANDS = timedelta(seconds=60)
MOST_KEPT = 1024
SNAPSHOT = "CAST(pg_current_snapshot() AS text), current_setting('transaction_read_only')"
GIVEN = ("person", "session", "mark", "footage", "rendition", "now", "since")
_memory = threading.local()

THEIRS = """CASE WHEN job.state <> 'closed' AND (
        EXISTS (SELECT 1 FROM {reservation} held WHERE held.task_id = task.id AND held.person_id = person.id
            AND held.expires_at > %(now)s)
        OR EXISTS (SELECT 1 FROM {annotation} done WHERE done.task_id = task.id AND done.person_id = person.id)
    ) THEN '1' ELSE '0' END"""
FIRST_TASK = """SELECT MIN(task.id) FROM {task} task
        JOIN {job_zone} part ON part.id = task.job_zone_id JOIN {job} job ON job.id = part.job_id
        WHERE task.footage_id = footage.id AND EXISTS ({may_label})"""
STATEMENT = """
SELECT {snapshot}, opened.session_data, {columns},
    (SELECT {gather}(role.name, ',') FROM {member} member JOIN auth_group role ON role.id = member.group_id
        WHERE member.person_id = person.id),
    (SELECT {gather}(version.name || '/' || version.id || '/' || version.hash, ',') FROM {version} version
        WHERE {in_force} AND NOT EXISTS (SELECT 1 FROM {version} later WHERE later.name = version.name
            AND {later_in_force} AND (later.effective_from > version.effective_from
                OR (later.effective_from = version.effective_from AND later.id > version.id)))),
    (SELECT {gather}(kept.id || '/' || kept.type || '/' || kept.party_id || '/' || kept.valid_from || '/'
            || COALESCE(CAST(kept.valid_until AS text), ''), ',') FROM {document} kept
        WHERE kept.valid_from <= %(now)s AND (kept.valid_until IS NULL OR kept.valid_until > %(now)s)
            AND (kept.withdrawn_at IS NULL OR kept.withdrawn_at > %(now)s)),
    (SELECT {gather}(kept.id || '/' || kept.name || '/' || kept.valid_from || '/' || kept.valid_until, ',')
        FROM {grant} kept WHERE kept.person_id = person.id
            AND kept.valid_from <= %(now)s AND kept.valid_until > %(now)s
            AND (kept.withdrawn_at IS NULL OR kept.withdrawn_at > %(now)s)),
    (SELECT {gather}(glass.id || '/' || glass.opened_at || '/' || glass.closes_at || '/' || glass.case_reference
            || '/' || glass.reason, ',')
        FROM {emergency} glass WHERE glass.person_id = person.id
            AND glass.opened_at <= %(now)s AND glass.closes_at > %(now)s),
    {theirs} || '/' || job.purpose || '/' || job.name,
    CASE WHEN EXISTS ({may_see}) OR EXISTS ({may_see_as}) THEN 1 ELSE 0 END,
    entry.id, entry.purpose, entry.policy_hash, entry.inputs_hash, entry.at,
    opened.expire_date, (SELECT MIN(moment) FROM ({moments}) AS moments)
FROM {session} opened
JOIN {person} person ON person.id = %(person)s
LEFT JOIN {organization} employer ON employer.id = person.organization_id
LEFT JOIN {attestation} attested ON attested.id = (SELECT one.id FROM {attestation} one
    WHERE one.person_id = person.id AND one.valid_from <= %(now)s AND one.expires_at > %(now)s
        AND (one.revoked_at IS NULL OR one.revoked_at > %(now)s)
    ORDER BY one.valid_from DESC, one.id DESC LIMIT 1)
JOIN {footage} footage ON footage.id = %(footage)s
JOIN {source} source ON source.id = footage.source_id
LEFT JOIN {organization} owner ON owner.id = source.owner_id
LEFT JOIN {head} head ON head.ledger = footage.zone_id
LEFT JOIN {task} task ON task.id = COALESCE(({first_task} AND {theirs} = '1'), ({first_task}))
LEFT JOIN {job_zone} part ON part.id = task.job_zone_id
LEFT JOIN {job} job ON job.id = part.job_id
LEFT JOIN {entry} entry ON entry.id = (SELECT one.id FROM {entry} one
    WHERE one.person = person.pseudonym AND one.footage = footage.id AND one.rendition = %(rendition)s
        AND one.at > %(since)s AND one.at <= %(now)s AND one.action = '{allowed}' AND one.session = %(mark)s
    ORDER BY one.at DESC LIMIT 1)
WHERE opened.session_key = %(session)s AND opened.expire_date > %(now)s
"""
# Every time that is compared with the present one above, but for the session's and the entry's own.
MOMENTS = (
    ("attestation", ("valid_from", "expires_at", "revoked_at"), True),
    ("version", ("effective_from", "retired_at"), False),
    ("document", ("valid_from", "valid_until", "withdrawn_at"), False),
    ("grant", ("valid_from", "valid_until", "withdrawn_at"), True),
    ("emergency", ("opened_at", "closes_at"), True),
    ("reservation", ("expires_at",), True),
)
MOMENT = "SELECT MIN(one.{column}) AS moment FROM {table} one WHERE one.{column} > %(now)s{mine}"
IN_FORCE = """{0}.effective_from <= %(now)s AND ({0}.retired_at IS NULL OR {0}.retired_at > %(now)s)"""
GRANTED = """SELECT 1 FROM {{table}} given WHERE {holder} AND given.object_pk = CAST({object}.id AS {{text}})
            AND given.permission_id = (SELECT may.id FROM auth_permission may
                JOIN django_content_type kind ON kind.id = may.content_type_id
                WHERE may.codename = '{codename}' AND kind.app_label = '{app}' AND kind.model = '{object}')"""


@dataclass(frozen=True, slots=True)
class Question:
    """Who asks in which session, and by what mark of it in entries, for which footage, and when."""

    person: int
    session: str
    mark: str
    footage: str
    rendition: str
    now: datetime

    @property
    def since(self) -> datetime:
        """An entry that was written later than this may stand for this request."""
        return self.now - ENTRY_STANDS


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry that allows a view of this footage to this session: its hex name, and what it was decided on."""

    id: str
    purpose: str
    policy_hash: str
    inputs_hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What the database says: rows as they are stored, and short texts of what was found besides.

    `versions` are the policies in force, `documents`, `grants` and `glass` what is held, `task` the labeling task on
    the strength of which the footage is asked for, `entry` the newest view of this session that an entry allows. Time
    alone changes none of it before `until`. `state` is the database's when it said so, or one before.
    """

    session_data: str
    person: Row
    employer: Row
    attested: Row
    footage: Row
    source: Row
    owner: Row
    head: Row
    roles: frozenset[str]
    versions: str
    documents: str
    grants: str
    glass: str
    task: str
    is_given: bool
    entry: Entry | None
    until: datetime
    state: tuple[object, ...]


@dataclass(frozen=True, slots=True)
class _Kept:
    """What the database said at a time and in a state."""

    at: datetime
    state: tuple[object, ...]
    look: Look


def look(question: Question) -> Look | None:
    """Ask; None where session, person or footage are not there.

    Raises:
        DatabaseError: the database did not answer.
    """
    if connection.in_atomic_block:
        return _looked(question)[1]  # what a transaction has changed itself is no state of the database yet
    name = (question.session, question.person, question.footage, question.rendition)
    kept = _kept().get(name)
    if kept is not None and kept.at <= question.now < kept.look.until and kept.state == _state():
        return kept.look
    state, found = _looked(question)
    if found is not None:
        if len(_kept()) >= MOST_KEPT:
            _kept().clear()
        _kept()[name] = _Kept(question.now, state, found)
    return found


def model_of(name: str, row: Row) -> Any:  # noqa: ANN401  a model of whatever part
    """Make the model instance that a row of a part is; None for one that was not there."""
    model, names, readers = _shape(name)
    if row[0] is None:
        return None
    values = [value if read is None else read(value) for read, value in zip(readers, row, strict=True)]
    return model.from_db("default", names, values)


def _kept() -> dict[tuple[str, int, str, str], _Kept]:
    """What this thread remembers; its connection to the database is its own as well."""
    if not hasattr(_memory, "kept"):
        _memory.kept = {}
    return _memory.kept  # type: ignore[no-any-return]


def is_still(state: tuple[object, ...]) -> bool:
    """Whether nothing was committed since the database was in this state."""
    return state == _state()


def _state() -> tuple[object, ...]:
    """What is another value as soon as anything was committed, by anybody.

    SQLite's `data_version` is another one after a commit of any other connection, and `total_changes` after a change
    by this one. In PostgreSQL two snapshots that are equal see the same transactions.
    """
    connection.ensure_connection()
    raw: Any = connection.connection
    if connection.vendor == "postgresql":
        return raw, _of_postgresql(*rows_of(f"SELECT {SNAPSHOT}")[0])
    (version,) = raw.execute("PRAGMA data_version").fetchone()
    return raw, version, raw.total_changes


def _of_postgresql(snapshot: str, is_read_only: str) -> str:
    if is_read_only == "on":
        note(failing=True)  # nobody has tried to write yet, and whoever does will fail
    return snapshot


def _looked(question: Question) -> tuple[tuple[object, ...], Look | None]:
    """Ask the database; what it says comes with its state then, or one before, never a later one."""
    values: dict[str, Any] = {name: getattr(question, name) for name in GIVEN}
    if connection.vendor == "postgresql":
        rows = rows_of(_statement(), values)
        if not rows:
            return (), None
        snapshot, is_read_only, *found = rows[0]
        then = (connection.connection, _of_postgresql(snapshot, is_read_only))
        return then, _look(tuple(found), then)
    state = _state()
    for name in ("now", "since"):
        values[name] = connection.ops.adapt_datetimefield_value(values[name])
    with connection.cursor() as cursor:
        cursor.execute(_statement(), values)
        found = cursor.fetchone()
    return state, None if found is None else _look(found[2:], state)


def _look(found: Row, state: tuple[object, ...]) -> Look:
    at, rows = 1, {}
    for name, _ in PARTS:
        width = len(_shape(name)[1])
        rows[name] = found[at : at + width]
        at += width
    roles, versions, documents, grants, glass, task, given, *entry, written, expires, moment = found[at:]
    ends = [expires, moment, written + ENTRY_STANDS if written is not None else None]
    return Look(
        session_data=found[0],
        **rows,
        roles=frozenset((roles or "").split(",")),
        versions=versions or "",
        documents=documents or "",
        grants=grants or "",
        glass=glass or "",
        task=task or "",
        is_given=bool(given),
        entry=None if written is None else Entry(UUID(str(entry[0])).hex, *entry[1:]),
        until=min(_moment(end) for end in ends if end is not None),
        state=state,
    )


def _moment(value: datetime | str) -> datetime:
    """A time as a database gives it: SQLite knows no zone, and gives one that it computed as text."""
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment


@cache
def _shape(part: str) -> tuple[Any, tuple[str, ...], Sequence[Any]]:
    """The model of a part, the fields that are read, and how each is made of what a database gives."""
    model = dict(PARTS)[part]
    fields = _read_of(part, model)
    return model, tuple(field.attname for field in fields), [_reader(field) for field in fields]


def _reader(field: Any) -> Any:  # noqa: ANN401  Django's types of fields
    match field.get_internal_type():
        case "DateTimeField":
            return lambda value: None if value is None else _moment(value)
        case "JSONField":
            return lambda value: field.from_db_value(value, None, connection) if isinstance(value, str) else value
        case _:
            return None


@cache
def _statement() -> str:
    parts = (f"{part}.{field.column}" for part, model in PARTS for field in _read_of(part, model))
    tables: dict[str, type[Model]] = {
        "session": Session, "person": Person, "organization": Organization, "attestation": Attestation,
        "footage": Footage, "source": Source, "version": PolicyVersion, "document": HeldDocument, "grant": HeldGrant,
        "emergency": Emergency, "task": LabelingTask, "job_zone": JobZone, "job": Job, "reservation": Reservation,
        "annotation": Annotation, "entry": LedgerEntry, "head": LedgerHead, "member": Person.groups.through,
    }  # fmt: skip
    names = {word: table_of(model) for word, model in tables.items()}
    moments = (
        MOMENT.format(column=column, table=names[word], mine=" AND one.person_id = %(person)s" if mine else "")
        for word, columns, mine in MOMENTS
        for column in columns
    )
    is_postgresql = connection.vendor == "postgresql"
    text = "varchar" if is_postgresql else "text"
    own, group = (f"guardian_{holder}objectpermission" for holder in ("user", "group"))
    mine = "given.user_id = person.id"
    ours = "EXISTS (SELECT 1 FROM {member} m WHERE m.person_id = person.id AND m.group_id = given.group_id)"
    see = {"object": "source", "app": "footage", "codename": "see_source"}
    label = {"object": "job", "app": "labeling", "codename": "label_job"}
    may_label = GRANTED.format(holder=mine, **label).format(table=own, text=text)
    return STATEMENT.format(
        columns=", ".join(parts),
        gather="string_agg" if is_postgresql else "group_concat",
        in_force=IN_FORCE.format("version"),
        later_in_force=IN_FORCE.format("later"),
        theirs=THEIRS.format(**names),
        snapshot=SNAPSHOT if is_postgresql else "'', ''",
        moments=" UNION ALL ".join(moments),
        first_task=FIRST_TASK.format(may_label=may_label, **names),
        may_see=GRANTED.format(holder=mine, **see).format(table=own, text=text),
        may_see_as=GRANTED.format(holder=ours, **see).format(table=group, text=text, **names),
        allowed=LedgerAction.MEDIA_VIEW_ALLOWED.value,
        **names,
    )


def _read_of(part: str, model: type[Model]) -> list[Any]:
    fields = model._meta.concrete_fields  # noqa: SLF001  public in all but name, by Django's own documentation
    return [field for field in fields if f"{part}.{field.attname}" not in LEFT_OUT]


def table_of(model: type[Model]) -> str:
    """The name of a model's table."""
    return model._meta.db_table  # noqa: SLF001  public in all but name, by Django's own documentation
