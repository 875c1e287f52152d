"""The demo's eight accounts and six organisations, as data, and the secrets that belong to them.

Passwords and TOTP secrets are derived from one secret key of the demo's home, so they differ from home to home, are
stored nowhere in the clear, and can be printed again at any time. Nothing here touches a database; the seed does.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from dataclasses import asdict, dataclass
from enum import StrEnum

from labelhub.demo.places import host_in

_SHORTEST_KEY = 32
_TOTP_BYTES = 20  # 160 bits, what RFC 4226 recommends and every authenticator takes
_PASSWORD_GROUPS = 4
_GROUP_LENGTH = 5


class Role(StrEnum):
    """What a person does; the Django groups carry the same names."""

    LEAD = "lead"
    ANNOTATOR = "annotator"
    REVIEWER = "reviewer"
    OFFICER = "officer"
    OWNER = "owner"


class OrganisationKind(StrEnum):
    """Why an organisation takes part."""

    ML_TEAM = "ml-team"
    EMPLOYER = "employer"
    FOOTAGE_OWNER = "footage-owner"


@dataclass(frozen=True, slots=True, kw_only=True)
class Organisation:
    """A company of the demo, where it is, and the cameras whose footage it owns."""

    code: str
    name: str
    kind: OrganisationKind
    country: str
    cameras: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoAccount:
    """A person of the demo: who they are, who employs them, and where their work was attested."""

    role: Role
    email: str
    name: str
    organisation: str
    attested_in: str

    def start_url(self, *, port: int) -> str:
        """Return the page this person starts from, on the host that stands for their attested place."""
        return f"http://{host_in(self.attested_in)}:{port}/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """What one account signs in with."""

    password: str
    totp_secret: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInCard:
    """Everything a visitor of the demo needs to be one of its people."""

    role: Role
    email: str
    name: str
    password: str
    totp_secret: str
    attested_in: str
    start_url: str


ORGANISATIONS: tuple[Organisation, ...] = (
    Organisation(code="northgate", name="Northgate Mobility", kind=OrganisationKind.ML_TEAM, country="US"),
    Organisation(code="bayside", name="Bayside Annotation", kind=OrganisationKind.EMPLOYER, country="US"),
    Organisation(code="manila-data", name="Manila Data Works", kind=OrganisationKind.EMPLOYER, country="PH"),
    Organisation(code="spree", name="Spree Labeling GmbH", kind=OrganisationKind.EMPLOYER, country="DE"),
    Organisation(
        code="golden-coast",
        name="Golden Coast Traffic",
        kind=OrganisationKind.FOOTAGE_OWNER,
        country="US",
        cameras=("cam-ca-1", "cam-tx-public", "cam-tx-2"),
    ),
    Organisation(
        code="stadtverkehr",
        name="Stadtverkehr Berlin",
        kind=OrganisationKind.FOOTAGE_OWNER,
        country="DE",
        cameras=("cam-de-1",),
    ),
)

ACCOUNTS: tuple[DemoAccount, ...] = (
    DemoAccount(role=Role.LEAD, email="lead@demo.test", name="Lena Ortiz", organisation="northgate", attested_in="US"),
    DemoAccount(
        role=Role.ANNOTATOR,
        email="annotator.us@demo.test",
        name="Uma Santos",
        organisation="bayside",
        attested_in="US",
    ),
    DemoAccount(
        role=Role.ANNOTATOR,
        email="annotator.ph@demo.test",
        name="Paolo Reyes",
        organisation="manila-data",
        attested_in="PH",
    ),
    DemoAccount(
        role=Role.ANNOTATOR,
        email="annotator.de@demo.test",
        name="Dana Vogel",
        organisation="spree",
        attested_in="DE",
    ),
    DemoAccount(
        role=Role.REVIEWER, email="reviewer@demo.test", name="Ravi Shah", organisation="bayside", attested_in="US"
    ),
    DemoAccount(
        role=Role.OFFICER, email="officer@demo.test", name="Odette Marsh", organisation="northgate", attested_in="US"
    ),
    DemoAccount(
        role=Role.OFFICER, email="officer.2@demo.test", name="Amara Bello", organisation="northgate", attested_in="US"
    ),
    DemoAccount(
        role=Role.OWNER, email="owner@demo.test", name="Owen Castillo", organisation="golden-coast", attested_in="US"
    ),
)


def credentials(account: DemoAccount, *, secret_key: str) -> Credentials:
    """Return what `account` signs in with in the home that owns `secret_key`; the same key gives the same answer.

    Raises:
        ValueError: the key is too short to keep anything secret.

    """
    if len(secret_key) < _SHORTEST_KEY:
        message = f"the secret key of a demo home needs at least {_SHORTEST_KEY} characters; got {len(secret_key)}"
        raise ValueError(message)
    letters = base64.b32encode(_derived(secret_key, "password", account)).decode().lower()
    groups = (letters[i * _GROUP_LENGTH : (i + 1) * _GROUP_LENGTH] for i in range(_PASSWORD_GROUPS))
    totp = base64.b32encode(_derived(secret_key, "totp", account)[:_TOTP_BYTES]).decode()
    return Credentials(password="-".join(groups), totp_secret=totp)


def sign_in_cards(*, secret_key: str, port: int) -> tuple[SignInCard, ...]:
    """Return one card per account, in the order of `ACCOUNTS`."""
    return tuple(_card(account, secret_key=secret_key, port=port) for account in ACCOUNTS)


def cards_as_json(cards: tuple[SignInCard, ...]) -> str:
    """Return the cards as the JSON array that `labelhub demo accounts --json` prints."""
    return json.dumps([asdict(card) for card in cards], indent=2)


def owner_of(camera: str) -> Organisation | None:
    """Return the organisation that owns the footage of `camera`, or None for a camera the demo does not have."""
    return next((one for one in ORGANISATIONS if camera in one.cameras), None)


def _card(account: DemoAccount, *, secret_key: str, port: int) -> SignInCard:
    secrets = credentials(account, secret_key=secret_key)
    return SignInCard(
        role=account.role,
        email=account.email,
        name=account.name,
        password=secrets.password,
        totp_secret=secrets.totp_secret,
        attested_in=account.attested_in,
        start_url=account.start_url(port=port),
    )


def _derived(secret_key: str, use: str, account: DemoAccount) -> bytes:
    return hmac.new(secret_key.encode(), f"labelhub-demo:{use}:{account.email}".encode(), hashlib.sha256).digest()
