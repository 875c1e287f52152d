"""Who somebody was is erased from every entry, and from nothing else."""

from __future__ import annotations

import json

import pytest

from labelhub.accounts.models import Person
from labelhub.evidence.erasing import NothingToEraseError, erase_person
from labelhub.evidence.models import DecisionInputs, EvidencePack, LedgerAction, LedgerEntry
from labelhub.policies.models import PolicyVersion
from residency.ledger.leaf import seal
from tests import factories, signing
from tests.labelhub.evidence import entries

pytestmark = pytest.mark.django_db


def erase(pseudonym: str) -> int:
    return erase_person(pseudonym, by="p-officer", reason="a request", case="GDPR-17", at=factories.now())


def test_every_entry_of_a_person_forgets_who_it_was_and_keeps_its_proof() -> None:
    for person in ("p-gone", "p-stays", "p-gone"):
        entries.view(person=person, session="s" * 64, address="192.0.2.7")
    pack = signing.make_pack()
    EvidencePack.objects.update(with_people=True)
    before = dict(LedgerEntry.objects.values_list("pk", "leaf_text"))
    assert erase("p-gone") == 2
    for entry in LedgerEntry.objects.filter(pk__in=before):
        assert entry.leaf_text == before[entry.pk]
        assert seal(bytes.fromhex(entry.salt), entry.body) == json.loads(entry.leaf_text)["private"]
        assert (entry.person == "p-stays") is bool(entry.personal_text) is bool(entry.network)
    assert not EvidencePack.objects.filter(pk=pack.pk).exists()
    told = LedgerEntry.objects.get(action=LedgerAction.LEDGER_PERSON_ERASED)
    assert json.loads(told.body)["details"] == {"entries": "2", "packs": "1", "reason": "a request", "case": "GDPR-17"}


def test_the_facts_of_decisions_about_them_go_too(
    demo_policy: PolicyVersion, us_annotator: Person, manila_annotator: Person
) -> None:
    footage = factories.make_footage(factories.make_source())
    for person in (us_annotator, manila_annotator):
        factories.signed_in(person).get(f"/media/{footage.pk}/original")
    assert DecisionInputs.objects.count() == 2
    erase(us_annotator.pseudonym)
    left = json.loads(DecisionInputs.objects.get().facts)
    assert left["viewer"]["id"] == manila_annotator.pseudonym


def test_nobody_by_that_name_is_said() -> None:
    with pytest.raises(NothingToEraseError, match="`p-nobody`"):
        erase("p-nobody")
    assert not LedgerEntry.objects.exists()
