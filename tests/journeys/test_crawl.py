"""Every address of the real Label Studio, every verb, through the public port: only what the table names passes."""

from __future__ import annotations

import json
import secrets
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from labelhub.stack import parts
from labelhub.stack.home import Home
from labelhub.stack.local import ZONE_CODES, find_tools
from labelhub.stack.secret_values import load_secrets
from tests.crawl_table import VERBS
from tests.journeys.crooked import CROOKED_PATHS, NEARLY, SMUGGLED
from tests.journeys.door import Answer, Visitor, exchange, refuses
from tests.journeys.people import STUDIO, Held, Somebody, come_in, make_job
from tests.journeys.running import Stack

pytestmark = [pytest.mark.journey, pytest.mark.timeout(1200)]
SCRIPT = Path(__file__).with_name("studio_urls.py")
JOB = f"crawl-{secrets.token_hex(3)}"
AT_ONCE = 4  # requests
NOBODYS = 999_999  # the number of no annotation and no draft


@dataclass(frozen=True, slots=True)
class Pass:
    """Requests that pass, whom, and what they are answered; paths may end in a slash or not."""

    verbs: tuple[str, ...]
    path: str
    answers: dict[str, int]
    slash: bool = True


def holder(status: int) -> dict[str, int]:
    """The annotator; to everybody else it is refused."""
    return {"annotator": status}


def passed_on(status: int) -> dict[str, int]:
    """Whoever is signed in passes the door; Label Studio itself knows only annotators, and sends a lead away."""
    return {"annotator": status, "lead": 401}


READ, ASK = ("GET", "HEAD"), ("GET",)
# A request without a query and without a body. Whatever is not here is refused, whoever asks.
TABLE = (
    Pass(READ, "/static/fonts/roboto/roboto.css", passed_on(200), slash=False),
    Pass(READ, "/static/fonts/Figtree-Regular.ttf", passed_on(200), slash=False),
    Pass(READ, "/react-app/main.js", passed_on(200), slash=False),
    Pass(READ, "/dm/main.js", passed_on(404), slash=False),
    Pass(READ, "/label-studio-frontend/main.js", passed_on(404), slash=False),
    Pass(READ, "/favicon.ico", passed_on(301), slash=False),
    Pass(READ, "/sw.js", passed_on(200), slash=False),
    Pass(READ, "/sw-fallback.js", passed_on(200), slash=False),
    Pass(ASK, "/api/version", passed_on(200)),
    Pass(ASK, "/api/current-user/whoami", passed_on(200), slash=False),
    Pass(ASK, "/api/current-user/whoami/", passed_on(404), slash=False),
    Pass(READ, "/projects/{project}/data", holder(200)),
    Pass(ASK, "/api/projects/{project}", holder(200)),
    Pass(ASK, "/api/projects/{project}/label-stream-history", holder(200)),
    Pass(ASK, "/api/tasks/{task}", holder(200)),
    Pass(("POST",), "/api/tasks/{task}/annotations", holder(400)),  # an empty body is no annotation
    Pass(("POST",), "/api/tasks/{task}/drafts", holder(400)),
)
# The same for requests that name their project in the query: 200 to the annotator, refused to everybody else.
QUERIES = (
    ("GET", "/projects/{project}/data?labeling=1"),
    ("GET", "/projects/{project}/data?labeling=1&tab=1"),
    ("GET", "/api/projects/{project}?include=title"),
    ("GET", "/api/projects/{project}/label-stream-history?project={project}"),
    ("GET", "/api/dm/columns?project={project}"),
    ("GET", "/api/dm/project?project={project}"),
    ("GET", "/api/dm/views?project={project}"),
    ("GET", "/api/tasks?project={project}&page=1&page_size=30&view=1"),
    ("GET", "/api/tasks/{task}?project={project}"),
    ("GET", "/api/users?project={project}"),
    ("GET", "/api/ml?project={project}"),
    ("GET", "/api/label_links?project={project}"),
    ("POST", "/api/dm/actions?id=next_task&tabID=1&project={project}"),
)
FILES = {"static": "fonts/Figtree-Regular.ttf"}


