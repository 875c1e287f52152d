"""The real parts, each started as the stack starts it: what they refuse to strangers, and that none gets lost."""

from __future__ import annotations

import http.client
import json
import os
import socket
import ssl
import subprocess
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from http.client import HTTPResponse
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from celery import Celery
from redis import Redis

from labelhub.stack import parts
from labelhub.stack.home import Home, make_home
from labelhub.stack.leftovers import end_leftovers, find_leftovers
from labelhub.stack.local import SERVICE_EMAIL, ZONE_CODES, ZONES, find_tools, service_environment
from labelhub.stack.ports import StorePorts, is_free
from labelhub.stack.probes import answer_without_certificate, status_of, valkey_says
from labelhub.stack.secret_values import load_secrets
from labelhub.stack.supervisor import Supervisor

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

pytestmark = pytest.mark.stack
STUDIO = Path(__file__).resolve().parents[2] / ".venv-studio"


def kit_of(home: Home) -> parts.Kit:
    secrets = load_secrets(home, ZONE_CODES)
    return parts.Kit(home=home, tools=find_tools(), secrets=secrets, service=service_environment(home))


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SimpleNamespace]:
    """Valkey, both stores and Label Studio with a fresh database, as `make up` starts them."""
    if not any(STUDIO.glob(".made-*")):
        pytest.skip("Label Studio's environment is missing: run `make env`")
    first = next(port for port in range(31000, 32700, 50) if all(is_free(port + more) for more in range(41)))
    home = Home(tmp_path_factory.mktemp("real"), first)
    make_home(home)
    kit = kit_of(home)
    stores = [parts.store(kit, zone, number) for number, zone in enumerate(ZONES)]
    first_time = parts.studio_first_time(kit)
    studio = parts.studio(kit, after=(first_time.name,))
    supervisor = Supervisor(home, [parts.valkey(kit), *stores, first_time, studio], say=print)
    try:
        supervisor.start()
        yield SimpleNamespace(home=home, kit=kit, ports=kit.ports)
    finally:
        supervisor.stop()
        left = find_leftovers(home)
        end_leftovers(home)
    assert left == []


def s3(running: SimpleNamespace, number: int, *, secret: str | None = None) -> S3Client:
    zone = ZONES[number]
    return boto3.client(
        "s3",
        endpoint_url=f"http://127.0.0.1:{running.ports.store(number).s3}",
        aws_access_key_id=running.kit.secrets[f"{zone.code}.access_key"],
        aws_secret_access_key=secret or running.kit.secrets[f"{zone.code}.secret_key"],
        region_name=zone.storage_region,
        config=Config(retries={"max_attempts": 1}),
    )


@pytest.mark.parametrize("number", [0, 1])
def test_a_store_keeps_objects_for_its_own_key_and_refuses_everyone_else(running: SimpleNamespace, number: int) -> None:
    client = s3(running, number)
    client.create_bucket(Bucket="labelhub-test")
    client.put_object(Bucket="labelhub-test", Key="a/b", Body=b"bytes")
    assert client.get_object(Bucket="labelhub-test", Key="a/b")["Body"].read() == b"bytes"
    port = running.ports.store(number).s3
    for method in ("GET", "HEAD", "PUT", "DELETE"):
        assert status_of(port, "/labelhub-test/a/b", {}, method=method) == 403
    assert status_of(port, "/", {}) == status_of(port, "/labelhub-test?list-type=2", {}) == 403
    for other in (
        s3(running, number, secret="wrong" * 10),
        s3(running, number, secret=running.kit.secrets["us.jwt_read"]),
    ):
        with pytest.raises(ClientError, match=r"SignatureDoesNotMatch|AccessDenied|403"):
            other.get_object(Bucket="labelhub-test", Key="a/b")


def test_one_zones_key_opens_no_other_zones_store(running: SimpleNamespace) -> None:
    us = running.kit.secrets["us.access_key"]
    client = boto3.client(
        "s3",
        endpoint_url=f"http://127.0.0.1:{running.ports.store(1).s3}",
        aws_access_key_id=us,
        aws_secret_access_key=running.kit.secrets["us.secret_key"],
        region_name="eu-central-1",
    )
    with pytest.raises(ClientError, match=r"InvalidAccessKeyId|403"):
        client.list_buckets()


def test_a_bucket_is_never_made_by_writing_to_it(running: SimpleNamespace) -> None:
    with pytest.raises(ClientError, match="NoSuchBucket"):
        s3(running, 0).put_object(Bucket="not-made", Key="k", Body=b"")


INNER = [(number, role) for number in range(len(ZONES)) for role in StorePorts(0).inner()]


@pytest.mark.parametrize(("number", "role"), INNER)
def test_a_stores_inner_port_lets_nobody_in_without_that_stores_certificate(
    running: SimpleNamespace, number: int, role: str
) -> None:
    port = running.ports.store(number).inner()[role]
    assert answer_without_certificate(port) == 401
    with pytest.raises(ssl.SSLError, match=r"UNKNOWN_CA|BAD_CERTIFICATE"):
        show(port, certificate_of(running, 1 - number))


