"""The door against a real Caddy: what a visitor may not claim, and what no answer may give away."""

from __future__ import annotations

import dataclasses
import json
import socket
import stat
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from labelhub.evidence.gateway_log import read_line
from labelhub.stack.caddyfile import DemoPlace, Door, StudioDoor, ZoneDoor, render

SECRET = "gateway-secret-0123456789"
STUDIO_SECRET = "studio-secret-0123456789"
GRANT = {"X-Accel-Redirect": "/bucket-us/f-1/original?X-Amz-Signature=abc%2Fdef&X-Amz-Expires=60", "X-Accel-Zone": "us"}


def reply(*, status: int = 200, headers: dict[str, str] | None = None, body: bytes = b"") -> SimpleNamespace:
    return SimpleNamespace(status=status, headers=headers or {}, body=body)


@pytest.fixture
def door(tmp_path: Path, block: int, upstream: Callable, caddy: Callable) -> SimpleNamespace:
    assets = tmp_path / ".labelhub" / "assets"  # as in the usual home, whose name begins with a dot
    (assets / "css" / ".inside").mkdir(parents=True)
    (assets / "css" / "face.css").write_text("body{}")
    (assets / ".hidden").write_text("no")
    (assets / "css" / ".inside" / "face.css").write_text("no")
    parts = {name: upstream(block + number) for number, name in enumerate(("app", "studio", "us", "eu"), start=1)}
    described = Door(
        port=block,
        hosts=("localhost", "127.0.0.1", "us.localhost", "ph.localhost"),
        app=parts["app"].address,
        gateway_secret=SECRET,
        assets=assets,
        storage=tmp_path / "caddy",
        log=tmp_path / "gateway" / "streamed.log",
        zones=(ZoneDoor("us", parts["us"].address), ZoneDoor("eu", parts["eu"].address)),
        studios=(StudioDoor("main", parts["studio"].address, STUDIO_SECRET),),
        places=(DemoPlace("us.localhost", "203.0.113.10"), DemoPlace("ph.localhost", "198.51.100.10")),
    )
    caddy(render(described), block)
    return SimpleNamespace(port=block, described=described, **parts)


SPOOFS = [
    "X-LH-User: officer@demo.test", "X-LH-Secret: guess", "X-LH-Gateway: guess", "X-LH-Peer: 203.0.113.10",
    "X-LH-Subrequest: 1", "X-LH-Scheme: https", "Authorization: Token abc", "X-Api-Key: abc",
    "X-Forwarded-For: 203.0.113.10", "X-Forwarded-Uri: /", "X-Forwarded-Method: POST", "X-Forwarded-Client-Cert: x",
    "Forwarded: for=203.0.113.10", "X-Real-IP: 203.0.113.10", "CF-Connecting-IP: 203.0.113.10", "CF-IPCountry: US",
    "True-Client-IP: 203.0.113.10", "X-Client-IP: 203.0.113.10", "Fastly-Client-IP: 203.0.113.10",
    "X-Accel-Redirect: /x", "X-Accel-Zone: us", "X-Original-URL: /admin", "X-Rewrite-URL: /admin",
    "X-HTTP-Method-Override: DELETE", "X_LH_User: officer@demo.test", "X_LH-Peer: 203.0.113.10",
    "x_lh_gateway: guess", "X_Forwarded_For: 203.0.113.10", "x-lh_secret: guess", "X_API_KEY: abc",
    "x-Lh-PeEr: 9.9.9.9",
]  # fmt: skip


@pytest.mark.parametrize(
    "path", ["/", "/api/v1/jobs", "/media/f-1/original", "/studio/main/api/tasks/1", "/studio/main/projects/1"]
)
def test_nothing_a_visitor_claims_reaches_labelhub(door: SimpleNamespace, ask: Callable, path: str) -> None:
    ask(door.port, path, *SPOOFS)
    got = door.app.seen[0]["headers"]
    assert got["x-lh-gateway"] == SECRET
    assert got["x-lh-peer"] == "127.0.0.1"
    assert got["x-lh-scheme"] == "http"
    assert got["x-forwarded-for"] == "127.0.0.1"
    assert not [name for name in got if "_" in name]
    claimed = {
        "203.0.113.10",
        "officer@demo.test",
        "guess",
        "Token abc",
        "abc",
        "DELETE",
        "/admin",
        "US",
        "9.9.9.9",
        "x",
    }
    assert {name: value for name, value in got.items() if value in claimed} == {}