@pytest.fixture(scope="module")
def lead(stack: Stack) -> Somebody:
    return come_in(stack, "lead@demo.test", "us")


@pytest.fixture(scope="module")
def annotator(stack: Stack, lead: Somebody) -> Somebody:
    make_job(lead, JOB, "source=cam-ca-1 kind=image", ["annotator.us@demo.test"])
    person = come_in(stack, "annotator.us@demo.test", "us")
    person.acknowledge(JOB)
    return person


@pytest.fixture(scope="module")
def held(annotator: Somebody) -> Iterator[Held]:
    """A task the annotator holds, and lets go of at the end: its footage is then theirs no more."""
    yield annotator.take(annotator.project(JOB))
    annotator.skip(JOB)


@pytest.fixture(scope="module")
def visitors(stack: Stack, annotator: Somebody, lead: Somebody) -> dict[str, Visitor]:
    return {
        "anonymous": Visitor(stack.port, f"us.localhost:{stack.port}"),
        "annotator": annotator.visitor,
        "lead": lead.visitor,
    }


@pytest.fixture(scope="module")
def patterns(stack: Stack) -> list[dict[str, Any]]:
    """Label Studio's own URLconf, read in its environment with its settings."""
    home = Home(stack.home, stack.port)
    tools = find_tools()
    kit = parts.Kit(home=home, tools=tools, secrets=load_secrets(home, ZONE_CODES), service={})
    environment = parts.studio_environment(kit)
    packages = next(tools.studio_python.parent.parent.glob("lib/python3.*/site-packages/label_studio"))
    done = subprocess.run(
        [str(tools.studio_python), str(SCRIPT)],
        env=environment | {"PYTHONPATH": f"{parts.INSIDE}:{packages}"},
        capture_output=True,
        text=True,
        timeout=300,
        check=True,
    )
    found: list[dict[str, Any]] = json.loads(done.stdout[done.stdout.index("[") :])
    assert len(found) > 200
    return found


def samples(patterns: list[dict[str, Any]], held: Held) -> Iterator[str]:
    """One path per pattern, with numbers a person may well know; one that may begin anywhere, also further in."""
    for pattern in patterns:
        path = "/" + pattern["path"] % {name: _sample(name, pattern["path"], held) for name in pattern["parameters"]}
        yield path
        if pattern["anywhere"]:
            yield "/projects/1" + path


def _sample(name: str, path: str, held: Held) -> object:
    area = path.removeprefix("api/").partition("/")[0]
    if name == "path":
        return FILES.get(area, "main.js")
    if name in {"format", "sub_path", "filename"}:
        return "json"
    numbers = {"projects": held.project, "tasks": held.task, "annotations": NOBODYS, "drafts": NOBODYS}
    return numbers.get(area, 1)


def promised(caller: str, verb: str, path: str, held: Held) -> int | None:
    """What the table promises; None where it promises a refusal."""
    for line in TABLE:
        known = line.path.format(project=held.project, task=held.task)
        if verb in line.verbs and (path == known or (line.slash and path == f"{known}/")):
            return line.answers.get(caller)
    return None


def is_refused(caller: str, answer: Answer, verb: str) -> bool:
    """Refused by the door, not by Label Studio: its own words, or the way to sign in."""
    if caller == "anonymous":
        to_sign_in = answer.status == 302 and answer.header("Location").startswith("/accounts/login/")
        return (answer.status == 401 or to_sign_in) and len(answer.body) < 100
    return answer.status == 403 and (verb == "HEAD" or set(answer.json()) == {"detail"})