@pytest.mark.parametrize(("number", "role"), INNER)
def test_a_stores_inner_port_drops_whoever_speaks_in_the_clear(
    running: SimpleNamespace, number: int, role: str
) -> None:
    port = running.ports.store(number).inner()[role]
    preface = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\0\0\0\4\0\0\0\0\0"
    refusal = b"HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n"
    assert speak(port, preface) == b""
    for path in ("/", "/dir/assign", "/dir/status", "/col/delete?collection=labelhub-us", "/status", "/buckets/"):
        assert speak(port, f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode()) in {b"", refusal}


def certificate_of(running: SimpleNamespace, number: int) -> Path:
    folder: Path = running.home.part(f"store-{ZONES[number].code}")
    return folder / "certificate.pem"


def show(port: int, certificate: Path) -> None:
    """Show a certificate and wait for what the other end makes of it."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.load_cert_chain(certificate)
    with socket.create_connection(("127.0.0.1", port), timeout=10) as bare, context.wrap_socket(bare) as connection:
        connection.recv(1)


def speak(port: int, words: bytes) -> bytes:
    """Say something in the clear and listen until the other end hangs up."""
    heard = b""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection, suppress(ConnectionResetError):
        connection.sendall(words)
        while more := connection.recv(4096):
            heard += more
    return heard


def test_a_stores_certificate_is_the_owners_alone_and_differs_per_zone(running: SimpleNamespace) -> None:
    kept = [certificate_of(running, number) for number in range(len(ZONES))]
    assert [path.stat().st_mode & 0o777 for path in kept] == [0o600] * len(ZONES)
    assert len({path.read_bytes() for path in kept}) == len(ZONES)


def test_the_stores_filer_and_volumes_ask_for_a_token_even_with_the_certificate(running: SimpleNamespace) -> None:
    client = s3(running, 0)
    client.create_bucket(Bucket="labelhub-inner")
    client.put_object(Bucket="labelhub-inner", Key="k", Body=b"footage")
    ports, certificate = running.ports.store(0), certificate_of(running, 0)
    for path in ("/buckets/labelhub-inner/k", "/buckets/labelhub-inner/?pretty=y"):
        assert ask_inside(ports.filer, path, certificate)[0] == 401
    assert ask_inside(ports.filer, "/buckets/labelhub-inner/new", certificate, method="POST")[0] == 401
    assigned = json.loads(ask_inside(ports.master, "/dir/assign", certificate)[1])
    assert ask_inside(ports.volume, f"/{assigned['fid']}", certificate, method="PUT")[0] == 401
    assert ask_inside(ports.volume, f"/{assigned['fid']}", certificate)[0] == 401


def ask_inside(port: int, path: str, certificate: Path, *, method: str = "GET") -> tuple[int, bytes]:
    """Ask as a part of the store itself would."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(certificate)
    context.load_cert_chain(certificate)
    connection = http.client.HTTPSConnection("127.0.0.1", port, timeout=10, context=context)
    try:
        connection.request(method, path)
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def test_valkey_needs_its_password_and_listens_on_no_port(running: SimpleNamespace) -> None:
    socket = running.home.socket
    assert valkey_says(socket, "PING\r\n").startswith("-NOAUTH")
    assert valkey_says(socket, "AUTH wrong\r\n").startswith("-WRONGPASS")
    assert socket.stat().st_mode & 0o077 == 0
    assert Redis.from_url(running.kit.service["LABELHUB_CACHE_URL"]).ping()


def test_celery_reaches_valkey_by_the_address_in_the_settings(running: SimpleNamespace) -> None:
    with Celery(broker=running.kit.service["LABELHUB_BROKER_URL"]).connection() as connection:
        connection.ensure_connection(max_retries=1)


SERVED = ["/", "/api/version/", "/api/projects/", "/api/current-user/token", "/static/fonts/Figtree-Regular.ttf",
          "/react-app/main.js", "/user/login/", "/user/signup/",
          "/admin/", "/metrics/", "/health/", "/docs/api/", "/nowhere"]  # fmt: skip


@pytest.mark.parametrize("path", SERVED)
def test_label_studio_answers_nobody_without_the_gateways_pair(running: SimpleNamespace, path: str) -> None:
    port, secret = running.ports.studio, running.kit.secrets["studio_secret"]
    token = running.kit.secrets["studio_token"]
    strangers: list[dict[str, str]] = [
        {},
        {"Authorization": f"Token {token}"},
        {"X-Api-Key": token},
        {"X-LH-User": SERVICE_EMAIL},
        {"X-LH-Secret": secret},
        {"X-LH-User": "", "X-LH-Secret": secret},
        {"X-LH-User": SERVICE_EMAIL, "X-LH-Secret": secret[:-1]},
        {"X-LH-User": SERVICE_EMAIL, "X-LH-Secret": "ü" + secret},
        {"X-LH-User": "nobody@demo.test", "X-LH-Secret": secret},
        {"X-LH-User": "None", "X-LH-Secret": secret, "Authorization": f"Token {token}"},
        {"X_LH_User": SERVICE_EMAIL, "X_LH_Secret": secret},
    ]
    assert [status_of(port, path, headers) for headers in strangers] == [401] * len(strangers)