def test_a_visitor_cannot_claim_to_be_a_sub_request(door: SimpleNamespace, ask: Callable) -> None:
    ask(door.port, "/", "X-LH-Subrequest: 1")
    assert "x-lh-subrequest" not in door.app.last_headers


@pytest.mark.parametrize(
    ("host", "peer"), [("us.localhost", "203.0.113.10"), ("ph.localhost", "198.51.100.10"), ("localhost", "127.0.0.1")]
)
def test_in_the_demo_a_host_name_stands_for_a_place(door: SimpleNamespace, ask: Callable, host: str, peer: str) -> None:
    ask(door.port, "/", "X-LH-Peer: 192.0.2.10", host=host)
    assert door.app.last_headers["x-lh-peer"] == peer


def test_without_demo_places_the_peer_is_the_socket_address(
    door: SimpleNamespace, ask: Callable, caddy: Callable, block: int
) -> None:
    plain = dataclasses.replace(door.described, port=block + 30, places=())
    caddy(render(plain), block + 30)
    ask(block + 30, "/", host="us.localhost")
    assert door.app.last_headers["x-lh-peer"] == "127.0.0.1"


def test_an_unknown_host_name_is_not_served(door: SimpleNamespace, ask: Callable) -> None:
    assert ask(door.port, "/", host="evil.example").status == 421
    assert door.app.seen == []


@pytest.mark.parametrize(
    "uri",
    [
        "/gateway/admit",
        "/gateway",
        "/gateway/",
        "/GATEWAY/admit",
        "/%67ateway/admit",
        "//gateway/admit",
        "/x/../gateway/admit",
    ],
)
def test_the_gateways_own_addresses_do_not_exist_outside(door: SimpleNamespace, ask: Callable, uri: str) -> None:
    assert ask(door.port, uri, "X-LH-Subrequest: 1").status in {400, 404}
    assert door.app.seen == []


def test_assets_come_from_the_folder_and_nothing_else_does(door: SimpleNamespace, ask: Callable) -> None:
    assert ask(door.port, "/assets/css/face.css").body == b"body{}"
    assert ask(door.port, "/assets/.hidden").status == 404
    assert ask(door.port, "/assets/css/.inside/face.css").status == 404
    assert ask(door.port, "/assets/../caddy.log").status == 400
    assert ask(door.port, "/assets/%2e%2e/Caddyfile").status == 400
    assert ask(door.port, "/assets/").status == 404
    assert door.app.seen == []


# --- the log of what is streamed


def lines_of(door: SimpleNamespace) -> list[dict[str, object]]:
    return [json.loads(line) for line in door.described.log.read_text().splitlines()]


def test_what_is_streamed_stands_in_a_log_of_its_own(
    door: SimpleNamespace, ask: Callable, eventually: Callable
) -> None:
    door.app.replies["*"] = reply(headers={**GRANT, "X-LH-Entry": "e-42"})
    door.us.replies["*"] = reply(status=206, headers={"X-Amz-Request-Id": "r"}, body=b"1234")
    ask(door.port, "/media/f-1/original?token=secret", "Cookie: labelhub_session=secret", "Range: bytes=0-3")
    ask(door.port, "/datasets/0123456789abcdef01234567/download", method="HEAD")
    eventually(lambda: len(lines_of(door)) == 2, why="the lines never came")
    shown, taken = lines_of(door)
    always = {"level", "ts", "logger", "msg", "duration", "size", "status", "begun", "method", "path"}
    assert set(shown) == set(taken) == {*always, "entry"}
    assert (shown["path"], shown["entry"], shown["size"], shown["status"]) == ("/media/f-1/original", "e-42", 4, 206)
    assert (taken["path"], taken["size"], taken["method"]) == ("/datasets/0123456789abcdef01234567/download", 0, "HEAD")
    text = door.described.log.read_text()
    assert not [word for word in ("secret", "127.0.0.1", "Amz", "bucket", "localhost") if word in text]
    assert stat.S_IMODE(door.described.log.stat().st_mode) == 0o600


