"""The certificate by which the processes of one zone's object store know each other, and know nobody else.

SeaweedFS's inner ports speak HTTP and gRPC to whoever reaches them, so each demands this certificate of both ends.
It trusts only itself: no authority exists that could sign a second one, and one zone's opens no other zone's store.
"""

from __future__ import annotations

import ipaddress
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from labelhub.stack.home import write_private

LIFETIME = timedelta(days=3650)
RENEWED_BEFORE_END = timedelta(days=365)
AHEAD_OF_OTHER_CLOCKS = timedelta(days=1)
LOOPBACK = ipaddress.ip_address("127.0.0.1")


def keep_certificate(file: Path, *, name: str, at: datetime) -> Path:
    """Make the certificate and its key in one owner-only file, unless a good one is there; return where it is.

    It is renewed by a start in its last year, so only a stack that runs for a whole year without one could outlive it.
    """
    if not _is_good(file, at=at):
        write_private(file, _made(name, at=at))
    return file


def _is_good(file: Path, *, at: datetime) -> bool:
    """Tell whether the file holds a certificate that lasts; a file that cannot be read as one is replaced."""
    try:
        kept = x509.load_pem_x509_certificate(file.read_bytes())
    except (FileNotFoundError, ValueError):
        return False
    return kept.not_valid_before_utc <= at <= kept.not_valid_after_utc - RENEWED_BEFORE_END


def _made(name: str, *, at: datetime) -> str:
    key = ec.generate_private_key(ec.SECP256R1())
    itself = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    both_ends = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH])
    certificate = (
        x509.CertificateBuilder(subject_name=itself, issuer_name=itself, public_key=key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(at - AHEAD_OF_OTHER_CLOCKS)
        .not_valid_after(at + LIFETIME)
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(LOOPBACK)]), critical=False)
        .add_extension(both_ends, critical=False)
        .sign(key, hashes.SHA256())
    )
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return (certificate.public_bytes(Encoding.PEM) + secret).decode("ascii")
