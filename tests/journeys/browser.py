"""A person in headless Chromium: signs in, draws in the real Label Studio, reads what the page says."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from playwright.sync_api import Browser, FrameLocator, Page, Response, expect, sync_playwright

from tests.journeys.running import Stack

QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
PATIENCE = 45_000  # milliseconds, for a page of the real Label Studio on two busy cores


def find_chromium() -> str | None:
    """The Chromium to use: `LABELHUB_TEST_CHROMIUM`, or the first one installed."""
    named = os.environ.get("LABELHUB_TEST_CHROMIUM")
    return named or next(
        (found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), None
    )


@dataclass(slots=True)
class Person:
    """One signed-in person in a browser of their own, with everything that went wrong on the way."""

    page: Page
    base: str
    refused: list[str] = field(default_factory=list)

    def open(self, path: str) -> None:
        """Go to a page of labelhub."""
        self.page.goto(f"{self.base}{path}")

    @property
    def screen(self) -> FrameLocator:
        """Label Studio, inside the labeling page."""
        return self.page.frame_locator("iframe")

    def say(self, text: str) -> None:
        """Expect a text on the page."""
        expect(self.page.get_by_text(text).first).to_be_visible(timeout=PATIENCE)

    def start(self, job: str) -> None:
        """Open the labeling screen of a job and wait for its picture."""
        self.open(f"/work/{job}/label")
        self.wait_for_picture()

    def wait_for_picture(self) -> None:
        """Wait until Label Studio shows the footage and has taken its spinners away."""
        expect(self.screen.locator("canvas").first).to_be_visible(timeout=PATIENCE)
        expect(self.screen.locator("[class*=spinner], [class*=loading]")).to_have_count(0, timeout=PATIENCE)

    def draw(self, label: str, left: float, top: float, right: float, bottom: float) -> None:
        """Draw a box; the four numbers are fractions of the canvas."""
        self.screen.get_by_text(label, exact=True).first.click()
        frame = self.screen.locator("canvas").first.bounding_box()
        assert frame is not None
        points = [
            (frame["x"] + frame["width"] * x, frame["y"] + frame["height"] * y)
            for x, y in ((left, top), ((left + right) / 2, (top + bottom) / 2), (right, bottom))
        ]
        self.page.mouse.move(*points[0])
        self.page.mouse.down()
        for point in points[1:]:
            self.page.mouse.move(*point, steps=5)
        self.page.mouse.up()
        expect(self.screen.locator(".lsf-outliner-item, .ls-outliner-item").first).to_be_visible(timeout=PATIENCE)

    def choose(self, *choices: str) -> None:
        """Set attributes of the box in hand."""
        for choice in choices:
            self.screen.get_by_text(re.compile(rf"^{re.escape(choice)}(\[.\])?$")).first.click()

    def submit(self) -> dict[str, object]:
        """Submit and return what Label Studio answered."""
        with self.page.expect_response(is_submission, timeout=PATIENCE) as sent:
            self.screen.get_by_role("button", name="Submit").first.click()
        answer: dict[str, object] = sent.value.json()
        return answer


def is_submission(response: Response) -> bool:
    """Tell whether a response answers a submitted annotation."""
    return response.request.method == "POST" and "/annotations" in response.url


@contextmanager
def signed_in(browser: Browser, stack: Stack, email: str, place: str) -> Iterator[Person]:
    """Sign a person in, in a fresh browser profile, from a place."""
    account = stack.accounts()[email]
    context = browser.new_context(viewport={"width": 1280, "height": 860}, accept_downloads=True)
    page = context.new_page()
    person = Person(page, stack.url(place))
    page.on("response", lambda answer: _note(person, answer))
    try:
        person.open("/")
        page.fill("input[name=login]", account.email)
        page.fill("input[name=password]", account.password)
        page.keyboard.press("Enter")
        page.wait_for_url("**/2fa/authenticate/**", timeout=PATIENCE)
        page.fill("input[name=code]", stack.fresh_code(account))
        page.keyboard.press("Enter")
        page.wait_for_url(lambda url: "/accounts/" not in url, timeout=PATIENCE)
        yield person
    finally:
        context.close()


def _note(person: Person, answer: Response) -> None:
    if answer.status >= 400 and "sw.js" not in answer.url:
        person.refused.append(f"{answer.status} {answer.request.method} {answer.url}")


@contextmanager
def chromium(path: str) -> Iterator[Browser]:
    """A headless Chromium."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(QUIET))
        try:
            yield browser
        finally:
            browser.close()