@pytest.mark.parametrize("caller", ["anonymous", "lead", "annotator"])
def test_of_all_of_label_studio_only_what_the_table_names_passes(
    visitors: dict[str, Visitor], patterns: list[dict[str, Any]], held: Held, caller: str
) -> None:
    paths = {form for path in samples(patterns, held) for form in (path.rstrip("/") or "/", path.rstrip("/") + "/")}

    def wrong(asked: tuple[str, str]) -> str:
        verb, path = asked
        answer, status = visitors[caller].write(verb, STUDIO + path), promised(caller, verb, path, held)
        is_right = is_refused(caller, answer, verb) if status is None else answer.status == status
        return "" if is_right else f"{verb} {path}: {answer.status}, not {status or 'refused'}: {answer.body[:100]!r}"

    with ThreadPoolExecutor(AT_ONCE) as pool:
        found = sorted(filter(None, pool.map(wrong, product(VERBS, sorted(paths)))))
    assert not found, "\n".join(found)


def test_the_table_names_no_address_that_label_studio_does_not_have(patterns: list[dict[str, Any]], held: Held) -> None:
    there = {path.rstrip("/") for path in samples(patterns, held)}
    named = {line.path.format(project=held.project, task=held.task).rstrip("/") for line in TABLE}
    assert named - there == set()


@pytest.mark.parametrize(("verb", "target"), QUERIES)
def test_a_project_opens_to_whom_it_was_given(visitors: dict[str, Visitor], held: Held, verb: str, target: str) -> None:
    address = STUDIO + target.format(project=held.project, task=held.task)
    assert visitors["annotator"].write(verb, address).status == 200
    for caller in ("anonymous", "lead"):
        assert is_refused(caller, visitors[caller].write(verb, address), verb), caller


@pytest.mark.parametrize(("verb", "target"), QUERIES)
@pytest.mark.parametrize("project", ["0", "99999", "-1", "1e3", "0x1", "", "None", "1 OR 1=1", "*"])
def test_a_project_that_was_not_given_is_refused(
    visitors: dict[str, Visitor], held: Held, verb: str, target: str, project: str
) -> None:
    address = STUDIO + target.format(project=project.replace(" ", "%20"), task=held.task)
    if "project=" in target and "/tasks/" not in target and "/history" not in target:
        answer = visitors["annotator"].write(verb, address)
        assert answer.status in {400, 403, 404}, answer
        assert b"<" not in answer.body[:1]


def test_label_studio_is_nowhere_but_under_its_prefix(
    visitors: dict[str, Visitor], patterns: list[dict[str, Any]], held: Held
) -> None:
    open_at_the_root = {"/", "/static/fonts/roboto/roboto.css", "/static/fonts/Figtree-Regular.ttf"}
    paths = sorted(set(samples(patterns, held)) - open_at_the_root)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        answers = dict(zip(paths, pool.map(visitors["annotator"].get, paths), strict=True))
    assert {path: answer.status for path, answer in answers.items() if answer.status not in {403, 404}} == {}
    assert visitors["anonymous"].get("/static/fonts/Figtree-Regular.ttf").status == 401
    assert visitors["annotator"].get("/static/fonts/Figtree-Regular.ttf").status == 200


@pytest.mark.parametrize("path", CROOKED_PATHS)
def test_a_path_that_can_be_read_two_ways_is_refused(visitors: dict[str, Visitor], held: Held, path: str) -> None:
    for verb in ("GET", "POST"):
        answer = visitors["annotator"].write(verb, path.format(project=held.project))
        assert answer.status == 400, answer
        assert answer.body == b"this address is not served here"


@pytest.mark.parametrize("target", NEARLY)
def test_what_is_nearly_an_allowed_request_is_refused(visitors: dict[str, Visitor], held: Held, target: str) -> None:
    answer = visitors["annotator"].get(target.format(project=held.project, task=held.task))
    assert answer.status in {403, 404}, answer
    assert b"label-studio" not in answer.body.lower()


@pytest.mark.parametrize(
    "id_", ["delete_tasks", "next_task&id=delete_tasks", "delete_tasks&id=next_task", "NEXT_TASK", ""]
)
def test_no_action_but_the_next_task_can_be_asked_for(visitors: dict[str, Visitor], held: Held, id_: str) -> None:
    target = f"{STUDIO}/api/dm/actions?id={id_}&tabID=1&project={held.project}"
    assert visitors["annotator"].write("POST", target, {"selectedItems": {"all": True}}).status == 403


