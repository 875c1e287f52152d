"""The allow-list of Label Studio: what passes is named, and nothing else does."""

from __future__ import annotations

import pytest

from labelhub.gateway.studio_rules import Treatment, admit

ADMITTED = [
    ("GET", "/react-app/main.js", "v=1", Treatment.PASS),
    ("GET", "/static/css/a.b.css", "", Treatment.PASS),
    ("GET", "/projects/7/data", "labeling=1", Treatment.PASS),
    ("GET", "/projects/7/data/", "labeling=1&tab=3", Treatment.PASS),
    ("GET", "/api/version", "", Treatment.FORWARD),
    ("GET", "/api/current-user/whoami", "", Treatment.OWN_USER),
    ("GET", "/api/projects/7", "", Treatment.PROJECT),
    ("GET", "/api/dm/views/", "project=7", Treatment.PROJECT),
    ("GET", "/api/tasks", "page=1&page_size=30&view=2&project=7", Treatment.EMPTY_TASKS),
    ("GET", "/api/tasks/9", "interaction=labelstream", Treatment.TASK),
    ("POST", "/api/dm/actions", "id=next_task&tabID=2&project=7", Treatment.NEXT_TASK),
    ("POST", "/api/tasks/9/annotations", "", Treatment.SUBMIT),
    ("POST", "/api/tasks/9/drafts", "", Treatment.DRAFT),
    ("PATCH", "/api/drafts/4", "", Treatment.DRAFT_CHANGE),
    ("PATCH", "/api/annotations/4", "", Treatment.ANNOTATION_CHANGE),
]

REFUSED = [
    ("GET", "/projects/7/data", "task=3"),
    ("GET", "/projects/7/data", "labeling=1&task="),
    ("GET", "/api/projects", ""),
    ("POST", "/api/projects", ""),
    ("DELETE", "/api/projects/7", ""),
    ("PATCH", "/api/projects/7", ""),
    ("GET", "/api/projects/7/export", "exportType=JSON"),
    ("POST", "/api/projects/7/import", ""),
    ("GET", "/api/storages", ""),
    ("GET", "/api/storages/s3/", ""),
    ("GET", "/api/webhooks/", ""),
    ("POST", "/api/ml", ""),
    ("PATCH", "/api/users/1", ""),
    ("POST", "/api/users", ""),
    ("GET", "/api/invite", ""),
    ("POST", "/api/token/", ""),
    ("GET", "/api/current-user/token", ""),
    ("POST", "/api/current-user/reset-token", ""),
    ("POST", "/api/jwt/settings", ""),
    ("GET", "/api/organizations", ""),
    ("GET", "/admin/", ""),
    ("GET", "/django-rq/", ""),
    ("GET", "/user/login/", ""),
    ("GET", "/user/signup/", ""),
    ("GET", "/data/upload/1/a.jpg", ""),
    ("GET", "/data/local-files/", "d=etc/passwd"),
    ("GET", "/metrics", ""),
    ("GET", "/docs/api/schema/", ""),
    ("GET", "/tasks/9/resolve/", "fileuri=czM6Ly9i"),
    ("GET", "/projects/7/resolve/", "fileuri=czM6Ly9i"),
    ("DELETE", "/api/tasks/9", ""),
    ("PATCH", "/api/tasks/9", ""),
    ("DELETE", "/api/annotations/4", ""),
    ("GET", "/api/annotations/4", ""),
    ("POST", "/api/dm/views", ""),
    ("GET", "/api/dm/actions", "id=next_task&project=7"),
    ("GET", "/projects/7/data/health/", ""),
    ("GET", "/", ""),
    ("GET", "", ""),
]

TRAPS = [
    ("GET", "//projects/7/data", "labeling=1"),
    ("GET", "/static/../api/users", ""),
    ("GET", "/static/%2e%2e/api/users", ""),
    ("GET", "/projects/7%2fdata", ""),
    ("GET", "/projects/7/data;x", ""),
    ("GET", "/static/a\\b", ""),
    ("GET", "/projects/7/data\n", ""),
    ("GET", "/projects/٧/data", ""),
    ("GET", "/static/./a", ""),
    ("GET", "/api/tasks", "project=1&project=2"),
    ("GET", "/api/tasks", "project=1&Project=2"),
    ("GET", "/api/dm/project", "project=1&page=2"),
    ("GET", "/api/tasks", "project=1;project=2"),
    ("GET", "/api/tasks", "=1"),
    ("get", "/api/version", ""),
    ("TRACE", "/api/version", ""),
]


@pytest.mark.parametrize(("method", "path", "query", "treatment"), ADMITTED)
def test_the_labeling_screen_gets_what_it_needs(method: str, path: str, query: str, treatment: Treatment) -> None:
    admitted = admit(method, path, query)
    assert admitted is not None
    assert admitted.treatment is treatment


@pytest.mark.parametrize(("method", "path", "query"), REFUSED)
def test_everything_else_is_refused(method: str, path: str, query: str) -> None:
    assert admit(method, path, query) is None


@pytest.mark.parametrize(("method", "path", "query"), TRAPS)
def test_a_path_or_query_made_to_be_read_two_ways_is_refused(method: str, path: str, query: str) -> None:
    assert admit(method, path, query) is None


def test_a_project_is_read_from_the_path_before_the_query() -> None:
    admitted = admit("GET", "/api/projects/7/label-stream-history", "")
    assert admitted is not None
    assert admitted.project == 7


def test_a_project_that_is_no_number_is_none() -> None:
    admitted = admit("GET", "/api/dm/project", "project=7%20OR%201")
    assert admitted is not None
    assert admitted.project is None