def test_what_is_not_streamed_stands_in_no_log_and_a_refusal_has_no_entry(
    door: SimpleNamespace, ask: Callable, eventually: Callable
) -> None:
    for path in ("/", "/studio/main/projects/1", "/datasets/", "/api/v1/media/x", "/assets/css/face.css"):
        ask(door.port, path)
    door.app.replies["*"] = reply(status=403, headers={"X-LH-Entry": "e-43"}, body=b"no")
    ask(door.port, "/media/f-1/original")
    eventually(lambda: len(lines_of(door)) == 1, why="the line never came")
    assert (lines_of(door)[0]["status"], "entry" in lines_of(door)[0]) == (403, False)


@pytest.mark.parametrize(
    "asked",
    [
        ("/media/x%2fy/original", "GET", "localhost"),
        ("/media/f%31/original", "GET", "localhost"),
        ("/media/f;x/original", "GET", "localhost"),
        ("/media//x", "GET", "localhost"),
        ("/media/f/original", "PROPFIND", "localhost"),
        ("/media/f/original", "GET", "elsewhere"),
        ("/media/", "OPTIONS", "localhost"),
        ("/MEDIA/f/original", "TRACE", "localhost"),
        ("/datasets/x%00/download", "GET", "localhost"),
    ],
)
def test_what_the_door_refuses_itself_is_a_whole_line_too(
    door: SimpleNamespace, ask: Callable, eventually: Callable, asked: tuple[str, str, str]
) -> None:
    uri, method, host = asked
    assert ask(door.port, uri, method=method, host=host).status in {400, 405, 421, 501}
    eventually(lambda: lines_of(door), why="the line never came")
    line = read_line(door.described.log.read_bytes())
    assert (line.method, line.served, line.named) == (method, 0, "")
    assert line.path


def test_a_stream_that_is_broken_off_still_names_its_entry_and_its_begin(
    door: SimpleNamespace, eventually: Callable
) -> None:
    door.app.replies["*"] = reply(headers={**GRANT, "X-LH-Entry": "e-44"})
    door.us.replies["*"] = reply(headers={"Content-Type": "video/mp4"}, body=b"x" * 30_000_000)
    with socket.create_connection(("127.0.0.1", door.port), timeout=20) as connection:
        connection.sendall(f"GET /media/f-1/original HTTP/1.1\r\nHost: localhost:{door.port}\r\n\r\n".encode())
        assert connection.recv(1000)
    eventually(lambda: lines_of(door), why="the line never came")
    (line,) = lines_of(door)
    size = line["size"]
    assert isinstance(size, int)
    assert 0 < size < 30_000_000
    assert (line["path"], line["entry"], line["status"]) == ("/media/f-1/original", "e-44", 200)
    assert str(line["begun"]).isdigit()


# --- media


def test_footage_comes_from_the_store_of_its_zone(door: SimpleNamespace, ask: Callable) -> None:
    door.app.replies["*"] = reply(headers={**GRANT, "X-LH-Entry": "e-42"})
    door.us.replies["*"] = reply(
        status=206,
        headers={
            "Content-Type": "video/mp4", "Content-Range": "bytes 0-3/9", "X-Amz-Request-Id": "r", "Server": "SeaweedFS",
            "Seaweed-Owner": "s", "Access-Control-Allow-Origin": "*", "X-Amz-Meta-Name": "bucket-us",
            "Cache-Control": "public",
        },
        body=b"1234",
    )  # fmt: skip
    answer = ask(
        door.port, "/media/f-1/original", "Range: bytes=0-3", "Cookie: labelhub_session=s", "Referer: http://localhost/"
    )
    assert (answer.status, answer.body) == (206, b"1234")
    assert answer.header("Content-Range") == "bytes 0-3/9"
    assert answer.header("Cache-Control") == "private, no-store"
    assert answer.header("X-LH-Entry") == "e-42"
    assert door.us.seen[0]["uri"] == "/bucket-us/f-1/original?X-Amz-Signature=abc%2Fdef&X-Amz-Expires=60"
    got = door.us.last_headers
    assert got["host"] == door.us.address
    assert got["range"] == "bytes=0-3"
    assert not {"cookie", "referer", "authorization", "x-lh-gateway", "x-lh-peer", "x-forwarded-for"} & set(got)
    assert not [name for name in answer.names() if name.startswith(("x-amz", "seaweed", "x-accel", "access-control"))]
    assert not {"via", "server"} & answer.names()
    assert "bucket-us" not in str(answer.headers)
    assert door.eu.seen == []