def test_the_first_line_may_carry_the_whole_address_and_says_who_is_meant(
    visitors: dict[str, Visitor], held: Held
) -> None:
    annotator, page = visitors["annotator"], f"/studio/main/projects/{held.project}/data"
    assert annotator.get(f"{annotator.origin}{page}").status == 200
    assert annotator.get(f"{annotator.origin}/gateway/admit").status == 404
    assert annotator.get(f"{annotator.origin}//studio/main/projects/{held.project}/data").status == 400
    # the address wins over the header, for the place as for everything else
    place = annotator.send("GET", f"http://ph.localhost:{annotator.port}/api/v1/me").json()["place"]
    assert place == "PH"
    assert annotator.get(f"http://evil.example{page}").status == 421
    assert annotator.get(f"http://127.0.0.1:{annotator.port + 2}/api/projects/").status == 404  # nobody is called there


@pytest.mark.parametrize(
    "host", ["evil.example", "us.localhost.evil.example", "us.localhost.", "evil.example:80", "[::1]"]
)
def test_a_host_that_is_not_served_is_refused(visitors: dict[str, Visitor], host: str) -> None:
    for path in ("/healthz", "/accounts/login/", "/media/x/original", "/studio/main/api/version", "/gateway/admit"):
        assert visitors["annotator"].send("GET", path, host=host).status == 421


def test_two_hosts_or_none_or_nonsense_are_refused(visitors: dict[str, Visitor]) -> None:
    annotator = visitors["annotator"]
    for other in ("evil.example", f"ph.localhost:{annotator.port}", annotator.host):
        assert annotator.send("GET", "/healthz", (("Host", other),)).status == 400
    assert annotator.send("GET", "/healthz", host="").status == 400
    for nonsense in ("us.localhost@evil.example", "us.localhost/x", "us localhost", "us.localhost\\evil"):
        assert annotator.send("GET", "/healthz", host=nonsense).status in {400, 421}


def test_an_old_client_is_answered_and_let_no_further(visitors: dict[str, Visitor], held: Held) -> None:
    annotator, anonymous = visitors["annotator"], visitors["anonymous"]
    page = f"/studio/main/projects/{held.project}/data"
    assert annotator.send("GET", page, version="1.0").status == 200
    assert anonymous.send("GET", page, version="1.0").status == 401
    assert annotator.send("GET", "/gateway/admit", version="1.0").status == 404
    assert annotator.send("GET", "/studio/main/static/../api/users", version="1.0").status == 400
    assert annotator.send("GET", page, version="1.0", host="").status == 421


@pytest.mark.parametrize("length", [2_100, 8_000, 30_000])
def test_a_very_long_address_is_refused(visitors: dict[str, Visitor], length: int) -> None:
    for start in ("/studio/main/static/", "/studio/main/api/tasks?project=", "/media/", "/", "/assets/"):
        answer = visitors["annotator"].get(start + "a" * length)
        assert answer.status in {400, 403, 404, 414, 431}, (start, answer.status)


def test_a_head_that_never_ends_is_cut_off(visitors: dict[str, Visitor]) -> None:
    raw = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n" + b"X-Long: " + b"a" * 60_000 + b"\r\n\r\n"
    assert refuses(visitors["annotator"].port, raw)


@pytest.mark.parametrize("verb", ["get", "Get", "FOO", "PROPFIND", "CONNECT", "GET\t", "LINK", "SEARCH"])
def test_a_verb_nobody_knows_opens_nothing(visitors: dict[str, Visitor], held: Held, verb: str) -> None:
    annotator = visitors["annotator"]
    for path in (f"/studio/main/projects/{held.project}/data", "/studio/main/api/users", "/gateway/admit"):
        assert annotator.send(verb, path).status in {400, 403, 404, 405, 501}


@pytest.mark.parametrize("raw", SMUGGLED)
def test_a_request_with_two_lengths_or_broken_lines_is_refused(stack: Stack, raw: bytes) -> None:
    answer = exchange(stack.port, raw)
    assert answer.status in {400, 403, 405, 501, 505}, answer
