"""Who may claim what: nothing a visitor says of themselves is believed, and nobody but the door answers strangers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import unquote

import pytest

from labelhub.stack.home import Home
from labelhub.stack.local import SERVICE_EMAIL, ZONE_CODES, ZONES
from labelhub.stack.ports import Ports
from labelhub.stack.probes import answer_without_certificate, valkey_says
from labelhub.stack.secret_values import Secrets, load_secrets
from tests.journeys.door import Answer, Visitor
from tests.journeys.people import STUDIO, Held, Somebody
from tests.journeys.running import Stack

pytestmark = [pytest.mark.journey, pytest.mark.timeout(900)]
Headers = tuple[tuple[str, str], ...]
UNITED_STATES, PHILIPPINES = "203.0.113.10", "198.51.100.10"


@pytest.fixture(scope="module")
def keys(stack: Stack) -> Secrets:
    """The stack's real secrets: whoever guessed one must still get nowhere with it."""
    return load_secrets(Home(stack.home, stack.port), ZONE_CODES)


@pytest.fixture(scope="module")
def stranger(stack: Stack) -> Visitor:
    """Nobody, from the United States."""
    return Visitor(stack.port, f"us.localhost:{stack.port}")


def claims(keys: Secrets) -> Mapping[str, Headers]:
    """Everything somebody might say in order to pass for another."""
    pair = (("X-LH-User", SERVICE_EMAIL), ("X-LH-Secret", keys["studio_secret"]))
    token = keys["studio_token"]
    return {
        "the pair": pair,
        "the pair twice": (*pair, *pair),
        "the pair, underscored": (("X_LH_User", SERVICE_EMAIL), ("X_LH_Secret", keys["studio_secret"])),
        "the pair, half underscored": (("X-LH_User", SERVICE_EMAIL), ("x_lh-secret", keys["studio_secret"])),
        "the pair, small": (("x-lh-user", SERVICE_EMAIL), ("x-lh-secret", keys["studio_secret"])),
        "the user": pair[:1],
        "nobody": (("X-LH-User", ""), ("X-LH-Secret", "")),
        "the gateway": (("X-LH-Gateway", keys["gateway"]), ("X-LH-Subrequest", "1"), ("X-LH-Scheme", "https")),
        "the gateway, underscored": (("X_LH_Gateway", keys["gateway"]), ("X_LH_Subrequest", "1")),
        "a wrong gateway": (("X-LH-Gateway", "wrong"),),
        "a token": (("Authorization", f"Token {token}"),),
        "a bearer": (("Authorization", f"Bearer {token}"),),
        "a password": (("Authorization", "Basic bGFiZWxodWJAc2VydmljZS50ZXN0Ong="),),
        "a token twice": (("Authorization", f"Token {token}"), ("authorization", f"Token {token}")),
        "an api key": (("X-Api-Key", token), ("X_Api_Key", token)),
        "another address": (("X-Original-URL", "/gateway/admit"), ("X-Rewrite-URL", "/api/v1/me")),
        "another sub-request": (("X-Forwarded-Uri", "/studio/main/static/a.js"), ("X-Forwarded-Method", "GET")),
        "another verb": (("X-HTTP-Method-Override", "DELETE"), ("X-Method-Override", "DELETE")),
        "another host": (("X-Forwarded-Host", "ph.localhost"), ("X-Forwarded-Server", "evil.example")),
        "another store": (
            ("X-Accel-Redirect", "/labelhub-eu/x"),
            ("X-Accel-Zone", "eu"),
            ("X-Sendfile", "/etc/passwd"),
        ),
        "fewer headers": (("Connection", "X-LH-Gateway, X-LH-Peer, X-LH-Secret, X-LH-Subrequest, X-Forwarded-Uri"),),
    }


CLAIMS = tuple(claims(Secrets(dict.fromkeys(("studio_secret", "studio_token", "gateway"), "a" * 40))))


def gist(answer: Answer) -> tuple[int, str]:
    """An answer without what differs every time."""
    return answer.status, re.sub(r'nonce="[^"]+"|[A-Za-z0-9]{64}', "", answer.body.decode("latin-1"))