def test_a_store_reached_over_tls_is_asked_under_the_host_that_was_signed() -> None:
    assert ZoneDoor("us", "https://store.example").signed_host == "store.example"
    assert ZoneDoor("us", "http://127.0.0.1:8813").signed_host == "127.0.0.1:8813"
    assert ZoneDoor("us", "127.0.0.1:8813").signed_host == "127.0.0.1:8813"


def test_a_training_set_is_streamed_under_its_name(door: SimpleNamespace, ask: Callable) -> None:
    door.app.replies["*"] = reply(headers={**GRANT, "Content-Disposition": 'attachment; filename="set.zip"'})
    door.us.replies["*"] = reply(headers={"Content-Type": "application/zip", "X-Amz-Request-Id": "r"}, body=b"PK")
    answer = ask(door.port, "/datasets/0123456789abcdef01234567/download")
    assert (answer.status, answer.body) == (200, b"PK")
    assert answer.header("Content-Disposition") == 'attachment; filename="set.zip"'
    assert answer.header("Cache-Control") == "private, no-store"
    assert not [name for name in answer.names() if name.startswith(("x-amz", "x-accel"))]


def test_a_head_request_reaches_the_store_as_one(door: SimpleNamespace, ask: Callable) -> None:
    door.app.replies["*"] = reply(headers=GRANT)
    door.us.replies["*"] = reply(body=b"12345")
    answer = ask(door.port, "/media/f-1/original", method="HEAD")
    assert (answer.status, answer.body, answer.header("Content-Length")) == (200, b"", "5")
    assert [asked["method"] for asked in (door.app.seen[0], door.us.seen[0])] == ["HEAD", "HEAD"]


@pytest.mark.parametrize("zone", ["ap", "us,eu", "", "US "])
def test_an_unknown_zone_gives_nothing(door: SimpleNamespace, ask: Callable, zone: str) -> None:
    door.app.replies["*"] = reply(headers={**GRANT, "X-Accel-Zone": zone})
    answer = ask(door.port, "/media/f-1/original")
    assert answer.status == 502
    assert "bucket-us" not in f"{answer.headers}{answer.body!r}"
    assert door.us.seen == door.eu.seen == []


def test_a_missing_zone_gives_nothing(door: SimpleNamespace, ask: Callable) -> None:
    door.app.replies["*"] = reply(headers={"X-Accel-Redirect": "/bucket-us/k"})
    assert ask(door.port, "/media/f-1/original").status == 502
    assert door.us.seen == []


@pytest.mark.parametrize("status", [403, 404, 503, 302])
def test_a_refusal_of_labelhub_passes_without_its_directions(door: SimpleNamespace, ask: Callable, status: int) -> None:
    door.app.replies["*"] = reply(status=status, headers=GRANT, body=b"why")
    answer = ask(door.port, "/media/f-1/original")
    assert (answer.status, answer.body) == (status, b"why") or status == 302
    assert "bucket-us" not in f"{answer.headers}{answer.body!r}"
    assert door.us.seen == []


@pytest.mark.parametrize("status", [403, 404, 500, 503, 307])
def test_a_stores_error_never_shows_its_body(door: SimpleNamespace, ask: Callable, status: int) -> None:
    door.app.replies["*"] = reply(headers=GRANT)
    door.us.replies["*"] = reply(
        status=status,
        headers={"Location": "http://127.0.0.1:1/bucket-us"},
        body=b"<Error><BucketName>bucket-us</BucketName></Error>",
    )
    answer = ask(door.port, "/media/f-1/original")
    assert answer.status == 502
    assert "bucket-us" not in f"{answer.headers}{answer.body!r}"
    assert answer.header("Cache-Control") == "private, no-store"


def test_a_range_past_the_end_is_said_plainly(door: SimpleNamespace, ask: Callable) -> None:
    door.app.replies["*"] = reply(headers=GRANT)
    door.us.replies["*"] = reply(status=416, body=b"<Error>bucket-us</Error>")
    answer = ask(door.port, "/media/f-1/original", "Range: bytes=99-")
    assert (answer.status, b"bucket" in answer.body) == (416, False)


