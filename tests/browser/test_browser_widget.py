"""The widget on a website of the clinic's: one script tag, a button, a frame."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from browser_helpers import ANSWER_MS, WASH, Patient
from playwright.sync_api import Browser, Page, expect

pytestmark = pytest.mark.browser

LABEL = "Ask our clinic"


def website(service: str, attributes: str = "") -> str:
    script = f'<script async src="{service}/widget.js" data-label="{LABEL}" {attributes}></script>'
    return f'<!doctype html><html lang="en"><title>A clinic</title><h1>A clinic</h1><p>Text</p>{script}</html>'


@pytest.fixture
def host(page: Page, live_service: str) -> Iterator[str]:
    """The website's address: on an origin of its own if the service lets `http://localhost:*` frame it."""
    policy = page.request.get(f"{live_service}/").headers.get("content-security-policy", "")
    ancestors = next((part for part in policy.split(";") if "frame-ancestors" in part), "")
    if "http://localhost:*" not in ancestors:
        page.route(
            f"{live_service}/a-website",
            lambda route: route.fulfill(content_type="text/html", body=website(live_service)),
        )
        yield f"{live_service}/a-website"
        return

    class Website(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(website(live_service).encode())

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Website)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"http://localhost:{server.server_port}/"
    server.shutdown()
    thread.join()
    server.server_close()


def test_the_widget_opens_works_and_closes_by_keyboard(page: Page, live_service: str, host: str) -> None:
    page.goto(host)
    launcher = page.get_by_role("button", name=LABEL)
    expect(launcher).to_have_attribute("aria-expanded", "false")
    expect(page.locator("iframe")).to_have_count(0)

    page.keyboard.press("Tab")
    expect(launcher).to_be_focused()
    page.keyboard.press("Enter")

    expect(page.locator("iframe")).to_have_attribute("title", f"Chat: {LABEL}")
    patient = Patient(page, live_service, page.frame_locator("iframe")).wait_until_ready()
    expect(patient.box).to_be_focused()
    page.keyboard.type(WASH)
    page.keyboard.press("Enter")
    expect(patient.replies.first).to_contain_text("48 hours", timeout=ANSWER_MS)

    page.keyboard.press("Escape")
    expect(page.locator("iframe")).to_be_hidden()
    expect(launcher).to_be_focused()

    page.keyboard.press("Enter")
    expect(patient.replies).to_have_count(1)
    expect(patient.box).to_be_focused()
    patient.button("Close the chat").click()
    expect(page.locator("iframe")).to_be_hidden()
    expect(launcher).to_be_focused()


def test_only_the_chat_itself_can_close_the_widget(page: Page, live_service: str, host: str) -> None:
    page.goto(host)
    page.get_by_role("button", name=LABEL).click()
    Patient(page, live_service, page.frame_locator("iframe")).wait_until_ready()

    page.evaluate("window.postMessage({ mesofaq: 'close' }, '*')")
    page.evaluate("""() => {
        const other = document.createElement("iframe");
        other.srcdoc = "<script>parent.postMessage({ mesofaq: 'close' }, '*')</script>";
        document.body.append(other);
    }""")
    page.wait_for_timeout(500)

    expect(page.locator("iframe[title]")).to_be_visible()


def test_the_widget_takes_its_place_and_colour_from_the_tag(page: Page, live_service: str) -> None:
    body = website(live_service, 'data-position="bottom-left" data-colour="#ffe680"')
    page.route(f"{live_service}/a-website", lambda route: route.fulfill(content_type="text/html", body=body))
    page.goto(f"{live_service}/a-website")

    launcher = page.get_by_role("button", name=LABEL)
    expect(launcher).to_have_css("background-color", "rgb(255, 230, 128)")
    expect(launcher).to_have_css("color", "rgb(0, 0, 0)")
    assert launcher.bounding_box()["x"] < 100


def test_the_widget_fills_a_phone(chromium: Browser, live_service: str) -> None:
    page = chromium.new_page(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    body = website(live_service).replace("<title>", '<meta name="viewport" content="width=device-width"><title>')
    page.route(f"{live_service}/a-website", lambda route: route.fulfill(content_type="text/html", body=body))
    page.goto(f"{live_service}/a-website")
    page.get_by_role("button", name=LABEL).tap()
    patient = Patient(page, live_service, page.frame_locator("iframe")).wait_until_ready()

    assert page.locator("iframe").bounding_box() == {"x": 0, "y": 0, "width": 390, "height": 844}
    patient.button("Close the chat").tap()
    expect(page.locator("iframe")).to_be_hidden()
    page.close()
