"""What a list shows is what deciding piece by piece permits, on whichever database the suite runs."""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from random import Random

import pytest
from django.db.models import Q

from labelhub.accounts.models import Person
from labelhub.evidence.actions import EntryDraft, record
from labelhub.evidence.models import LedgerAction
from labelhub.footage.eligible import eligible, reach_of
from labelhub.footage.models import Footage, Source
from labelhub.footage.pieces import COLUMNS, PIECE_FACTS, READINGS, Row, where_left
from labelhub.footage.queries import footage_facts
from labelhub.policies.held import Held
from labelhub.policies.models import PolicyVersion
from labelhub.policies.queries import active_policies
from labelhub.policies.standing import Standing
from residency import Action, AssuranceLevel, Duty, Effect, Layer, Place, Policy, PolicySet, Sensitivity
from residency.conditions import AtMostDays, OverDays
from residency.partial import EVERY_DUTY, asked_facts
from residency.rules import Rule
from tests.factories import add_organization, make_footage, make_source, make_zone
from tests.residency import random_rules

pytestmark = pytest.mark.django_db
SEED = os.environ.get("LABELHUB_SEED", "eligible")
AT = datetime(2026, 6, 1, tzinfo=UTC)
CAMERAS, PIECES, QUESTIONS = 9, 7, 60
DUTIES = (EVERY_DUTY, EVERY_DUTY, frozenset[Duty](), frozenset({Duty.WATERMARK, Duty.QUOTA}))
# Words that a careless comparison would take for another: cases, parts, wildcards, quotes, one inside the other.
MARKS = ("x", "X", "xy", "%", "_", "y", 'z"', "z", "\\", "ü", "U")


def words(rng: Random) -> list[str] | None:
    return random_rules.maybe(rng, random_rules.some(rng, random_rules.WORDS))


def moment(rng: Random) -> datetime | None:
    return random_rules.maybe(rng, random_rules.moment(rng) - timedelta(days=rng.choice((-1, 0, 1, 2, 1000, 2000))))


def make_camera(rng: Random, number: int) -> Source:
    owners = {word: add_organization(code=word, name=word, relation="owner") for word in random_rules.WORDS}
    level = random_rules.maybe(rng, rng.choice(list(Sensitivity)))
    source = make_source(
        random_rules.WORDS[number] if number < len(random_rules.WORDS) else f"cam-{number}",
        random_rules.maybe(rng, rng.choice((*random_rules.CODES, "??"))) or "",
        zone=make_zone(rng.choice(random_rules.WORDS)),
        marks=random_rules.some(rng, random_rules.WORDS)[:1],
        owner=random_rules.maybe(rng, owners[rng.choice(random_rules.WORDS)]),
    )
    source.sensitivity = None if level is None else int(level)
    source.place_tags, source.shows, source.consent_scope = words(rng), words(rng), words(rng)
    source.contract = random_rules.maybe(rng, rng.choice(random_rules.WORDS)) or ""
    source.criminal_justice = random_rules.maybe(rng, rng.random() < 0.3)
    source.save()
    return source


def fill(rng: Random) -> list[Footage]:
    """Cameras with all that can be known or not, and pieces that differ in their own facts."""
    for number in range(CAMERAS):
        camera = make_camera(rng, number)
        for _ in range(PIECES):
            make_footage(
                camera,
                kind=rng.choice(("image", "video")),
                zone=rng.choice((camera.zone, make_zone(rng.choice(random_rules.WORDS)))),
                marks=random_rules.some(rng, random_rules.WORDS)[: rng.randrange(3)],
                captured_at=moment(rng),
            )
    return list(Footage.objects.select_related("source__owner"))


def show_some(rng: Random) -> None:
    """Views of the past, for the rules that count devices."""
    for day in random_rules.DAYS:
        for _ in range(4):
            at = datetime.combine(day, time(rng.randrange(24)), tzinfo=UTC) - timedelta(days=rng.choice((0, 2, 40)))
            who, whose, camera = (rng.choice(random_rules.WORDS) for _ in range(3))
            draft = EntryDraft(
                action=LedgerAction.MEDIA_VIEW_ALLOWED, at=at, person="p", entity=who, owner=whose, source=camera
            )
            record(draft)


def a_standing(rng: Random, person: Person, policies: PolicySet) -> tuple[Standing, str | None]:
    """Somebody somewhere, with all that may be held for them."""
    said = random_rules.situation(rng)
    held = Held(
        documents=said.documents,
        grants=said.grants,
        break_glass=said.break_glass,
        windows=rng.choice(((), (1, 30))),
        entity=rng.choice(random_rules.WORDS),
        at=said.at,
    )
    nowhere = Place(jurisdiction=None, level=AssuranceLevel.LA0)
    return Standing(person, random_rules.viewer(rng), said.place or nowhere, policies, held, said.at), said.purpose