@pytest.mark.parametrize("claim", CLAIMS)
def test_what_a_visitor_claims_changes_no_answer(
    annotator_in: Somebody, held: Held, keys: Secrets, stranger: Visitor, claim: str
) -> None:
    headers = claims(keys)[claim]
    for target in (
        f"{STUDIO}/api/current-user/whoami",
        f"{STUDIO}/api/projects/{held.project}",
        f"{STUDIO}/projects/{held.project}/data?labeling=1",
        f"{STUDIO}/projects/{held.project}/settings",
        f"{STUDIO}/api/users/1",
        "/api/v1/me",
        "/api/v1/jobs",
        "/gateway/admit",
        held.media,
    ):
        plain, claimed = annotator_in.visitor.get(target), annotator_in.visitor.send("GET", target, headers)
        assert gist(claimed) == gist(plain), target
        assert SERVICE_EMAIL not in claimed.everything
        assert stranger.send("GET", target, headers).status in {401, 404}, target


def test_a_page_of_label_studio_is_the_persons_own(annotator_in: Somebody, held: Held) -> None:
    me = annotator_in.visitor.get("/api/v1/me").json()
    whoami = annotator_in.visitor.get(f"{STUDIO}/api/current-user/whoami").json()
    assert whoami["email"].startswith(me["pseudonym"])
    page = annotator_in.visitor.get(f"{STUDIO}/projects/{held.project}/data?labeling=1")
    assert SERVICE_EMAIL not in page.everything
    assert page.header("Set-Cookie") == ""


PLACE_HEADERS = (
    "X-Forwarded-For", "X_Forwarded_For", "X-Forwarded", "Forwarded-For", "X-Real-IP", "X_Real_IP", "CF-Connecting-IP",
    "CF-IPCountry", "CF_Connecting_IP", "True-Client-IP", "X-Client-IP", "X-Cluster-Client-IP", "X-Azure-ClientIP",
    "X-ProxyUser-IP", "Fastly-Client-IP", "X-LH-Peer", "x-lh-peer", "X_LH_Peer", "X-LH_Peer", "Remote-Addr",
    "REMOTE_ADDR", "X-Remote-Addr", "X-Remote-IP", "X-Originating-IP", "Via", "X-Appengine-User-IP", "X-Country",
)  # fmt: skip
ADDRESSES = (
    UNITED_STATES, f"{UNITED_STATES}, {PHILIPPINES}", f"{PHILIPPINES}, {UNITED_STATES}", f"::ffff:{UNITED_STATES}",
    f"{UNITED_STATES}:443", f"[::ffff:{UNITED_STATES}]:443", f"for={UNITED_STATES}",
    f'for="{UNITED_STATES}";proto=https', f"{UNITED_STATES},", f",{UNITED_STATES}", "US", "127.0.0.1",
)  # fmt: skip


def places(visitor: Visitor, headers: Headers) -> str:
    answer = visitor.send("GET", "/api/v1/me", headers)
    return str(answer.json()["place"]) if answer.status == 200 else str(answer.status)


@pytest.mark.parametrize("name", PLACE_HEADERS)
def test_no_header_moves_a_visitor_to_another_place(manila_in: Somebody, name: str) -> None:
    for address in ADDRESSES:
        assert places(manila_in.visitor, ((name, address),)) == "PH", address
    assert places(manila_in.visitor, tuple((name, address) for address in ADDRESSES)) == "PH"


def test_neither_all_headers_at_once_nor_naming_ours_moves_a_visitor(manila_in: Somebody) -> None:
    everything = (*((name, UNITED_STATES) for name in PLACE_HEADERS), ("Forwarded", f"for={UNITED_STATES}"))
    assert places(manila_in.visitor, everything) == "PH"
    assert places(manila_in.visitor, (*everything, ("Connection", "X-LH-Peer, X-LH-Gateway"))) == "PH"
    assert places(manila_in.visitor.at(""), everything) == "None"  # a place nobody knows stays one


def test_the_page_says_where_a_visitor_connects_from(manila_in: Somebody) -> None:
    spoofed = manila_in.visitor.send("GET", "/work/", (("X-Forwarded-For", UNITED_STATES), ("Accept", "text/html")))
    assert spoofed.status == 200
    assert b"the Philippines" in spoofed.body


def test_labelhubs_own_port_answers_only_the_door(stack: Stack, annotator_in: Somebody) -> None:
    inside = Visitor(Ports(stack.port).app, annotator_in.visitor.host, annotator_in.visitor.cookies)
    for wrong in ((), (("X-LH-Gateway", ""),), (("X-LH-Gateway", "wrong"),), (("X_LH_Gateway", "wrong"),)):
        for target in ("/healthz", "/accounts/login/", "/api/v1/me", "/gateway/admit", "/media/x/original", "/"):
            answer = inside.send("GET", target, (*wrong, ("X-LH-Peer", UNITED_STATES)))
            assert answer.status == 403, target
            assert answer.body == b"labelhub answers only its own gateway\n"