def test_a_store_that_is_down_gives_a_plain_502(
    door: SimpleNamespace, ask: Callable, caddy: Callable, block: int
) -> None:
    down = dataclasses.replace(door.described, port=block + 30, zones=(ZoneDoor("us", f"127.0.0.1:{block + 31}"),))
    caddy(render(down), block + 30)
    door.app.replies["*"] = reply(headers=GRANT)
    answer = ask(block + 30, "/media/f-1/original")
    assert answer.status == 502
    assert str(block + 31) not in f"{answer.headers}{answer.body!r}"


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "PROPFIND"])
def test_footage_can_only_be_looked_at(door: SimpleNamespace, ask: Callable, method: str) -> None:
    answer = ask(door.port, "/media/f-1/original", method=method, body=b"x")
    assert (answer.status, answer.header("Allow")) == (405, "GET, HEAD")
    assert door.app.seen == door.us.seen == []


def test_a_body_sent_with_a_get_never_reaches_the_store(door: SimpleNamespace, ask: Callable) -> None:
    door.app.replies["*"] = reply(headers=GRANT)
    door.us.replies["*"] = reply(body=b"12345")
    ask(door.port, "/media/f-1/original", body=b"smuggled")
    assert [asked["body"] for asked in door.us.seen] in ([], [""])


# --- Label Studio


def test_a_page_of_label_studio_is_asked_for_first(door: SimpleNamespace, ask: Callable) -> None:
    door.app.replies["/gateway/admit"] = reply(headers={"X-LH-User": "annotator.us@demo.test"})
    answer = ask(
        door.port,
        "/studio/main/projects/1/data?labeling=1",
        "Cookie: labelhub_session=s",
        "X-LH-User: officer@demo.test",
    )
    asked = door.app.seen[0]
    assert (asked["method"], asked["uri"]) == ("GET", "/gateway/admit")
    assert asked["headers"]["x-lh-subrequest"] == "1"
    assert asked["headers"]["x-forwarded-uri"] == "/studio/main/projects/1/data?labeling=1"
    assert asked["headers"]["x-forwarded-method"] == "GET"
    assert asked["headers"]["cookie"] == "labelhub_session=s"
    shown = answer.json()
    assert shown["uri"] == "/projects/1/data?labeling=1"
    got = door.studio.last_headers
    assert got["x-lh-user"] == "annotator.us@demo.test"
    assert got["x-lh-secret"] == STUDIO_SECRET
    assert not {"cookie", "x-lh-gateway", "x-lh-peer", "x-lh-subrequest"} & set(got)
    assert answer.header("X-Frame-Options") == "SAMEORIGIN"
    assert "frame-ancestors 'self'" in str(answer.header("Content-Security-Policy"))
    assert answer.header("Cache-Control") == "private, no-store"


def test_an_admission_without_a_name_gives_label_studio_none(door: SimpleNamespace, ask: Callable) -> None:
    door.app.replies["/gateway/admit"] = reply()
    ask(door.port, "/studio/main/projects/1/data", "X-LH-User: officer@demo.test", "X_LH_User: officer@demo.test")
    assert "x-lh-user" not in door.studio.last_headers


@pytest.mark.parametrize("status", [302, 401, 403, 404, 500, 503])
def test_label_studio_is_not_asked_when_labelhub_does_not_admit(
    door: SimpleNamespace, ask: Callable, status: int
) -> None:
    door.app.replies["/gateway/admit"] = reply(status=status, headers={"X-LH-User": "a@demo.test"}, body=b"no")
    answer = ask(door.port, "/studio/main/react-app/main.js")
    assert answer.status == status
    assert "x-lh-user" not in answer.names()
    assert door.studio.seen == []


@pytest.mark.parametrize(
    ("method", "uri"),
    [
        ("GET", "/studio/main/api/tasks/1"), ("HEAD", "/studio/main/api/tasks/1"),
        ("POST", "/studio/main/api/dm/actions?id=next_task"),
        ("POST", "/studio/main/projects/1/data"), ("DELETE", "/studio/main/api/projects/1"), ("PUT", "/studio/main/x"),
        ("GET", "/studio/main/api"), ("OPTIONS", "/studio/main/projects/1"), ("PROPFIND", "/studio/main/x"),
        ("GET", "/studio/MAIN/API/x"),
    ],
)  # fmt: skip
def test_labelhub_itself_answers_the_api_and_every_change(
    door: SimpleNamespace, ask: Callable, method: str, uri: str
) -> None:
    ask(door.port, uri, method=method, body=b"{}" if method == "POST" else b"")
    assert [(asked["method"], asked["uri"]) for asked in door.app.seen] == [(method, uri)]
    assert door.studio.seen == []


