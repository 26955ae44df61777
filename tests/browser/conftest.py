"""A real Chromium for every test here. `MESOFAQ_TEST_CHROMIUM` names one; otherwise it is looked for on the PATH."""

import os
import shutil
from collections.abc import Iterator

import pytest
from browser_helpers import Patient
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    executable = os.environ.get("MESOFAQ_TEST_CHROMIUM") or next(filter(None, map(shutil.which, _NAMES)), None)
    if not executable:
        pytest.skip("no Chromium: put one on the PATH or name it in MESOFAQ_TEST_CHROMIUM")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=executable,
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        yield browser
        browser.close()


@pytest.fixture
def context(chromium: Browser) -> Iterator[BrowserContext]:
    context = chromium.new_context(viewport={"width": 1280, "height": 800})
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """A window of its own. No script may fail in it, and nothing may be against its content security policy."""
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda line: faults.append(line.text) if "Content Security Policy" in line.text else None)
    yield page
    assert not faults


@pytest.fixture
def patient(page: Page, live_service: str) -> Patient:
    """A patient who has just opened the clinic's page."""
    return Patient(page, live_service).open()


@pytest.fixture
def phone(chromium: Browser, live_service: str) -> Iterator[Patient]:
    """The same on a small phone."""
    context = chromium.new_context(viewport={"width": 320, "height": 640}, has_touch=True, is_mobile=True)
    yield Patient(context.new_page(), live_service).open()
    context.close()