@pytest.mark.parametrize(
    "path", ["/", "/api/version", "/api/projects/", "/static/fonts/Figtree-Regular.ttf", "/user/login/", "/nowhere"]
)
def test_label_studios_port_answers_only_the_pair(
    stack: Stack, keys: Secrets, annotator_in: Somebody, path: str
) -> None:
    port, secret, token = Ports(stack.port).studio, keys["studio_secret"], keys["studio_token"]
    pseudonym = annotator_in.visitor.get("/api/v1/me").json()["pseudonym"]
    owner = Visitor(port, "localhost", {}).send(
        "GET", "/projects/", (("X-LH-User", SERVICE_EMAIL), ("X-LH-Secret", secret))
    )
    assert owner.status == 200
    session = owner.header("Set-Cookie").split(";")[0]
    assert session.startswith("ls_")
    for claimed in (
        (),
        (("X-LH-User", SERVICE_EMAIL),),
        (("X-LH-Secret", secret),),
        (("X-LH-User", SERVICE_EMAIL), ("X-LH-Secret", secret[:-1])),
        (("X-LH-User", SERVICE_EMAIL), ("X-LH-Secret", f"{secret}x")),
        (("X-LH-User", f"{pseudonym}@people.labelhub.test"), ("X-LH-Secret", "")),
        (("X-LH-User", "None"), ("X-LH-Secret", secret)),
        (("Authorization", f"Token {token}"),),
        (("X-Api-Key", token),),
        (("Cookie", owner.header("Set-Cookie")),),
        (("Cookie", session), ("Authorization", f"Token {token}")),
    ):
        answer = Visitor(port, "localhost").send("GET", path, claimed)
        assert answer.status == 401, claimed
        assert "set-cookie" not in answer.everything.lower()


@pytest.mark.parametrize("number", range(len(ZONES)))
def test_the_stores_give_strangers_neither_bytes_nor_names(
    stack: Stack, held: Held, lead_in: Somebody, number: int
) -> None:
    ports, bucket = Ports(stack.port).store(number), ZONES[number].bucket
    sha256 = lead_in.visitor.get(f"/api/v1/footage/{held.footage}").json()["sha256"]
    for target in ("/", f"/{bucket}", f"/{bucket}?list-type=2", f"/{bucket}/footage/{sha256}", f"/{bucket}/x?acl"):
        for verb in ("GET", "HEAD", "PUT", "POST", "DELETE"):
            assert Visitor(ports.s3, "localhost").send(verb, target).status in {400, 403, 405}, (verb, target)
    for role, port in ports.inner().items():
        assert answer_without_certificate(port) == 401, role
    for target in ("/", "/buckets/", f"/buckets/{bucket}/footage/{sha256}", "/dir/status", "/dir/assign", "/metrics"):
        for port in (ports.filer, ports.volume, ports.master):  # in the clear, whatever is asked
            assert Visitor(port, "localhost").get(target).status == 400, (port, target)


def test_the_broker_needs_its_password_and_has_no_port(stack: Stack, keys: Secrets) -> None:
    socket = Home(stack.home, stack.port).socket
    assert valkey_says(socket, "PING\r\n").startswith("-NOAUTH")
    assert valkey_says(socket, "KEYS *\r\n").startswith("-NOAUTH")
    assert valkey_says(socket, f"AUTH {keys['valkey'][:-1]}\r\n").startswith("-WRONGPASS")
    assert socket.stat().st_mode & 0o077 == 0


def test_the_doors_own_questions_are_not_for_visitors(annotator_in: Somebody, keys: Secrets) -> None:
    sub = (("X-LH-Subrequest", "1"), ("X-LH-Gateway", keys["gateway"]), ("X-Forwarded-Uri", "/studio/main/api/version"))
    for path in (
        "/gateway/admit",
        "/gateway/admit/",
        "/gateway",
        "/gateway/",
        "/GATEWAY/admit",
        "/Gateway/Admit",
        "/gateway/x",
    ):
        for verb in ("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"):
            answer = annotator_in.visitor.send(verb, path, sub)
            assert answer.status == 404, (verb, path)
            assert answer.header("X-LH-User") == ""