@pytest.mark.parametrize(
    "uri",
    ["/studio/main//api/users", "/studio/main/x/../api/users", "/studio/main/%61pi/users", "/studio/main/a;b",
     "/studio/main/.git", "/studio//main/api", "/media//f/original", "/media/%2e%2e/f", "/static/fonts/../x",
     "/studio/main/a\\b"],
)  # fmt: skip
def test_a_crooked_address_is_refused_rather_than_repaired(door: SimpleNamespace, ask: Callable, uri: str) -> None:
    assert ask(door.port, uri).status == 400
    assert door.app.seen == door.studio.seen == []


def test_an_encoded_query_is_not_crooked(door: SimpleNamespace, ask: Callable) -> None:
    ask(door.port, "/studio/main/projects/1/data?tab=1&q=a%2F%2Fb;c")
    assert door.app.seen[0]["headers"]["x-forwarded-uri"].endswith("?tab=1&q=a%2F%2Fb;c")


def test_an_unknown_studio_is_labelhubs_to_refuse(door: SimpleNamespace, ask: Callable) -> None:
    ask(door.port, "/studio/other/projects/1")
    assert (door.app.seen[0]["uri"], door.studio.seen) == ("/studio/other/projects/1", [])


def test_fonts_asked_at_the_root_are_admitted_too(door: SimpleNamespace, ask: Callable) -> None:
    door.app.replies["/gateway/admit"] = reply(headers={"X-LH-User": "a@demo.test"})
    ask(door.port, "/static/fonts/Figtree-Regular.ttf")
    assert door.app.seen[0]["headers"]["x-forwarded-uri"] == "/static/fonts/Figtree-Regular.ttf"
    assert door.studio.seen[0]["uri"] == "/static/fonts/Figtree-Regular.ttf"


def test_label_studio_sets_no_cookie_and_opens_no_origin(door: SimpleNamespace, ask: Callable) -> None:
    door.app.replies["/gateway/admit"] = reply(headers={"X-LH-User": "a@demo.test"})
    door.studio.replies["*"] = reply(
        headers={
            "Set-Cookie": "ls_sessionid=x",
            "Access-Control-Allow-Origin": "*",
            "Server": "gunicorn",
            "X-Frame-Options": "DENY",
        }
    )
    answer = ask(door.port, "/studio/main/projects/1")
    assert not {"set-cookie", "access-control-allow-origin", "server", "via"} & answer.names()
    assert answer.header("X-Frame-Options") == "SAMEORIGIN"


@pytest.mark.parametrize(
    "uri", ["/", "/assets/css/face.css", "/media/f/original", "/studio/main/projects/1", "/gateway/x", "/nowhere"]
)
def test_every_answer_carries_the_security_headers(door: SimpleNamespace, ask: Callable, uri: str) -> None:
    answer = ask(door.port, uri)
    assert answer.header("X-Content-Type-Options") == "nosniff"
    assert answer.header("Referrer-Policy") == "same-origin"
    assert not {"server", "via"} & answer.names()


def test_when_labelhub_is_down_the_door_says_so_and_names_no_address(
    door: SimpleNamespace, ask: Callable, caddy: Callable, block: int
) -> None:
    caddy(render(dataclasses.replace(door.described, port=block + 30, app=f"127.0.0.1:{block + 31}")), block + 30)
    answer = ask(block + 30, "/")
    assert answer.status == 502
    assert b"try again" in answer.body
    assert str(block + 31) not in f"{answer.headers}{answer.body!r}"


@pytest.mark.parametrize("value", ["a b", 'a"b', "a{b}", "a\nb", "", "a`b"])
def test_a_value_that_could_become_a_directive_is_refused(door: SimpleNamespace, value: str) -> None:
    with pytest.raises(ValueError, match="cannot carry"):
        render(dataclasses.replace(door.described, gateway_secret=value))