def test_ids_from_the_database_are_those_that_decisions_permit(outsider: Person) -> None:
    rng, seen = Random(SEED), Counter[str]()
    pieces = fill(rng)
    show_some(rng)
    for number in range(QUESTIONS):
        policies = random_rules.policy_set(rng)
        standing, purpose = a_standing(rng, outsider, policies)
        action, duties = rng.choice(random_rules.ACTIONS), rng.choice(DUTIES)
        found = set(eligible(standing, action, purpose=purpose, duties=duties).values_list("pk", flat=True))
        for piece in pieces:
            decision = standing.decide(action, footage_facts(piece), purpose=purpose)
            right = decision.permitted if duties == EVERY_DUTY else decision.allowed_meeting(*duties)
            assert (piece.pk in found) is right, f"seed {SEED}, question {number}: {decision.full_reason()}"
        seen["compared"] += len(pieces)
        seen["found"] += len(found)
        seen["some"] += 0 < len(found) < len(pieces)
    assert seen["compared"] >= 2000, f"seed {SEED}"
    assert seen["found"], f"seed {SEED} finds nothing at all"
    assert seen["some"], f"seed {SEED} finds all or nothing"


@pytest.mark.parametrize("effect", list(Effect)[:2])
def test_a_rule_on_a_single_piece_alone_says_the_same_in_the_database(outsider: Person, effect: Effect) -> None:
    """Most random rules are settled by camera or person; these never are."""
    rng, seen = Random(f"{SEED}-{effect}"), Counter[str]()
    pieces = fill(rng)
    for number in range(QUESTIONS):
        count = rng.choice((1, 1, 2, 3))
        asked = tuple(random_rules.condition(rng, effect, PIECE_FACTS.__contains__) for _ in range(count))
        rules = [Rule(id="one", effect=effect, actions=frozenset({Action.LIST}), words="Words.", conditions=asked)]
        if effect is Effect.FORBID:
            rules.append(Rule(id="yes", effect=Effect.PERMIT, actions=frozenset({Action.LIST}), words="Words."))
        scope = tuple(random_rules.condition(rng, Effect.FORBID, PIECE_FACTS.__contains__) for _ in range(number % 2))
        policies = PolicySet.of(
            a_policy("p", Layer.PLATFORM, *rules),
            a_policy("q", Layer.CONTRACT, *rules[: number % 3], scope=scope),
        )
        at = random_rules.moment(rng)
        place = Place(jurisdiction="US", level=AssuranceLevel.LA2)
        standing = Standing(outsider, random_rules.viewer(rng), place, policies, Held(at=at), at)
        found = set(eligible(standing, Action.LIST, purpose=None).values_list("pk", flat=True))
        for piece in pieces:
            decision = standing.decide(Action.LIST, footage_facts(piece), purpose=None)
            assert (piece.pk in found) is decision.permitted, f"seed {SEED}, {number}: {decision.full_reason()}"
        seen["compared"] += len(pieces)
        seen["some"] += 0 < len(found) < len(pieces)
    assert seen["compared"] >= 2000
    assert seen["some"] > QUESTIONS / 4, f"seed {SEED}"


def a_policy(name: str, layer: Layer, *rules: Rule, scope: tuple[random_rules.Condition, ...] = ()) -> Policy:
    begins = datetime(2019, 1, 1, tzinfo=UTC)
    return Policy(name=name, layer=layer, title="T", effective_from=begins, rules=rules, scope=scope)


def test_every_test_of_a_fact_that_pieces_differ_in_has_its_reading_in_the_database() -> None:
    rng = Random(SEED)
    for effect in (Effect.PERMIT, Effect.FORBID):
        for _ in range(500):
            condition = random_rules.condition(rng, effect, PIECE_FACTS.__contains__)
            assert type(condition) in READINGS
            if condition.fact in COLUMNS:
                assert condition.fact in {"footage.zone", "footage.media_kind"}


@pytest.mark.parametrize("word", MARKS)
def test_a_mark_is_found_to_the_letter(word: str) -> None:
    camera = make_source()
    marked = {mark: make_footage(camera, marks=[mark, "other"]).pk for mark in MARKS}
    make_footage(camera, marks=[])
    found = Footage.objects.filter(Row(datetime.now(UTC)).marked(word))
    assert [item.pk for item in found] == [marked[word]]
    assert Footage.objects.filter(~Q(Row(datetime.now(UTC)).marked(word))).count() == len(MARKS)