@pytest.mark.parametrize(
    "origin",
    [
        "",
        "null",
        "http://evil.example",
        "http://ph.localhost:{port}",
        "https://us.localhost:{port}",
        "http://us.localhost",
    ],
)
def test_an_unsafe_request_from_a_foreign_page_is_refused(
    annotator_in: Somebody, lead_in: Somebody, held: Held, origin: str
) -> None:
    said = origin.format(port=annotator_in.visitor.port)
    for verb, target in (
        ("POST", f"{STUDIO}/api/dm/actions?id=next_task&tabID=1&project={held.project}"),
        ("POST", f"{STUDIO}/api/tasks/{held.task}/drafts"),
        ("POST", f"{STUDIO}/api/tasks/{held.task}/annotations"),
        ("PATCH", f"{STUDIO}/api/drafts/1"),
        ("DELETE", f"{STUDIO}/api/drafts/1"),
        ("PATCH", f"{STUDIO}/api/annotations/1"),
    ):
        answer = annotator_in.visitor.write(verb, target, {"result": []}, origin=said)
        assert (answer.status, answer.json()["detail"]) == (403, "this request is not part of labeling"), target
    for target in ("/api/v1/sources", "/api/v1/jobs", "/accounts/logout/", "/jobs/new", "/footage/add"):
        assert lead_in.visitor.write("POST", target, {}, origin=said).status == 403, target


def test_a_page_elsewhere_is_told_nothing_across_origins(annotator_in: Somebody, held: Held) -> None:
    foreign = (("Origin", "http://evil.example"), ("Access-Control-Request-Method", "POST"))
    for target in (
        f"{STUDIO}/api/tasks/{held.task}",
        f"{STUDIO}/projects/{held.project}/data",
        "/api/v1/me",
        held.media,
    ):
        for verb in ("GET", "OPTIONS"):
            assert "access-control-" not in annotator_in.visitor.send(verb, target, foreign).everything.lower()
        policy = annotator_in.visitor.get(target).header("Content-Security-Policy")
        assert "frame-ancestors 'self'" in policy


def test_a_session_cookie_is_out_of_reach_of_scripts_and_other_sites(stranger: Visitor, annotator_in: Somebody) -> None:
    page = stranger.get("/accounts/login/")
    assert re.search(r"labelhub_csrf=[^;]+;.*SameSite=Lax", page.header("Set-Cookie"))
    jar = {cookie.name: cookie for cookie in annotator_in.client.cookies.jar}
    assert jar["labelhub_session"].has_nonstandard_attr("HttpOnly")
    assert annotator_in.visitor.without("labelhub_session").get("/api/v1/me").status == 401


@pytest.mark.parametrize(
    "path", ["/jobs/", "/api/v1/me", "/media/x/original", "/studio/main/projects/1/data", "/nowhere"]
)
def test_no_answer_says_what_is_behind_the_door(
    stranger: Visitor, annotator_in: Somebody, keys: Secrets, path: str
) -> None:
    for visitor in (stranger, annotator_in.visitor):
        for answer in (
            visitor.get(path),
            visitor.send("POST", path),
            visitor.get(f"{path}/../x"),
            visitor.send("GET", path, host="x"),
        ):
            names = {name.lower() for name, _ in answer.headers}
            assert names.isdisjoint({"server", "via", "x-powered-by", "x-accel-redirect", "x-accel-zone", "x-lh-user"})
            for secret in ("gateway", "studio_secret", "studio_token"):
                assert keys[secret] not in answer.everything
            assert "Traceback" not in answer.everything


def test_a_redirect_stays_on_the_host_that_was_asked(stranger: Visitor, annotator_in: Somebody) -> None:
    for name in ("X-Forwarded-Host", "X-Host", "X-Original-Host", "Forwarded"):
        answer = stranger.send("GET", "/jobs/", ((name, "evil.example"),))
        assert unquote(answer.header("Location")) == "/accounts/login/?next=/jobs/"
    for elsewhere in (
        "//evil.example",
        "http://evil.example",
        "/\\evil.example",
        "javascript:alert(1)",
        "///evil.example",
    ):
        answer = annotator_in.visitor.get(f"/accounts/login/?next={elsewhere}")  # signed in: leads on at once
        assert (answer.status, answer.header("Location")) == (302, "/")