def test_not_even_a_preflight_request_is_answered(running: SimpleNamespace) -> None:
    asked = {"Origin": "http://evil.example", "Access-Control-Request-Method": "GET"}
    assert status_of(running.ports.studio, "/api/projects/", asked, method="OPTIONS") == 401


def ask_studio(
    running: SimpleNamespace, path: str, *, email: str = SERVICE_EMAIL, body: object = None, **headers: str
) -> HTTPResponse:
    pair = {"X-LH-User": email, "X-LH-Secret": running.kit.secrets["studio_secret"], "Content-Type": "application/json"}
    request = urllib.request.Request(
        f"http://127.0.0.1:{running.ports.studio}{path}",
        headers={**pair, **headers},
        data=None if body is None else json.dumps(body).encode(),
    )
    answer: HTTPResponse = urllib.request.urlopen(request)
    return answer


def test_the_pair_decides_who_it_is_whatever_else_is_sent(running: SimpleNamespace) -> None:
    with ask_studio(running, "/api/users", body={"email": "someone@demo.test", "username": "someone"}) as answer:
        assert answer.status == 201
    token = running.kit.secrets["studio_token"]
    with ask_studio(
        running, "/api/current-user/whoami", email="someone@demo.test", Authorization=f"Token {token}"
    ) as answer:
        assert json.load(answer)["email"] == "someone@demo.test"


def test_the_cookie_of_an_answer_opens_nothing_by_itself(running: SimpleNamespace) -> None:
    with ask_studio(running, "/projects/") as answer:
        cookies = "; ".join(each.split(";")[0] for each in answer.headers.get_all("Set-Cookie") or [])
    assert "ls_sessionid=" in cookies
    assert status_of(running.ports.studio, "/projects/", {"Cookie": cookies}) == 401


@pytest.mark.parametrize("path", ["/api/projects", "/api/projects/"])
def test_an_address_without_its_last_slash_works_too(running: SimpleNamespace, path: str) -> None:
    with ask_studio(running, path) as answer:
        assert answer.status == 200


@pytest.mark.parametrize("host", ["us.localhost:8800", "localhost:8800"])
def test_a_page_names_the_host_its_visitor_typed(running: SimpleNamespace, host: str) -> None:
    with ask_studio(running, "/projects/", Host=host) as answer:
        page = answer.read().decode()
    assert f'hostname: "http://{host}/studio/main"' in page
    assert f'src="http://{host}/studio/main/react-app/main.js' in page


def test_preparing_label_studio_again_changes_nothing(running: SimpleNamespace) -> None:
    again = Supervisor(running.home, [parts.studio_first_time(running.kit)], say=print)
    again.start()
    assert "0 steps" in running.home.log("studio-database").read_text()
    with ask_studio(running, "/api/users") as answer:
        emails = [person["email"] for person in json.load(answer)]
    assert emails.count(SERVICE_EMAIL) == 1


def test_without_a_secret_label_studio_does_not_start(running: SimpleNamespace) -> None:
    environment = {**parts.studio_environment(running.kit), "LABELHUB_STUDIO_SECRET": ""}
    chore = parts.studio_first_time(running.kit)
    ended = subprocess.run(chore.command, env=environment, capture_output=True, text=True, check=False)
    assert ended.returncode != 0
    assert "`LABELHUB_STUDIO_SECRET` is missing" in ended.stderr


def test_every_real_part_is_found_as_a_leftover(running: SimpleNamespace) -> None:
    names = {process.name() for process in find_leftovers(running.home)}
    assert {"valkey-server", "weed", "gunicorn", "python"} & names >= {"valkey-server", "weed"}
    assert len(find_leftovers(running.home)) >= 6  # valkey, two stores, gunicorn and its two workers


def test_no_part_listens_beyond_loopback(running: SimpleNamespace) -> None:
    listening = [
        connection.laddr.ip
        for process in find_leftovers(running.home)
        for connection in process.net_connections(kind="inet")
        if connection.status == "LISTEN"
    ]
    assert set(listening) == {"127.0.0.1"}


def test_nothing_is_written_outside_the_state_folder(running: SimpleNamespace) -> None:
    opened = {
        Path(file.path) for process in find_leftovers(running.home) for file in process.open_files() if file.mode != "r"
    }
    assert [path for path in opened if running.home.root not in path.parents] == []


def test_every_log_and_secret_is_the_owners_alone(running: SimpleNamespace) -> None:
    for folder, _, names in os.walk(running.home.root / "log"):
        assert {(Path(folder) / name).stat().st_mode & 0o077 for name in names} == {0}
    for path in (running.home.part("store-us") / "s3.json", running.home.part("valkey") / "valkey.conf"):
        assert path.stat().st_mode & 0o777 == 0o600
