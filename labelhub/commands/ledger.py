"""`labelhub ledger`: the process that numbers entries, and what an operator does about keys."""

from __future__ import annotations

import signal
from threading import Event
from typing import Annotated

import typer

from labelhub.commands.acting import fail, start_django

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
    from labelhub.signer.client import Signer
    from labelhub.storage.anchors import anchor_store

    known = ledgers_of(tuple(settings.ZONES))
    unknown = sorted(set(ledger or ()) - set(known))
    if unknown:
        fail(f"there is no ledger `{unknown[0]}`: name one of {', '.join(known)}")
    ended = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    sequencer = Sequencer(tuple(ledger or known), Signer(settings.SIGNER_SOCKET), anchor_store())
    typer.echo(f"the sequencer is ready: {', '.join(sequencer.ledgers)}")
    sequencer.run(ended)


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
