"""`labelhub ledger`: the process that numbers entries, and what an operator does about keys."""

from __future__ import annotations

import json
import signal
from threading import Event
from typing import Annotated

import typer

from labelhub.commands.acting import acting_person, fail, start_django

app = typer.Typer(no_args_is_help=True, help="The ledger: its sequencer, its keys.")
OneLedger = Annotated[str, typer.Option("--ledger", help="zone code, or `control`")]


@app.command()
def sequence(
    ledger: Annotated[list[str] | None, typer.Option(help="only this ledger; may be given again")] = None,
) -> None:
    """Number the entries of every ledger and have them signed, until ended."""
    start_django()
    from django.conf import settings

    from labelhub.evidence.sequencer import Sequencer, ledgers_of
    from labelhub.evidence.witnessing import Witness
    from labelhub.signer.client import Signer
    from labelhub.storage.anchors import anchor_store
    from residency.ledger.notes import parse_key

    known = ledgers_of(tuple(settings.ZONES))
    unknown = sorted(set(ledger or ()) - set(known))
    if unknown:
        fail(f"there is no ledger `{unknown[0]}`: name one of {', '.join(known)}")
    ended = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    mine = tuple(ledger or known)
    witnesses = {
        one: Witness(settings.WITNESS_URL, parse_key(settings.WITNESS_KEY)) for one in mine if settings.WITNESS_URL
    }
    sequencer = Sequencer(mine, Signer(settings.SIGNER_SOCKET), anchor_store(), witnesses)
    typer.echo(f"the sequencer is ready: {', '.join(sequencer.ledgers)}")
    sequencer.run(ended)


@app.command()
def status(*, as_json: Annotated[bool, typer.Option("--json", help="for programs")] = False) -> None:
    """Say how every ledger fares; ends with 1 if one of them is not well, and footage waits."""
    start_django()
    from django.conf import settings
    from django.utils import timezone

    from labelhub.evidence.sequencer import ledgers_of
    from labelhub.evidence.status import status_of

    found = [status_of(ledger, at=timezone.now()) for ledger in ledgers_of(tuple(settings.ZONES))]
    if as_json:
        typer.echo(json.dumps([{"ledger": one.ledger, "well": one.well, "says": one.words} for one in found]))
    else:
        for one in found:
            typer.echo(f"{'ok' if one.well else '!!'} {one.ledger}: {one.words}")
    if not all(one.well for one in found):
        raise typer.Exit(1)


@app.command("key")
def show_key(ledger: OneLedger) -> None:
    """Print the key log of a ledger; its first line holds the key to give to whoever verifies."""
    start_django()
    from django.conf import settings

    from labelhub.evidence.checkpoints import origin_of
    from labelhub.signer.client import Signer
    from labelhub.signer.keys import SignerError

    try:
        typer.echo(Signer(settings.SIGNER_SOCKET).key_log(origin_of(ledger)), nl=False)
    except SignerError as error:
        fail(str(error))


@app.command("sets-key")
def show_sets_key() -> None:
    """Print the public key that training sets are signed with, for `python -m exporters verify SET --key FILE`."""
    start_django()
    from labelhub.exports.signing import public_key

    typer.echo(str(public_key()))


@app.command("rotate-key")
def rotate_key(ledger: OneLedger) -> None:
    """Have a new key made that signs from the next checkpoint on; the old one signs for it."""
    start_django()
    from django.conf import settings
    from django.utils import timezone

    from labelhub.evidence.actions import EntryDraft, record
    from labelhub.evidence.checkpoints import origin_of
    from labelhub.evidence.models import LedgerAction
    from labelhub.signer.client import Signer
    from labelhub.signer.keys import SignerError

    try:
        log = Signer(settings.SIGNER_SOCKET).rotate(origin_of(ledger))
    except SignerError as error:
        fail(str(error))
    details = {"ledger": ledger, "keys": str(len(log.splitlines()))}
    record(EntryDraft(action=LedgerAction.LEDGER_KEY_CHANGED, at=timezone.now(), details=details))
    typer.echo(log, nl=False)


@app.command("erase-person")
def erase(
    pseudonym: Annotated[str, typer.Argument(help="as the ledger shows it, `p-…`")],
    reason: Annotated[str, typer.Option(help="why the law asks for it")],
    case: Annotated[str, typer.Option(help="the case it is filed under")],
    actor: Annotated[str | None, typer.Option("--as", help="e-mail of the compliance officer who acts")] = None,
) -> None:
    """Erase who a person was from every entry; proofs go on holding. It cannot be taken back."""
    start_django()
    from django.utils import timezone

    from labelhub.accounts.models import Role
    from labelhub.accounts.queries import has_role
    from labelhub.evidence.erasing import NothingToEraseError, erase_person

    by = acting_person(actor)
    if not has_role(by, Role.OFFICER):
        fail(f"`{by.email}` is no compliance officer: name one with `--as`")
    try:
        count = erase_person(pseudonym, by=by.pseudonym, reason=reason, case=case, at=timezone.now())
    except NothingToEraseError as error:
        fail(str(error))
    typer.echo(f"erased who it was from {count} entries")


@app.command()
def check(
    ledger: Annotated[list[str] | None, typer.Option(help="only this ledger; may be given again")] = None,
    anchors: Annotated[bool, typer.Option(help="read the bucket under lock too")] = True,
) -> None:
    """Check every row of the ledger against what was signed and anchored; ends with 1 if anything is wrong."""
    start_django()
    from django.conf import settings

    from labelhub.evidence.checking import check_ledger
    from labelhub.evidence.checkpoints import origin_of
    from labelhub.evidence.sequencer import ledgers_of
    from labelhub.signer.client import Signer
    from labelhub.signer.keys import SignerError
    from labelhub.storage.anchors import anchor_store

    signer, wrong = Signer(settings.SIGNER_SOCKET), 0
    for name in ledger or ledgers_of(tuple(settings.ZONES)):
        try:
            origin = origin_of(name)
            key_log, last = signer.key_log(origin), signer.last(origin)
        except SignerError as error:
            fail(str(error))
        checked = check_ledger(name, key_log=key_log, last_signed=last, store=anchor_store() if anchors else None)
        found = checked.all()
        typer.echo(f"{name}: {checked.tree.size} entries, {'intact' if not found else f'{len(found)} findings'}")
        for one in found:
            typer.echo(f"  {one.kind}: {one.words}")
        wrong += len(found)
    raise typer.Exit(1 if wrong else 0)


@app.command()
def reconcile() -> None:
    """Hold what the door streamed against the ledger, and print what does not fit; 1 while a finding is open."""
    start_django()
    from django.conf import settings
    from django.utils import timezone

    from labelhub.evidence.actions import LedgerUnavailableError
    from labelhub.evidence.findings import open_findings
    from labelhub.evidence.reconciling import reconcile as reconcile_log

    try:
        tally = reconcile_log(settings.GATEWAY_LOG, at=timezone.now())
    except LedgerUnavailableError as error:
        fail(str(error))
    typer.echo(f"lines read of `{settings.GATEWAY_LOG}`: {tally.lines}")
    for finding in tally.raised:
        typer.echo(f"found {finding.kind} {finding.pk}: {finding.what}")
    still_open = open_findings().count()
    typer.echo(f"findings open: {still_open}")
    if still_open:
        raise typer.Exit(1)