def test_a_camera_that_is_marked_marks_all_its_footage() -> None:
    item = make_footage(make_source(marks=["x"]))
    row = Row(datetime.now(UTC), frozenset({"x"}))
    assert list(Footage.objects.filter(row.marked("x"))) == [item]
    assert not Footage.objects.filter(row.marked("y"))


def test_an_age_in_days_that_no_calendar_reaches_is_no_error(outsider: Person) -> None:
    make_footage(make_source(), captured_at=datetime(2020, 1, 1, tzinfo=UTC))
    for effect, condition in ((Effect.PERMIT, AtMostDays), (Effect.FORBID, OverDays)):
        asked = (condition("footage.age", 5_000_000),)
        rule = Rule(id="one", effect=effect, actions=frozenset({Action.LIST}), words="Words.", conditions=asked)
        always = Rule(id="yes", effect=Effect.PERMIT, actions=frozenset({Action.LIST}), words="Words.")
        rules = (rule,) if effect is Effect.PERMIT else (rule, always)
        policies = PolicySet.of(a_policy("p", Layer.PLATFORM, *rules))
        place = Place(jurisdiction="US", level=AssuranceLevel.LA2)
        standing = Standing(outsider, random_rules.viewer(Random(SEED)), place, policies, Held(at=AT), AT)
        assert eligible(standing, Action.LIST, purpose=None).count() == 1


def test_cameras_that_are_alike_are_asked_about_once(outsider: Person, demo_policy: PolicyVersion) -> None:
    for number in range(5):
        make_source(f"cam-{number}", "US-CA")
    standing = Standing(
        outsider,
        random_rules.viewer(Random(SEED)),
        Place(jurisdiction="PH", level=AssuranceLevel.LA2),
        active_policies(at=AT),
        Held(),
        AT,
    )
    reach = reach_of(standing, Action.LIST, purpose="quality-review")
    assert len(reach.groups) == 1
    assert len(reach.cameras) == 5
    assert asked_facts(reach.groups[0].left) == {"footage.marks"}
    assert reach.whole == frozenset()


def test_a_camera_that_changes_is_asked_about_anew(outsider: Person, demo_policy: PolicyVersion) -> None:
    camera = make_source(jurisdiction="US-CA")
    item = make_footage(camera)
    viewer = replace(random_rules.viewer(Random(SEED)), attested_in="US", relation=None)
    place, policies = Place(jurisdiction="US", level=AssuranceLevel.LA2), active_policies(at=AT)
    standing = Standing(outsider, viewer, place, policies, Held(), AT)
    for jurisdiction, marks, listed in (("US-CA", [], 1), ("DE", [], 0), ("DE", ["public-test"], 1), ("", [], 0)):
        Source.objects.update(jurisdiction=jurisdiction, marks=marks)
        assert eligible(standing, Action.LIST, purpose="quality-review").count() == listed
    Footage.objects.filter(pk=item.pk).update(marks=["public-test"])
    assert eligible(standing, Action.LIST, purpose="quality-review").count() == 1


def test_nothing_left_to_ask_is_everything_and_no_more() -> None:
    make_footage(make_source())
    row = Row(datetime.now(UTC))
    assert Footage.objects.filter(where_left(left=True, row=row)).count() == 1
    assert Footage.objects.filter(where_left(left=False, row=row)).count() == 0


def test_where_no_rule_asks_about_cameras_all_are_one_group(outsider: Person) -> None:
    """The database groups by one fact at least, and what is alike then is joined."""
    numbers = {make_source(f"cam-{place}", place).pk for place in ("US-CA", "DE", "")}
    always = Rule(id="yes", effect=Effect.PERMIT, actions=frozenset({Action.LIST}), words="Words.")
    place = Place(jurisdiction="US", level=AssuranceLevel.LA2)
    policies = PolicySet.of(a_policy("p", Layer.PLATFORM, always))
    standing = Standing(outsider, random_rules.viewer(Random(SEED)), place, policies, Held(at=AT), AT)
    (group,) = reach_of(standing, Action.LIST, purpose=None).groups
    assert set(group.cameras) == numbers
    assert reach_of(standing, Action.LIST, purpose=None, cameras=frozenset({group.cameras[0]})).cameras == {
        group.cameras[0]
    }
    assert reach_of(standing, Action.LIST, purpose=None, cameras=frozenset()).groups == ()
